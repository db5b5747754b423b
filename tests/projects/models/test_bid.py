"""What the database refuses of bids, keys and openings, and who sees them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from projects.models import Bid, KeyPresentation, OpenedBid, Opening, Repair
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import (
    NO_HASH,
    BidderFactory,
    BidFactory,
    ProcurementFactory,
    RepairFactory,
    advance,
    announced,
    opened,
    opened_bid,
    pass_deadline,
    seated,
)

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture
def procurement(wutong):
    return announced(project__division=wutong)


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong)


def open_up(procurement):
    return Opening.objects.create(
        procurement=procurement, opened_by=UserFactory(), minutes={}, sha256=NO_HASH
    )


def present(holder, **values):
    return KeyPresentation.objects.create(holder=holder, presented_by=holder.user, **values)


def test_the_database_says_when_a_bid_was_received(procurement, organization):
    before = datetime.now(UTC) - timedelta(minutes=5)
    bid = BidFactory(procurement=procurement, organization=organization, received_at=LONG_AGO)
    bid.refresh_from_db()
    assert before < bid.received_at


def test_nothing_is_received_before_the_notice_or_after_the_deadline(
    wutong, procurement, organization
):
    draft = ProcurementFactory(project__division=wutong)
    pass_deadline(procurement)
    for each in (draft, procurement):
        with pytest.raises(IntegrityError, match="not received"), transaction.atomic():
            BidFactory(procurement=each, organization=organization, received_at=LONG_AGO)
    assert Bid.objects.count() == 0


def test_a_bid_is_withdrawn_once_before_the_deadline_and_nothing_else_changes(
    procurement, organization
):
    bid = BidFactory(procurement=procurement, organization=organization)
    rows = Bid.objects.filter(pk=bid.pk)
    for change in ({"sealed": b"x"}, {"received_at": LONG_AGO}, {"sha256": NO_HASH}):
        with pytest.raises(InternalError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        rows.delete()
    rows.update(withdrawn_at=LONG_AGO, withdrawn_by=bid.submitted_by)
    bid.refresh_from_db()
    assert bid.withdrawn_at > bid.received_at
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(withdrawn_at=None, withdrawn_by=None)


def test_a_bid_is_not_withdrawn_after_the_deadline(procurement, organization):
    bid = BidFactory(procurement=procurement, organization=organization)
    pass_deadline(procurement)
    with pytest.raises(IntegrityError, match="not withdrawn"), transaction.atomic():
        Bid.objects.filter(pk=bid.pk).update(
            withdrawn_at=LONG_AGO, withdrawn_by=bid.submitted_by
        )


def test_the_last_bid_of_an_organization_counts_unless_it_was_withdrawn(
    procurement, organization, wutong
):
    other = OrganizationFactory(division=wutong)
    BidFactory(procurement=procurement, organization=organization)
    last = BidFactory(procurement=procurement, organization=organization, number=2)
    gone = BidFactory(procurement=procurement, organization=other)
    Bid.objects.filter(pk=gone.pk).update(withdrawn_at=LONG_AGO, withdrawn_by=gone.submitted_by)
    assert list(Bid.objects.standing()) == [last]
    with pytest.raises(IntegrityError), transaction.atomic():
        BidFactory(procurement=procurement, organization=organization, number=2)


def test_no_key_and_no_opening_before_the_deadline(procurement):
    holder = procurement.key_holders.first()
    with pytest.raises(IntegrityError, match="after the deadline"), transaction.atomic():
        present(holder, presented_at=datetime(2099, 1, 2, tzinfo=UTC))
    with pytest.raises(IntegrityError, match="after the deadline"), transaction.atomic():
        open_up(procurement)


def test_an_opening_needs_its_keys_each_brought_by_its_holder(procurement):
    pass_deadline(procurement)
    first, second, _third = procurement.key_holders.all()
    present(first)
    with pytest.raises(IntegrityError, match="too few keys"), transaction.atomic():
        open_up(procurement)
    with pytest.raises(IntegrityError, match="its holder"), transaction.atomic():
        KeyPresentation.objects.create(holder=second, presented_by=first.user)
    with pytest.raises(IntegrityError), transaction.atomic():
        present(first)
    present(second)
    opening = open_up(procurement)
    with pytest.raises(IntegrityError), transaction.atomic():
        open_up(procurement)
    with pytest.raises(InternalError), transaction.atomic():
        Opening.objects.filter(pk=opening.pk).update(minutes={"bids": []})


def test_before_the_opening_nobody_but_the_bidder_sees_a_bid(
    procurement, organization, alice, bob, diane, leader, charlie
):
    bidder = BidderFactory(organization=organization).user
    rival = BidderFactory(organization=OrganizationFactory(division=organization.division)).user
    charlie.is_superuser = True
    BidFactory(procurement=procurement, organization=organization)
    people = (alice, bob, diane, leader, charlie, bidder, rival)

    def seers():
        return [user for user in people if Bid.objects.visible_to(user).exists()]

    assert seers() == [bidder]
    pass_deadline(procurement)
    assert seers() == [bidder]
    for holder in procurement.key_holders.all():
        present(holder)
    assert seers() == [bidder]
    open_up(procurement)
    assert seers() == [alice, charlie, bidder]


def test_an_opened_bid_is_seen_by_the_bureau_its_bidder_and_who_scores(
    wutong, haitang, alice, diane, leader
):
    bid = opened_bid(project__division=wutong)
    procurement = bid.bid.procurement
    bidder = BidderFactory(organization=bid.bid.organization).user
    invited, scoring = (
        seated(procurement, district=haitang, status=status).user
        for status in ("invited", "declared")
    )
    people = (alice, diane, leader, bidder, invited, scoring)
    seers = [user for user in people if bid in OpenedBid.objects.visible_to(user)]
    assert seers == [alice, bidder, scoring]


def test_an_opened_bid_is_found_invalid_once_with_a_reason(wutong, alice):
    bid = opened_bid(project__division=wutong)
    rows = OpenedBid.objects.filter(pk=bid.pk)
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(price_yuan=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(invalid_by=alice, invalid_at=LONG_AGO)
    rows.update(invalid_by=alice, invalid_at=LONG_AGO, invalid_reason="资格不符")
    bid.refresh_from_db()
    assert not bid.is_valid
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(invalid_reason="")


@pytest.mark.parametrize("is_late", [True, False])
def test_a_defect_is_repaired_once_and_in_time(wutong, alice, is_late):
    bid = opened_bid(project__division=wutong)
    asked_at = datetime(2026, 1, 1, tzinfo=UTC)
    due_at = datetime.now(UTC) + timedelta(hours=-1 if is_late else 1)
    repair = RepairFactory(opened_bid=bid, asked_at=asked_at, due_at=due_at)
    rows = Repair.objects.filter(pk=repair.pk)
    done = {"repaired_by": alice, "repaired_at": asked_at, "text": "已补签"}
    if not is_late:
        assert rows.update(**done) == 1
    with pytest.raises(IntegrityError, match="over"), transaction.atomic():
        rows.update(**done)


def test_bids_are_in_the_order_in_which_they_came(wutong):
    bidders = [OrganizationFactory(division=wutong) for _each in range(3)]
    procurement = opened(project__division=wutong, bidders=bidders)
    bids = procurement.opening.bids.all()
    assert [each.bid.organization for each in bids] == bidders
    assert advance(procurement, "ranked").status == "ranked"
