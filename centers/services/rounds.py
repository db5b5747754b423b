"""What a bureau asks of its centers: a round is opened, cancelled, and extended for one center."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center, Extension, Filing, Obligation, Round, Section
from centers.signals import time_extended
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.jurisdictions.models import Division
from portal.users.models import User

_record = audit.Trail[Round]("centers.round", lambda asked: asked.division_path)


class NobodyAsked(DomainError):
    """A round is opened for no center, or for one outside its division."""


class NothingAsked(DomainError):
    """A round is opened that asks for no section, or for one that there is not."""


class DatesOutOfOrder(DomainError):
    """A round's or an extension's dates do not follow one another."""


class TitleTaken(DomainError):
    """The district has a round of this title."""


class RoundAnswered(DomainError):
    """A round is cancelled although centers have filed for it."""


@transaction.atomic
def open_round(
    *,
    title: str,
    kind: str,
    division: Division,
    centers: Iterable[Center],
    period_from_on: date,
    period_to_on: date,
    opens_on: date,
    due_on: date,
    locks_on: date,
    section_kinds: Sequence[str],
    by: User,
    at: datetime,
    needs_opinion: bool = True,
    reminder_days: Sequence[int] | None = None,
    instructions: str = "",
) -> Round:
    """Open a round and write down, once and for all, what each of the centers owes to it.

    Raises ``NobodyAsked``, ``NothingAsked``, ``DatesOutOfOrder`` and ``TitleTaken``.
    """
    asked = sorted({center.pk: center for center in centers}.values(), key=lambda c: c.code)
    kinds = [kind for kind in Section.Kind.values if kind in section_kinds]
    _refuse_nobody(asked, division)
    if not kinds or len(kinds) != len(set(section_kinds)):
        raise NothingAsked(_("Choose the sections that the centers file: at least one of them."))
    _refuse_disorder(period_from_on, period_to_on)
    _refuse_disorder(opens_on, due_on, locks_on)
    reminders = {} if reminder_days is None else {"reminder_days": sorted(set(reminder_days))}
    try:
        with transaction.atomic():
            opened = Round.objects.create(
                title=title,
                kind=kind,
                division=division,
                period_from_on=period_from_on,
                period_to_on=period_to_on,
                opens_on=opens_on,
                due_on=due_on,
                locks_on=locks_on,
                section_kinds=kinds,
                needs_opinion=needs_opinion,
                instructions=instructions,
                opened_by=by,
                opened_at=at,
                **reminders,
            )
    except IntegrityError as error:
        raise TitleTaken(
            _("%(division)s already has a round called “%(title)s”. Give it another title.")
            % {"division": division, "title": title}
        ) from error
    _write_down(opened, asked)
    _record(opened, "open", by=by, at=at, changes={"centers": [None, len(asked)]})
    return opened


@transaction.atomic
def cancel(*, round: Round, reason: str, by: User, at: datetime) -> Round:  # noqa: A002
    """Take a round back that nobody answered yet; drafts of it can still be withdrawn."""
    reason = given(reason, _("Say why the round is cancelled: the centers see it."))
    held = Round.objects.select_for_update().get(pk=round.pk)
    if held.cancelled_at:
        raise Conflict(_("This round was cancelled before."))
    # Held, so that nobody hands one in while the round goes.
    filings = list(
        Filing.objects.select_for_update(of=("self",))
        .filter(obligation__round=round)
        .order_by("pk")
    )
    if any(filing.first_submitted_at for filing in filings):
        raise RoundAnswered(_("Centers have filed for this round; it can no longer be cancelled."))
    Round.objects.filter(pk=round.pk).update(
        cancelled_by=by, cancelled_at=at, cancel_reason=reason
    )
    round.refresh_from_db()
    _record(round, "cancel", by=by, at=at, reason=reason)
    return round


@transaction.atomic
def extend(
    *,
    obligation: Obligation,
    due_on: date,
    locks_on: date,
    reason: str,
    by: User,
    at: datetime,
) -> Extension:
    """Give one center more time. The dates of the obligation stay; the newest extension holds.

    A due date that stays where it was opens a locked obligation again and leaves the center late.
    Raises ``ReasonMissing``, ``DatesOutOfOrder``, and ``Conflict`` for a round cancelled or a
    center that has filed.
    """
    reason = given(reason, _("Say why the center gets more time: the center sees it."))
    Center.objects.select_for_update(no_key=True).get(pk=obligation.center_id)
    # Held, so that nobody hands it in late while it is made to be in time.
    list(Filing.objects.select_for_update().filter(obligation=obligation).order_by("pk"))
    dated = Obligation.objects.in_force().with_state(localdate(at)).filter(pk=obligation.pk).first()
    if dated is None or dated.filed_on is not None:
        raise Conflict(
            _("More time is of no use: the round was cancelled, or the center has filed.")
        )
    _refuse_shorter(dated, due_on, locks_on, localdate(at))
    extension = Extension.objects.create(
        obligation=obligation,
        due_on=due_on,
        locks_on=locks_on,
        reason=reason,
        granted_by=by,
        granted_at=at,
    )
    audit.record(
        action="centers.obligation.extend",
        by=by,
        at=at,
        target=obligation,
        division_path=obligation.division_path,
        changes={
            "due_on": [dated.last_due_on.isoformat(), due_on.isoformat()],
            "locks_on": [dated.last_locks_on.isoformat(), locks_on.isoformat()],
        },
        reason=reason,
    )
    time_extended.send(sender=Extension, extension=extension, at=at)
    return extension


def _refuse_nobody(asked: Sequence[Center], division: Division) -> None:
    outside = [c for c in asked if not c.division.path.startswith(division.path)]
    if not asked or outside:
        raise NobodyAsked(
            _("Choose centers of %(division)s: a round asks at least one of them.")
            % {"division": division}
        )


def _write_down(opened: Round, asked: Iterable[Center]) -> None:
    Obligation.objects.bulk_create(
        Obligation(
            round=opened,
            center=center,
            period_from_on=opened.period_from_on,
            period_to_on=opened.period_to_on,
            opens_on=opened.opens_on,
            due_on=opened.due_on,
            locks_on=opened.locks_on,
        )
        for center in asked
    )


def _refuse_shorter(dated: Any, due_on: date, locks_on: date, today: date) -> None:
    """``dated`` is an obligation with its dates after extensions."""
    _refuse_disorder(dated.last_due_on, due_on, locks_on)
    _refuse_disorder(dated.last_locks_on, locks_on)
    _refuse_disorder(today, locks_on)
    if due_on == dated.last_due_on:
        if locks_on == dated.last_locks_on:
            raise DatesOutOfOrder(_("An extension ends later than what holds now."))
    else:
        _refuse_disorder(today, due_on)


def _refuse_disorder(*dates: date) -> None:
    for earlier, later in pairwise(dates):
        if later < earlier:
            raise DatesOutOfOrder(
                _("%(later)s is before %(earlier)s. Dates follow one another: open, due, lock.")
                % {"later": later, "earlier": earlier}
            )
