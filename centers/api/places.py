"""What the rows of these resources share: where a thing lies, its code, the day asked for."""

import re

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from portal.api import parameters
from portal.api.resources import Field

DIVISION_CODE = Field("division_code", "code", _("Code of the district, six digits."))
DIVISION_NAME = Field("division_name", "text", _("Name of the district."))
TOWNSHIP_CODE = Field(
    "township_code",
    "code",
    _("Code of the street, town or township; null for what belongs to the district itself."),
    nullable=True,
)
TOWNSHIP_NAME = Field(
    "township_name",
    "text",
    _("Name of the street, town or township; null for what belongs to the district itself."),
    nullable=True,
)
CENTER = (
    Field("center_code", "code", _("Code of the center.")),
    Field("center_name", "text", _("Name of the center, as the register has it now.")),
    DIVISION_CODE,
    TOWNSHIP_CODE,
)
AS_OF = Field("as_of", "day", _("The day the row speaks of."))
# Where the examples lie.
EXAMPLE = {
    "center_code": "C05",
    "center_name": "海棠区桂花镇社会组织服务中心",
    "division_code": "310199",
    "township_code": "310199105",
}
NUMBER = re.compile(r"[1-9][0-9]{0,17}")


def district_code(code):
    """The district's part of a division's code."""
    return code[: len("310101")]


def township_code(code):
    """The code where it is that of something below a district."""
    return code if len(code) > len("310101") else None


def place(code):
    """District and township of a center's division; a district's own center has no township."""
    return district_code(code), township_code(code)


def district_name(division):
    """The name of the district a division is or lies in; ``division`` comes with its parent."""
    return division.parent.name if township_code(division.code) else division.name


def of_center(center):
    """How a row names its center."""
    return {
        "center_code": center.code,
        "center_name": center.name,
        "division_code": district_code(center.division.code),
        "township_code": township_code(center.division.code),
    }


def number(letter, code):
    """The number behind a code such as R12; None for what is no such code."""
    digits = code.removeprefix(letter)
    return int(digits) if digits != code and NUMBER.fullmatch(digits) else None


def numbers(letter, codes):
    """The numbers behind those of the codes that are any."""
    found = (number(letter, code) for code in codes)
    return [each for each in found if each is not None]


def rate(share):
    """A share as text with four decimals; None of nothing."""
    return None if share is None else f"{share:.4f}"


def today():
    """The day in Shanghai."""
    return timezone.localdate()


def day_asked(view):
    """The day a view speaks of: the one asked for, or today."""
    return view.query["as_of"] or today()


def known_at_asked(view):
    """The time by which things were known; it means nothing without a day."""
    return parameters.known_on_a_day(view.query["known_at"], view.query["as_of"])


def centers_asked(view):
    """The centers the user of a view sees, narrowed to the division and the center asked for."""
    centers = Center.objects.visible_to(view.request.user, view.required_capability)
    if division := view.query.get("division"):
        centers = centers.within(division)
    if code := view.query.get("center"):
        centers = centers.filter(code=code)
    return centers
