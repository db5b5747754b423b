"""Runs: requested into the ledger, computed shard by shard, finished when no shard is open.

The database row is the queue of record; Celery only wakes workers. A shard may be computed twice,
late, or not to the end: it is written once, in one transaction.

A cancelled run hands out no further shard. A shard that a worker had claimed by then is computed
to its end and counts: its results are whole and true, and half a shard is never written. When the
run is resumed, what is done stays done, and every other shard gets new attempts.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice, zip_longest
from os.path import commonpath
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import Run, Shard, Verdict
from evaluation.selectors import bases, judgments, parameters, places
from evaluation.selectors.findings import FIRST_DAY
from evaluation.selectors.judgments import Ground
from evaluation.services import alarms, duty_results, results
from evaluation.services import bases as remembered
from evaluation.signals import shards_waiting
from portal import leases
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.leases import LeasedQuerySet
from portal.transitions import transition
from portal.users.models import User

T = TypeVar("T")

logger = logging.getLogger(__name__)

SHARD_SIZE = 500
DISTRICTS_PER_SHARD = 100
# Shards entered by one statement: a country is never in memory as a whole.
SHARDS_AT_ONCE = 20
# A shard takes about a second; a worker that takes longer than this is killed.
SHARD_LIMIT_S = 60
LEASE = timedelta(seconds=SHARD_LIMIT_S + 15)


class DateOutOfRange(DomainError):
    """An official run was asked for a day that has not come, or long before any filing."""


class NothingToResume(DomainError):
    """The run is done, and no part of it failed."""


class PackChanged(DomainError):
    """Another rule pack judges that day by now; the old run would bring the old one back."""


@transaction.atomic
def request(
    *,
    division: Division,
    as_of: date,
    by: User | None,
    at: datetime,
    trigger: str = Run.Trigger.REQUEST,
    center_ids: Iterable[int] | None = None,
    with_duties: bool = True,
) -> Run:
    """Enter a run over a division's centers, or over some of them, and wake the workers.

    As of the day of ``at`` it moves the standing series; as of a past day, that day's series.
    """
    if not FIRST_DAY <= as_of <= localdate(at):
        raise DateOutOfRange(
            _("%(as_of)s cannot be judged: choose a day from %(first)s to today.")
            % {"as_of": as_of, "first": FIRST_DAY}
        )
    run = Run.objects.create(
        division=division,
        as_of=as_of,
        series_on=None if as_of == localdate(at) else as_of,
        trigger=trigger,
        pack=parameters.pack_in_force(as_of),
        requested_by=by,
        requested_at=at,
    )
    given = None if center_ids is None else sorted(center_ids)
    shard_ids = _enter(run, given, at, with_duties=with_duties)
    if trigger == Run.Trigger.REQUEST:
        audit.record(
            action="evaluation.run.request",
            by=by,
            at=at,
            target=run,
            division_path=division.path,
            changes={"as_of": [None, as_of.isoformat()]},
        )
    finish(run=run, at=at)
    _wake(shard_ids, is_urgent=trigger in Run.PARTIAL)
    return run


def _districts(run: Run, center_ids: Sequence[int] | None) -> list[int]:
    """Districts whose duties the run judges: all it covers, or those of the centers whose funding
    may have changed, or the division alone where no center is asked for.

    Duties are judged by the year, so only as of today.
    """
    if run.series_on is not None:
        return []
    if center_ids is None:
        found = places.districts_of(Center.objects.within(run.division))
    elif center_ids:
        found = places.districts_of(Center.objects.filter(pk__in=center_ids))
    else:
        found = Division.objects.filter(pk=run.division_id, kind=Division.Kind.DISTRICT)
    return list(found.order_by("pk").values_list("pk", flat=True))


def _enter(
    run: Run, center_ids: Sequence[int] | None, at: datetime, *, with_duties: bool
) -> list[int]:
    """Share the centers and districts out, some shards at once; the ids of the shards."""
    centers: Iterable[int] = center_ids or ()
    if center_ids is None:
        found = Center.objects.within(run.division).order_by("pk").values_list("pk", flat=True)
        centers = found.iterator(chunk_size=SHARD_SIZE)
    districts = _districts(run, center_ids) if with_duties else []
    entered = _shards(run, centers, districts, at)
    shard_ids: list[int] = []
    for shards in _batches(entered, SHARDS_AT_ONCE):
        shard_ids += [shard.pk for shard in Shard.objects.bulk_create(shards)]
        run.center_count += sum(shard.center_count for shard in shards)
    Run.objects.filter(pk=run.pk).update(center_count=run.center_count)
    return shard_ids


def _shards(
    run: Run, center_ids: Iterable[int], district_ids: Iterable[int], at: datetime
) -> Iterator[Shard]:
    shares = zip_longest(
        _batches(center_ids, SHARD_SIZE),
        _batches(district_ids, DISTRICTS_PER_SHARD),
        fillvalue=(),
    )
    for position, (share, districts) in enumerate(shares):
        yield Shard(
            run=run,
            position=position,
            center_ids=sorted(share),
            division_ids=list(districts),
            center_count=len(share),
            enqueued_at=at,
        )


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def request_duties(*, district: Division, at: datetime) -> Run:
    """Enter a run over the duties of a district, whose records changed."""
    return request(
        division=district,
        as_of=localdate(at),
        by=None,
        at=at,
        trigger=Run.Trigger.DUTY,
        center_ids=(),
    )


def request_for(
    *,
    center_ids: Sequence[int],
    at: datetime,
    trigger: str = Run.Trigger.ACCEPTANCE,
    since: date = FIRST_DAY,
    with_duties: bool = True,
) -> list[Run]:
    """Enter runs for centers whose facts or rules changed since a day: as of today, and as of
    every date judged, for those that were judged as of it."""
    paths = Center.objects.filter(pk__in=center_ids).values_list("division__path", flat=True)
    division = Division.objects.get(path=commonpath(paths) + "/")
    asked = _dated(center_ids) | {localdate(at): set(center_ids)}
    return [
        request(
            division=division,
            as_of=as_of,
            by=None,
            at=at,
            trigger=trigger,
            center_ids=asked[as_of],
            with_duties=with_duties,
        )
        for as_of in sorted(asked)
        if as_of >= since
    ]


def _dated(center_ids: Sequence[int]) -> dict[date, set[int]]:
    """Date → those of the centers that have a result of it, or wait for one in a run that goes
    on: it may have read what held before. Two queries."""
    chosen = set(center_ids)
    stored = Verdict.objects.filter(
        center__in=chosen, superseded_at=None, series_on__isnull=False
    ).order_by()
    found: dict[date, set[int]] = defaultdict(set)
    for series_on, center_id in stored.values_list("series_on", "center_id"):
        if series_on:
            found[series_on].add(center_id)
    dated = Shard.objects.filter(run__status=Run.Status.RUNNING, run__series_on__isnull=False)
    waiting = dated.exclude(state=Shard.State.DONE)
    for series_on, ids in waiting.values_list("run__series_on", "center_ids"):
        if series_on and not chosen.isdisjoint(ids):
            found[series_on] |= chosen.intersection(ids)
    return dict(found)


def request_nightly(*, at: datetime) -> list[Run]:
    """Enter the night's run of every district that has centers, once per day."""
    today = localdate(at)
    tonight = Run.objects.filter(division=OuterRef("pk"), as_of=today, trigger=Run.Trigger.NIGHT)
    runs = []
    for district in places.districts_of(Center.objects.all()).filter(~Exists(tonight)):
        # Another timetable may enter the same night first; the unique constraint decides.
        with suppress(IntegrityError), transaction.atomic():
            runs.append(
                request(division=district, as_of=today, by=None, at=at, trigger=Run.Trigger.NIGHT)
            )
    return runs


