"""Money of a contract: supplements, payments, milestones; and two who pay at once."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.errors import Conflict, ReasonMissing
from projects.models import Payment
from projects.services import contracts, milestones, payments, supplements
from tests.factories.procurements import AcceptanceFactory, SupervisionFactory, awarded, signed
from tests.threads import at_once

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)
DAY = date(2026, 6, 30)
PARTS = [
    ("signing", Decimal("40000.00")),
    ("midterm", Decimal("40000.00")),
    ("acceptance", Decimal("20000.00")),
]


@pytest.fixture
def contract(wutong):
    """100,000 yuan, paid 40, 40 and 20."""
    return signed(awarded(project__division=wutong), payments=PARTS)


def add(contract, by, amount, **values):
    given = {"reason_kind": "quantity", "reason": "人数增加", "signed_on": DAY}
    return supplements.add(
        contract=contract, amount_yuan=Decimal(amount), by=by, at=LATER, **given | values
    )


def pay(payment, by, voucher="P-1", **values):
    given = {"version": payment.version, "paid_on": DAY, "voucher_no": voucher}
    return payments.pay(payment=payment, by=by, at=LATER, **given | values)


def test_supplements_of_a_tenth_and_not_a_cent_more(contract, alice):
    add(contract, alice, "10000.00")
    with pytest.raises(supplements.SupplementTooLarge, match=r"0\.01"):
        add(contract, alice, "0.01")
    assert contract.supplements.get().amount_yuan == Decimal("10000.00")


def test_one_supplement_of_more_than_a_tenth(contract, alice):
    with pytest.raises(supplements.SupplementTooLarge, match=r"10000\.01"):
        add(contract, alice, "10000.01")
    assert not contract.supplements.exists()


def test_supplements_say_why_and_when(contract, alice):
    with pytest.raises(ReasonMissing):
        add(contract, alice, "1.00", reason=" ")
    with pytest.raises(supplements.AmountNegative):
        add(contract, alice, "-0.01")
    with pytest.raises(contracts.DayImpossible):
        add(contract, alice, "1.00", signed_on=date(2027, 1, 1))
    assert add(contract, alice, "0.00").number == 1
    assert add(contract, alice, "1.00").number == 2


def test_40_40_and_20_are_the_price_and_a_cent_more_is_refused(contract, alice):
    with pytest.raises(payments.PaymentTooLarge, match=r"0\.01"):
        payments.add(
            contract=contract, stage="other", amount_yuan=Decimal("0.01"), by=alice, at=LATER
        )
    add(contract, alice, "500.00")
    more = payments.add(
        contract=contract, stage="other", amount_yuan=Decimal("500.00"), by=alice, at=LATER
    )
    assert more.position == 4


def test_20_000_before_acceptance_are_refused(contract, alice):
    first, second, last = contract.payments.all()
    pay(first, alice)
    SupervisionFactory(contract=contract)
    pay(second, alice, "P-2")
    with pytest.raises(payments.PaidTooEarly, match=r"20000\.00"):
        pay(last, alice, "P-3")
    AcceptanceFactory(contract=contract, result="failed")
    with pytest.raises(payments.PaidTooEarly):
        pay(last, alice, "P-3")
    AcceptanceFactory(contract=contract, number=2, accepted_on=DAY)
    pay(last, alice, "P-3")
    last.refresh_from_db()
    assert (last.status, last.paid_by, last.paid_on) == ("paid", alice, DAY)


def test_what_follows_the_mid_term_review_waits_for_it(contract, alice):
    second = contract.payments.get(stage="midterm")
    SupervisionFactory(contract=contract, kind="visit", happened_on=date(2026, 5, 1))
    with pytest.raises(payments.PaidTooEarly, match=r"40000\.00"):
        pay(second, alice)
    SupervisionFactory(contract=contract, happened_on=date(2026, 6, 10))
    with pytest.raises(payments.PaidTooEarly, match="2026-06-09"):
        pay(second, alice, paid_on=date(2026, 6, 9))
    pay(second, alice, paid_on=date(2026, 6, 10))
    assert contract.payments.get(pk=second.pk).status == "paid"


def test_20_000_are_not_paid_on_a_day_before_the_acceptance(contract, alice):
    last = contract.payments.get(stage="acceptance")
    AcceptanceFactory(contract=contract, accepted_on=date(2026, 6, 10))
    with pytest.raises(payments.PaidTooEarly, match=r"2026-06-10.*2026-06-01"):
        pay(last, alice, paid_on=date(2026, 6, 1))
    assert contract.payments.get(pk=last.pk).status == "planned"
    pay(last, alice, paid_on=date(2026, 6, 10))
    assert contract.payments.get(pk=last.pk).status == "paid"


def test_a_payment_is_made_once(contract, alice):
    payment = contract.payments.first()
    again = contract.payments.first()
    pay(payment, alice)
    with pytest.raises(Conflict):
        pay(again, alice, "P-9")
    with pytest.raises(Conflict):
        payments.cancel(payment=again, version=again.version, reason="重复", by=alice, at=LATER)
    assert contract.payments.get(pk=payment.pk).voucher_no == "P-1"


def test_a_voucher_pays_once(contract, alice):
    first, second, _last = contract.payments.all()
    SupervisionFactory(contract=contract)
    pay(first, alice)
    with pytest.raises(payments.VoucherTaken):
        pay(second, alice)
    with pytest.raises(ReasonMissing):
        pay(second, alice, " ")


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
def test_days_on_which_nothing_can_be_paid(contract, alice, day):
    with pytest.raises(contracts.DayImpossible):
        pay(contract.payments.first(), alice, paid_on=day)


def test_what_is_cancelled_can_be_planned_anew(contract, alice):
    last = contract.payments.get(stage="acceptance")
    payments.cancel(payment=last, version=last.version, reason="分两次支付", by=alice, at=LATER)
    for stage in ("acceptance", "other"):
        payments.add(contract=contract, stage=stage, amount_yuan=Decimal(10000), by=alice, at=LATER)
    with pytest.raises(payments.PaymentTooLarge):
        payments.add(
            contract=contract, stage="other", amount_yuan=Decimal("0.01"), by=alice, at=LATER
        )


def test_a_payment_waits_for_its_milestone(contract, alice):
    milestone = contract.milestones.get()
    payment = contract.payments.first()
    Payment.objects.filter(pk=payment.pk).update(milestone=milestone)
    payment.refresh_from_db()
    with pytest.raises(payments.PaidTooEarly):
        pay(payment, alice)
    with pytest.raises(milestones.NotDelivered):
        milestones.confirm(milestone=milestone, version=1, by=alice, at=LATER)
    milestones.deliver(
        milestone=milestone, version=1, delivered_on=DAY, note="服务记录", by=alice, at=LATER
    )
    milestones.confirm(milestone=milestone, version=2, by=alice, at=LATER)
    with pytest.raises(milestones.ConfirmedAlready):
        milestones.deliver(
            milestone=milestone, version=3, delivered_on=DAY, note="更多", by=alice, at=LATER
        )
    pay(contract.payments.get(pk=payment.pk), alice)


@pytest.mark.django_db(transaction=True)
def test_of_those_who_pay_at_once_one_pays(contract, alice):
    found = [contract.payments.first() for _each in range(4)]
    calls = [
        lambda payment=payment, number=number: pay(payment, alice, f"P-{number}")
        for number, payment in enumerate(found)
    ]
    results = at_once(calls)
    assert sum(isinstance(result, Payment) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert contract.payments.filter(status="paid").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_supplements_at_once_only_what_fits_is_added(contract, alice):
    results = at_once([lambda: add(contract, alice, "6000.00")] * 3)
    refused = [isinstance(result, supplements.SupplementTooLarge) for result in results]
    assert sum(refused) == 2
    assert contract.supplements.get().amount_yuan == Decimal("6000.00")
