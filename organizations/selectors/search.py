"""Finding organizations by any part of the name or of a former one, by code, and by the initials of
the pinyin."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.lookups import Contains
from django.db.models.sql.where import WhereNode

from organizations.models import Organization, OrganizationName
from organizations.models.organization import USCC_PATTERN
from portal.cells.text import match_key
from portal.registers.paging import MOST_COUNTED, BoundedPaginator, counted

__all__ = [
    "MOST_COUNTED",
    "FoundPaginator",
    "counted",
    "former_names",
    "found_by_code",
    "matching",
    "walked",
]

Found = TypeVar("Found", bound="QuerySet[Any]")
# More words, or longer ones, narrow nothing down that these do not.
WORDS, LONGEST = 8, 60
CODE = re.compile(USCC_PATTERN)
# Digits of the highest number a row can have, less one.
LONGEST_NUMBER = 18


PIECES: Any = ArrayField(TextField())
HOLDS = PIECES.get_lookup("contains")


class _Grams(Func):
    """The pieces of one and two characters that the index of the register holds."""

    function = "organizations_grams"
    output_field = PIECES


class _InIndex(HOLDS):  # type: ignore[misc, valid-type]
    """What the index answers; the comparison beside it says the same without."""


def matching(queryset: Found, text: str) -> Found:
    """Rows of organizations in which every word of ``text`` occurs.

    A word is found in the name or a former one, however its brackets, dashes and widths are
    written, in the initials of the name, or in the credit code. A blank text finds every row.
    """
    for word in _words(text):
        queryset = queryset.filter(_holding(word))
    return queryset


def _words(text: str) -> list[str]:
    keys = (match_key(word)[:LONGEST] for word in text.split()[:WORDS])
    return [word for word in keys if word]


def former_names(rows: Iterable[Organization], text: str) -> dict[int, list[str]]:
    """Organization → the names it has no more by which a word of ``text`` finds it, the latest
    first; nothing of an organization that what it is now finds. One query at most.
    """
    words, lost = _words(text), {}
    for row in rows:
        now = row.search_text.removesuffix(row.former_names)
        if missing := [word for word in words if word not in now]:
            lost[row.pk] = missing
    if not lost:
        return {}
    ended = OrganizationName.objects.filter(organization__in=lost, to_on__isnull=False)
    found: dict[int, list[str]] = {}
    for former in ended.order_by("-to_on", "pk"):
        if any(word in former.name_key for word in lost[former.organization_id]):
            found.setdefault(former.organization_id, []).append(former.name)
    return found


def _holding(word: str) -> Q:
    if CODE.fullmatch(word.upper()):
        return Q(uscc=word.upper())
    pieces = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
    stored: Any = F("search_text")
    return Q(_InIndex(_Grams(stored), pieces)) & Q(Contains(stored, word))


def walked(queryset: Found) -> Found:
    """The same rows, found by reading on in the order of the list instead of by the index.

    For so many that a page is soon full: the index would first gather all of them.
    """
    walking = queryset.all()
    walking.query.where = _unindexed(walking.query.where)
    return walking


def _unindexed(node: Any) -> Any:
    kept = node.clone()
    kept.children = [
        _unindexed(child) if isinstance(child, WhereNode) else child
        for child in node.children
        if not isinstance(child, _InIndex)
    ]
    return kept


class FoundPaginator(BoundedPaginator):
    """Pages of organizations that may be the result of a search."""

    def many(self) -> Any:
        """The rows, found by reading on."""
        return walked(self.object_list)


def found_by_code(typed: str, seen: "QuerySet[Organization]") -> Organization | None:
    """The organization of ``seen`` that a credit code or a number such as O12 names, or None."""
    text = typed.strip().upper()
    digits = text.removeprefix("O")
    if digits != text and digits.isascii() and digits.isdecimal():
        return seen.filter(pk=int(digits)).first() if len(digits) <= LONGEST_NUMBER else None
    return seen.filter(uscc=text).first()
