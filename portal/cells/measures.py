"""Areas, counts and ratios (domain.md 6.10, 7.2 #19)."""

import re
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from portal.cells.parsed import CellError, Message, Parsed
from portal.cells.quantities import NUMBER, Quantity, figure_text, quantity, two_places
from portal.cells.text import blank, compact

AREA = re.compile(rf"({NUMBER})(平方米|平方|平米|平|m2|㎡)?", re.IGNORECASE)
COUNT = re.compile(rf"({NUMBER})(人次|场次|人|名|位|个|家|次|场|户|份|支|项|件|条|张|篇|期)?")
RATIO = re.compile(rf"({NUMBER})(%)?")
NEGATIVE = re.compile(r"-[0-9]")
SEVERAL = re.compile(r"[0-9][^0-9]*[,;、\u00d7xX*+][^0-9]*[0-9]")
LARGEST_AREA_M2 = Decimal("1000000")
LARGEST_COUNT = 2_147_483_647


def parse_area(raw: object) -> Parsed[Decimal]:
    """Square metres with two decimals, not negative, below one million."""
    words = _words(raw)
    if isinstance(words, Parsed):
        return words
    match = AREA.fullmatch(words.text)
    if match is None:
        raise CellError("not_an_area", _("This is not an area; type square metres, such as 30.5."))
    value = _decimal(match[1])
    if value >= LARGEST_AREA_M2:
        raise CellError("area_too_large", _("The area is too large."))
    area, rounding = two_places(value)
    return Parsed(area, words.warnings + rounding, words.note)


def parse_count(raw: object) -> Parsed[int]:
    """A whole number, not negative."""
    words = _words(raw)
    if isinstance(words, Parsed):
        return words
    match = COUNT.fullmatch(words.text)
    if match is None:
        raise CellError("not_a_count", _("This is not a count; type a whole number, such as 12."))
    value = _decimal(match[1])
    if value != value.to_integral_value() or value > LARGEST_COUNT:
        raise CellError("not_whole", _("A count is a whole number."))
    return Parsed(int(value), words.warnings, words.note)


def parse_ratio(raw: object) -> Parsed[Decimal]:
    """A share from 0 to 1; a percentage needs its sign, since 25 could mean either."""
    words = _words(raw)
    if isinstance(words, Parsed):
        return words
    match = RATIO.fullmatch(words.text)
    if match is None:
        raise CellError("not_a_ratio", _("This is not a ratio; type 0.25 or 25%."))
    value = _decimal(match[1])
    if match[2]:
        value = value.scaleb(-2)
    elif value > 1:
        raise CellError("confirm_ratio", _("Is this a percentage? Type 0.25 or 25%."))
    if value > 1:
        raise CellError("ratio_too_large", _("A ratio is at most 1, which is 100%."))
    return Parsed(value, words.warnings, words.note)


def _words(raw: object) -> Quantity | Parsed:
    """The words of the number, or ``Parsed(None)`` for a blank cell."""
    text = figure_text(raw)
    if (empty := blank(text)) is not None:
        return empty
    bare = _without_brackets(compact(text))
    words = quantity(bare or text)
    if NEGATIVE.match(words.text):
        raise CellError("negative", _("The number cannot be negative."))
    if SEVERAL.search(re.sub(r",(?=[0-9]{3}(?![0-9]))", "", words.text)):
        raise CellError("several", _("The cell holds several numbers; type their sum."))
    if not bare:
        return words
    brackets = Message("brackets", _("The brackets around the number are ignored."))
    return Quantity(words.text, words.note, (*words.warnings, brackets))


def _without_brackets(text: str) -> str:
    inside = text[1:-1]
    is_number = re.fullmatch(NUMBER, inside) is not None
    return inside if text[:1] == "(" and text[-1:] == ")" and is_number else ""


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
