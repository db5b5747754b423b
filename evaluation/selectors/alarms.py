"""What stands and could not be computed: rules that raised, and parts of runs that were given up.

An alarm ends by itself: a later run that computes supersedes the finding, and a part that failed is
made good when its run is resumed or a later run covers its division.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import (
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from evaluation.models import DutyFinding, Finding, Run, Shard


class Place(NamedTuple):
    """One rule that met the defect, in the standing results or in those of a date."""

    rule: str
    series_on: date | None
    center_count: int


@dataclass(frozen=True)
class Alarm:
    """One defect: what raised, where it was met, since when."""

    trace_id: str
    exception: str
    since: datetime
    run_id: int
    center_count: int
    places: tuple[Place, ...]


def errors(user: Any) -> "QuerySet[Finding]":
    """Findings that stand and are no verdict, of the centers whose compliance ``user`` sees."""
    return Finding.objects.visible_to(user).filter(outcome="error", superseded_at=None)


def duty_errors(user: Any) -> "QuerySet[DutyFinding]":
    """The same of the duties of districts, of those whose summary ``user`` sees."""
    found = DutyFinding.objects.visible_to(user).standing().filter(outcome="error")
    return found.order_by("division__path", "year", "rule")


def standing(user: Any) -> list[Alarm]:
    """One alarm per trace, the oldest first. Two queries."""
    trace_id = Coalesce(KT("figures__trace_id"), Value(""), output_field=TextField())
    found = errors(user).order_by().annotate(trace=trace_id)
    places: dict[str, list[Place]] = {}
    per_place = found.values_list("trace", "rule", "series_on")
    for trace, *place in per_place.annotate(n=Count("id")).order_by("rule", "series_on"):
        places.setdefault(trace, []).append(Place._make(place))
    summed = found.values_list("trace").annotate(
        exception=Min(KT("figures__exception")),
        since=Min("computed_at"),
        first=Min("run"),
        n=Count("center", distinct=True),
    )
    return [
        Alarm(trace, exception or "", since, run_id, count, tuple(places.get(trace, ())))
        for trace, exception, since, run_id, count in summed.order_by("since", "trace")
    ]


def failed_parts(user: Any) -> "QuerySet[Shard]":
    """Parts that were given up, in runs ``user`` sees, and no later run made good."""
    failed = Shard.objects.filter(run=OuterRef("pk"), state=Shard.State.FAILED)
    covering = (
        Run.objects.filter(~Exists(failed), pk__gt=OuterRef("run"), status=Run.Status.DONE)
        .exclude(trigger__in=Run.PARTIAL)
        .annotate(place=ExpressionWrapper(OuterRef("run__division__path"), CharField()))
        .filter(place__startswith=F("division__path"))
    )
    made_good = Q(run__series_on=None) & Exists(covering.filter(series_on=None)) | Exists(
        covering.filter(series_on=OuterRef("run__series_on"))
    )
    parts = Shard.objects.filter(~made_good, state=Shard.State.FAILED)
    return parts.filter(run__in=Run.objects.visible_to(user)).order_by("-run", "position")
