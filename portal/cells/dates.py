"""Civil dates and years (domain.md 6.7)."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal.cells.parsed import MONTH, OPEN, CellError, Parsed
from portal.cells.text import DASHES, blank, cell_text, compact, match_key, plain_number

# The separators agree: 2024.1-12 is a period, not 12 January.
DATES = (
    re.compile(r"([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})"),
    re.compile(r"([0-9]{4})(年)([0-9]{1,2})月([0-9]{1,2})[日号]?"),
    re.compile(r"([0-9]{4})()([0-9]{2})([0-9]{2})"),
)
MONTH_ONLY = re.compile(r"([0-9]{4})[-./年]([0-9]{1,2})月?")
TIME_OF_DAY = re.compile(r"(?<=[0-9日号])[ T]+[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$")
TWO_DIGIT_YEAR = re.compile(r"'?[0-9]{2}[-./年][0-9]{1,2}([-./月][0-9]{1,2})?[月日号]?")
YEAR_ONLY = re.compile(r"[0-9]{4}年?度?")
PERIOD = re.compile(r"[0-9]{4}[-./年].*[0-9月日号][-~至到].*([0-9]|今).*|[0-9]{4}年?全年")
YEAR = re.compile(r"([0-9]{4})(年度|年)?")
OPEN_END = {"至今", "今", "长期", "长期有效", "无固定期限", "-"}
FIRST_YEAR, LAST_YEAR = 1900, 2100
# Day 0 of Excel's 1900 calendar, which believes in 1900-02-29.
SERIAL_ZERO = date(1899, 12, 30)
SERIAL = re.compile(r"[0-9]{5}")
SERIALS = range(20_000, 60_001)


def parse_date(raw: object, *, open_values: bool = False, precision: bool = False) -> Parsed[date]:
    """A day. ``open_values``: 至今, 长期 and — mean no end. ``precision``: a month may stand alone.

    A month alone gives its first day with ``Parsed.precision`` ``MONTH``, no end ``OPEN``.
    """
    if isinstance(raw, date):
        return Parsed(checked(raw.date() if isinstance(raw, datetime) else raw))
    if (number := plain_number(raw)) is not None:
        return _parse_number(number)
    text = date_text(cell_text(raw))
    if open_values and match_key(text) in OPEN_END:
        return Parsed(None, precision=OPEN)
    if (empty := blank(text)) is not None:
        return empty
    if (day := read_day(text)) is not None:
        return Parsed(day)
    if SERIAL.fullmatch(text):
        return _parse_number(Decimal(text))
    return _parse_month(text, is_allowed=precision)


def date_text(text: str) -> str:
    """NFKC text of a date without time of day and spaces, with one kind of dash."""
    return DASHES.sub("-", compact(TIME_OF_DAY.sub("", text)))


def read_day(text: str) -> date | None:
    """The day a text names, None if it has another form. Raises CellError for 2024.02.30."""
    for pattern in DATES:
        if match := pattern.fullmatch(text):
            return day_of(int(match[1]), int(match[3]), int(match[4]))
    return None


def day_of(year: int, month: int, day: int) -> date:
    """The day, or CellError when the calendar has none."""
    try:
        return checked(date(year, month, day))
    except ValueError:
        raise CellError("no_such_day", _("The calendar has no such day.")) from None


def checked(day: date) -> date:
    """The day, if it lies in the years the portal knows."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise CellError("year_out_of_range", _("The year is out of range."))
    return day


def _parse_number(number: Decimal) -> Parsed[date]:
    """A serial number of Excel, or eight digits that lost their text format."""
    if int(number) in SERIALS:
        return Parsed(SERIAL_ZERO + timedelta(days=int(number)))
    if number != number.to_integral_value():
        raise CellError(
            "date_as_number",
            _("2024.10 typed as a number cannot be told from 2024.1; type 2024-10-01."),
        )
    if (day := read_day(str(int(number)))) is None:
        raise _not_a_date(str(int(number)))
    return Parsed(day)


def _parse_month(text: str, *, is_allowed: bool) -> Parsed[date]:
    match = MONTH_ONLY.fullmatch(text)
    if match is None:
        raise _not_a_date(text)
    first = day_of(int(match[1]), int(match[2]), 1)
    if not is_allowed:
        raise CellError(
            "month_only", _("The day is missing; type a full date, such as 2024-03-01.")
        )
    return Parsed(first, precision=MONTH)


def _not_a_date(text: str) -> CellError:
    if YEAR_ONLY.fullmatch(text):
        return CellError("year_only", _("Month and day are missing; type a date like 2024-03-01."))
    if TWO_DIGIT_YEAR.fullmatch(text):
        return CellError("two_digit_year", _("Type the year with four digits."))
    if PERIOD.fullmatch(text):
        return CellError("period", _("The cell holds a period; type one date."))
    return CellError("not_a_date", _("This is not a date; type it like 2024-03-01."))


def parse_year(raw: object) -> Parsed[int]:
    """A calendar year with four digits: 2025, 2025年, 2025年度."""
    text = compact(cell_text(raw))
    if (empty := blank(text)) is not None:
        return empty
    match = YEAR.fullmatch(text)
    if match is None:
        raise CellError("not_a_year", _("This is not a year; type four digits, such as 2025."))
    return Parsed(checked(date(max(int(match[1]), 1), 1, 1)).year)
