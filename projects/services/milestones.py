"""Milestones: delivered by the supplier, confirmed by the purchaser."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import DomainError, given
from portal.transitions import edit
from portal.users.models import User
from projects.models import Milestone
from projects.services import contracts


class NotDelivered(DomainError):
    """Something is confirmed that was not delivered."""


class ConfirmedAlready(DomainError):
    """The milestone is confirmed; it stays as it was delivered."""


@transaction.atomic
def deliver(
    *,
    milestone: Milestone,
    version: int,
    delivered_on: date,
    note: str,
    by: User,
    at: datetime,
) -> Milestone:
    """Note what the supplier delivered, or correct it while nobody confirmed it.

    Raises ``ReasonMissing``, ``NotSigned``, ``DayImpossible``, ``ConfirmedAlready`` and
    ``Conflict``.
    """
    note = given(note, _("Say what was delivered."))
    held = contracts.hold(milestone.contract)
    contracts.refuse_outside(contract=held, day=delivered_on, at=at)
    _refuse_confirmed(milestone)
    edit(milestone, version=version, delivered_on=delivered_on, delivered_note=note)
    told = {milestone.name: [None, delivered_on.isoformat()]}
    contracts.trail(held, "deliver", by=by, at=at, changes=told, reason=note)
    return milestone


@transaction.atomic
def confirm(*, milestone: Milestone, version: int, by: User, at: datetime) -> Milestone:
    """Confirm what was delivered, once.

    Raises ``NotSigned``, ``NotDelivered``, ``ConfirmedAlready`` and ``Conflict``.
    """
    held = contracts.hold(milestone.contract)
    _refuse_confirmed(milestone)
    if milestone.delivered_on is None:
        raise NotDelivered(
            _("Nothing was delivered of “%(name)s” yet: enter that first.")
            % {"name": milestone.name}
        )
    edit(milestone, version=version, confirmed_by=by, confirmed_at=at)
    told = {milestone.name: [None, "confirmed"]}
    contracts.trail(held, "confirm", by=by, at=at, changes=told)
    return milestone


def _refuse_confirmed(milestone: Milestone) -> None:
    milestone.refresh_from_db(fields=["confirmed_at", "delivered_on"])
    if milestone.confirmed_at is not None:
        raise ConfirmedAlready(
            _("“%(name)s” is confirmed already and stays as it is.") % {"name": milestone.name}
        )
