"""What the database refuses of procurements, and who sees them at which stage."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from projects.models import Criterion, Procurement
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    BidderFactory,
    CriterionFactory,
    InviteeFactory,
    KeyHolderFactory,
    ProcurementFactory,
    advance,
    announced,
    pass_deadline,
    seated,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(wutong):
    return ProcurementFactory(project__division=wutong)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "announced"},
        {"route": "inquiry", "choice": "lowest_price", "price_weight": None},
        {"is_goods": True},
        {"route": "single_source"},
        {"ground": "urgent", "ground_text": "汛期"},
        {"route": "competitive_negotiation"},
        {"choice": "lowest_price"},
        {"choice": "lowest_price", "price_weight": None},
        {"route": "below_threshold", "choice": "lowest_price"},
        {"key_needed": 1},
        {"key_total": 2, "key_needed": 3},
        {"budget_yuan": Decimal("0.00")},
        {"title": ""},
    ],
)
def test_procurement_refuses(wutong, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProcurementFactory(project__division=wutong, **fields)


def test_a_project_is_procured_once_at_a_time_and_again_where_nobody_was_found(draft):
    with pytest.raises(IntegrityError), transaction.atomic():
        ProcurementFactory(project=draft.project)
    advance(draft, "terminated", failure_reason="需求调整")
    assert ProcurementFactory(project=draft.project).pk


def test_nothing_is_announced_without_keys_weights_and_a_deadline_ahead(draft):
    draft.deadline_at = datetime(2099, 1, 1, tzinfo=UTC)
    for refusal, remedy in (
        (
            "key holder",
            lambda: [KeyHolderFactory(procurement=draft, position=n) for n in (1, 2, 3)],
        ),
        ("weights", lambda: CriterionFactory(procurement=draft, weight=Decimal("99.99"))),
        ("weights", lambda: CriterionFactory(procurement=draft, weight=Decimal("0.01"))),
    ):
        with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
            advance(draft, "announced")
        remedy()
    draft.deadline_at = datetime.now(UTC) - timedelta(seconds=1)
    with pytest.raises(IntegrityError, match="deadline"), transaction.atomic():
        advance(draft, "announced")
    draft.deadline_at = datetime(2099, 1, 1, tzinfo=UTC)
    assert advance(draft, "announced").status == "announced"


def test_what_was_announced_is_not_changed(draft):
    announced(draft)
    rows = Procurement.objects.filter(pk=draft.pk)
    for change in ({"budget_yuan": Decimal("1")}, {"requirement": "别的"}, {"key_needed": 3}):
        with pytest.raises(InternalError), transaction.atomic():
            rows.update(**change)
    for change in (
        lambda: CriterionFactory(procurement=draft),
        lambda: Criterion.objects.filter(procurement=draft).update(weight=Decimal("1")),
        lambda: draft.criteria.all().delete(),
        lambda: draft.key_holders.all().delete(),
        lambda: InviteeFactory(procurement=draft, organization=OrganizationFactory.build()),
    ):
        with pytest.raises((IntegrityError, ValueError)), transaction.atomic():
            change()


def test_a_deadline_moves_later_only_and_only_before_it_passed(draft):
    deadline = datetime.now(UTC) + timedelta(days=1)
    announced(draft, deadline_at=deadline)
    rows = Procurement.objects.filter(pk=draft.pk)
    for earlier in (deadline - timedelta(hours=1), None):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(deadline_at=earlier)
    assert rows.update(deadline_at=deadline + timedelta(days=1)) == 1
    pass_deadline(draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(deadline_at=datetime(2099, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("route", "is_allowed"), [("grant", True), ("framework", True), ("open_tender", False)]
)
def test_only_routes_without_bids_are_awarded_from_the_draft(wutong, route, is_allowed):
    procurement = ProcurementFactory(project__division=wutong, route=route)
    if is_allowed:
        assert advance(procurement, "awarded").status == "awarded"
        return
    with pytest.raises(IntegrityError, match="asks for bids"), transaction.atomic():
        advance(procurement, "awarded")


@pytest.mark.parametrize("status", ["failed", "void", "terminated"])
def test_what_ends_without_a_supplier_says_why(draft, status):
    announced(draft)
    if status == "void":
        advance(draft, "evaluating")
    with pytest.raises(IntegrityError), transaction.atomic():
        advance(draft, status)
    assert advance(draft, status, failure_reason="有效供应商不足三家").status == status


def test_a_challenge_says_where_it_goes_back_to(draft):
    advance(announced(draft), "evaluating")
    with pytest.raises(IntegrityError), transaction.atomic():
        advance(draft, "challenged")
    advance(draft, "challenged", resumes="evaluating")
    with pytest.raises(IntegrityError), transaction.atomic():
        advance(draft, "evaluating")
    assert advance(draft, "evaluating", resumes="").status == "evaluating"


def test_a_draft_is_the_procurement_officers_alone(draft, haitang, alice, bob, diane, leader):
    bidder = BidderFactory(organization=OrganizationFactory(division=haitang)).user
    people = (alice, bob, diane, leader, bidder)

    def seers():
        return [user for user in people if draft in Procurement.objects.visible_to(user)]

    assert seers() == [alice]
    announced(draft)
    assert seers() == [alice, diane, leader, bidder]


def test_by_invitation_is_seen_by_the_invited_bidder(wutong):
    draft = ProcurementFactory(project__division=wutong, route="invited_tender")
    invited, other = (
        BidderFactory(organization=OrganizationFactory(division=wutong)) for _each in range(2)
    )
    InviteeFactory(procurement=draft, organization=invited.organization)
    announced(draft)
    assert draft in Procurement.objects.visible_to(invited.user)
    assert draft in Procurement.objects.open_to(invited.organization)
    assert draft not in Procurement.objects.visible_to(other.user)
    assert draft not in Procurement.objects.open_to(other.organization)


def test_whoever_was_drawn_stays_as_drawn(wutong):
    draft = ProcurementFactory(project__division=wutong, route="invited_tender")
    chosen, drawn = (
        InviteeFactory(
            procurement=draft,
            organization=OrganizationFactory(division=wutong),
            is_drawn=is_drawn,
        )
        for is_drawn in (False, True)
    )
    with pytest.raises(InternalError), transaction.atomic():
        drawn.delete()
    for invitee in (chosen, drawn):
        with pytest.raises(InternalError), transaction.atomic():
            type(invitee).objects.filter(pk=invitee.pk).update(is_drawn=not invitee.is_drawn)
    chosen.delete()
    assert draft.invitees.count() == 1


def test_a_closed_account_sees_nothing(draft, wutong):
    bidder = BidderFactory(organization=OrganizationFactory(division=wutong))
    announced(draft)
    type(bidder).objects.filter(pk=bidder.pk).update(closed_at=datetime.now(UTC))
    assert draft not in Procurement.objects.visible_to(bidder.user)


def test_an_expert_sees_the_procurement_of_the_panel(draft, haitang):
    seat = seated(draft, district=haitang)
    assert draft in Procurement.objects.visible_to(seat.user)
    type(seat).objects.filter(pk=seat.pk).update(status="recused", recusal_reason="曾任职")
    assert draft not in Procurement.objects.visible_to(seat.user)


def test_a_draft_that_was_given_up_stays_with_the_office(alice, diane, wutong):
    """Neither a township nor a bidder ever read it, so they do not read it now."""
    given_up = advance(
        ProcurementFactory(project__division=wutong), "terminated", failure_reason="不办了"
    )
    ended = advance(
        announced(project__division=wutong), "terminated", failure_reason="重大情况变化"
    )
    bidder = BidderFactory(organization=OrganizationFactory(division=wutong))
    for user in (diane, bidder.user):
        assert set(Procurement.objects.visible_to(user)) == {ended}
    assert set(Procurement.objects.open_to(bidder.organization)) == {ended}
    assert set(Procurement.objects.visible_to(alice)) == {given_up, ended}
