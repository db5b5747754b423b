"""Tags of answers that have not been built: what an unchanged answer rests on is unchanged."""

import hashlib
from functools import lru_cache

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from portal.feeds import selectors as feeds
from portal.users.models import ApiToken


def of_body(body):
    """The weak tag of an answer that has been built."""
    return f'W/"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def of_question(view):
    """The weak tag of the answer of now, or None where only the answer itself can tell.

    It holds whatever may make the answer another one: the question, who asks and what opens to
    him, the language, the day, this release and by which names it is known outside, and how far
    the feed is for what the resource rests on. It must be asked for before the rows are read.
    """
    request, resource = view.request, view.resource
    is_of_now = not any(view.query.get(name) for name in ("as_of", "known_at"))
    if not (resource.rests_on and is_of_now and isinstance(request.auth, ApiToken)):
        return None
    user = request.user
    parts = [
        request.path,
        request.accepted_renderer.format,
        sorted(request.query_params.items()),
        [user.pk, user.is_superuser, sorted(user.grants), sorted(request.auth.datasets)],
        get_language(),
        timezone.localdate().isoformat(),
        [settings.API_VERSION, release(), settings.OCDS_PREFIX, settings.PUBLIC_URL],
        feeds.head(resource.rests_on),
    ]
    return of_body(orjson.dumps(parts))


@lru_cache(maxsize=1)
def release():
    """What tells this release from another: when the newest of its files was written."""
    tops = ("portal", "centers", "organizations", "projects", "evaluation", "locale")
    files = (
        path
        for top in tops
        for pattern in ("*.py", "*.mo")
        for path in (settings.BASE_DIR / top).rglob(pattern)
    )
    return max(path.stat().st_mtime_ns for path in files)