@transaction.atomic
def cancel(*, run: Run, by: User, at: datetime, reason: str, version: int | None = None) -> None:
    """Hand out no further shard of a run; see the module for a shard that is being computed.

    Raises ``ReasonMissing``, and ``Conflict`` where it is not running any more.
    """
    reason = given(reason, _("Say why the run is cancelled."))
    transition(
        run,
        Run.Status.CANCELLED,
        version=version,
        cancelled_by=by,
        cancelled_at=at,
        cancel_reason=reason,
    )
    _record(run, "cancel", Run.Status.RUNNING, by=by, at=at, reason=reason)


@transaction.atomic
def resume(*, run: Run, by: User, at: datetime, version: int | None = None) -> None:
    """Let a cancelled run go on, or try again what failed in one that is done.

    Raises ``NothingToResume``, ``PackChanged``, and ``Conflict`` where it runs already.
    """
    failed = Shard.objects.filter(run=run, state=Shard.State.FAILED)
    before = run.status
    if before == Run.Status.DONE and not failed.exists():
        raise NothingToResume(_("This run is done and no part of it failed."))
    _check_pack(run, at)
    transition(
        run,
        Run.Status.RUNNING,
        version=version,
        finished_at=None,
        cancelled_by=None,
        cancelled_at=None,
        cancel_reason="",
        resumed_at=at,
    )
    failed.update(state=Shard.State.PENDING)
    # Who still computes one of them keeps it.
    waiting = Shard.objects.free(at).filter(run=run, state=Shard.State.PENDING)
    waiting.update(error="", **leases.anew(at))
    _record(run, "resume", before, by=by, at=at)
    finish(run=run, at=at)
    shard_ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    _wake(shard_ids, is_urgent=run.trigger in Run.PARTIAL)


