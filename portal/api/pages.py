"""Pages by cursor: the last row's key, so that a page costs the same wherever it is."""

import base64
import hashlib
import json
import re
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy

from portal.api import Fault, Parameter, Problem, UnreadableError
from portal.api.parameters import COUNT, DEFAULT_PAGE_SIZE, PAGE_SIZE

TEXT = re.compile(r"[^\0]*")
WHOLE = re.compile(r"[0-9]{1,18}")
# These may differ from page to page; everything else is the same question.
UNBOUND = {"cursor", "page_size", "count", "fields"}
STRANGE = gettext_lazy(
    "This cursor was not given out for this question. Follow “next” of a page as it is."
)


class Cursor(NamedTuple):
    """Where a page begins, and the mark of the question it was given out for."""

    key: tuple[str, ...]
    mark: str


def encode(key, mark):
    """The key of a row and the question's mark as an opaque text."""
    raw = json.dumps([*key, mark], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursor(length, part=TEXT):
    """The cursor parameter of a list whose key has ``length`` texts like ``part``; several
    patterns are one for each text."""
    parts = part if isinstance(part, tuple) else (part,) * length

    def read(text):
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            key = json.loads(raw.decode())
        except (ValueError, RecursionError):
            key = None
        if not isinstance(key, list) or len(key) != length + 1:
            raise UnreadableError(STRANGE, code="unknown_cursor")
        *key, mark = key
        matched = (
            isinstance(it, str) and like.fullmatch(it) for it, like in zip(key, parts, strict=True)
        )
        if not all(matched):
            raise UnreadableError(STRANGE, code="unknown_cursor")
        return Cursor(tuple(key), mark)

    return Parameter(
        "cursor", read, gettext_lazy("From “next” of the page before."), {"type": "string"}
    )


def paging(key_length, part=TEXT):
    """The parameters of a list in pages."""
    return (PAGE_SIZE, cursor(key_length, part), COUNT)


def mark_of(request):
    """The mark of a question: its address and everything that chooses rows."""
    asked = sorted(item for item in request.query_params.items() if item[0] not in UNBOUND)
    raw = json.dumps([request.path, asked]).encode()
    return hashlib.blake2b(raw, digest_size=4).hexdigest()


def opened(request, cursor):
    """The key in a cursor; one that was given out for another question is refused."""
    if cursor is None:
        return None
    if cursor.mark != mark_of(request):
        given = request.query_params["cursor"]
        raise Problem(400, "unknown_cursor", STRANGE, [Fault("cursor", given, STRANGE)])
    return cursor.key


def size_of(query):
    """Rows on this page."""
    return query["page_size"] or DEFAULT_PAGE_SIZE


def envelope(view, rows, key, show, count):
    """The page: ``next``, ``results`` and, on demand, ``count``.

    ``rows`` holds one row more than the page where there is a next one; ``key`` gives a row's
    key, ``show`` its document, ``count()`` the number of all rows.
    """
    rows, size = list(rows), size_of(view.query)
    page = {"next": None, "results": [show(row) for row in rows[:size]]}
    if len(rows) > size:
        page["next"] = following(view.request, key(rows[size - 1]))
    if view.query["count"] == "true":
        page["count"] = count()
    return view.answer(page, rows=min(len(rows), size))


def following(request, key):
    """The address of the page after the row with this key."""
    query = request.query_params.copy()
    query["cursor"] = encode(key, mark_of(request))
    return f"{address(request)}?{query.urlencode()}"


def root(request):
    """The portal's address, without a slash at the end, as clients outside reach it."""
    return settings.PUBLIC_URL or request.build_absolute_uri("/")[:-1]


def address(request):
    """The absolute address asked for, as clients outside reach it."""
    if settings.PUBLIC_URL:
        return f"{settings.PUBLIC_URL}{request.path}"
    return request.build_absolute_uri(request.path)
