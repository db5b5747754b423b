"""Declaring the columns of a table, and recognising their headers."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.cells import Parsed, match_key, parse_text

REQUIRED_MARK = "●"
MARKS = re.compile("[●*★☆※:]")
UNIT = re.compile(
    "（(单位:)?(万元|元|平方米|m2|人次|人|个|家|次|场|小时|岁|年|月|天|%|必填|选填|可选)）"
)


@dataclass(frozen=True)
class Column:
    """One column of a template: what it is called, whether it must be filled, how it is read.

    ``parse`` takes the raw cell; the parser of an ``is_money`` column takes ``header_unit`` too.
    An ``is_expected`` column must stand in the sheet, though its cells may be blank: leaving it out
    would drop what other workbooks say. ``choices`` are the labels a template offers. ``is_text``
    marks codes that Excel must not turn into numbers. Two levels of a header are written with a
    slash: 人员配备/专职. ``definition`` and ``clause`` stand in the guide. An ``is_locked`` column
    is somebody else's to fill: a template refuses typing there. ``period_to`` names the column of
    the end where this one holds the start: a period typed in this cell alone fills both. ``year``
    names the column that says which year 全年 means.
    """

    field: str
    header: str
    synonyms: tuple[str, ...] = ()
    is_required: bool = False
    hint: Any = ""
    choices: tuple[Any, ...] = ()
    parse: Callable[..., Parsed] = parse_text
    is_money: bool = False
    is_text: bool = False
    is_multiple: bool = False
    is_expected: bool = False
    definition: Any = ""
    clause: str = ""
    is_locked: bool = False
    period_to: str = ""
    year: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The header and its synonyms as they are compared."""
        return tuple(header_key(header) for header in (self.header, *self.synonyms))


def header_key(header: object) -> str:
    """A header without required mark, unit and spelling differences; "" for an empty cell."""
    key = MARKS.sub("", match_key("" if header is None else str(header)))
    return UNIT.sub("", key)
