"""Payments: planned within the price, paid once, or cancelled with a reason."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from portal.errors import DomainError, given
from portal.transitions import lock, transition
from portal.users.models import User
from projects.models import Acceptance, Contract, Milestone, Payment, Supervision
from projects.rules.payments import is_due_for
from projects.selectors.contracts import sums_of
from projects.services import contracts

Status = Payment.Status


class PaymentTooLarge(DomainError):
    """More would be paid than the price with its supplements."""


class PaidTooEarly(DomainError):
    """What a payment waits for has not happened."""


class VoucherTaken(DomainError):
    """Another payment of the contract was made by this voucher."""


class AmountNotPositive(DomainError):
    """A payment of nothing."""


@transaction.atomic
def add(
    *,
    contract: Contract,
    stage: str,
    amount_yuan: Decimal,
    by: User,
    at: datetime,
    due_on: date | None = None,
    milestone: Milestone | None = None,
) -> Payment:
    """Plan a further payment of a signed contract, as far as its price and supplements reach.

    Raises ``NotSigned``, ``AmountNotPositive`` and ``PaymentTooLarge``.
    """
    held = contracts.hold(contract)
    if amount_yuan <= 0:
        raise AmountNotPositive(_("Pay more than 0 yuan."))
    sums = sums_of(held, contract.starts_on)
    if amount_yuan > sums.room:
        raise PaymentTooLarge(
            _(
                "%(amount)s yuan are too much: of the price and its supplements %(room)s yuan are"
                " not planned yet."
            )
            % {"amount": f"{amount_yuan:.2f}", "room": f"{max(sums.room, Decimal(0)):.2f}"}
        )
    last = held.payments.aggregate(last=Max("position"))["last"] or 0
    payment = Payment.objects.create(
        contract=held,
        position=last + 1,
        stage=stage,
        amount_yuan=amount_yuan,
        due_on=due_on,
        milestone=milestone,
    )
    told = {"payment": [None, payment.position], "amount_yuan": [None, f"{amount_yuan:.2f}"]}
    contracts.trail(held, "plan_payment", by=by, at=at, changes=told)
    return payment


@transaction.atomic
def pay(
    *,
    payment: Payment,
    version: int,
    paid_on: date,
    voucher_no: str,
    by: User,
    at: datetime,
) -> Payment:
    """Note that a planned payment was made, once, by its own voucher.

    Raises ``Conflict`` where somebody paid or cancelled it first, ``ReasonMissing`` without a
    voucher, ``NotSigned``, ``DayImpossible``, ``PaidTooEarly`` and ``VoucherTaken``.
    """
    voucher_no = given(voucher_no, _("Type the number of the voucher."))
    held = contracts.hold(payment.contract)
    lock(payment, Status.PAID, version=version)
    contracts.refuse_outside(contract=held, day=paid_on, at=at)
    _refuse_early(held, payment, paid_on)
    if held.payments.filter(status=Status.PAID, voucher_no=voucher_no).exists():
        raise VoucherTaken(
            _("Another payment of this contract was made by voucher %(number)s.")
            % {"number": voucher_no}
        )
    transition(
        payment,
        Status.PAID,
        version=version,
        paid_on=paid_on,
        voucher_no=voucher_no,
        paid_by=by,
        paid_at=at,
    )
    told = {
        "payment": [None, payment.position],
        "amount_yuan": [None, f"{payment.amount_yuan:.2f}"],
        "voucher_no": [None, voucher_no],
        "paid_on": [None, paid_on.isoformat()],
    }
    contracts.trail(held, "pay", by=by, at=at, changes=told)
    return payment


def _refuse_early(contract: Contract, payment: Payment, paid_on: date) -> None:
    passed = contract.acceptances.filter(result=Acceptance.Result.PASSED)
    accepted_on = passed.values_list("accepted_on", flat=True).first()
    reviews = contract.supervisions.filter(kind=Supervision.Kind.MIDTERM)
    reviewed_on = reviews.aggregate(first=Min("happened_on"))["first"]
    if not is_due_for(payment.stage, paid_on, accepted_on=accepted_on, reviewed_on=reviewed_on):
        shown = {
            "amount": f"{payment.amount_yuan:.2f}",
            "paid": paid_on,
            "accepted": accepted_on,
        }
        if payment.stage == Payment.Stage.MIDTERM:
            raise PaidTooEarly(
                _(
                    "%(amount)s yuan are paid after the mid-term review, and there was none until"
                    " %(paid)s: enter it among the supervisions first."
                )
                % shown
            )
        if accepted_on is None:
            raise PaidTooEarly(
                _("%(amount)s yuan are paid after acceptance: enter the acceptance first.") % shown
            )
        raise PaidTooEarly(
            _(
                "%(amount)s yuan are paid after acceptance, and the contract was accepted on"
                " %(accepted)s: they cannot have been paid on %(paid)s. Check the day."
            )
            % shown
        )
    milestone = payment.milestone
    if milestone is not None and milestone.confirmed_at is None:
        raise PaidTooEarly(
            _("This payment waits for “%(name)s”, which is not confirmed yet.")
            % {"name": milestone.name}
        )


@transaction.atomic
def cancel(*, payment: Payment, version: int, reason: str, by: User, at: datetime) -> Payment:
    """Cancel a planned payment; what it held can be planned anew.

    Raises ``ReasonMissing``, ``NotSigned`` and ``Conflict``.
    """
    reason = given(reason, _("Say why the payment is cancelled."))
    held = contracts.hold(payment.contract)
    transition(payment, Status.CANCELLED, version=version, cancel_reason=reason)
    told = {"payment": [payment.position, "cancelled"]}
    contracts.trail(held, "cancel_payment", by=by, at=at, changes=told, reason=reason)
    return payment
