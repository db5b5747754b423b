"""How far a run is: counted by the database, whatever the run's size."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from evaluation.models import Run, Shard

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Progress:
    """Counts of a run's shards and centers, and how long it has been and will be at work."""

    run: Run
    at: datetime
    shard_count: int = 0
    done: int = 0
    failed: int = 0
    computing: int = 0
    centers_done: int = 0
    # Of them, since the run started or went on.
    centers_since: int = 0
    changed_count: int = 0
    centers_failed: int = 0

    @property
    def waiting(self) -> int:
        """Neither done nor given up, and no worker at it."""
        return self.shard_count - self.done - self.failed - self.computing

    @property
    def pending(self) -> int:
        """Neither done nor given up."""
        return self.shard_count - self.done - self.failed

    @property
    def is_final(self) -> bool:
        """Nothing moves any more, unless somebody resumes it."""
        return self.run.status != Run.Status.RUNNING and not self.computing

    @property
    def percent(self) -> int:
        """Centers done of all, rounded down: 100 only when every one is. Shards where the run has
        no centers."""
        if not self.run.center_count:
            return self.done * 100 // self.shard_count if self.shard_count else 100
        return self.centers_done * 100 // self.run.center_count

    @property
    def elapsed(self) -> timedelta:
        """Since it started, or went on after it was resumed."""
        end = self.run.finished_at or self.run.cancelled_at or self.at
        return max(end - _start(self.run), timedelta(0))

    @property
    def centers_per_second(self) -> float | None:
        """Its pace since then; None while nothing is done."""
        if not self.centers_since or self.elapsed < SECOND:
            return None
        return self.centers_since / self.elapsed.total_seconds()

    @property
    def remaining(self) -> timedelta | None:
        """At that pace; None when it cannot be told or nothing is left to wait for."""
        pace = self.centers_per_second
        if pace is None or self.run.status != Run.Status.RUNNING:
            return None
        left = self.run.center_count - self.centers_done - self.centers_failed
        return timedelta(seconds=round(left / pace))


def _start(run: Run) -> datetime:
    return run.resumed_at or run.requested_at


def of_run(run: Run, at: datetime) -> Progress:
    """One run's progress. One query."""
    return of_runs([run], at)[run.pk]


def of_runs(runs: Iterable[Run], at: datetime) -> dict[int, Progress]:
    """Run id → its progress. One query for all of them."""
    runs = list(runs)
    done = Q(state=Shard.State.DONE)
    since = Q(done_at__gte=Coalesce(F("run__resumed_at"), F("run__requested_at")))
    counted = Shard.objects.filter(run__in=runs).order_by().values_list("run")
    counts = counted.annotate(
        shards=Count("pk"),
        done=Count("pk", filter=done),
        failed=Count("pk", filter=Q(state=Shard.State.FAILED)),
        computing=Count("pk", filter=Q(state=Shard.State.PENDING, lease_until__gte=at)),
        centers=Coalesce(Sum("center_count", filter=done), 0),
        since=Coalesce(Sum("center_count", filter=done & since), 0),
        changed=Coalesce(Sum("changed_count"), 0),
        given_up=Coalesce(Sum("center_count", filter=Q(state=Shard.State.FAILED)), 0),
    )
    by_run = {run_id: numbers for run_id, *numbers in counts}
    return {run.pk: Progress(run, at, *by_run.get(run.pk, ())) for run in runs}
