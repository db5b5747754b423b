"""Bidders and key holders at the same moment, each on a connection of his own."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from portal.errors import Conflict
from projects.models import Bid, BidFile, KeyPresentation, OpenedBid, Opening, Procurement, Share
from projects.selectors.openings import clock
from projects.services import bids, openings
from projects.services.bids import Upload
from tests.factories.bids import AT, bring, hand_in, sealing
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import BidderFactory, ignoring, pass_deadline
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_eight_who_open_at_once_open_once(wutong):
    procurement, keys = sealing(wutong)
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    bring(procurement, keys, 1)
    holders = {holder.position: holder for holder in procurement.key_holders.all()}
    calls = [
        partial(
            openings.present,
            holder=holders[position],
            private_key=keys[position],
            by=holders[position].user,
            at=AT,
        )
        for position in (2, 3) * 4
    ]
    results = at_once(calls)
    assert [isinstance(result, Opening) for result in results].count(True) == 1
    assert all(isinstance(each, Opening | Conflict) for each in results)
    assert Opening.objects.count() == 1
    assert OpenedBid.objects.count() == 3
    assert KeyPresentation.objects.count() == 2
    assert procurement.announcements.filter(kind="opening").count() == 1


def test_two_holders_at_once_open_together(wutong):
    """Whoever comes second finds the share of the first."""
    procurement, keys = sealing(wutong)
    for _each in range(3):
        hand_in(procurement)
    pass_deadline(procurement)
    results = at_once(
        [partial(bring, procurement, keys, 1), partial(bring, procurement, keys, 2)]
    )
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Opening"]
    assert {row.outcome for row in OpenedBid.objects.all()} == {"opened"}


def test_files_that_take_long_do_not_end_the_opening(wutong):
    """While they are looked at no transaction is open that the database would end."""
    procurement, keys = sealing(wutong)
    heavy = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/JavaScript 2 0 R>>\nendobj\n%%EOF\n"
    hand_in(procurement, files=[Upload(f"{number}.pdf", heavy) for number in range(10)])
    for _each in range(2):
        hand_in(procurement, files=[])
    pass_deadline(procurement)
    bring(procurement, keys, 1)
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '1s'")
    try:
        opening = bring(procurement, keys, 2)
    finally:
        # The next test gets a connection as it was.
        connection.close()
    assert opening.bids.filter(outcome="opened").count() == 3
    assert BidFile.objects.filter(file=None).exclude(refusal="").count() == 10


def test_bids_race_the_deadline_and_the_database_decides(wutong):
    """Every bid stamped before the deadline is there, whole; every other left nothing."""
    procurement, keys = sealing(
        wutong, deadline_at=datetime.now(UTC) + timedelta(seconds=8), choice="comprehensive"
    )
    organizations = [OrganizationFactory(division=wutong) for _each in range(4)]
    for organization in organizations:
        BidderFactory(organization=organization)

    def keep_handing_in(organization):
        taken = refused = 0
        while not refused:
            try:
                hand_in(procurement, organization, files=[])
                taken += 1
            except bids.BidTooLate:
                refused += 1
        return taken

    taken = at_once([partial(keep_handing_in, each) for each in organizations])
    procurement.refresh_from_db()
    assert all(isinstance(each, int) for each in taken), taken
    assert Bid.objects.count() == sum(taken)
    assert not Bid.objects.filter(received_at__gte=procurement.deadline_at).exists()
    assert Share.objects.count() == 3 * sum(taken)
    for organization in organizations:
        numbers = list(organization.bids.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
    opening = bring(procurement, keys, 1, 3)
    assert opening.bids.count() == sum(bool(each) for each in taken)


@pytest.mark.alone
def test_two_hundred_bids_around_the_deadline_are_in_time_or_are_not_there(wutong):
    """Twenty suppliers hand in again and again, until each was refused and tried ten times."""
    procurement, keys = sealing(wutong)
    bidders = [
        BidderFactory(organization=OrganizationFactory(division=wutong)) for _each in range(20)
    ]
    with ignoring("Procurement:deadline_later"):
        Procurement.objects.filter(pk=procurement.pk).update(
            deadline_at=clock() + timedelta(seconds=2)
        )

    def fire(bidder):
        taken, refused = [], 0
        while not refused or len(taken) + refused < 10:
            try:
                taken.append(hand_in(procurement, bidder=bidder, files=[]).pk)
            except bids.BidTooLate:
                refused += 1
        return taken, refused

    fired = at_once([partial(fire, each) for each in bidders])
    assert all(isinstance(each, tuple) for each in fired), fired
    taken = {pk for accepted, _refused in fired for pk in accepted}
    assert len(taken) + sum(refused for _accepted, refused in fired) >= 200
    procurement.refresh_from_db()
    assert set(Bid.objects.values_list("pk", flat=True)) == taken
    assert not Bid.objects.filter(received_at__gte=procurement.deadline_at).exists()
    assert Share.objects.count() == 3 * len(taken)
    opening = bring(procurement, keys, 1, 2)
    assert opening.bids.count() == sum(bool(accepted) for accepted, _refused in fired)
    assert {bid.outcome for bid in opening.bids.all()} <= {"opened"}


def test_two_of_one_organization_at_once_get_two_numbers(wutong):
    procurement, _keys = sealing(wutong)
    organization = OrganizationFactory(division=wutong)
    people = [BidderFactory(organization=organization) for _each in range(4)]
    results = at_once([partial(hand_in, procurement, bidder=each) for each in people])
    assert sorted(bid.number for bid in results) == [1, 2, 3, 4]


def test_who_waits_too_long_for_a_colleague_is_told(wutong):
    procurement, _keys = sealing(wutong)
    first = hand_in(procurement)
    bidder = first.organization.bidders.get()
    colleague = connection.copy()
    try:
        colleague.set_autocommit(False)
        with colleague.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM projects_bidder WHERE id = %s FOR UPDATE", [bidder.pk]
            )
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        with pytest.raises(bids.BidUnderWay):
            hand_in(procurement, bidder=bidder)
        with pytest.raises(bids.BidUnderWay):
            bids.withdraw(bid=first, by=bidder.user)
    finally:
        colleague.close()
        # The next test gets a connection as it was.
        connection.close()
    assert list(Bid.objects.standing()) == [first]


def test_the_deadline_moves_or_a_bid_is_late_but_never_both(wutong):
    procurement, _keys = sealing(wutong)
    first = hand_in(procurement)
    pass_deadline(procurement)

    def extend():
        return Procurement.objects.filter(pk=procurement.pk).update(
            deadline_at=datetime(2099, 1, 1, tzinfo=UTC)
        )

    results = at_once([extend, partial(hand_in, procurement), partial(bids.withdraw, bid=first,
                                                                     by=first.submitted_by)])
    assert all(isinstance(each, Exception) for each in results)
    connection.close()
    assert Bid.objects.filter(withdrawn_at=None).count() == 1
