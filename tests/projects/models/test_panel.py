"""What the database refuses of panels, scores and awards, and who sees them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from projects.models import Award, Expert, Score, Seat
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AT,
    AwardFactory,
    BidderFactory,
    RankedBidFactory,
    ScoreFactory,
    TieFactory,
    advance,
    opened_bid,
    seated,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def bid(wutong):
    return opened_bid(project__division=wutong)


@pytest.fixture
def procurement(bid):
    return bid.bid.procurement


@pytest.fixture
def seat(procurement, haitang):
    return seated(procurement, district=haitang, status="declared")


@pytest.fixture
def criterion(procurement):
    return procurement.criteria.get(kind="technical")


def test_points_lie_within_the_criterion_and_to_abstain_is_not_zero(seat, bid, criterion):
    line = {"seat": seat, "opened_bid": bid, "criterion": criterion}
    for wrong in (
        {"points": criterion.weight + Decimal("0.01")},
        {"points": Decimal("-0.01")},
        {"points": None},
        {"points": Decimal("0"), "is_abstained": True},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ScoreFactory(**line, **wrong)
    score = ScoreFactory(**line, points=criterion.weight)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreFactory(**line)
    assert Score.objects.filter(pk=score.pk).update(points=None, is_abstained=True) == 1


def test_the_price_is_reckoned_not_scored(seat, bid, procurement):
    price = procurement.criteria.get(kind="price")
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreFactory(seat=seat, opened_bid=bid, criterion=price)


def test_a_bid_of_another_procurement_is_not_scored(seat, wutong, criterion):
    other = opened_bid(project__division=wutong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreFactory(seat=seat, opened_bid=other, criterion=criterion)


@pytest.mark.parametrize("status", ["invited", "submitted"])
def test_a_sheet_is_written_between_declaration_and_submission(
    procurement, haitang, bid, criterion, status
):
    seat = seated(procurement, district=haitang, status=status)
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        ScoreFactory(seat=seat, opened_bid=bid, criterion=criterion)


def test_a_submitted_score_changes_through_no_channel(seat, bid, criterion):
    score = ScoreFactory(seat=seat, opened_bid=bid, criterion=criterion)
    Seat.objects.filter(pk=seat.pk).update(status="submitted", submitted_at=AT)
    rows = Score.objects.filter(pk=score.pk)
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        rows.update(points=Decimal("1"))
    with pytest.raises(InternalError), transaction.atomic():
        rows.delete()
    Seat.objects.filter(pk=seat.pk).update(status="recused", recusal_reason="曾任职")
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        rows.update(points=Decimal("1"))
    assert rows.get().points == Decimal("10")


@pytest.mark.parametrize(
    ("before", "to"),
    [("submitted", "declared"), ("invited", "submitted"), ("submitted", "invited")],
)
def test_a_seat_does_not_go_back(procurement, haitang, before, to):
    seat = seated(procurement, district=haitang, status=before)
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        Seat.objects.filter(pk=seat.pk).update(
            status=to,
            declaration=seat.declaration or "无",
            declared_at=seat.declared_at or AT,
            submitted_at=AT,
        )


def test_nobody_sees_anothers_score_before_the_panel_is_through(
    procurement, haitang, seat, bid, criterion, alice, charlie
):
    ScoreFactory(seat=seat, opened_bid=bid, criterion=criterion)
    other = seated(procurement, district=haitang, status="declared").user
    charlie.is_superuser = True
    people = (alice, charlie, seat.user, other)

    def seers():
        return [user for user in people if Score.objects.visible_to(user).exists()]

    assert seers() == [seat.user]
    advance(procurement, "ranked")
    assert seers() == [seat.user]
    procurement.seats.update(status="submitted", submitted_at=AT)
    assert seers() == [alice, charlie, seat.user]


def test_an_expert_sees_himself_and_his_own_seat(procurement, haitang, seat, diane, bob):
    other = seated(procurement, district=haitang).user
    for model, row in ((Expert, seat.expert), (Seat, seat)):
        assert row in model.objects.visible_to(seat.user)
        for stranger in (other, diane, bob):
            assert row not in model.objects.visible_to(stranger)


def test_one_award_stands_and_another_follows_when_it_is_revoked(procurement, bid, alice):
    given = {
        "procurement": procurement,
        "opened_bid": bid,
        "organization": bid.bid.organization,
    }
    award = AwardFactory(**given)
    with pytest.raises(IntegrityError), transaction.atomic():
        AwardFactory(**given)
    rows = Award.objects.filter(pk=award.pk)
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(price_yuan=Decimal("1"))
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(revoked_by=alice, revoked_at=AT)
    rows.update(revoked_by=alice, revoked_at=AT, revoke_reason="放弃中标")
    assert AwardFactory(**given).pk


def test_an_award_is_seen_by_others_once_it_is_notified(procurement, bid, alice, leader, diane):
    bidder = BidderFactory(organization=bid.bid.organization).user
    award = AwardFactory(procurement=procurement, opened_bid=bid, organization=bid.bid.organization)
    people = (alice, leader, diane, bidder)

    def seers():
        return [user for user in people if award in Award.objects.visible_to(user)]

    assert seers() == [alice, leader]
    Award.objects.filter(pk=award.pk).update(notified_at=AT)
    assert seers() == [alice, leader, diane, bidder]


def test_the_day_of_the_notice_of_an_award_stands(procurement, bid):
    award = AwardFactory(procurement=procurement, opened_bid=bid, organization=bid.bid.organization)
    awards = Award.objects.filter(pk=award.pk)
    awards.update(notified_at=AT)
    for changed in (None, AT + timedelta(days=1)):
        with pytest.raises(InternalError), transaction.atomic():
            awards.update(notified_at=changed)
    awards.update(accepted_at=AT)


def test_a_declaration_is_signed_once(seat):
    seats = Seat.objects.filter(pk=seat.pk)
    for changed in ({"declaration": "有"}, {"declared_at": AT + timedelta(days=1)}):
        with pytest.raises(InternalError), transaction.atomic():
            seats.update(**changed)


def test_a_tie_is_removed_once(seat, wutong, alice):
    tie = TieFactory(expert=seat.expert, organization=OrganizationFactory(division=wutong))
    ties = type(tie).objects.filter(pk=tie.pk)
    ties.update(voided_at=AT, voided_by=alice, void_reason="登记错误")
    with pytest.raises(InternalError), transaction.atomic():
        ties.update(voided_at=None, voided_by=None, void_reason="")


def test_a_ranking_is_never_changed(bid):
    ranked = RankedBidFactory(opened_bid=bid)
    with pytest.raises(InternalError), transaction.atomic():
        type(ranked).objects.filter(pk=ranked.pk).update(rank=2)


def test_a_tie_is_to_one_organization_or_center(seat, wutong, center):
    organization = OrganizationFactory(division=wutong)
    for wrong in ({}, {"organization": organization, "center": center}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TieFactory(expert=seat.expert, **wrong)
    assert TieFactory(expert=seat.expert, organization=organization).pk
