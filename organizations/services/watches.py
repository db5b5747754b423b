"""The nightly watch: every organization and active team of a district is looked at once a day.

The row of a night is the queue of record; Celery only wakes workers. A worker takes the next part
of a night by lease and writes it in one transaction, together with how far the night has come. A
part may be computed twice, late, or not to the end: it is written once, and who takes over begins
where the last whole part ended.

The watch opens clues and notes where a cause is no longer found. It closes nothing: a person does.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import ActivityTeam, EarlyWarning, Organization, Watch
from organizations.rules.warnings import Signal, watch_organization, watch_team
from organizations.selectors import early_warnings, thresholds, watching
from organizations.services import credit_lists, warning_news
from organizations.signals import watches_waiting
from portal import leases
from portal.audit import services as audit
from portal.batches import any_of
from portal.errors import Conflict
from portal.jurisdictions.models import Division
from portal.transitions import transition
from portal.users.models import User

logger = logging.getLogger(__name__)

# Organizations, or teams, that are looked at and written together.
PART_SIZE = 2_000
# A part takes a few seconds; a worker that takes longer than this is killed.
PART_LIMIT_S = 120
LEASE = timedelta(seconds=PART_LIMIT_S + 15)
NOTE = """
    UPDATE organizations_earlywarning warning
    SET ceased_on = NULL, since_on = found.since_on, figures = found.figures::jsonb,
        version = warning.version + 1
    FROM unnest(%(ids)s::bigint[], %(since_on)s::date[], %(figures)s::text[])
        AS found (id, since_on, figures)
    WHERE warning.id = found.id
"""


class _OvertakenError(Exception):
    """Somebody else wrote the part meanwhile: nothing of this one may stay."""


@dataclass(frozen=True)
class _Subject:
    """What is looked at: where it is kept, how far the night has come with it, its rules."""

    column: str
    through: str
    model: Any
    facts: Callable[[Sequence[int], date], Mapping[int, Any]]
    rule: Callable[[Any, Mapping[str, Any], date], Sequence[Signal]]


SUBJECTS = (
    _Subject(
        "organization_id",
        "organization_through",
        Organization,
        watching.facts_for,
        watch_organization,
    ),
    _Subject("team_id", "team_through", ActivityTeam, watching.teams_for, watch_team),
)


_Key = tuple[int, str, str]


@dataclass
class _Found:
    """What one part leads to."""

    looked: int = 0
    failed: int = 0
    opened: list[EarlyWarning] = field(default_factory=list)
    ceased: int = 0


def request_nightly(*, at: datetime) -> list[Watch]:
    """Enter today's watch of every district that has a register, once; later calls find it."""
    today = localdate(at)
    here = {"division": OuterRef("pk")}
    places = Division.objects.filter(
        Exists(Organization.objects.filter(**here)) | Exists(ActivityTeam.objects.filter(**here))
    )
    districts = Division.objects.filter(
        ~Exists(Watch.objects.filter(district=OuterRef("pk"), on=today)),
        code__in={place.district_code for place in places.only("code")},
        kind=Division.Kind.DISTRICT,
    )
    waiting = [
        Watch(district=district, on=today, requested_at=at, enqueued_at=at)
        for district in districts.order_by("code")
    ]
    # Another timetable may enter the same night first; the unique constraint decides.
    Watch.objects.bulk_create(waiting, ignore_conflicts=True)
    entered = list(Watch.objects.filter(on=today, requested_at=at, status=Watch.Status.WAITING))
    leases.wake(watches_waiting, Watch, [watch.pk for watch in entered])
    return entered


@transaction.atomic
def request(*, district: Division, by: User, at: datetime) -> Watch:
    """Look through a district again today, whoever looked before. Raises ``Conflict`` while
    today's watch is under way."""
    watch, is_new = Watch.objects.get_or_create(
        district=district,
        on=localdate(at),
        defaults={"requested_at": at, "enqueued_at": at},
    )
    if not is_new:
        if watch.status == Watch.Status.WAITING:
            raise Conflict(_("The register is being looked through already. Wait a moment."))
        transition(
            watch,
            Watch.Status.WAITING,
            requested_at=at,
            **leases.anew(at),
            organization_through=0,
            team_through=0,
            looked_count=0,
            opened_count=0,
            ceased_count=0,
            failed_count=0,
            finished_at=None,
            error="",
        )
    audit.record(
        action="organizations.watch.request",
        by=by,
        at=at,
        target=watch,
        division_path=district.path,
        changes={"on": [None, watch.on.isoformat()]},
    )
    leases.wake(watches_waiting, Watch, [watch.pk])
    return watch