def _check_pack(run: Run, at: datetime) -> None:
    pack = parameters.pack_in_force(run.series_on or localdate(at))
    if pack != run.pack:
        raise PackChanged(
            _(
                "This run judges by %(old)s, and %(new)s is in force by now. "
                "Request a new run instead."
            )
            % {"old": run.pack, "new": pack}
        )


def _record(
    run: Run, verb: str, before: str, *, by: User, at: datetime, reason: str = ""
) -> None:
    audit.record(
        action=f"evaluation.run.{verb}",
        by=by,
        at=at,
        target=run,
        division_path=run.division.path,
        changes={"status": [before, run.status]},
        reason=reason,
    )


def compute(*, shard_id: int, at: datetime) -> bool:
    """Compute one shard and write what changed. False when there was nothing to do.

    A failure frees the shard for another attempt; the third one parks it as failed.
    """
    if not _claim(shard_id, at):
        return False
    shard = Shard.objects.select_related("run__pack").get(pk=shard_id)
    try:
        _compute(shard, at)
    except Exception as error:
        logger.exception("shard %s of run %s failed", shard_id, shard.run_id)
        _release(shard, error, at)
        raise
    finally:
        finish(run=shard.run, at=at)
    return True


def _claim(shard_id: int, at: datetime) -> bool:
    # Not by a join: the UPDATE has to test the row it waited for, not the one it first read.
    running = Run.objects.filter(pk=OuterRef("run"), status=Run.Status.RUNNING)
    shard = Shard.objects.filter(Exists(running), pk=shard_id, state=Shard.State.PENDING)
    return shard.claim(lease=LEASE, at=at)


