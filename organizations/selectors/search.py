"""Finding organizations by any part of the name, by code, and by the initials of the pinyin."""

import re
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.lookups import Contains

from organizations.models.organization import USCC_PATTERN
from portal.cells.text import match_key
from portal.registers.paging import MOST_COUNTED, counted

__all__ = ["MOST_COUNTED", "counted", "matching"]

Found = TypeVar("Found", bound="QuerySet[Any]")
# More words, or longer ones, narrow nothing down that these do not.
WORDS, LONGEST = 8, 60
CODE = re.compile(USCC_PATTERN)


PIECES: Any = ArrayField(TextField())
HOLDS = PIECES.get_lookup("contains")


class _Grams(Func):
    """The pieces of one and two characters that the index of the register holds."""

    function = "organizations_grams"
    output_field = PIECES


def matching(queryset: Found, text: str) -> Found:
    """Rows of organizations in which every word of ``text`` occurs.

    A word is found in the name, however its brackets, dashes and widths are written, in the
    initials of the name, or in the credit code. A blank text finds every row.
    """
    words = [match_key(word)[:LONGEST] for word in text.split()[:WORDS]]
    for word in filter(None, words):
        queryset = queryset.filter(_holding(word))
    return queryset


def _holding(word: str) -> Q:
    if CODE.fullmatch(word.upper()):
        return Q(uscc=word.upper())
    pieces = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
    stored: Any = F("search_text")
    return Q(HOLDS(_Grams(stored), pieces)) & Q(Contains(stored, word))