def watch(*, district: Division, on: date, at: datetime) -> Watch:
    """Look through a district as of a day, to the end; as of a day that was looked at, nothing is
    done."""
    night, _is_new = Watch.objects.get_or_create(
        district=district, on=on, defaults={"requested_at": at, "enqueued_at": at}
    )
    while look(watch_id=night.pk, at=at):
        pass
    night.refresh_from_db()
    return night


def look(*, watch_id: int, at: datetime) -> bool:
    """Look at the next part of a night and write what changed; whether there is more to do.

    A failure frees the night for another attempt; the third one parks it as failed.
    """
    if not _claim(watch_id, at):
        return False
    night = Watch.objects.select_related("district").get(pk=watch_id)
    try:
        _look(night, at)
    except _OvertakenError:
        return False
    except Exception as error:
        logger.exception("watch %s of %s failed", watch_id, night.district_id)
        _release(night, error)
        raise
    return Watch.objects.filter(pk=watch_id, status=Watch.Status.WAITING).exists()


def _claim(watch_id: int, at: datetime) -> bool:
    return Watch.objects.filter(pk=watch_id, status=Watch.Status.WAITING).claim(lease=LEASE, at=at)


@transaction.atomic
def _look(night: Watch, at: datetime) -> None:
    """One part: the next organizations, then the next teams; where neither is left, the end."""
    for subject in SUBJECTS:
        start = getattr(night, subject.through)
        rows = subject.model.objects.within(night.district).filter(pk__gt=start)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:PART_SIZE])
        if not ids:
            continue
        if not start and subject.model is Organization:
            credit_lists.match_again(district=night.district)
        found = _compare(subject, ids, night, at)
        _advance(night, found, **{subject.through: ids[-1]})
        warning_news.tell_of_urgent(warnings=found.opened, at=at)
        return
    _advance(night, _Found(), status=Watch.Status.DONE, finished_at=at)


def _advance(night: Watch, found: _Found, **changes: Any) -> None:
    """Note how far the night has come, if it still stands where this part began."""
    won = Watch.objects.filter(
        pk=night.pk,
        status=Watch.Status.WAITING,
        version=night.version,
        organization_through=night.organization_through,
        team_through=night.team_through,
    ).update(
        lease_until=None,
        attempts=0,
        error="",
        looked_count=F("looked_count") + found.looked,
        opened_count=F("opened_count") + len(found.opened),
        ceased_count=F("ceased_count") + found.ceased,
        failed_count=F("failed_count") + found.failed,
        version=F("version") + 1,
        **changes,
    )
    if not won:
        raise _OvertakenError


def _compare(subject: _Subject, ids: Sequence[int], night: Watch, at: datetime) -> _Found:
    """Open what is new, note where a cause is found no more, found again, or another day begins.

    What cannot be judged is passed over: it is counted, and its warnings stand as they were.
    """
    facts = subject.facts(ids, night.on)
    paths = watching.paths_of(subject.model, facts)
    settings = thresholds.for_paths(paths.values(), night.on)
    signals, failed = _signals(subject, facts, lambda pk: settings[paths[pk]], night)
    judged = [subject_id for subject_id in ids if subject_id not in failed]
    standing = EarlyWarning.objects.filter(
        any_of(subject.column, judged), source=EarlyWarning.Source.COMPUTED
    )
    told: set[_Key] = set()
    ceased: list[EarlyWarning] = []
    differing: dict[int, Signal] = {}
    for warning in standing.order_by("pk"):
        key = (getattr(warning, subject.column), warning.code, warning.episode)
        if _is_told(warning):
            told.add(key)
        if key in signals:
            if _differs(warning, signals[key]):
                differing[warning.pk] = signals[key]
        elif _ceases(warning):
            ceased.append(warning)
    EarlyWarning.objects.filter(pk__in=[warning.pk for warning in ceased]).update(
        ceased_on=night.on, version=F("version") + 1
    )
    _note(differing)
    deadline = early_warnings.deadlines(night.on)
    fresh = [
        EarlyWarning(
            **{subject.column: key[0]},
            code=signal.code,
            episode=signal.episode,
            source=EarlyWarning.Source.COMPUTED,
            level=signal.level,
            since_on=signal.since_on,
            figures=dict(signal.figures),
            opened_on=night.on,
            opened_at=at,
            ack_due_on=deadline(settings[paths[key[0]]], signal.level),
        )
        for key, signal in signals.items()
        if key not in told
    ]
    open_ones = [warning for warning in ceased if not warning.is_final]
    return _Found(len(facts) - len(failed), len(failed), _open(subject, fresh, at), len(open_ones))


