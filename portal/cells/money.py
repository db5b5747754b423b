"""Amounts: whatever the bureaus type, in yuan with two decimals (domain.md 6.6)."""

import re
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext_lazy as _

from portal.cells.numerals import read_amount
from portal.cells.parsed import CellError, Message, Parsed
from portal.cells.quantities import NUMBER, Quantity, figure_text, quantity, two_places
from portal.cells.text import blank, compact, match_key, plain_number

HeaderUnit = Literal["yuan", "ten_thousand"]

FACTORS = {
    "元": 1,
    "千": 1_000,
    "千元": 1_000,
    "万": 10_000,
    "万元": 10_000,
    "百万": 1_000_000,
    "百万元": 1_000_000,
    "千万": 10_000_000,
    "千万元": 10_000_000,
    "亿": 100_000_000,
    "亿元": 100_000_000,
}
AMOUNT = re.compile(
    rf"(?:人民币|RMB|CNY)?¥?(?P<sign>[-+]?)¥?(?P<number>{NUMBER})(?P<unit>[千百万亿]*[元圆]?)[整正]?",
    re.IGNORECASE,
)
UNIT_IN_BRACKETS = re.compile(r"\((人民币)?([千百万亿]*元)\)$")
OTHER_UNIT = re.compile(r"(千|百万|千万|亿|美|港|欧|日)元")
LARGEST_YUAN = Decimal(10) ** 13


def header_unit(header: str) -> HeaderUnit | None:
    """The unit of amounts that a header names, such as 金额（万元）; None if it names none.

    Raises CellError for a unit the portal does not read (千元, 亿元, foreign currency).
    """
    key = match_key(header)
    if OTHER_UNIT.search(key):
        raise CellError("header_unit", _("Amounts are read in 元 or 万元; change the header."))
    if "万元" in key:
        return "ten_thousand"
    return "yuan" if re.search(r"（(单位:)?(人民币)?元）|/元$", key) else None


def parse_money(
    raw: object,
    *,
    header_unit: HeaderUnit | None,
    sanity_max: Decimal = Decimal("100000000"),
    allow_negative: bool = False,
) -> Parsed[Decimal]:
    """Yuan with two decimals; ``header_unit`` counts only where the cell names no unit.

    ``sanity_max`` (yuan) is the amount above which a bare number under 万元 is asked about.
    """
    text = UNIT_IN_BRACKETS.sub(r"\2", figure_text(raw))
    if (empty := blank(text)) is not None:
        return _blank_amount(text, empty)
    number = plain_number(raw)
    if number is not None:
        return _finish(number, "", Quantity("", "", ()), header_unit, sanity_max, allow_negative)
    words = quantity(text)
    in_words = read_amount(words.text)
    if in_words is not None:
        return _finish(in_words, "元", words, None, sanity_max, allow_negative)
    match = AMOUNT.fullmatch(words.text)
    unit = match["unit"].replace("圆", "元") if match else "?"
    if match is None or (unit and unit not in FACTORS):
        raise CellError("not_an_amount", _("This is not an amount; type a number such as 48.5."))
    number = Decimal(match["sign"] + match["number"].replace(",", ""))
    return _finish(number, unit, words, header_unit, sanity_max, allow_negative)


def _blank_amount(text: str, empty: Parsed) -> Parsed[Decimal]:
    if compact(text) not in {"无", "暂无"}:
        return empty
    unclear = Message("zero_or_unknown", _("Type 0 if there is no money, or leave the cell blank."))
    return Parsed(None, (unclear,))


def _finish(
    number: Decimal,
    unit: str,
    words: Quantity,
    under: HeaderUnit | None,
    sanity_max: Decimal,
    allow_negative: bool,
) -> Parsed[Decimal]:
    factor = FACTORS.get(unit, 10_000 if under == "ten_thousand" else 1)
    _refuse_magnitude(number * factor, allow_negative)
    if not unit and under == "ten_thousand" and abs(number * factor) > sanity_max:
        raise CellError(
            "confirm_unit",
            _("Under 万元 this is %(amount)s yuan. Correct it, or write the unit in the cell."),
            amount=f"{number * factor:,.2f}",
        )
    amount, rounding = two_places(number * factor)
    return Parsed(
        amount, words.warnings + _unit_warnings(unit, under, amount) + rounding, words.note
    )


def _refuse_magnitude(amount: Decimal, allow_negative: bool) -> None:
    if amount < 0 and not allow_negative:
        raise CellError("negative", _("A negative amount is accepted in adjustments only."))
    if abs(amount) >= LARGEST_YUAN:
        raise CellError("amount_too_large", _("The amount is too large."))


def _unit_warnings(unit: str, under: HeaderUnit | None, amount: Decimal) -> tuple[Message, ...]:
    if not unit and under is None and amount:
        return (Message("unit_assumed", _("No unit is given; the amount is taken as yuan.")),)
    if unit == "元" and under == "ten_thousand":
        return (Message("unit_differs", _("The header says 万元 and the cell 元; 元 is taken.")),)
    return ()
