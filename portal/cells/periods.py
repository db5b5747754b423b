"""A period in one cell: 2024.3.1-2024.12.31, 2024.1-12, 2025年全年 (domain.md 6.7, 7.2 #29)."""

import re
from calendar import monthrange
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.cells.dates import date_text, day_of, read_day
from portal.cells.parsed import CellError, Parsed
from portal.cells.text import blank, cell_text

Period = tuple[date, date | None]

TO = r"(?:-|~|至|到)+"
DAY = r"[0-9]{4}(?:-[0-9]+-|\.[0-9]+\.|/[0-9]+/|年[0-9]+月)[0-9]{1,2}[日号]?"
WHOLE_YEAR = re.compile(r"([0-9]{4})年?(全年|年度|度)")
MONTHS = re.compile(
    rf"([0-9]{{4}})[-./年]([0-9]{{1,2}})月?{TO}(?:([0-9]{{4}})[-./年])?([0-9]{{1,2}})月?"
)
DAYS = re.compile(rf"({DAY}){TO}({DAY})")
SAME_YEAR = re.compile(rf"({DAY}){TO}([0-9]{{1,2}}[-./月][0-9]{{1,2}}[日号]?)")
OPEN = re.compile(rf"({DAY})(?:{TO})?(今|长期)")
OPEN_MONTH = re.compile(rf"([0-9]{{4}})[-./年]([0-9]{{1,2}})月?(?:{TO})?(今|长期)")


def parse_period(raw: object) -> Parsed[Period]:
    """First and last day, both inclusive; the last is None for a period without end."""
    text = date_text(cell_text(raw))
    if (empty := blank(text)) is not None:
        return empty
    period = _whole_year(text) or _days(text) or _months(text)
    if period is None:
        raise CellError(
            "not_a_period", _("This is not a period; type it like 2024-03-01 至 2024-12-31.")
        )
    if period[1] is not None and period[1] < period[0]:
        raise CellError("period_reversed", _("The period ends before it begins."))
    return Parsed(period)


def _whole_year(text: str) -> Period | None:
    match = WHOLE_YEAR.fullmatch(text)
    return match and (day_of(int(match[1]), 1, 1), day_of(int(match[1]), 12, 31))


def _days(text: str) -> Period | None:
    if match := DAYS.fullmatch(text):
        return _day(match[1]), _day(match[2])
    if match := SAME_YEAR.fullmatch(text):
        return _day(match[1]), _day(match[1][:5] + match[2])
    if match := OPEN_MONTH.fullmatch(text):
        return day_of(int(match[1]), int(match[2]), 1), None
    match = OPEN.fullmatch(text)
    return match and (_day(match[1]), None)


def _day(text: str) -> date:
    day = read_day(text)
    if day is None:
        raise CellError("not_a_date", _("This is not a date; type it like 2024-03-01."))
    return day


def _months(text: str) -> Period | None:
    match = MONTHS.fullmatch(text)
    # 2024-1-12 is a day, not January to December.
    if match is None or re.fullmatch(DAY, text):
        return None
    first = day_of(int(match[1]), int(match[2]), 1)
    last = day_of(int(match[3] or match[1]), int(match[4]), 1)
    return first, last.replace(day=monthrange(last.year, last.month)[1])