def _signals(
    subject: _Subject,
    facts: Mapping[int, Any],
    settings_of: Callable[[int], Mapping[str, Any]],
    night: Watch,
) -> tuple[dict[_Key, Signal], set[int]]:
    """What the rules find, and whom they cannot judge; the log says why."""
    signals: dict[_Key, Signal] = {}
    failed: set[int] = set()
    for subject_id, known in facts.items():
        try:
            found = subject.rule(known, settings_of(subject_id), night.on)
        except Exception:
            logger.exception("watch %s cannot judge %s %s", night.pk, subject.column, subject_id)
            failed.add(subject_id)
            continue
        signals |= {(subject_id, signal.code, signal.episode): signal for signal in found}
    return signals, failed


def _is_told(warning: EarlyWarning) -> bool:
    """Whether a signal of the same episode opens nothing: it is open, or a person closed it.

    What has no episode of its own is told again once its cause had been gone.
    """
    return not warning.is_final or warning.episode != "" or warning.ceased_on is None


def _ceases(warning: EarlyWarning) -> bool:
    """Whether it is worth a note that the cause is gone: of what is open, and of what a person
    closed and would be told of again."""
    return warning.ceased_on is None and not (warning.is_final and warning.episode)


def _differs(warning: EarlyWarning, signal: Signal) -> bool:
    """Whether the cause of an open warning is found again, or begins on another day."""
    is_same = warning.ceased_on is None and warning.since_on == signal.since_on
    return not warning.is_final and not is_same


def _note(signals: Mapping[int, Signal]) -> None:
    """Write on warnings, by id, what is found of their cause now. One statement."""
    if not signals:
        return
    columns: dict[str, Any] = {
        "ids": list(signals),
        "since_on": [signal.since_on for signal in signals.values()],
        "figures": [json.dumps(dict(signal.figures)) for signal in signals.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE, columns)


def _open(subject: _Subject, fresh: Sequence[EarlyWarning], at: datetime) -> list[EarlyWarning]:
    """Write new clues; those that nobody wrote before, with what they are about."""
    EarlyWarning.objects.bulk_create(fresh, ignore_conflicts=True)
    ids = {getattr(warning, subject.column) for warning in fresh}
    written = EarlyWarning.objects.filter(
        any_of(subject.column, ids), source=EarlyWarning.Source.COMPUTED, opened_at=at
    )
    keys = {(getattr(each, subject.column), each.code, each.episode) for each in fresh}
    found = written.select_related("organization__division", "team__division").order_by("pk")
    return [
        each for each in found if (getattr(each, subject.column), each.code, each.episode) in keys
    ]


@transaction.atomic
def _release(night: Watch, error: Exception) -> None:
    Watch.objects.filter(status=Watch.Status.WAITING, version=night.version).release(
        night,
        error=leases.told(error),
        status=Watch.Status.FAILED if night.is_last_attempt else Watch.Status.WAITING,
        version=F("version") + 1,
    )


@transaction.atomic
def sweep(*, at: datetime) -> int:
    """Wake workers for nights that wait too long: their message, or their worker, was lost; how
    many. A night that took its worker down at every attempt is parked as failed."""
    waiting = Watch.objects.filter(status=Watch.Status.WAITING)
    if waiting.lost(at).update(
        status=Watch.Status.FAILED, error="its worker was lost", version=F("version") + 1
    ):
        logger.error("a watch lost its worker every time")
    ids = waiting.rouse(at)
    leases.wake(watches_waiting, Watch, ids)
    return len(ids)
