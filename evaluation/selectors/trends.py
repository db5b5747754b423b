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

from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, DateTimeField, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.models import Finding, Verdict
from evaluation.selectors import facts as fact_selectors
from evaluation.selectors import judgments
from evaluation.selectors.summaries import Summary

OFFICIAL, STANDING, LIVE, NONE = "official", "standing", "live", "none"
SOURCES = {
    OFFICIAL: _("official results of that day"),
    STANDING: _("the results as they stood that day"),
    LIVE: _("judged since, by what is known now"),
    NONE: _("nothing recorded"),
}
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
    # Centers that it leaves outside because their data is missing.
    unknown: int = 0

    @property
    def is_thin(self) -> bool:
        """Whether more centers have no data than were judged: then the rate says little."""
        return self.unknown > self.judged

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
    met, of = (sum(verdicts[one] for one in some) for some in (good, judged))
    return Share(met, of, verdicts["incomplete"])


def rate_of(outcomes: Counter[str]) -> Share:
    """Met ÷ (met + not met) of one rule."""
    unknown = outcomes["no_data"] + outcomes["error"]
    return Share(outcomes["met"], outcomes["met"] + outcomes["not_met"], unknown)


def points(centers: "QuerySet[Center]", days: Sequence[date]) -> list[Point]:
    """One point per day. At most four queries for what is recorded; and for days judged live,
    facts once and three queries a day, at any number of centers."""
    ids = centers.order_by().values("pk")
    official, standing = _official_verdicts(ids, days), _standing_verdicts(ids, days)
    found = {day: _recorded(day, official[day], standing[day]) for day in days}
    _add_outcomes(ids, found)
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


def _official_verdicts(ids: "QuerySet[Any]", days: Sequence[date]) -> dict[date, Summary]:
    """The official series of each day. One query."""
    found = {day: Summary() for day in days}
    verdicts = Verdict.objects.filter(center__in=ids, series_on__in=days, superseded_at=None)
    columns = verdicts.order_by().values_list("series_on", "rollup", *DIMENSIONS)
    for day, rollup, *dimensions, n in columns.annotate(n=Count("id")):
        found[day].add_verdicts(rollup, dimensions, n, day)
    return found


def _standing_verdicts(ids: "QuerySet[Any]", days: Sequence[date]) -> dict[date, Summary]:
    """The standing series as it was known when each day ended. One query."""
    found = {day: Summary() for day in days}
    verdicts = _held(Verdict.objects.filter(center__in=ids), days)
    columns = verdicts.values_list("first", "after", "rollup", *DIMENSIONS)
    for first, after, rollup, *dimensions, n in columns.annotate(n=Count("id")):
        for day in days[first:after]:
            found[day].add_verdicts(rollup, dimensions, n, day)
    return found


def _add_outcomes(ids: "QuerySet[Any]", found: Mapping[date, Point]) -> None:
    """The outcomes of every rule, for the days of each series. One query for each of the two."""
    official, standing = (
        [day for day, point in found.items() if point.source == source]
        for source in (OFFICIAL, STANDING)
    )
    findings = Finding.objects.filter(center__in=ids).order_by()
    if official:
        of_days = findings.filter(series_on__in=official, superseded_at=None)
        columns = of_days.values_list("series_on", "rule", "outcome")
        for day, rule, outcome, n in columns.annotate(n=Count("id")):
            found[day].summary.outcomes[rule][outcome] += n
    if standing:
        columns = _held(findings, standing).values_list("first", "after", "rule", "outcome")
        for first, after, rule, outcome, n in columns.annotate(n=Count("id")):
            for day in standing[first:after]:
                found[day].summary.outcomes[rule][outcome] += n


def _held(results: "QuerySet[Any]", days: Sequence[date]) -> "QuerySet[Any]":
    """Results of the standing series that held when one of the days ended.

    Each has the number of the ``first`` day it held on and of the one ``after`` the last, so that
    they are counted once and not day by day.
    """
    ends = [end_of(day) for day in days]
    later = Q(superseded_at=None) | Q(superseded_at__gte=ends[0])
    held = results.filter(later, series_on=None, computed_at__lt=ends[-1]).order_by()
    return held.annotate(
        first=_ended_by("computed_at", ends),
        after=Coalesce(_ended_by("superseded_at", ends), len(days)),
    )


def _ended_by(column: str, ends: Sequence[datetime]) -> Func:
    """How many of the days had ended at a moment; nothing where the column has none."""
    moments = Value(list(ends), output_field=ArrayField(DateTimeField()))
    return Func(column, moments, function="width_bucket", output_field=IntegerField())


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
