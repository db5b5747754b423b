"""Numbers of official documents: 沪民社服发〔2024〕1号 (domain.md 6.8)."""

import re

from django.utils.translation import gettext_lazy as _

from portal.cells.parsed import CellError, Message, Parsed
from portal.cells.text import BRACKETS, blank, cell_text, compact

LOOSE = re.compile(r"(?P<word>[\u4e00-\u9fff]{2,16})（(?P<year>[0-9]+)）(?P<seq>[0-9]+)号")
FOUR_DIGITS = re.compile(r"(19|20)[0-9]{2}")


def parse_document_number(raw: object) -> Parsed[str]:
    """The number with hexagonal brackets; other brackets and inner spaces are repaired."""
    typed = cell_text(raw)
    if (empty := blank(typed)) is not None:
        return empty
    match = LOOSE.fullmatch(compact(typed).translate(BRACKETS))
    if match is None:
        raise CellError(
            "not_a_document_number",
            _("This is not a document number; type it like 沪民社服发〔2024〕1号."),
        )
    if not FOUR_DIGITS.fullmatch(match["year"]):
        raise CellError("document_year", _("The year of a document number has four digits."))
    if match["seq"].startswith("0"):
        raise CellError("document_leading_zero", _("A document number has no leading zero."))
    number = f"{match['word']}〔{match['year']}〕{match['seq']}号"
    if number == typed:
        return Parsed(number)
    return Parsed(number, (Message("repaired", _("The brackets or spaces were corrected.")),))
