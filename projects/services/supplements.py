"""Supplements: additions to a signed contract, all of them a tenth of its price at most."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from portal.errors import DomainError, given
from portal.users.models import User
from projects.models import Contract, Supplement
from projects.selectors.contracts import sums_of
from projects.services import contracts


class SupplementTooLarge(DomainError):
    """More would be added to a contract than may be."""


class AmountNegative(DomainError):
    """An amount below 0."""


@transaction.atomic
def add(
    *,
    contract: Contract,
    amount_yuan: Decimal,
    reason_kind: str,
    reason: str,
    signed_on: date,
    by: User,
    at: datetime,
) -> Supplement:
    """Add a supplement to a signed contract; 0 yuan where only words change. What it adds is then
    planned as further payments.

    Raises ``ReasonMissing``, ``NotSigned``, ``DayImpossible``, ``AmountNegative`` and
    ``SupplementTooLarge``.
    """
    reason = given(reason, _("Say why the contract is supplemented."))
    held = contracts.hold(contract)
    contracts.refuse_outside(contract=held, day=signed_on, at=at)
    if amount_yuan < 0:
        raise AmountNegative(_("A supplement adds 0 yuan or more."))
    sums = sums_of(held, signed_on)
    if amount_yuan > sums.supplement_room:
        raise SupplementTooLarge(
            _(
                "%(amount)s yuan are too much: all supplements together are a tenth of the price of"
                " %(price)s yuan at the most, and %(room)s yuan are left. More needs a new"
                " procurement."
            )
            % {
                "amount": f"{amount_yuan:.2f}",
                "price": f"{held.price_yuan:.2f}",
                "room": f"{sums.supplement_room:.2f}",
            }
        )
    last = held.supplements.aggregate(last=Max("number"))["last"] or 0
    supplement = Supplement.objects.create(
        contract=held,
        number=last + 1,
        amount_yuan=amount_yuan,
        reason_kind=reason_kind,
        reason=reason,
        signed_on=signed_on,
        entered_by=by,
        entered_at=at,
    )
    told = {"amount_yuan": [None, f"{amount_yuan:.2f}"], "number": [None, supplement.number]}
    contracts.trail(held, "supplement", by=by, at=at, changes=told, reason=reason)
    return supplement