@transaction.atomic
def _compute(shard: Shard, at: datetime) -> None:
    """Judge and write under a lock on the centers, so that of two runs the later one knows more."""
    open_shard = Shard.objects.select_for_update().filter(pk=shard.pk, state=Shard.State.PENDING)
    if not open_shard.exists():
        return
    centers = Center.objects.filter(pk__in=shard.center_ids).order_by("pk")
    ids = list(centers.select_for_update(no_key=True, of=("self",)).values_list("pk", flat=True))
    # The standing series follows the calendar: work done late judges the day it is done.
    as_of = shard.run.series_on or localdate(at)
    changed = 0
    if not parameters.is_overtaken(shard.run, as_of):
        changed = _judge(shard.run, ids, as_of, at)
        if shard.division_ids:
            changed += duty_results.compute(run=shard.run, division_ids=shard.division_ids, at=at)
    open_shard.update(
        state=Shard.State.DONE, lease_until=None, changed_count=changed, done_at=at, error=""
    )


def _judge(run: Run, center_ids: Sequence[int], as_of: date, at: datetime) -> int:
    """Judge centers and write what changed; the night only those that may have turned."""
    is_standing = run.series_on is None
    ground = Ground(center_ids, as_of, run.pack)
    digests = bases.digests(ground) if is_standing else {}
    if run.trigger == Run.Trigger.NIGHT:
        center_ids = bases.turned(digests, as_of)
    if not center_ids:
        return 0
    judged = judgments.judge(center_ids, as_of, ground=ground)
    changed = results.write(run=run, judged=judged, as_of=as_of, at=at)
    alarms.tell_of_errors(judged=judged, at=at)
    if is_standing:
        remembered.remember(judged=judged, digests=digests, as_of=as_of)
    return changed


@transaction.atomic
def _release(shard: Shard, error: Exception, at: datetime) -> None:
    failed = shard.is_last_attempt
    released = Shard.objects.filter(state=Shard.State.PENDING).release(
        shard,
        error=leases.told(error),
        state=Shard.State.FAILED if failed else Shard.State.PENDING,
    )
    if released and failed:
        alarms.tell_of_failed_part(run=shard.run, attempts=shard.attempts, at=at)


def finish(*, run: Run, at: datetime) -> bool:
    """Close the run when no shard is open; of many callers one closes it."""
    pending = Shard.objects.filter(run=OuterRef("pk"), state=Shard.State.PENDING)
    closed = Run.objects.filter(~Exists(pending), pk=run.pk, status=Run.Status.RUNNING).update(
        status=Run.Status.DONE, version=F("version") + 1, finished_at=at
    )
    if closed:
        run.refresh_from_db()
    return bool(closed)


@transaction.atomic
def sweep(*, at: datetime) -> int:
    """Wake workers for shards that wait too long: their message, or their worker, was lost.

    A shard that took its worker down at every attempt is parked as failed.
    """
    _park(at)
    waiting = Shard.objects.filter(state=Shard.State.PENDING, run__status=Run.Status.RUNNING)
    urgent = Q(run__trigger__in=Run.PARTIAL)
    count = _rouse(waiting.filter(urgent), is_urgent=True, at=at)
    count += _rouse(waiting.exclude(urgent), is_urgent=False, at=at)
    # A worker may die between its last shard and the end of the run.
    for run in Run.objects.filter(status=Run.Status.RUNNING):
        finish(run=run, at=at)
    return count


def _rouse(waiting: LeasedQuerySet, *, is_urgent: bool, at: datetime) -> int:
    ids = waiting.rouse(at)
    _wake(ids, is_urgent=is_urgent)
    return len(ids)


def _park(at: datetime) -> None:
    lost = Shard.objects.filter(state=Shard.State.PENDING).lost(at)
    for shard in lost.select_for_update(skip_locked=True, of=("self",)).select_related("run"):
        logger.error("shard %s of run %s lost its worker every time", shard.pk, shard.run_id)
        Shard.objects.filter(pk=shard.pk).update(
            state=Shard.State.FAILED, error=f"its worker was lost {shard.attempts} times"
        )
        alarms.tell_of_failed_part(run=shard.run, attempts=shard.attempts, at=at)
        finish(run=shard.run, at=at)


def _wake(shard_ids: list[int], *, is_urgent: bool) -> None:
    leases.wake(shards_waiting, Shard, shard_ids, is_urgent=is_urgent)
