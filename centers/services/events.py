"""Coordination events: planned, held, minuted, corrected, cancelled; and the yearly minimum."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import (
    Center,
    CoordinationEvent,
    EventMinutes,
    FollowUp,
    MechanismMinimum,
)
from centers.models.event import quarter_of
from centers.signals import event_changed
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit, edit_if, transition
from portal.users.models import User

LONG_TEXTS = ("topics",)
# What changes an event, and not only what follows from it.
TOLD = ("plan", "correct", "record", "cancel")


class OrganiserUnclear(DomainError):
    """An event is of one center or of one district's bureau."""


class ParticipantElsewhere(DomainError):
    """A center of another district is to take part."""


class DayOutsideQuarter(DomainError):
    """The planned day does not lie in the planned quarter."""


class NotHeldYet(DomainError):
    """An event is recorded as held on a day that is still to come."""


class EventClosed(DomainError):
    """The event was cancelled, or is not held yet, and cannot take this."""


class MinutesMissing(DomainError):
    """Minutes that were written once are to become empty, or decisions stand without minutes."""


@transaction.atomic
def plan(
    *,
    kind: str,
    title: str,
    planned_year: int,
    planned_quarter: int,
    by: User,
    at: datetime,
    center: Center | None = None,
    district: Division | None = None,
    participants: Iterable[Center] = (),
    **details: Any,
) -> CoordinationEvent:
    """Plan an event of ``center`` or of the bureau of ``district`` for a quarter.

    ``details`` are further fields. Raises ``OrganiserUnclear``, ``ParticipantElsewhere``,
    ``DayOutsideQuarter``.
    """
    if (center is None) == (district is None):
        raise OrganiserUnclear(_("Say who organises the event: one center or one bureau."))
    if district and district.kind != Division.Kind.DISTRICT:
        raise OrganiserUnclear(_("Only the bureau of a district organises events itself."))
    _refuse_day_outside(planned_year, planned_quarter, details.get("planned_on"))
    event = CoordinationEvent.objects.create(
        center=center,
        district=district,
        kind=kind,
        title=title,
        planned_year=planned_year,
        planned_quarter=planned_quarter,
        planned_by=by,
        planned_at=at,
        **details,
    )
    _invite(event, participants)
    changes = {"kind": [None, kind], "planned": [None, f"{planned_year}-Q{planned_quarter}"]}
    _record(event, "plan", by=by, at=at, changes=changes)
    return event


@transaction.atomic
def correct(
    *,
    event: CoordinationEvent,
    version: int,
    participants: Iterable[Center],
    by: User,
    at: datetime,
    **changes: Any,
) -> CoordinationEvent:
    """Correct what was planned: title, time, place, who takes part. The day it was held and the
    minutes are corrected by ``record``.

    Raises ``Conflict`` when somebody changed the event since ``version`` was read.
    """
    _hold(event, CoordinationEvent.OPEN)
    told = _told(event, changes)
    quarter = (changes[field] for field in ("planned_year", "planned_quarter", "planned_on"))
    _refuse_day_outside(*quarter)
    before = _names(event)
    edit(event, version=version, **changes)
    _invite(event, participants)
    if before != _names(event):
        told["participants"] = [before, _names(event)]
    _record(event, "correct", by=by, at=at, changes=told)
    return event


@transaction.atomic
def record(
    *,
    event: CoordinationEvent,
    version: int,
    held_on: date,
    by: User,
    at: datetime,
    attendee_count: int | None = None,
    minutes: str = "",
    decisions: str = "",
) -> CoordinationEvent:
    """Record that the event was held, with its minutes or without; or correct such a record.

    Minutes are kept in every version they had. Without minutes the event still counts as planned.
    Raises ``NotHeldYet``, ``MinutesMissing``, ``EventClosed``, ``Conflict``.
    """
    _hold(event, CoordinationEvent.OPEN)
    if held_on > localdate(at):
        raise NotHeldYet(
            _("%(day)s is still to come. Record the event once it was held.") % {"day": held_on}
        )
    values: dict[str, Any] = {"held_on": held_on, "attendee_count": attendee_count}
    told = _told(event, values)
    values |= {"recorded_by": by, "recorded_at": at}
    if event.status == CoordinationEvent.Status.PLANNED:
        transition(event, CoordinationEvent.Status.HELD, version=version, **values)
    else:
        edit(event, version=version, **values)
    written = _write_minutes(event, minutes.strip(), decisions.strip(), by=by, at=at)
    if written:
        told["minutes"] = [None, f"v{written.number}"]
    _record(event, "record", by=by, at=at, changes=told)
    return event


@transaction.atomic
def cancel(
    *, event: CoordinationEvent, version: int, reason: str, by: User, at: datetime
) -> CoordinationEvent:
    """Take the event out of every count, for good; ``reason`` stays with it."""
    reason = given(reason, _("Say why the event is cancelled: the reason stays with it."))
    before = event.status
    transition(
        event,
        CoordinationEvent.Status.CANCELLED,
        version=version,
        cancelled_by=by,
        cancelled_at=at,
        cancel_reason=reason,
    )
    changes = {"status": [before, event.status]}
    _record(event, "cancel", by=by, at=at, changes=changes, reason=reason)
    return event


