"""Telephone numbers (domain.md 6.4)."""

import re

from django.utils.translation import gettext_lazy as _

from portal.cells.parsed import CellError, Message, Parsed
from portal.cells.text import DASHES, blank, cell_text, compact

BETWEEN = re.compile(r"[/、,;|\n或]+|(?<=[0-9]{7})\s+(?=[0-9+(]{7})")
COUNTRY = re.compile(r"^(\+|00)86-?")
MOBILE = re.compile(r"1[3-9][0-9]{9}")
HOTLINE = re.compile(r"(400|800)-?([0-9]{3,4})-?([0-9]{3,4})")
SHORT = re.compile(r"1[0-9]{2,4}|9[0-9]{4,5}")
LANDLINE = r"(?:\(?{area}\)?-?)?([2-9][0-9]{{7}})(?:(?:-|转)([0-9]{{1,6}}))?"


def parse_phone(
    raw: object, *, area_code: str = "021", is_organization: bool = False
) -> Parsed[str]:
    """``021-XXXXXXXX``, with ``-extension`` if there is one, or the digits of a mobile number.

    Of several numbers the first is kept. Short numbers such as 12345 are for organizations.
    """
    text = cell_text(raw)
    if (empty := blank(text)) is not None:
        return empty
    first, *others = [part for part in BETWEEN.split(text) if part.strip()] or [text]
    phone = _normalise(DASHES.sub("-", compact(first)), area_code, is_organization)
    if not others:
        return Parsed(phone)
    kept = Message("several_phones", _("The first number is kept, the others go to the note."))
    return Parsed(phone, (kept,), note=" / ".join(part.strip() for part in others))


def _normalise(text: str, area_code: str, is_organization: bool) -> str:
    number = COUNTRY.sub("", text)
    digits = number.replace("-", "")
    if MOBILE.fullmatch(digits):
        return digits
    if match := re.fullmatch(LANDLINE.format(area=area_code), number):
        return "-".join(filter(None, (area_code, match[1], match[2])))
    if HOTLINE.fullmatch(number) and len(digits) == 10:
        return digits
    if is_organization and SHORT.fullmatch(number):
        return number
    raise CellError(
        "not_a_phone",
        _("This is not a telephone number; type 13812345678 or %(area)s-51234567."),
        area=area_code,
    )


def mask_phone(phone: str) -> str:
    """A normalised number without its middle: 138****1234, 021-****1234."""
    if MOBILE.fullmatch(phone):
        return f"{phone[:3]}****{phone[-4:]}"
    area, dash, rest = phone.partition("-")
    return f"{area}-****{rest.split('-')[0][-4:]}" if dash else phone
