"""Pages by cursor: the last row's key, so that a page costs the same wherever it is."""

import base64
import json
import re

from django.utils.translation import gettext as _

from evaluation.api.filters import COUNT, DEFAULT_PAGE_SIZE, PAGE_SIZE
from portal.api import Parameter, UnreadableError

TEXT = re.compile(r"[^\0]*")
WHOLE = re.compile(r"[0-9]{1,18}")


def encode(key):
    """The key of a row as an opaque text."""
    raw = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cursor(length, part):
    """The cursor parameter of a list whose key has ``length`` texts like ``part``."""

    def read(text):
        try:
            raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            key = json.loads(raw.decode())
        except (ValueError, RecursionError):
            key = None
        is_key = isinstance(key, list) and len(key) == length
        if not is_key or not all(isinstance(it, str) and part.fullmatch(it) for it in key):
            message = _("This cursor was not given out here. Follow “next” of a page as it is.")
            raise UnreadableError(message, code="unknown_cursor")
        return tuple(key)

    return Parameter("cursor", read, "From “next” of the page before.", {"type": "string"})


def paging(key_length, part=TEXT):
    """The parameters of a list in pages."""
    return (PAGE_SIZE, cursor(key_length, part), COUNT)


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
        page["next"] = _next(view.request, encode(key(rows[size - 1])))
    if view.query["count"] == "true":
        page["count"] = count()
    return view.answer(page, rows=min(len(rows), size))


def _next(request, after):
    query = request.query_params.copy()
    query["cursor"] = after
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"
