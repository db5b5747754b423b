"""The real engine: requested into the ledger, woken by Celery, computed by two worker processes."""

import time
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from benchmarks import generation
from benchmarks.workers import Workers
from centers.models import Center
from evaluation.models import Pack, Run, Shard
from evaluation.selectors import judgments
from evaluation.services import evaluations, results
from portal.jurisdictions.models import Division
from portal.users.models import User

POLL_S = 0.005
# What has changed between two nights.
FEW, MANY = 1_000, 5


@dataclass(frozen=True)
class Nights:
    """Seconds of a night in which nothing, 0.1 % and 20 % of the centers had changed."""

    unchanged: float
    few: float
    many: float


def first(workers: Workers) -> float:
    """Seconds of the first evaluation of every center."""
    return _run(workers, Run.Trigger.REQUEST)


def nights(workers: Workers, count: int, as_of: date) -> Nights:
    """Three nights after the first evaluation."""
    clerk = User.objects.get(username="clerk")
    seconds = [_run(workers, Run.Trigger.NIGHT)]
    for every in (FEW, MANY):
        generation.change(every, count, as_of, clerk)
        seconds.append(_run(workers, Run.Trigger.NIGHT))
    return Nights(*seconds)


def alone(pack: Pack, as_of: date) -> float:
    """Seconds in which this process judges every center by another pack than the one in force, and
    writes what it found: what the peers do, without the ledger."""
    started = time.perf_counter()
    at = timezone.now()
    run = Run.objects.create(
        division=Division.objects.get(code=generation.COUNTRY),
        as_of=as_of,
        series_on=as_of,
        trigger=Run.Trigger.REQUEST,
        status=Run.Status.DONE,
        pack=pack,
        requested_at=at,
        finished_at=at,
    )
    ids = list(Center.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), evaluations.SHARD_SIZE):
        with transaction.atomic():
            share = ids[start : start + evaluations.SHARD_SIZE]
            judged = judgments.judge(share, as_of, pack=pack)
            results.write(run=run, judged=judged, as_of=as_of, at=at)
    return time.perf_counter() - started


def _run(workers: Workers, trigger: str) -> float:
    # One night per day: the nights before were evenings.
    Run.objects.filter(trigger=Run.Trigger.NIGHT).update(trigger=Run.Trigger.REQUEST)
    started = time.perf_counter()
    run = _requested(timezone.now(), trigger)
    while not Run.objects.filter(pk=run.pk, status=Run.Status.DONE).exists():
        time.sleep(POLL_S)
    seconds = time.perf_counter() - started
    workers.look()
    if Shard.objects.filter(run=run).exclude(state=Shard.State.DONE).exists():
        raise SystemExit(f"Run {run.pk} has failed shards: nothing was measured.")
    return seconds


def _requested(at: datetime, trigger: str) -> Run:
    return evaluations.request(
        division=Division.objects.get(code=generation.COUNTRY),
        as_of=timezone.localdate(at),
        by=None,
        at=at,
        trigger=trigger,
    )
