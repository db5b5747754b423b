"""What numbers with words around them have in common: notes, 约, ranges (domain.md 7.2 #20)."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext_lazy as _

from portal.cells.parsed import CellError, Message
from portal.cells.text import DASHES, cell_text, compact

# Fifteen digits: more than any column holds, less than the precision of Decimal.
NUMBER = r"[0-9]{1,3}(?:,[0-9]{3}){1,4}(?:\.[0-9]{1,15})?|[0-9]{1,15}(?:\.[0-9]{1,15})?"
NOTE = re.compile(r"(?P<main>[^()]+)\((?P<note>.+)\)", re.DOTALL)
ABOUT_BEFORE = re.compile(r"^(人民币)?(?:约计|大约|大概|约|近|≈|~)")
ABOUT_AFTER = re.compile(r"(左右|上下)$")
RANGE = re.compile(r"[0-9][^0-9]{0,4}[-~至到][0-9]")
OPEN_BOUND = re.compile(
    r"[0-9十百千万亿](余|多|几)|以上|以下|以内|不足|不到|超过?|至少|最多|[><≥≤]"
)
ROUNDING_NOISE = Decimal("0.000001")


def figure_text(raw: object) -> str:
    """The text of a cell that should hold a number. Raises CellError for a date."""
    if isinstance(raw, date):
        raise CellError("date_in_figure", _("The cell is formatted as a date; type the number."))
    return cell_text(raw)


@dataclass(frozen=True)
class Quantity:
    """The words of a number, without its note and without 约."""

    text: str
    note: str
    warnings: tuple[Message, ...]


def quantity(text: str) -> Quantity:
    """Take note and 约 off NFKC text. Raises CellError for ranges and open bounds."""
    main, note = _split_note(text)
    main = DASHES.sub("-", compact(main))
    if RANGE.search(main):
        raise CellError("range", _("A range is not a figure; type one number."))
    exact = ABOUT_AFTER.sub("", ABOUT_BEFORE.sub(r"\1", main))
    if OPEN_BOUND.search(exact):
        raise CellError("inexact", _("The number is not exact; type one number."))
    if exact == main:
        return Quantity(main, note, ())
    about = Message("approximate", _("The number is marked as approximate; it is taken as exact."))
    return Quantity(exact, note, (about,))


def _split_note(text: str) -> tuple[str, str]:
    match = NOTE.fullmatch(text)
    if match is None:
        return text, ""
    return match["main"], match["note"].strip()


def two_places(value: Decimal) -> tuple[Decimal, tuple[Message, ...]]:
    """The value with two decimals, and a warning when that changes it."""
    rounded = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if abs(rounded - value) <= ROUNDING_NOISE:
        return rounded, ()
    return rounded, (Message("rounded", _("The number is rounded to two decimals.")),)
