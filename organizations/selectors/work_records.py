"""Records of work, and what they add up to.

A figure of one function and year is the number of its valid records; of support services (FN-24) it
is the number of distinct kinds. No record is no figure, not zero.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import ExtractYear, Greatest

from centers.models import FUNCTIONS, Center, FunctionRow, Section
from organizations.models import WorkRecord
from organizations.models.work_record import BY_SUPPORT_KIND
from portal.batches import ANY_IDS, any_of, compiled

# Why a record adds nothing to the figure of its year.
VOIDED, STILL_TO_COME, KIND_COUNTED = "voided", "still_to_come", "kind_counted"
NONE_DUE = "none_due"


# What adds to a figure.
IS_WORK = Q(is_none_due=False)


class WorkDays(NamedTuple):
    """The days on which a function's figure of a year rose by one, in order; and since when it is
    known that nobody was due in it, None where that is not said."""

    center_id: int
    year: int
    function: str
    days: tuple[date, ...]
    none_due_on: date | None = None


@dataclass
class FunctionWork:
    """One function of one year: the records, what they add up to, and what was filed.

    ``recorded`` is None without records, ``filed`` without an accepted figure.
    """

    code: str
    title: Any
    clause: str
    filed: int | None = None
    recorded: int | None = None
    records: list[WorkRecord] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Whether both figures exist and are not the same."""
        return None not in (self.filed, self.recorded) and self.filed != self.recorded


def days_worked(center_ids: Sequence[int], known_at: datetime | None = None) -> list[WorkDays]:
    """What the records of the centers add up to, by year and function. One query."""
    if known_at is None:
        return _added(_valid_now()(center_ids))
    found = WorkRecord.objects.valid(known_at).filter(any_of("center_id", center_ids))
    return _added(_by_function(found))


@cache
def _valid_now() -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    found = WorkRecord.objects.valid().filter(any_of("center_id", ANY_IDS))
    return compiled(_by_function(found))


def _by_function(found: "QuerySet[WorkRecord]") -> "QuerySet[Any, Any]":
    grouped = found.order_by().values_list("center_id", ExtractYear("happened_on"), "function")
    return grouped.annotate(
        days=ArrayAgg("happened_on", filter=IS_WORK, order_by=("happened_on", "id")),
        kinds=ArrayAgg("support_kind", filter=IS_WORK, order_by=("happened_on", "id")),
        none_due_on=Min("happened_on", filter=~IS_WORK),
    ).order_by("center_id", "function")


def _added(rows: Iterable[tuple[Any, ...]]) -> list[WorkDays]:
    return [
        WorkDays(center_id, int(year), function, _risen(function, days, kinds), none_due_on)
        for center_id, year, function, days, kinds, none_due_on in rows
    ]


def _risen(
    function: str, days: Sequence[date] | None, kinds: Sequence[str | None]
) -> tuple[date, ...]:
    """Of support services only the first of each kind adds to the figure."""
    if days is None:
        return ()
    if function != BY_SUPPORT_KIND:
        return tuple(days)
    first: dict[str | None, date] = {}
    for kind, day in zip(kinds, days, strict=True):
        first.setdefault(kind, day)
    return tuple(first.values())


def sifted(
    center: Center, years: Sequence[int], on: date, known_at: datetime | None = None
) -> dict[str, list[tuple[WorkRecord, str]]]:
    """Function → its records of the years, oldest first, as known (by ``known_at``); each with the
    code of why it adds nothing to its year's figure on the day, or "". One query.
    """
    found = WorkRecord.objects.filter(center=center, happened_on__year__in=years)
    if known_at is not None:
        found = found.filter(recorded_at__lte=known_at)
    seen: set[tuple[int, str | None]] = set()
    listed: dict[str, list[tuple[WorkRecord, str]]] = {}
    for record in found.order_by("happened_on", "id"):
        kind = (record.happened_on.year, record.support_kind)
        why = _idle(record, on, known_at) or (KIND_COUNTED if kind in seen else "")
        if not why and record.function == BY_SUPPORT_KIND:
            seen.add(kind)
        listed.setdefault(record.function, []).append((record, why))
    return listed


def _idle(record: WorkRecord, on: date, known_at: datetime | None) -> str:
    if record.voided_at is not None and (known_at is None or record.voided_at <= known_at):
        return VOIDED
    if record.happened_on > on:
        return STILL_TO_COME
    return NONE_DUE if record.is_none_due else ""


def counts(center_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Center id → how many records were entered and how many of them voided: whatever happens to
    records makes one of the two larger. One query."""
    found = WorkRecord.objects.filter(any_of("center_id", center_ids)).order_by()
    grouped = found.values_list("center_id")
    counted = grouped.annotate(entered=Count("pk"), voided=Count("voided_at"))
    return {center_id: (entered, voided) for center_id, entered, voided in counted}


def changed_at(center_ids: Sequence[int], known_at: datetime | None = None) -> dict[int, datetime]:
    """Center id → when its newest record was entered or voided (by ``known_at``). One query."""
    if known_at is None:
        return dict(_changed_now()(center_ids))
    found = WorkRecord.objects.filter(any_of("center_id", center_ids), recorded_at__lte=known_at)
    return dict(_newest(found, Q(voided_at__lte=known_at)))


@cache
def _changed_now() -> Callable[[Iterable[int]], list[tuple[Any, ...]]]:
    return compiled(_newest(WorkRecord.objects.filter(any_of("center_id", ANY_IDS)), Q()))


def _newest(found: "QuerySet[WorkRecord]", voided: Q) -> "QuerySet[Any, Any]":
    newest = found.order_by().values_list("center_id")
    return newest.annotate(at=Greatest(Max("recorded_at"), Max("voided_at", filter=voided)))


def year_of(center: Center, year: int) -> list[FunctionWork]:
    """Every function with its records of the year and the figure filed last. Four queries."""
    lines = {code: FunctionWork(code, *what) for code, what in FUNCTIONS.items()}
    in_year = WorkRecord.objects.filter(center=center, happened_on__year=year)
    for record in in_year.select_related("recorded_by", "voided_by"):
        lines[record.function].records.append(record)
    for added in _added(_by_function(in_year.valid())):
        # That nobody was due is no figure, not even 0.
        lines[added.function].recorded = len(added.days) or None
    for function, filed in _filed(center, year):
        if function in lines:
            lines[function].filed = filed
    return list(lines.values())


def _filed(center: Center, year: int) -> Iterable[tuple[str, int | None]]:
    accepted = Section.objects.filter(center=center, kind=Section.Kind.FUNCTIONS).accepted_last()
    rows = FunctionRow.objects.filter(section__in=list(accepted), fiscal_year=year)
    return rows.order_by().values_list("function", "count")


def years_of(center: Center, on: date) -> list[int]:
    """Years with records, and always this year and the last; newest first."""
    known = WorkRecord.objects.filter(center=center).dates("happened_on", "year")
    return sorted({*(day.year for day in known), on.year, on.year - 1}, reverse=True)


def totals(lines: Iterable[FunctionWork]) -> Mapping[str, int]:
    """How many functions have records, and how many only a filed figure."""
    lines = list(lines)
    recorded = sum(line.recorded is not None for line in lines)
    only_filed = sum(line.recorded is None and line.filed is not None for line in lines)
    return {"recorded": recorded, "only_filed": only_filed, "all": len(lines)}
