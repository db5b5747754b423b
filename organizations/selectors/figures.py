"""What centers did of each function in each year: counted from records of work, or as filed."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import ExtractYear

from centers.models import Center, FunctionRow, Section
from organizations.models import WorkRecord
from organizations.models.work_record import ZERO_REPORTED
from organizations.selectors import work_records


class Wanted(NamedTuple):
    """One year and one function, or any where None."""

    year: int | None = None
    function: str | None = None

    def takes(self, year: int, function: str) -> bool:
        """Whether a figure is asked for."""
        return self.year in (None, year) and self.function in (None, function)


@dataclass
class Figure:
    """One function of one year of one center.

    ``recorded`` is None without records, ``filed`` without an accepted figure;
    ``zero_report_count`` counts the records that say there was nothing to report.
    """

    center: Center
    year: int
    function: str
    recorded: int | None = None
    filed: int | None = None
    zero_report_count: int = 0

    @property
    def count(self) -> int | None:
        """The figure that the rules judge: recorded work wins."""
        return self.filed if self.recorded is None else self.recorded

    @property
    def source(self) -> str | None:
        """Where ``count`` comes from, in the words of a finding."""
        if self.recorded is not None:
            return "casework"
        return None if self.filed is None else "filed"


def centers_with_figures(centers: "QuerySet[Center]", wanted: Wanted) -> "QuerySet[Center]":
    """Of the centers those that may have a figure: a record of work, or one filed and accepted."""
    records = WorkRecord.objects.filter(center=OuterRef("pk"))
    rows = FunctionRow.objects.filter(
        section__center=OuterRef("pk"), section__status=Section.Status.ACCEPTED
    )
    if wanted.year is not None:
        records, rows = (
            records.filter(happened_on__year=wanted.year),
            rows.filter(fiscal_year=wanted.year),
        )
    if wanted.function is not None:
        records, rows = (
            records.filter(function=wanted.function),
            rows.filter(function=wanted.function),
        )
    return centers.filter(Exists(records) | Exists(rows))


def figures(
    centers: Sequence[Center],
    on: date,
    known_at: datetime | None = None,
    wanted: Wanted = Wanted(),  # noqa: B008  (a tuple)
) -> Iterator[Figure]:
    """The figures of the centers in their order, by year and function. Four queries.

    Of the records those of work done by ``on``; with ``known_at`` what was recorded, not voided
    and accepted by then.
    """
    ids = [center.pk for center in centers]
    recorded, filed = _recorded(ids, on, known_at), _filed(ids, on, known_at)
    zero = _zero_reports(ids, on, known_at)
    for center in centers:
        worked, told = recorded.get(center.pk, {}), filed.get(center.pk, {})
        for key in sorted(worked.keys() | told.keys()):
            if wanted.takes(*key):
                yield Figure(
                    center,
                    *key,
                    recorded=worked.get(key),
                    filed=told.get(key),
                    zero_report_count=zero.get((center.pk, key[0]), 0)
                    if key[1] == ZERO_REPORTED
                    else 0,
                )


def _recorded(
    center_ids: Sequence[int], on: date, known_at: datetime | None
) -> Mapping[int, Mapping[tuple[int, str], int]]:
    found: dict[int, dict[tuple[int, str], int]] = defaultdict(dict)
    for worked in work_records.days_worked(center_ids, known_at):
        count = sum(day <= on for day in worked.days)
        if count:
            found[worked.center_id][worked.year, worked.function] = count
    return found


def _filed(
    center_ids: Sequence[int], on: date, known_at: datetime | None
) -> Mapping[int, Mapping[tuple[int, str], int | None]]:
    latest = Section.objects.filter(center__in=center_ids, kind=Section.Kind.FUNCTIONS)
    sections: dict[int, int] = dict(latest.accepted_last(known_at).values_list("id", "center_id"))
    found: dict[int, dict[tuple[int, str], int | None]] = defaultdict(dict)
    # A figure of a later year says nothing of the day.
    rows = FunctionRow.objects.filter(section__in=list(sections), fiscal_year__lte=on.year)
    for section_id, year, function, count in rows.order_by().values_list(
        "section_id", "fiscal_year", "function", "count"
    ):
        found[sections[section_id]][year, function] = count
    return found


def _zero_reports(
    center_ids: Collection[int], on: date, known_at: datetime | None
) -> dict[tuple[int, int], int]:
    """(center id, year) → records that say there was nothing to report."""
    records = WorkRecord.objects.valid(known_at).filter(
        center__in=center_ids, is_zero_report=True, happened_on__lte=on
    )
    counted: Any = records.order_by().values_list("center_id", ExtractYear("happened_on"))
    return {
        (center_id, year): count for center_id, year, count in counted.annotate(count=Count("pk"))
    }
