"""What the register knows of an organization before it applies for a grade."""

from datetime import date
from typing import NamedTuple

from django.db.models import Q

from organizations.models import CreditListing, Inspection, Observation, Organization
from organizations.rules.gradings import Eligibility, GradingFacts, Inspected, eligibility
from organizations.rules.inspections import CHARITY_REPORT
from organizations.selectors import inspections, thresholds


class Penalties(NamedTuple):
    """Whether it was penalized in the year before, and whether a penalty is unfinished."""

    last_year: bool | None
    open: bool | None


def of_organization(organization: Organization, on: date) -> Eligibility:
    """Whether it may apply on a day, by what is known and by the district's parameters."""
    path = organization.division.path
    parameters = thresholds.for_paths([path], on)[path]
    return eligibility(facts_of(organization, on), parameters, on)


def facts_of(organization: Organization, on: date) -> GradingFacts:
    """None where nothing says: a district that notes no penalties knows of none, which is not
    that there was none. Six queries at most."""
    penalties = _penalties(organization, on)
    return GradingFacts(
        registered_on=organization.registered_on,
        grade=organization.grade,
        grade_until=organization.grade_until,
        inspections=_inspections(organization, on),
        was_penalized_last_year=penalties.last_year,
        has_open_penalty=penalties.open,
        is_listed=_is_listed(organization, on),
        is_party_unit_missing=_is_party_unit_missing(organization),
    )


def _inspections(organization: Organization, on: date) -> dict[int, Inspected]:
    found = Inspection.objects.filter(organization=organization, year__lt=on.year)
    return {
        inspection.year: Inspected(
            inspection.status,
            inspection.conclusion,
            inspection.is_overdue,
            inspection.kind == CHARITY_REPORT,
        )
        for inspection in inspections.with_state(found, on)
    }


def _district_path(organization: Organization) -> str:
    """Of the district it lies in, or of the municipality where it lies in none."""
    return "/".join(organization.division.path.split("/")[:2]) + "/"


def _penalties(organization: Organization, on: date) -> Penalties:
    noted = Observation.objects.filter(voided_at=None, happened_on__lte=on)
    mine = list(
        noted.filter(organization=organization, kind=Observation.Kind.PENALTY).values_list(
            "happened_on", "settled_on"
        )
    )
    nearby = noted.filter(organization__division__path__startswith=_district_path(organization))
    if not mine and not nearby.exists():
        return Penalties(None, None)
    return Penalties(
        any(day.year == on.year - 1 for day, _settled in mine),
        any(settled is None or settled > on for _day, settled in mine),
    )


def _is_listed(organization: Organization, on: date) -> bool | None:
    entered = CreditListing.objects.filter(listed_on__lte=on)
    standing = Q(removed_on=None) | Q(removed_on__gt=on)
    if entered.filter(standing, organization=organization, ignored_at=None).exists():
        return True
    nearby = entered.filter(district__path=_district_path(organization))
    return False if nearby.exists() else None


def _is_party_unit_missing(organization: Organization) -> bool | None:
    if organization.is_party_unit_required is None:
        return None
    if not organization.is_party_unit_required:
        return False
    if organization.party_unit is None:
        return None
    return organization.party_unit == Organization.PartyUnit.NONE