@transaction.atomic
def add_follow_up(
    *,
    event: CoordinationEvent,
    text: str,
    by: User,
    at: datetime,
    responsible: str = "",
    due_on: date | None = None,
) -> FollowUp:
    """Note what somebody is to do after an event that was held."""
    _hold(event, (CoordinationEvent.Status.HELD,))
    follow_up = FollowUp.objects.create(
        event=event, text=text, responsible=responsible, due_on=due_on, added_by=by, added_at=at
    )
    _record(event, "add_follow_up", by=by, at=at, changes={"follow_up": [None, follow_up.pk]})
    return follow_up


@transaction.atomic
def finish_follow_up(*, follow_up: FollowUp, by: User, at: datetime) -> FollowUp:
    """Note that it was done; of two people who do so at once the first one stands."""
    if not edit_if(follow_up, Q(done_at=None), done_by=by, done_at=at):
        raise Conflict(_("Nothing was changed: somebody noted this as done already."))
    changes = {"follow_up": [follow_up.pk, "done"]}
    _record(follow_up.event, "finish_follow_up", by=by, at=at, changes=changes)
    return follow_up


@transaction.atomic
def set_minimum(
    *,
    district: Division,
    kind: str,
    year: int,
    minimum: int | None,
    reason: str,
    by: User,
    at: datetime,
    doc_no: str = "",
) -> MechanismMinimum:
    """Ask every center of ``district`` for so many events of a kind in a year; None lifts it.

    What was set before stays on record. Raises ``ReasonMissing``, ``OrganiserUnclear``.
    """
    reason = given(reason, _("Say why this minimum is set; name the document if there is one."))
    if district.kind != Division.Kind.DISTRICT:
        raise OrganiserUnclear(_("Only a district sets minima."))
    Division.objects.select_for_update().get(pk=district.pk)
    series = MechanismMinimum.objects.filter(district=district, kind=kind, year=year)
    before = series.order_by("-number").first()
    new = MechanismMinimum.objects.create(
        district=district,
        kind=kind,
        year=year,
        number=before.number + 1 if before else 1,
        minimum=minimum,
        reason=reason,
        doc_no=doc_no.strip(),
        set_by=by,
        set_at=at,
    )
    audit.record(
        action="centers.minimum.set",
        by=by,
        at=at,
        target=new,
        division_path=district.path,
        changes={"minimum": [before and before.minimum, minimum]},
        reason=new.reason,
    )
    return new


def _hold(event: CoordinationEvent, statuses: Iterable[str]) -> None:
    """Lock the event, if it is in one of ``statuses``."""
    held = CoordinationEvent.objects.select_for_update().get(pk=event.pk)
    if held.status not in statuses:
        raise EventClosed(
            _("This event is “%(status)s”; nothing was changed.")
            % {"status": held.get_status_display()}
        )


def _refuse_day_outside(year: int, quarter: int, day: date | None) -> None:
    if day and quarter_of(day) != (year, quarter):
        raise DayOutsideQuarter(
            _("%(day)s does not lie in quarter %(quarter)s of %(year)s. Correct one of the two.")
            % {"day": day, "quarter": quarter, "year": year}
        )


def _invite(event: CoordinationEvent, participants: Iterable[Center]) -> None:
    """Let exactly these centers take part beside the organiser; all of one district."""
    others = [center for center in participants if center.pk != event.center_id]
    district = event.place_in_tree.district_code
    strangers = [center for center in others if center.division.district_code != district]
    if strangers:
        raise ParticipantElsewhere(
            _("%(center)s belongs to another district. Name it as the counterpart instead.")
            % {"center": strangers[0]}
        )
    event.participants.set(others)


def _write_minutes(
    event: CoordinationEvent, text: str, decisions: str, *, by: User, at: datetime
) -> EventMinutes | None:
    """A new version of the minutes, if they say something else than the last one."""
    last = event.minutes.order_by("-number").first()
    if (text, decisions) == ((last.text, last.decisions) if last else ("", "")):
        return None
    if not text:
        raise MinutesMissing(
            _("The minutes are empty. Write what was said: minutes can be corrected, not removed.")
        )
    return EventMinutes.objects.create(
        event=event,
        number=last.number + 1 if last else 1,
        text=text,
        decisions=decisions,
        written_by=by,
        written_at=at,
    )


def _names(event: CoordinationEvent) -> str:
    return "、".join(center.code for center in event.participants.order_by("code"))


def _told(event: CoordinationEvent, changes: dict[str, Any]) -> dict[str, list[Any]]:
    """What changes, for the trail; of a long text only that it does."""
    told = {}
    for field, after in changes.items():
        before = getattr(event, field)
        if before == after:
            continue
        is_long = field in LONG_TEXTS
        told[field] = ["…", "…"] if is_long else [audit.text_of(before), audit.text_of(after)]
    return told


def _record(event: CoordinationEvent, verb: str, *, by: User, at: datetime, **what: Any) -> None:
    audit.record(
        action=f"centers.event.{verb}",
        by=by,
        at=at,
        target=event,
        division_path=event.place_in_tree.path,
        **what,
    )
    if verb in TOLD:
        event_changed.send(sender=CoordinationEvent, event=event, at=at)
