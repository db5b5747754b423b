"""Seats of a panel: taken after a declaration, left by recusal, closed by submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.transitions import edit, transition
from portal.users.models import User
from projects.models import Bidder, Expert, Procurement, Seat, Tie
from projects.rules.conflicts import Interest
from projects.selectors import conflicts, panels
from projects.services import panel_news
from projects.services.procurement_states import move

Status = Procurement.Status
# While it lasts, somebody may turn out to have an interest.
RECUSABLE = (Status.EVALUATING, Status.RANKED)
REASON_LENGTH = 300
_record = audit.Trail[Seat]("projects.seat", lambda seat: seat.procurement.project.division.path)


class NotEvaluated(DomainError):
    """A panel works while the procurement is being evaluated."""


class SeatOfAnother(DomainError):
    """Everybody speaks and scores for himself."""


class SeatedAlready(DomainError):
    """Somebody was asked for this panel before."""


class CannotJudge(DomainError):
    """Whoever has an interest in the bidders, or bids."""


class MemberManages(DomainError):
    """Whoever sits on the panel does not run it."""


class NotContested(DomainError):
    """Sheets fall with a challenge that was right, and not otherwise."""


class NotScored(DomainError):
    """A sheet with lines on which nothing stands; ``missing`` are (bid, criterion)."""

    def __init__(self, message: str, missing: Sequence[tuple[Any, Any]]) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True)
class Declared:
    """What somebody says that binds him to a bidder; ``to_on`` None where it still holds."""

    organization: Organization
    kind: str
    from_on: date | None = None
    to_on: date | None = None
    note: str = ""

    @property
    def interest(self) -> Interest:
        """As the rules take it."""
        subject = conflicts.of_organization(self.organization.pk)
        return Interest(self.kind, subject, self.to_on)


def hold_evaluated(procurement: Procurement) -> Procurement:
    """The procurement, held while it is being evaluated. Raises ``NotEvaluated``."""
    held = Procurement.objects.select_for_update().get(pk=procurement.pk)
    if held.status != Status.EVALUATING:
        raise NotEvaluated(
            _(
                "A panel sits and scores while the procurement is being evaluated, after its bids"
                " were opened; it is “%(status)s”."
            )
            % {"status": held.get_status_display()}
        )
    return held


def refuse_member(procurement: Procurement, *, by: User) -> None:
    """Raise ``MemberManages`` where ``by`` sits on the panel: whoever scores decides neither which
    bids and which other sheets count, nor when they are added up."""
    if procurement.seats.sat_by(by).exists():
        raise MemberManages(
            _("You sit, or are asked to sit, on the panel: another officer does this.")
        )


@transaction.atomic
def appoint(*, procurement: Procurement, user: User, by: User, at: datetime) -> Seat:
    """Name a representative of the purchaser, who is asked to declare like everybody.

    Raises ``NotEvaluated``, ``MemberManages``, ``SeatedAlready`` and ``CannotJudge``.
    """
    held = hold_evaluated(procurement)
    refuse_member(held, by=by)
    if held.seats.filter(user=user).exists():
        raise SeatedAlready(_("%(user)s was asked for this panel before.") % {"user": user})
    parties = conflicts.parties_of(held)
    if against := conflicts.known([user], parties)[user.pk]:
        raise CannotJudge(
            _("%(user)s cannot sit on this panel: %(why)s. Name somebody else.")
            % {"user": user, "why": conflicts.said(against, parties)}
        )
    if user.is_service or Bidder.objects.filter(user=user, closed_at=None).exists():
        raise CannotJudge(
            _("%(user)s bids and judges no bids. Name somebody else.") % {"user": user}
        )
    if Expert.objects.filter(user=user).exists():
        raise CannotJudge(
            _("%(user)s is an expert: experts are drawn at random, not named. Name somebody else.")
            % {"user": user}
        )
    seat = Seat.objects.create(procurement=held, user=user, role=Seat.Role.PURCHASER)
    _record(seat, "appoint", by=by, at=at, changes={"role": [None, seat.role]})
    panel_news.tell_of_seat(seat=seat, at=at)
    return seat


@transaction.atomic
def declare(
    *,
    seat: Seat,
    declaration: str,
    version: int,
    by: User,
    at: datetime,
    interests: Sequence[Declared] = (),
) -> Seat:
    """Sign that one has no interest in the bidders but ``interests``. They are kept; where one of
    them counts, or another that the portal knows, the seat is recused instead.

    Raises ``SeatOfAnother``, ``NotEvaluated``, ``ReasonMissing`` and ``Conflict``.
    """
    declaration = given(declaration, _("Sign the declaration: type that you have no interest."))
    _refuse_another(seat, by)
    held = hold_evaluated(seat.procurement)
    parties = conflicts.parties_of(held)
    found = conflicts.known([seat.user], parties)[seat.user_id]
    own = conflicts.counted([each.interest for each in interests], parties)
    against = list(dict.fromkeys([*found, *own]))
    if seat.expert_id is not None:
        _keep(seat, interests, by=by, at=at)
    signed = {"declaration": declaration, "declared_at": at}
    if not against:
        transition(seat, Seat.Status.DECLARED, version=version, **signed)
        _record(seat, "declare", by=by, at=at, changes={"status": ["invited", seat.status]})
        return seat
    why = conflicts.said(against, parties)[:REASON_LENGTH]
    _recuse(seat, why, version, by=by, at=at, is_computed=bool(found), **signed)
    return seat


def _keep(seat: Seat, interests: Sequence[Declared], *, by: User, at: datetime) -> None:
    Tie.objects.bulk_create(
        Tie(
            expert=seat.expert,
            organization=each.organization,
            kind=each.kind,
            from_on=each.from_on,
            to_on=each.to_on,
            note=each.note,
            source=Tie.Source.DECLARED,
            entered_by=by,
            entered_at=at,
        )
        for each in interests
    )


@transaction.atomic
def decline(*, seat: Seat, reason: str, version: int, by: User, at: datetime) -> Seat:
    """Not to take the seat. Raises ``SeatOfAnother``, ``ReasonMissing`` and ``Conflict``."""
    reason = given(reason, _("Say why you cannot take the seat."))
    _refuse_another(seat, by)
    transition(seat, Seat.Status.DECLINED, version=version)
    changes = {"status": ["invited", seat.status]}
    _record(seat, "decline", by=by, at=at, changes=changes, reason=reason)
    panel_news.tell_of_empty_seat(seat=seat, at=at)
    return seat


@transaction.atomic
def recuse(*, seat: Seat, reason: str, version: int, by: User, at: datetime) -> Seat:
    """Step aside, or be made to. What was scored stays readable and counts nowhere; a ranking that
    counted it holds no more, and the procurement is evaluated again.

    Raises ``ReasonMissing``, ``NotEvaluated``, ``MemberManages`` and ``Conflict``.
    """
    reason = given(reason, _("Say which interest there is."))
    held = _hold_recusable(seat)
    if seat.user_id != by.pk:
        refuse_member(held, by=by)
    before = seat.status
    _recuse(seat, reason[:REASON_LENGTH], version, by=by, at=at)
    if before == Seat.Status.SUBMITTED:
        _evaluate_again(held, reason, by=by, at=at)
    return seat


@transaction.atomic
def dismiss(*, procurement: Procurement, reason: str, version: int, by: User, at: datetime) -> int:
    """Recuse everybody whose sheet was submitted before a challenge turned out to be right, so
    that others are drawn and score anew; how many. What was scored stays readable.

    Raises ``ReasonMissing``, ``NotEvaluated``, ``MemberManages``, ``NotContested`` and
    ``Conflict``.
    """
    reason = given(reason, _("Say why others are to score anew."))
    held = hold_evaluated(procurement)
    refuse_member(held, by=by)
    fallen = list(panels.contested(held).select_related("user").order_by("pk"))
    if not fallen:
        raise NotContested(
            _(
                "No sheet was submitted before a challenge that was right. Recuse those who have an"
                " interest."
            )
        )
    edit(held, version=version)
    for seat in fallen:
        _leave(seat, reason[:REASON_LENGTH], seat.version, by=by, at=at)
    panel_news.tell_of_dismissal(procurement=held, at=at)
    return len(fallen)


@transaction.atomic
def look_again(*, seat: Seat, by: User, at: datetime) -> Seat:
    """Recuse a seat whose holder turns out to have an interest that counts; else nothing."""
    held = _hold_recusable(seat)
    parties = conflicts.parties_of(held)
    against = conflicts.known([seat.user], parties)[seat.user_id]
    if not against:
        return seat
    seat.refresh_from_db(fields=["status", "version"])
    before, why = seat.status, conflicts.said(against, parties)[:REASON_LENGTH]
    _recuse(seat, why, seat.version, by=by, at=at, is_computed=True)
    if before == Seat.Status.SUBMITTED:
        _evaluate_again(held, why, by=by, at=at)
    return seat


def look_at_all_again(*, procurement: Procurement, by: User, at: datetime) -> None:
    """As ``look_again`` for whoever sits, where the procurement came back to its evaluation or its
    ranking: what was entered meanwhile counts."""
    if procurement.status not in RECUSABLE:
        return
    for seat in procurement.seats.sitting().select_related("user").order_by("pk"):
        look_again(seat=seat, by=by, at=at)
    procurement.refresh_from_db(fields=["status", "version"])


def refuse_bound(procurement: Procurement, sitting: Sequence[Seat]) -> None:
    """Raise ``CannotJudge`` where somebody who sits has an interest in a bidder, as far as the
    portal knows."""
    if not sitting:
        return
    parties = conflicts.parties_of(procurement)
    known = conflicts.known([seat.user for seat in sitting], parties)
    for seat in sitting:
        if against := known[seat.user_id]:
            raise CannotJudge(
                _("%(user)s has an interest that counts: %(why)s. Recuse, then rank.")
                % {"user": seat.user, "why": conflicts.said(against, parties)}
            )


def _hold_recusable(seat: Seat) -> Procurement:
    held = Procurement.objects.select_for_update().get(pk=seat.procurement_id)
    if held.status not in RECUSABLE:
        raise NotEvaluated(
            _(
                "The procurement is “%(status)s”: first revoke the award, or answer the challenge,"
                " so that it goes back to its evaluation."
            )
            % {"status": held.get_status_display()}
        )
    return held


def _recuse(
    seat: Seat,
    reason: str,
    version: int,
    *,
    by: User,
    at: datetime,
    is_computed: bool = False,
    **signed: Any,
) -> None:
    _leave(seat, reason, version, by=by, at=at, is_computed=is_computed, **signed)
    panel_news.tell_of_empty_seat(seat=seat, at=at)


def _leave(
    seat: Seat,
    reason: str,
    version: int,
    *,
    by: User,
    at: datetime,
    is_computed: bool = False,
    **signed: Any,
) -> None:
    before = seat.status
    transition(
        seat,
        Seat.Status.RECUSED,
        version=version,
        recusal_reason=reason,
        is_computed=is_computed,
        **signed,
    )
    changes = {"status": [before, seat.status], "is_computed": [False, is_computed]}
    _record(seat, "recuse", by=by, at=at, changes=changes, reason=reason)


def _evaluate_again(held: Procurement, reason: str, *, by: User, at: datetime) -> None:
    if held.status == Status.RANKED:
        move(
            procurement=held,
            to=Status.EVALUATING,
            version=held.version,
            by=by,
            at=at,
            reason=reason,
        )


@transaction.atomic
def submit(*, seat: Seat, version: int, by: User, at: datetime) -> Seat:
    """Close the sheet for good: every valid bid has points or an abstention on every criterion but
    the price. Raises ``SeatOfAnother``, ``NotEvaluated``, ``NotScored`` and ``Conflict``."""
    _refuse_another(seat, by)
    held = hold_evaluated(seat.procurement)
    if missing := panels.missing(seat):
        bid, criterion = missing[0]
        raise NotScored(
            _(
                "%(count)s lines are still blank, the first is “%(criterion)s” of %(bidder)s. Type"
                " points, or say that you abstain."
            )
            % {"count": len(missing), "criterion": criterion, "bidder": bid},
            missing,
        )
    transition(seat, Seat.Status.SUBMITTED, version=version, submitted_at=at)
    _record(seat, "submit", by=by, at=at, changes={"status": ["declared", seat.status]})
    if not held.seats.filter(status__in=["invited", "declared"]).exists():
        panel_news.tell_of_sheets(procurement=held, at=at)
    return seat


def _refuse_another(seat: Seat, by: User) -> None:
    if seat.user_id != by.pk:
        raise SeatOfAnother(
            _("This seat is %(user)s's, who alone speaks and scores on it.") % {"user": seat.user}
        )
