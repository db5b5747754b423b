"""Facts of centers, as rules see them: a fixed number of queries for any number of centers."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import Max

from centers.models import ROW_MODELS, Section
from evaluation.rules import facts as f
from organizations.selectors import work_records
from portal.batches import ANY_IDS, any_of, compiled

# Per kind: the fact, and the columns it is made of in the order of its fields after ``row``.
DATES = ("starts_on", "ends_on")
SHAPES: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    Section.Kind.PROFILE: (
        f.Profile,
        (
            "name",
            "uscc",
            "registration_status",
            "registered_on",
            "established_on",
            "operating_model",
            "legal_representative_id",
            *DATES,
            "last_inspection",
            "basic_cost_yuan",
            "is_legal_representative_chair",
            "organization_count",
        ),
    ),
    Section.Kind.STAFF: (
        f.Staff,
        (
            "person_id",
            "post",
            "employment_type",
            "is_full_time",
            "is_council_appointed",
            "is_openly_recruited",
            *DATES,
            "social_work_certificate",
            "pay_follows_community_worker",
        ),
    ),
    Section.Kind.PREMISES: (
        f.Premises,
        (
            "exclusive_area_m2",
            "shared_area_m2",
            "share_ratio",
            "area_basis",
            "adequacy",
            "has_signage",
            "has_equipment",
            *DATES,
            "right_kind",
            "right_from_on",
            "right_to_on",
            "co_location",
            "is_relatively_independent",
        ),
    ),
    Section.Kind.ACCOUNTS: (f.Account, ("holder", *DATES)),
    Section.Kind.FUNDING: (
        f.Funding,
        (
            "fiscal_year",
            "form",
            "purpose",
            "amount_yuan",
            "basic_amount_yuan",
            "received_yuan",
            "is_annual_renewal",
            *DATES,
        ),
    ),
    Section.Kind.GOVERNANCE: (f.Council, ("member_count", *DATES, "has_supervisor")),
    # A figure belongs to its year, not to days.
    Section.Kind.FUNCTIONS: (f.FunctionFigure, ("fiscal_year", "function", "count")),
    Section.Kind.STATUTORY: (
        f.Statutory,
        ("matter", "occurred_on", "done_on", "is_so", "non_state_share", *DATES),
    ),
}


def facts_for(
    center_ids: Sequence[int],
    as_of: date,
    known_at: datetime | None = None,
    accepted: Iterable[tuple[int, str, int]] | None = None,
) -> dict[int, f.CenterFacts]:
    """Center id → facts as of a date, from the sections accepted last (by ``known_at``), which may
    be given with those of other centers.

    One query for the sections, one per kind that was filed and one for the records of work. A kind
    never filed is None, one filed empty is an empty tuple.
    """
    if accepted is None:
        accepted = sections_accepted_last(center_ids, known_at)
    filed: dict[int, dict[str, tuple[Any, ...]]] = {center_id: {} for center_id in center_ids}
    sections = _by_kind(accepted, filed)
    for kind, (fact, _columns) in SHAPES.items():
        of_kind = sections.get(kind)
        if of_kind is None:
            continue
        rows: dict[int, list[Any]] = {section_id: [] for section_id in of_kind}
        for section_id, *cells in rows_of(kind)(of_kind):
            rows[section_id].append(fact(*cells))
        for section_id, center_id in of_kind.items():
            filed[center_id][kind] = tuple(rows[section_id])
    for center_id, casework in _casework(center_ids, known_at).items():
        filed[center_id]["casework"] = tuple(casework)
    return {center_id: f.CenterFacts(as_of, **kinds) for center_id, kinds in filed.items()}


def _by_kind(
    accepted: Iterable[tuple[int, str, int]], wanted: Container[int]
) -> Mapping[str, Mapping[int, int]]:
    """Kind → {section id: center id} of the wanted centers."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for pk, kind, center_id in accepted:
        if center_id in wanted:
            found[kind][pk] = center_id
    return found


@cache
def rows_of(kind: str) -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    """Section ids → (section id, position, cells …) of their rows."""
    _fact, columns = SHAPES[kind]
    found = ROW_MODELS[kind].objects.filter(any_of("section_id", ANY_IDS))
    ordered = found.order_by("section_id", "position")
    return compiled(ordered.values_list("section_id", "position", *columns))


def _casework(
    center_ids: Sequence[int], known_at: datetime | None
) -> Mapping[int, list[f.Casework]]:
    found: dict[int, list[f.Casework]] = defaultdict(list)
    for worked in work_records.days_worked(center_ids, known_at):
        of_year = f.Casework(worked.year, worked.function, worked.days, worked.none_due_on)
        found[worked.center_id].append(of_year)
    return found


def sections_accepted_last(
    center_ids: Iterable[int], known_at: datetime | None = None
) -> list[tuple[int, str, int]]:
    """(section id, kind, center id) of what counts of the centers (by ``known_at``)."""
    if known_at is None:
        return _accepted_last_now()(center_ids)
    return list(_accepted_last(center_ids, known_at))


@cache
def _accepted_last_now() -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    return compiled(_accepted_last(ANY_IDS))


def _accepted_last(center_ids: Iterable[int], known_at: datetime | None = None) -> Any:
    latest = Section.objects.filter(any_of("center_id", center_ids), kind__in=list(SHAPES))
    return latest.accepted_last(known_at).values_list("id", "kind", "center_id")


def with_draft(
    facts: f.CenterFacts, kind: str, rows: Iterable[Mapping[str, Any]]
) -> f.CenterFacts:
    """The same facts as if ``rows`` (as a form cleaned or a section stores them) were the section
    accepted last."""
    if kind not in SHAPES:
        return facts
    fact, columns = SHAPES[kind]
    drafted = tuple(
        fact(position, *(_cell(row, column, position) for column in columns))
        for position, row in enumerate(rows, start=1)
    )
    changes: dict[str, Any] = {kind: drafted}
    return replace(facts, **changes)


def _cell(row: Mapping[str, Any], column: str, position: int) -> Any:
    """A drafted cell; somebody named for the first time is nobody the center knows yet."""
    if column in row or not column.endswith("_id"):
        return row.get(column)
    field = column.removesuffix("_id")
    if row.get(field) is not None:
        return row[field].pk
    return f"new:{row['person_name']}:{position}" if row.get("person_name") else None


def data_versions(
    center_ids: Sequence[int], known_at: datetime | None = None
) -> dict[int, datetime]:
    """Center id → when the newest of its facts was accepted or recorded (by ``known_at``)."""
    accepted = _newest_now()(center_ids) if known_at is None else _newest(center_ids, known_at)
    versions = dict(accepted)
    for center_id, at in work_records.changed_at(center_ids, known_at).items():
        versions[center_id] = max(at, versions.get(center_id, at))
    return versions


@cache
def _newest_now() -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    return compiled(_newest(ANY_IDS))


def _newest(center_ids: Iterable[int], known_at: datetime | None = None) -> Any:
    accepted = Section.objects.filter(
        any_of("center_id", center_ids), status=Section.Status.ACCEPTED
    )
    if known_at is not None:
        accepted = accepted.filter(decided_at__lte=known_at)
    return accepted.order_by().values_list("center_id").annotate(newest=Max("decided_at"))
