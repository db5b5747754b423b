"""Bodies as JSON, with nothing in them that JSON does not have."""

import json

from django.utils.translation import gettext as _
from rest_framework.parsers import JSONParser

from portal.api import Problem

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32
TOO_LARGE = 1e308


class StrictJSONParser(JSONParser):
    """Short, shallow, and without NaN or Infinity in any spelling."""

    def parse(self, stream, media_type=None, parser_context=None):
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise Problem(413, "body_too_long", _("A request may hold at most 64 kB."))
        try:
            # Given bytes, json would guess UTF-16 and UTF-32 too.
            text = raw.decode("utf-8-sig")
            document = json.loads(text, parse_constant=_refuse, parse_float=_finite)
        except (ValueError, RecursionError) as error:
            raise _unreadable() from error
        if _depth(document) > MAX_DEPTH:
            raise _unreadable()
        return document


def _unreadable():
    message = _("The body is no JSON text in UTF-8, or is nested more than 32 deep.")
    return Problem(400, "unreadable_body", message)


def _refuse(text):
    raise ValueError(text)


def _finite(text):
    number = float(text)
    if abs(number) > TOO_LARGE:
        raise ValueError(text)
    return number


def _depth(value):
    """How deep a document is nested, without nesting calls."""
    deepest, waiting = 0, [(value, 1)]
    while waiting and deepest <= MAX_DEPTH:
        each, depth = waiting.pop()
        deepest = max(deepest, depth)
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        waiting += [(part, depth + 1) for part in inner]
    return deepest
