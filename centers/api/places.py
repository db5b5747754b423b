"""What rows of all these resources share: where a thing lies, codes, words for choices, figures."""

import re

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from portal.api.resources import Field

DISTRICT = (
    Field("division_code", "code", _("Code of the district, six digits.")),
    Field("division_name", "text", _("Name of the district.")),
)
TOWNSHIP_CODE = Field(
    "township_code",
    "code",
    _("Code of the street, town or township; null for what is the district's own."),
    nullable=True,
)
TOWNSHIP = (
    TOWNSHIP_CODE,
    Field(
        "township_name",
        "text",
        _("Name of the street, town or township; null for what is the district's own."),
        nullable=True,
    ),
)
CENTER_CODE = Field("center_code", "code", _("Code of the center."))
CENTER = (
    CENTER_CODE,
    Field("center_name", "text", _("Name of the center, as the register has it now.")),
    DISTRICT[0],
    TOWNSHIP_CODE,
)
AS_OF = Field("as_of", "day", _("The day the row speaks of."))
NUMBERS = re.compile(r"[1-9][0-9]{0,17}")


def district_of(division):
    """Code and name of the district; ``division`` comes with its parent."""
    is_below = len(division.code) > len("310101")
    return {
        "division_code": division.code[:6],
        "division_name": division.parent.name if is_below else division.name,
    }


def township_of(division):
    """Code and name of what lies below the district, or of nothing."""
    is_below = len(division.code) > len("310101")
    return {
        "township_code": division.code if is_below else None,
        "township_name": division.name if is_below else None,
    }


def center_place(center):
    """How a row names its center."""
    return {
        "center_code": center.code,
        "center_name": center.name,
        "division_code": district_of(center.division)["division_code"],
        "township_code": township_of(center.division)["township_code"],
    }


def label(choices, value):
    """The word for a value in the client's language."""
    return None if value is None else str(dict(choices)[value])


def number(letter, code):
    """The number behind a code such as R12, or None where it is none."""
    digits = code.removeprefix(letter)
    return int(digits) if digits != code and NUMBERS.fullmatch(digits) else None


def numbers(letter, codes):
    """The numbers behind those of the codes that are any."""
    found = (number(letter, code) for code in codes)
    return [each for each in found if each is not None]


def rate(part, whole):
    """A share as text with four decimals; None of nothing."""
    return None if not whole else f"{part / whole:.4f}"


__all__ = [
    "AS_OF", "CENTER", "CENTER_CODE", "DISTRICT", "TOWNSHIP", "TOWNSHIP_CODE",
]
