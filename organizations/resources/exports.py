"""The register as rows of its own workbooks: what goes out comes back in without a difference."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from organizations.models import ActivityTeam, CreditListing, Inspection, Organization
from organizations.resources import labels
from organizations.resources.parsers import label_of
from portal import sealing
from portal.cells import mask_phone
from portal.jurisdictions.models import Division

CHUNK = 2_000
# In place of a number that cannot be opened; brought in again it changes nothing.
UNOPENED = "****"


def organizations(
    district: Division, *, with_personal: bool, on: date
) -> Iterator[list[Mapping[str, Any]]]:
    """Organizations of a district, some at a time, in a fixed number of queries for each."""
    found = Organization.objects.within(district).select_related("division")
    for chunk in _chunks(found):
        ids = [row.pk for row in chunk]
        inspected, listed = _inspected(ids, on.year), _listed(ids)
        yield [
            _organization(row, district, with_personal=with_personal)
            | {
                "inspection_last": inspected.get((row.pk, on.year - 1)),
                "inspection_before": inspected.get((row.pk, on.year - 2)),
            }
            | listed.get(row.pk, {})
            for row in chunk
        ]


def _inspected(ids: list[int], year: int) -> dict[tuple[int, int], str | None]:
    """Organization and year → what was concluded of the two years before ``year``."""
    found = Inspection.objects.filter(organization__in=ids, year__in=(year - 1, year - 2))
    rows = found.values_list("organization_id", "year", "status", "conclusion")
    said = {"missed": "missed", "exempt": "exempt"}
    return {
        (pk, of_year): label_of(labels.INSPECTIONS, conclusion or said.get(status, "pending"))
        for pk, of_year, status, conclusion in rows
    }


def _listed(ids: list[int]) -> dict[int, dict[str, Any]]:
    """Organization → the entry of a credit list that stands, the serious list before the other."""
    found = CreditListing.objects.filter(organization__in=ids, removed_on=None)
    rows = found.order_by("kind", "listed_on").values_list("organization_id", "kind", "listed_on")
    return {
        pk: {"listing": label_of(labels.LISTINGS, kind), "listed_on": listed_on}
        for pk, kind, listed_on in rows
    }


def teams(
    district: Division,
    *,
    with_personal: bool,
    on: date,  # noqa: ARG001 (as the other table)
) -> Iterator[list[Mapping[str, Any]]]:
    """Teams that are or were on file in a district, some at a time."""
    found = ActivityTeam.objects.within(district).on_file().select_related("division")
    for chunk in _chunks(found):
        yield [_team(row, district, with_personal=with_personal) for row in chunk]


def _chunks(found: "QuerySet[Any]") -> Iterator[list[Any]]:
    """By the key, so that no chunk costs more than the one before."""
    last = 0
    while chunk := list(found.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _organization(row: Any, district: Division, *, with_personal: bool) -> dict[str, Any]:
    unit = labels.DIRECT if row.is_direct_registration else row.supervising_unit
    plain = (
        *("name", "registered_on", "domicile", "actual_address", "scope"),
        *("legal_representative", "contact_name", "registered_capital_yuan", "staff_count"),
        *("full_time_count", "is_charity", "can_raise_publicly", "grade_until"),
    )
    return {name: getattr(row, name) for name in plain} | {
        "district": district.name,
        "township": row.division.name,
        "uscc": row.uscc or row.old_certificate_no,
        "org_type": label_of(labels.TYPES, row.org_type),
        "authority_level": label_of(labels.AUTHORITIES, row.authority_level),
        "supervising_unit": unit,
        "contact_phone": _phone(row, "contact_phone", with_personal=with_personal),
        "party_unit": label_of(labels.PARTY_UNITS, row.party_unit),
        "has_party_liaison": _there(row.has_party_liaison),
        "community_kind": label_of(labels.COMMUNITY_KINDS, row.community_kind),
        "grade": labels.NOT_GRADED if row.grade == "none" else row.grade,
        "status": label_of(labels.STATUSES, row.status),
    }


def _team(row: Any, district: Division, *, with_personal: bool) -> dict[str, Any]:
    plain = (
        *("name", "neighborhood", "founded_on", "place", "content", "schedule"),
        *("times_per_week", "member_count", "party_member_count", "leader_name"),
        *("filing_no", "filed_on"),
    )
    assigned = None if row.has_liaison is None else ("yes" if row.has_liaison else "no")
    return {name: getattr(row, name) for name in plain} | {
        "district": district.name,
        "township": row.division.name,
        "kind": label_of(labels.TEAM_KINDS, row.kind),
        "leader_phone": _phone(row, "leader_phone", with_personal=with_personal),
        "has_liaison": label_of(labels.ASSIGNED, assigned),
        "status": label_of(labels.TEAM_STATUSES, row.status),
    }


def _there(flag: bool | None) -> str | None:
    return None if flag is None else ("有" if flag else labels.NONE)


def _phone(row: Any, name: str, *, with_personal: bool) -> str | None:
    sealed = getattr(row, f"{name}_sealed")
    if sealed is None:
        return None
    try:
        phone = sealing.unseal(sealed, purpose=row.SEALED[name])
    except sealing.SealBroken:
        # One number that no key opens keeps no register in.
        return UNOPENED
    return phone if with_personal else mask_phone(phone)


EXPORTS: Mapping[str, Callable[..., Iterator[list[Mapping[str, Any]]]]] = {
    "organizations": organizations,
    "teams": teams,
}
