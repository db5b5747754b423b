"""What the database refuses of contracts, money, acceptance and performance."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from projects.models import Award, Contract, Payment, Performance
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AT,
    AcceptanceFactory,
    AwardFactory,
    BidderFactory,
    ContractFactory,
    ContractLineFactory,
    MilestoneFactory,
    PaymentFactory,
    PerformanceFactory,
    PerformanceItemFactory,
    SupervisionFactory,
    SupplementFactory,
    awarded,
    signed,
)

pytestmark = pytest.mark.django_db
TICKS = dict.fromkeys(
    ("is_content_fixed", "is_continuous", "is_funding_stable", "is_price_steady"), True
)
FIRST = date(2026, 1, 1)


@pytest.fixture
def award(wutong):
    return awarded(project__division=wutong)


def sign(contract, **values):
    Contract.objects.filter(pk=contract.pk).update(status="signed", **{"signed_on": FIRST} | values)


def pay(payment, voucher="P-1", paid_on=FIRST):
    Payment.objects.filter(pk=payment.pk).update(
        status="paid", paid_on=paid_on, paid_by=payment.contract.drafted_by, voucher_no=voucher
    )


@pytest.mark.parametrize(
    ("days", "ticks", "is_allowed"),
    [
        (366, {}, True),
        (367, {}, False),
        (367, TICKS, True),
        (730, {**TICKS, "is_price_steady": False}, False),
        (1096, TICKS, True),
        (1097, TICKS, False),
        (0, {}, False),
    ],
)
def test_how_long_a_contract_may_run(award, days, ticks, is_allowed):
    ends_on = FIRST + timedelta(days=days - 1)
    if is_allowed:
        assert ContractFactory(award=award, ends_on=ends_on, **ticks).pk
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractFactory(award=award, ends_on=ends_on, **ticks)


def test_a_contract_is_signed_with_milestones_of_100_and_payments_of_its_price(award):
    contract = ContractFactory(award=award)
    with pytest.raises(IntegrityError, match="milestones"), transaction.atomic():
        sign(contract)
    MilestoneFactory(contract=contract, share=Decimal("60"))
    MilestoneFactory(contract=contract, share=Decimal("40"))
    PaymentFactory(contract=contract, amount_yuan=Decimal("99999.99"))
    with pytest.raises(IntegrityError, match="payments"), transaction.atomic():
        sign(contract)
    PaymentFactory(contract=contract, amount_yuan=Decimal("0.01"))
    with pytest.raises(IntegrityError, match="day of signing"), transaction.atomic():
        sign(contract, signed_on=None)
    sign(contract)
    for change in ({"price_yuan": Decimal("1")}, {"ends_on": date(2026, 11, 30)}):
        with pytest.raises(InternalError), transaction.atomic():
            Contract.objects.filter(pk=contract.pk).update(**change)
    with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
        ContractLineFactory(contract=contract)
    with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
        MilestoneFactory(contract=contract)
    with pytest.raises(InternalError), transaction.atomic():
        contract.milestones.update(share=Decimal("50"))


def test_whoever_refuses_to_sign_makes_room_for_the_next(award, alice):
    contract = ContractFactory(award=award)
    Award.objects.filter(pk=award.pk).update(
        revoked_by=alice, revoked_at=AT, revoke_reason="拒绝签订合同"
    )
    again = AwardFactory(
        procurement=award.procurement,
        opened_bid=award.opened_bid,
        organization=award.organization,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractFactory(award=again)
    Contract.objects.filter(pk=contract.pk).update(
        status="terminated", termination_reason="拒绝签订合同"
    )
    assert ContractFactory(award=again).pk


def test_supplements_are_a_tenth_at_most(award):
    contract = signed(award)
    SupplementFactory(contract=contract, amount_yuan=Decimal("10000.00"))
    with pytest.raises(IntegrityError, match="tenth"), transaction.atomic():
        SupplementFactory(contract=contract, amount_yuan=Decimal("0.01"))


def test_a_draft_is_not_supplemented(award):
    with pytest.raises(IntegrityError, match="not signed"), transaction.atomic():
        SupplementFactory(contract=ContractFactory(award=award), amount_yuan=Decimal("0.00"))


def test_payments_never_exceed_the_price_with_its_supplements(award):
    contract = signed(award)
    with pytest.raises(IntegrityError, match="exceed"), transaction.atomic():
        PaymentFactory(contract=contract, amount_yuan=Decimal("0.01"))
    SupplementFactory(contract=contract, amount_yuan=Decimal("500.00"))
    assert PaymentFactory(contract=contract, amount_yuan=Decimal("500.00")).pk
    with pytest.raises(IntegrityError, match="exceed"), transaction.atomic():
        PaymentFactory(contract=contract, amount_yuan=Decimal("0.01"))


def test_the_last_part_is_paid_after_acceptance(award):
    parts = [("signing", Decimal("80000")), ("acceptance", Decimal("20000"))]
    contract = signed(award, payments=parts)
    first, last = contract.payments.all()
    pay(first)
    with pytest.raises(IntegrityError, match="accepted"), transaction.atomic():
        pay(last, "P-2")
    AcceptanceFactory(contract=contract, result="conditional")
    with pytest.raises(IntegrityError, match="accepted"), transaction.atomic():
        pay(last, "P-2")
    AcceptanceFactory(contract=contract, number=2, accepted_on=FIRST + timedelta(days=1))
    with pytest.raises(IntegrityError, match="accepted"), transaction.atomic():
        pay(last, "P-2")
    pay(last, "P-2", FIRST + timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        AcceptanceFactory(contract=contract, number=3)


def test_a_payment_is_made_once_by_its_own_voucher(award):
    parts = [("signing", Decimal("50000")), ("other", Decimal("50000"))]
    first, second = signed(award, payments=parts).payments.all()
    pay(first)
    with pytest.raises(InternalError), transaction.atomic():
        pay(first, "P-2")
    with pytest.raises(IntegrityError), transaction.atomic():
        pay(second, "P-1")


def test_nothing_is_paid_on_a_draft(award):
    payment = PaymentFactory(contract=ContractFactory(award=award))
    with pytest.raises(IntegrityError, match="not in force"), transaction.atomic():
        pay(payment)


def test_acceptance_hears_the_users(award):
    contract = signed(award)
    for wrong in ({"asked": 0, "satisfied": 0}, {"satisfied": 31}, {"users_opinion": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AcceptanceFactory(contract=contract, **wrong)


def test_a_supervision_is_corrected_and_otherwise_not_changed(award):
    supervision = SupervisionFactory(contract=signed(award))
    rows = type(supervision).objects.filter(pk=supervision.pk)
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(findings="无")
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(corrected_on=FIRST)
    assert rows.update(corrected_on=FIRST, correction="已补签到") == 1


def test_a_supplier_does_not_evaluate_itself(award, wutong):
    contract = signed(award)
    third = {"contract": contract, "evaluator": "third_party"}
    with pytest.raises(IntegrityError, match="itself"), transaction.atomic():
        PerformanceFactory(**third, third_party=contract.supplier)
    with pytest.raises(IntegrityError), transaction.atomic():
        PerformanceFactory(**third)
    assert PerformanceFactory(**third, third_party=OrganizationFactory(division=wutong)).pk


def test_an_evaluation_has_no_score_without_spending_and_is_submitted_for_good(award):
    performance = PerformanceFactory(contract=signed(award))
    PerformanceItemFactory(performance=performance)
    rows = Performance.objects.filter(pk=performance.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(score=Decimal("79.00"), grade="fair")
    rows.update(
        score=Decimal("95.00"),
        grade="excellent",
        spent_yuan=Decimal("100000"),
        status="submitted",
        submitted_at=AT,
    )
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(score=Decimal("96.00"))
    with pytest.raises(IntegrityError, match="submitted"), transaction.atomic():
        performance.items.update(points=Decimal("50"))


def test_a_contract_is_seen_by_others_once_it_is_signed(award, alice, bob, diane):
    bidder = BidderFactory(organization=award.organization).user
    contract = ContractFactory(award=award)
    people = (alice, bob, diane, bidder)

    def seers():
        return [user for user in people if contract in Contract.objects.visible_to(user)]

    assert seers() == [alice]
    MilestoneFactory(contract=contract)
    PaymentFactory(contract=contract)
    sign(contract)
    assert seers() == [alice, diane, bidder]


def test_what_was_confirmed_or_corrected_stands(award, alice):
    contract = signed(award)
    milestones = contract.milestones.all()
    milestones.update(delivered_on=FIRST, confirmed_at=AT, confirmed_by=alice)
    for change in ({"confirmed_at": None, "confirmed_by": None}, {"delivered_note": "其他"}):
        with pytest.raises(InternalError), transaction.atomic():
            milestones.update(**change)
    SupervisionFactory(contract=contract)
    found = contract.supervisions.all()
    found.update(corrected_on=FIRST, correction="已补齐记录")
    with pytest.raises(InternalError), transaction.atomic():
        found.update(correction="其他")


def test_a_draft_that_was_given_up_stays_with_the_office(alice, diane, wutong):
    contract = ContractFactory(award=awarded(project__division=wutong))
    bidder = BidderFactory(organization=contract.supplier)
    Contract.objects.filter(pk=contract.pk).update(
        status="terminated", termination_reason="未签订"
    )
    seers = [user for user in (alice, diane, bidder.user) if contract in seen_by(user)]
    assert seers == [alice]


def seen_by(user):
    return Contract.objects.visible_to(user)
