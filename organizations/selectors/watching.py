"""What the warnings of an organization or a team rest on, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import CharField, F, Max, Q, Value

from organizations.models import (
    ActivityTeam,
    AnnualFigures,
    Attendance,
    Case,
    CreditListing,
    Inspection,
    InspectionCalendar,
    Observation,
    Organization,
    WorkRecord,
)
from organizations.rules.inspections import statutory_days
from organizations.rules.warnings import (
    Figures,
    InspectionYear,
    Listing,
    Observed,
    TeamFacts,
    WarningFacts,
)
from portal.batches import any_of

# Organizations that are registered; the others are watched no more.
WATCHED = (Organization.Status.NORMAL, Organization.Status.DEREGISTERING)
FILED = ("with_authority", "concluded")
CONTACT = (
    *(Observation.Kind.CONTACT_FAILED, Observation.Kind.LETTER_RETURNED),
    Observation.Kind.CONTACT_RESTORED,
)
# What a center does about an organization, or somebody asks or complains, shows nothing of what the
# organization does: FN-11 and FN-31 are the cases below, FN-12 help with the annual inspection,
# FN-18 a report of a warning.
NO_ACTIVITY = ("FN-11", "FN-12", "FN-18", "FN-31")
NO_ACTIVITY_CASES = (Case.Kind.CONSULTATION, Case.Kind.DISPUTE)
ACTIVE, SEEN = "active", "seen"


def facts_for(organization_ids: Sequence[int], on: date) -> dict[int, WarningFacts]:
    """Organization id → what its warnings may know on the day. Seven queries.

    What is no longer registered is left out.
    """
    inspections = _inspections(organization_ids)
    observations = _observations("organization_id", organization_ids, on)
    active, seen = _last_seen(organization_ids, on)
    listings = _listings(organization_ids)
    figures = _figures(organization_ids)
    found = Organization.objects.filter(any_of("id", organization_ids), status__in=WATCHED)
    return {
        row["id"]: WarningFacts(
            registered_on=row["registered_on"],
            inspections=tuple(inspections.get(row["id"], ())),
            last_activity_on=active.get(row["id"]),
            is_watched=row["id"] in seen,
            registered_capital_yuan=row["registered_capital_yuan"],
            figures=figures.get(row["id"]),
            observations=tuple(observations.get(row["id"], ())),
            council_ends_on=row["council_ends_on"],
            listings=tuple(listings.get(row["id"], ())),
            is_party_unit_required=row["is_party_unit_required"],
            has_party_unit=_has_party_unit(row["party_unit"]),
            certificate_ends_on=row["certificate_ends_on"],
        )
        for row in found.values(
            *("id", "registered_on", "registered_capital_yuan", "council_ends_on"),
            *("is_party_unit_required", "party_unit", "certificate_ends_on"),
        )
    }


def _has_party_unit(kind: str | None) -> bool | None:
    return None if kind is None else kind != "none"


def teams_for(team_ids: Sequence[int], on: date) -> dict[int, TeamFacts]:
    """Team id → what its warnings may know on the day, for the active ones. Two queries."""
    observations = _observations("team_id", team_ids, on)
    found = ActivityTeam.objects.filter(any_of("id", team_ids), status=ActivityTeam.Status.ACTIVE)
    return {
        team_id: TeamFacts(
            kept_on=upkeep_on or filed_on, observations=tuple(observations.get(team_id, ()))
        )
        for team_id, upkeep_on, filed_on in found.values_list("id", "upkeep_on", "filed_on")
    }


def _inspections(ids: Sequence[int]) -> dict[int, list[InspectionYear]]:
    days = _due_days()
    found: dict[int, list[InspectionYear]] = defaultdict(list)
    rows = Inspection.objects.filter(any_of("organization_id", ids)).order_by("year")
    for row in rows.values(
        *("organization_id", "year", "kind", "status", "filed_on", "conclusion"),
        *("concluded_on", "organization__division__path"),
    ):
        found[row["organization_id"]].append(
            InspectionYear(
                year=row["year"],
                due_on=_due_on(days, row),
                is_exempt=row["status"] == "exempt",
                is_filed=row["status"] in FILED or row["filed_on"] is not None,
                conclusion=row["conclusion"],
                concluded_on=row["concluded_on"],
            )
        )
    return found


def _due_days() -> dict[tuple[int, str], list[tuple[str, date]]]:
    """(year, kind) → (division path, day) as the bureaus set it, the nearest division first."""
    days: dict[tuple[int, str], list[tuple[str, date]]] = defaultdict(list)
    rows = InspectionCalendar.objects.order_by("-division__path")
    for year, kind, path, day in rows.values_list(
        "year", "kind", "division__path", "authority_due_on"
    ):
        days[year, kind].append((path, day))
    for each in days.values():
        each.sort(key=lambda pair: -len(pair[0]))
    return days


def _due_on(
    days: dict[tuple[int, str], list[tuple[str, date]]], row: dict[str, Any]
) -> date | None:
    for path, day in days.get((row["year"], row["kind"]), ()):
        if row["organization__division__path"].startswith(path):
            return day
    return statutory_days(row["kind"], row["year"]).authority_due_on


def _observations(column: str, ids: Sequence[int], on: date) -> dict[int, list[Observed]]:
    """Contacts, and what nobody has settled, in the order they happened."""
    found: dict[int, list[Observed]] = defaultdict(list)
    open_ones = Q(kind__in=Observation.SETTLED_BY_HAND, settled_on=None)
    rows = Observation.objects.valid().filter(any_of(column, ids), happened_on__lte=on)
    rows = rows.filter(open_ones | Q(kind__in=CONTACT)).order_by("happened_on", "id")
    for subject_id, *row in rows.values_list(
        column, "id", "kind", "happened_on", "settled_on", "reported_on"
    ):
        found[subject_id].append(Observed(*row))
    return found


def _last_seen(ids: Sequence[int], on: date) -> tuple[dict[int, date], set[int]]:
    """Organization id → the last day it did something; and those of which anything was noted at
    all. One query."""
    noted = Observation.objects.valid().filter(happened_on__lte=on)
    worked = WorkRecord.objects.valid().filter(happened_on__lte=on)
    opened = Case.objects.filter(opened_on__lte=on)
    parts = [
        _latest(worked.exclude(function__in=NO_ACTIVITY), ids, "happened_on"),
        _latest(noted.filter(kind=Observation.Kind.ACTIVITY), ids, "happened_on"),
        _latest(opened.exclude(kind__in=NO_ACTIVITY_CASES), ids, "opened_on"),
        _latest(
            Attendance.objects.filter(case__status=Case.Status.DONE, case__opened_on__lte=on),
            ids,
            "case__opened_on",
        ),
        _latest(noted, ids, "happened_on", SEEN),
    ]
    active: dict[int, date] = {}
    seen: set[int] = set()
    for organization_id, what, day in parts[0].union(*parts[1:], all=True):
        if what == SEEN:
            seen.add(organization_id)
        else:
            active[organization_id] = max(day, active.get(organization_id, day))
    return active, seen


def _latest(rows: Any, ids: Sequence[int], day: str, what: str = ACTIVE) -> Any:
    """(organization id, what it says, its last day), ready for a union."""
    grouped = rows.filter(any_of("organization_id", ids)).order_by().values("organization_id")
    return grouped.annotate(what=Value(what, output_field=CharField()), day=Max(day)).values_list(
        "organization_id", "what", "day"
    )


def _listings(ids: Sequence[int]) -> dict[int, list[Listing]]:
    found: dict[int, list[Listing]] = defaultdict(list)
    rows = CreditListing.objects.filter(any_of("organization_id", ids), ignored_at=None)
    for organization_id, kind, listed_on, removed_on in rows.order_by(
        "listed_on", "id"
    ).values_list("organization_id", "kind", "listed_on", "removed_on"):
        if organization_id is not None:
            found[organization_id].append(Listing(kind, listed_on, removed_on))
    return found


def _figures(ids: Sequence[int]) -> dict[int, Figures]:
    """Organization id → the figures of its last year, as entered last."""
    rows = AnnualFigures.objects.filter(any_of("organization_id", ids))
    last = rows.order_by("organization_id", "-year", "-number").distinct("organization_id")
    return {
        organization_id: Figures(*row)
        for organization_id, *row in last.values_list(
            *("organization_id", "year", "net_assets_yuan", "net_assets_before_yuan"),
            *("public_received_yuan", "public_unspent_yuan", "is_change_explained"),
        )
    }


def paths_of(model: Any, ids: Iterable[int]) -> dict[int, str]:
    """Id → path of the division it lies in, of organizations or of teams. One query."""
    rows = model.objects.filter(any_of("id", ids))
    return dict(rows.values_list("id", F("division__path")))
