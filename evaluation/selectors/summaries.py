"""Counts of outcomes and roll-ups per division: stored ones counted by the database, live ones
while they are judged."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, QuerySet
from django.db.models.functions import Left

from centers.models import Center
from evaluation.models import Finding, Verdict
from evaluation.selectors import findings
from evaluation.selectors.findings import Moment

DISTRICT_DIGITS = 6
DIMENSIONS = Verdict.DIMENSIONS
LEVELS = {"district": DISTRICT_DIGITS, "township": 12}


@dataclass
class Summary:
    """What holds in one division; ``as_of`` is None while nothing was evaluated."""

    rollups: Counter[str] = field(default_factory=Counter)
    dimensions: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    as_of: date | None = None

    def add_verdicts(
        self, rollup: str, dimensions: Iterable[str], number: int, as_of: date
    ) -> None:
        """Count centers of one roll-up and one verdict per dimension, computed for a date; the
        summary speaks of the latest."""
        self.rollups[rollup] += number
        for name, verdict in zip(DIMENSIONS, dimensions, strict=True):
            self.dimensions[name][verdict] += number
        self.as_of = max(self.as_of or as_of, as_of)


def _grouped(centers: "QuerySet[Center]", level: str) -> "QuerySet[Any]":
    return centers.annotate(group=Left("division__code", LEVELS[level]))


def groups(
    centers: "QuerySet[Center]", level: str, *, after: str = "", limit: int | None = None
) -> list[tuple[str, int]]:
    """(division code, number of centers) by code, of divisions that have centers. One query."""
    grouped = _grouped(centers, level).filter(group__gt=after).order_by("group")
    return list(grouped.values_list("group").annotate(n=Count("id"))[:limit])


def group_count(centers: "QuerySet[Center]", level: str) -> int:
    """How many divisions have centers."""
    return _grouped(centers, level).order_by().values("group").distinct().count()


def summarize(
    centers: "QuerySet[Center]",
    level: str,
    codes: Sequence[str],
    moment: Moment,
    *,
    is_live: bool,
) -> dict[str, Summary]:
    """Division code → summary of its centers. Two queries when stored."""
    centers = _grouped(centers, level).filter(group__in=codes)
    ids = centers.order_by().values("pk")
    return _judge(centers, level, moment) if is_live else _count(ids, level, moment)


def _count(ids: "QuerySet[Any]", level: str, moment: Moment) -> dict[str, Summary]:
    summaries: dict[str, Summary] = defaultdict(Summary)
    group = Left("center__division__code", LEVELS[level])
    findings_of = Finding.objects.standing(moment.as_of).filter(center__in=ids).order_by()
    counted = findings_of.annotate(group=group).values_list("group", "rule", "outcome")
    for code, rule, outcome, n in counted.annotate(n=Count("id")):
        summaries[code].outcomes[rule][outcome] = n
    verdicts_of = Verdict.objects.standing(moment.as_of).filter(center__in=ids).order_by()
    verdicts = verdicts_of.annotate(group=group).values_list(F("group"), "rollup", *DIMENSIONS)
    counted_verdicts = verdicts.annotate(n=Count("id"), latest=Max("as_of"))
    for code, rollup, *dimensions, n, as_of in counted_verdicts:
        summaries[code].add_verdicts(rollup, dimensions, n, as_of)
    return summaries


def _judge(centers: "QuerySet[Center]", level: str, moment: Moment) -> dict[str, Summary]:
    summaries: dict[str, Summary] = defaultdict(Summary)
    for center in findings.live_centers(centers, moment):
        summary = summaries[center.place.division_code[: LEVELS[level]]]
        for row in center.findings:
            summary.outcomes[row.rule][row.outcome] += 1
        if center.verdict:
            verdict = center.verdict
            summary.add_verdicts(verdict.rollup, verdict.dimensions, 1, verdict.as_of)
    return summaries


def total(summaries: Iterable[Summary]) -> Summary:
    """What holds in all of them together."""
    whole = Summary()
    for summary in summaries:
        whole.rollups += summary.rollups
        for name, verdicts in summary.dimensions.items():
            whole.dimensions[name] += verdicts
        for rule, outcomes in summary.outcomes.items():
            whole.outcomes[rule] += outcomes
        if summary.as_of:
            whole.as_of = max(whole.as_of or summary.as_of, summary.as_of)
    return whole
