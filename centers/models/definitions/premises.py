"""What the fields of the premises mean."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from centers.models.definitions.definition import NOTE, Definition, Example, day, flags, same

PREMISES = {
    "address": Definition(
        _("Street, number, floor and room of one place. Two places are two rows."),
        clause="三(二)-4",
        examples=(Example("梧桐路18号2楼201室", "梧桐路18号2楼201室"),),
    ),
    "exclusive_area_m2": Definition(
        _(
            "Floor area that the center alone uses, in m², measured on the basis named beside it."
            " Rooms used by turns are shared; corridors of the building do not count."
        ),
        clause="三(二)-4",
        hint=_("Used by the center alone, in m²."),
        examples=(
            Example("30.5", Decimal("30.50")),
            Example("30平方米", Decimal("30.00")),
            Example("0", Decimal("0.00"), _("Only shared rooms")),
        ),
    ),
    "shared_area_m2": Definition(
        _(
            "Floor area of the rooms the center uses together with others, as a whole and in m²."
            " Not the whole building; it counts only by the agreed share."
        ),
        clause="三(二)-4",
        hint=_("Used together with others, in m². Counts by the share ratio."),
        examples=(Example("60", Decimal("60.00")),),
    ),
    "share_ratio": Definition(
        _(
            "The agreed share of the shared area, between 0 and 1 or in per cent. Without it the"
            " shared area counts as 0."
        ),
        clause="三(二)-4",
        hint=_("The center's share of the shared area: 0.25 or 25%."),
        examples=(Example("0.25", Decimal("0.25")), Example("25%", Decimal("0.25"))),
    ),
    "area_basis": Definition(
        _(
            "What the areas of this row measure: usable area inside the rooms, or built area with"
            " walls and a part of the common space, as on the property certificate."
        ),
        clause="三(二)-4",
        examples=same(
            usable=_("Measured from wall to wall"),
            built=_("Taken from the property certificate"),
        ),
    ),
    "has_signage": Definition(
        _(
            "Yes if a sign at the door or in the hall names the center and shows the way. A sheet"
            " of paper on a desk is no."
        ),
        clause="三(二)-5",
        hint=_("A sign leads to the center and names it."),
        examples=flags(
            _("A plate at the door and an arrow in the hall"),
            _("The plate is ordered and not up yet"),
        ),
    ),
    "has_equipment": Definition(
        _(
            "Yes if desks, computer, telephone and room for consultation are there and work. What"
            " is borrowed by the day does not count."
        ),
        clause="三(二)-6",
        hint=_("The facilities and equipment that the work needs are there."),
        examples=flags(
            _("Two desks, a computer, a telephone, a meeting table"),
            _("No computer yet"),
        ),
    ),
    "starts_on": Definition(
        _(
            "First day on which the center worked in this place in this size. When the size"
            " changes, end the row and add another."
        ),
        clause="三(二)-4",
        hint=_("First day of use."),
        examples=day("2020-01-01", date(2020, 1, 1)),
    ),
    "ends_on": Definition(
        _(
            "Last day of use, the day itself included. Empty while the place is in use; the end of"
            " the lease is another field."
        ),
        clause="三(二)-4",
        hint=_("Last day of use. Empty: still in use."),
        examples=day("2025-12-31", date(2025, 12, 31)),
    ),
    "is_relatively_independent": Definition(
        _(
            "Yes if the center can be reached and locked by itself. Recorded only: no rule judges"
            " it."
        ),
        clause="三(二)-3",
        examples=flags(
            _("A room with a door of its own"),
            _("Two desks in the common hall"),
        ),
    ),
    "right_kind": Definition(
        _("By what right the center uses the place, as the document says."),
        examples=same(
            leased=_("A lease with rent"),
            free_use=_("The street lends the rooms"),
        ),
    ),
    "right_from_on": Definition(
        _("First day of the lease or permission, not the day of its signature."),
        examples=day("2024-01-01", date(2024, 1, 1)),
    ),
    "right_to_on": Definition(
        _("Last day of the lease or permission, the day itself included. Empty if it has no end."),
        examples=day("2026-12-31", date(2026, 12, 31)),
    ),
    "co_location": Definition(
        _(
            "Service places of the street or of civil affairs in the same building or courtyard"
            " with which the center shares rooms or activities. Recorded only: no rule judges it."
        ),
        clause="三(二)-1",
        examples=(
            Example(
                "party_service_center",
                ["party_service_center"],
                _("Inside the party-masses service center"),
            ),
        ),
    ),
    "adequacy": Definition(
        _(
            "Whether the place meets the needs of the work. The bureau judges it when it accepts"
            " the section; the center does not fill it in."
        ),
        clause="三(二)-2",
    ),
    "note": NOTE,
}
