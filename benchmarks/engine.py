"""The real engine: requested into the ledger, woken by Celery, computed by two worker processes."""

import time
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from benchmarks import generation
from benchmarks.workers import Workers
from evaluation.models import Pack, Run, Shard
from evaluation.services import evaluations
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


def with_pack(workers: Workers, pack: Pack, as_of: date) -> float:
    """Seconds of a first evaluation as of a day, by another pack than the one in force."""
    return _run(workers, Run.Trigger.REQUEST, pack=pack, as_of=as_of)


def alone(pack: Pack, as_of: date) -> float:
    """The same, computed by this process."""
    started = time.perf_counter()
    run = _requested(timezone.now(), Run.Trigger.REQUEST, pack, as_of)
    for pk in Shard.objects.filter(run=run).values_list("pk", flat=True):
        evaluations.compute(shard_id=pk, at=timezone.now())
    return time.perf_counter() - started


def _run(
    workers: Workers, trigger: str, pack: Pack | None = None, as_of: date | None = None
) -> float:
    # One night per day: the nights before were evenings.
    Run.objects.filter(trigger=Run.Trigger.NIGHT).update(trigger=Run.Trigger.REQUEST)
    started = time.perf_counter()
    run = _requested(timezone.now(), trigger, pack, as_of)
    while not Run.objects.filter(pk=run.pk, status=Run.Status.DONE).exists():
        time.sleep(POLL_S)
    seconds = time.perf_counter() - started
    workers.look()
    if Shard.objects.filter(run=run).exclude(state=Shard.State.DONE).exists():
        raise SystemExit(f"Run {run.pk} has failed shards: nothing was measured.")
    return seconds


@transaction.atomic
def _requested(at: datetime, trigger: str, pack: Pack | None, as_of: date | None) -> Run:
    run = evaluations.request(
        division=Division.objects.get(code=generation.COUNTRY),
        as_of=as_of or timezone.localdate(at),
        by=None,
        at=at,
        trigger=trigger,
    )
    if pack is not None:
        Run.objects.filter(pk=run.pk).update(pack=pack)
    return run
