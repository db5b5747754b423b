"""What looks odd in the premises."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from centers.selectors.cautions.caution import Caution, Row, Said, holds, odd

# No official figures stand behind these: usual for a center of a street or town [practice].
LARGEST_AREA_M2 = Decimal(2000)
SMALLEST_AREA_M2 = Decimal(5)
AREA_CHANGE = Decimal("0.5")


def premises_area(row: Row, _on: date) -> Iterator[Caution]:
    """Areas are known and of a size that centers have."""
    for name in ("exclusive_area_m2", "shared_area_m2"):
        area = row.get(name)
        if area is not None and area > LARGEST_AREA_M2:
            yield odd(
                name,
                "area_large",
                _("%(area)s m² is more than centers have. Is it the whole building?"),
                area=area,
            )
        elif area is not None and 0 < area < SMALLEST_AREA_M2:
            yield odd(
                name,
                "area_small",
                _("%(area)s m² is less than a desk needs. Check the figure."),
                area=area,
            )
    if row.get("exclusive_area_m2") is None:
        yield odd(
            "exclusive_area_m2",
            "area_unknown",
            _("Unknown: type 0 if the center has no room of its own."),
        )


def premises_share(row: Row, _on: date) -> Iterator[Caution]:
    """A shared area and its ratio come together."""
    shared, ratio = row.get("shared_area_m2"), row.get("share_ratio")
    if shared and ratio is None:
        yield odd(
            "share_ratio",
            "ratio_missing",
            _("Without the share ratio the shared %(area)s m² count as 0."),
            area=shared,
        )
    if ratio is not None and not shared:
        yield odd(
            "share_ratio",
            "ratio_without_area",
            _("A ratio without a shared area counts nothing. Fill in the shared area."),
        )


def premises_unknown(row: Row, on: date) -> Iterator[Caution]:
    """What rules ask of a place in use is said."""
    if not holds(row, on):
        return
    texts = {
        "has_signage": _("Unknown: say whether there is signage."),
        "has_equipment": _("Unknown: say whether there is equipment."),
    }
    for name, text in texts.items():
        if row.get(name) is None:
            yield odd(name, f"{name}_unknown", text)
    if not row.get("address"):
        yield odd(
            "address",
            "address_missing",
            _("Without an address nobody can find the place."),
        )


def premises_right(row: Row, on: date) -> Iterator[Caution]:
    """The right of use lasts as long as the use."""
    until = row.get("right_to_on")
    if until is not None and until < on and holds(row, on):
        yield odd(
            "right_to_on",
            "right_expired",
            _("The right of use ended on %(day)s while the place is still in use. Was it renewed?"),
            day=until,
        )
    if row.get("right_kind") == "leased" and until is None:
        yield odd(
            "right_to_on",
            "lease_without_end",
            _("A lease has a last day. Copy it from the contract."),
        )


def premises_in_use(said: Said) -> Iterator[Caution]:
    """Some place is in use today."""
    if said.rows and not said.in_force and not said.is_partial:
        yield odd(
            "",
            "no_premises_in_use",
            _("No place is in use today. Add the one where the center works now."),
        )


def premises_change(said: Said) -> Iterator[Caution]:
    """An area changed by half or more since it was accepted last."""
    before = {row.get("line"): row for row in said.before or () if row.get("line")}
    for position, row in enumerate(said.rows, start=1):
        standing = before.get(row.get("line"))
        if standing is None:
            continue
        for name in ("exclusive_area_m2", "shared_area_m2"):
            new, old = row.get(name), standing.get(name)
            if new is not None and old and abs(new - old) > old * AREA_CHANGE:
                yield replace(
                    odd(
                        name,
                        "area_changed",
                        _(
                            "It was %(old)s m² when it was accepted last. If the place changed, end"
                            " this row and add another."
                        ),
                        old=old,
                    ),
                    position=position,
                )
