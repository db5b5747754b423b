"""Compliance at the ends of months: from what was recorded, else judged afterwards.

Recorded is the official series of the day, or the standing series as it was known when the day
ended. A day of which neither has any center is judged live, by what is known now; of more centers
than one page can judge, such a day stays empty.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.timezone import make_aware

from centers.models import Center
from evaluation.models import Finding, Verdict
from evaluation.selectors import facts as fact_selectors
from evaluation.selectors import judgments
from evaluation.selectors.summaries import Summary

OFFICIAL, STANDING, LIVE, NONE = "official", "standing", "live", "none"
# Judgments of one center and one day that a page makes at most.
LIVE_LIMIT = 2_000
DIMENSIONS = Verdict.DIMENSIONS


@dataclass(frozen=True)
class Point:
    """What held on a day, and whether it was recorded then or judged afterwards."""

    on: date
    source: str
    summary: Summary

    @property
    def is_recorded(self) -> bool:
        """Whether the point is what was said then, not what would be said now."""
        return self.source in (OFFICIAL, STANDING)

    @property
    def evaluated(self) -> int:
        """Centers with a verdict."""
        return self.summary.rollups.total()


@dataclass(frozen=True)
class Share:
    """A rate with its numerator and denominator; ``percent`` is None when nothing is judged."""

    met: int
    judged: int

    @property
    def percent(self) -> float | None:
        """One decimal, for drawing and for reading."""
        return round(100 * self.met / self.judged, 1) if self.judged else None


def month_ends(today: date, count: int) -> list[date]:
    """The ends of the last ``count`` months that are over, oldest first."""
    ends: list[date] = []
    day = today.replace(day=1)
    for _month in range(count):
        ends.insert(0, day - timedelta(days=1))
        day = ends[0].replace(day=1)
    return ends


def share_of(verdicts: Counter[str], *good: str) -> Share:
    """Centers with one of the verdicts ÷ centers judged: compliant, basically and not compliant.

    Incomplete data and centers not included stay outside.
    """
    judged = ("compliant", "basically_compliant", "not_compliant")
    return Share(sum(verdicts[one] for one in good), sum(verdicts[one] for one in judged))


def rate_of(outcomes: Counter[str]) -> Share:
    """Met ÷ (met + not met) of one rule."""
    return Share(outcomes["met"], outcomes["met"] + outcomes["not_met"])


def points(centers: "QuerySet[Center]", days: Sequence[date]) -> list[Point]:
    """One point per day. Four queries for what is recorded; and for days judged live, facts once
    and three queries a day, at any number of centers."""
    official, standing = _official(centers, days), _standing(centers, days)
    found = {day: _recorded(day, official[day], standing[day]) for day in days}
    missing = [day for day, point in found.items() if point.source == NONE]
    found |= _judged(centers, missing)
    return [found[day] for day in days]


def _recorded(day: date, official: Summary, standing: Summary) -> Point:
    """Of two recordings the one with more centers; of equal ones the official series."""
    if not official.rollups and not standing.rollups:
        return Point(day, NONE, Summary())
    if standing.rollups.total() > official.rollups.total():
        return Point(day, STANDING, standing)
    return Point(day, OFFICIAL, official)


def _official(centers: "QuerySet[Center]", days: Sequence[date]) -> dict[date, Summary]:
    """The official series of each day. Two queries."""
    found = {day: Summary() for day in days}
    ids = centers.order_by().values("pk")
    of_days: dict[str, Any] = {"center__in": ids, "series_on__in": days, "superseded_at": None}
    verdicts = Verdict.objects.filter(**of_days).order_by()
    for day, rollup, *dimensions, n in verdicts.values_list(
        "series_on", "rollup", *DIMENSIONS
    ).annotate(n=Count("id")):
        found[day].add_verdicts(rollup, dimensions, n, day)
    findings = Finding.objects.filter(**of_days).order_by()
    for day, rule, outcome, n in findings.values_list("series_on", "rule", "outcome").annotate(
        n=Count("id")
    ):
        found[day].outcomes[rule][outcome] += n
    return found


def _standing(centers: "QuerySet[Center]", days: Sequence[date]) -> dict[date, Summary]:
    """The standing series as it was known when each day ended. Two queries."""
    found = {day: Summary() for day in days}
    ids = centers.order_by().values("pk")
    counts = {f"n{number}": _held(day) for number, day in enumerate(days)}
    verdicts = Verdict.objects.filter(center__in=ids, series_on=None).order_by()
    for rollup, *rest in verdicts.values_list("rollup", *DIMENSIONS).annotate(**counts):
        dimensions, numbers = rest[: len(DIMENSIONS)], rest[len(DIMENSIONS) :]
        for day, n in zip(days, numbers, strict=True):
            if n:
                found[day].add_verdicts(rollup, dimensions, n, day)
    findings = Finding.objects.filter(center__in=ids, series_on=None).order_by()
    for rule, outcome, *numbers in findings.values_list("rule", "outcome").annotate(**counts):
        for day, n in zip(days, numbers, strict=True):
            if n:
                found[day].outcomes[rule][outcome] += n
    return found


def _held(day: date) -> Count:
    """How many results held when the day ended."""
    ended = end_of(day)
    later = Q(superseded_at=None) | Q(superseded_at__gte=ended)
    return Count("id", filter=Q(computed_at__lt=ended) & later)


def end_of(day: date) -> datetime:
    """The moment a day is over in Shanghai."""
    return make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _judged(centers: "QuerySet[Center]", days: Sequence[date]) -> Mapping[date, Point]:
    """The days judged by what is known now; none where they ask for more than a page can do."""
    if not days:
        return {}
    most = LIVE_LIMIT // len(days)
    ids = list(centers.order_by("pk").values_list("pk", flat=True)[: most + 1])
    if not ids or len(ids) > most:
        return {}
    facts = fact_selectors.facts_for(ids, max(days))
    return {day: Point(day, LIVE, _summary(ids, facts, day)) for day in days}


def _summary(ids: Sequence[int], facts: Mapping[int, Any], day: date) -> Summary:
    on_day = {pk: replace(known, as_of=day) for pk, known in facts.items()}
    summary = Summary()
    for judgment in judgments.judge(ids, day, facts=on_day).values():
        dimensions = [judgment.dimensions[name] for name in DIMENSIONS]
        summary.add_verdicts(judgment.rollup, dimensions, 1, day)
        for rule, outcome in judgment.outcomes.items():
            summary.outcomes[rule][outcome.outcome] += 1
    return summary
