"""Pages of a panel's members, by what each may see and do at each step."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import OpenedBid, Score, Seat
from projects.selectors import panels
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import (
    BidderFactory,
    BidFileFactory,
    opened,
    seated,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def bidders(wutong):
    return [OrganizationFactory(division=wutong, name=name) for name in ("甲中心", "乙中心")]


@pytest.fixture
def procurement(wutong, bidders):
    return opened(bidders=bidders, project__division=wutong)


@pytest.fixture
def seat(procurement, haitang):
    return seated(procurement, district=haitang)


@pytest.fixture
def client(client_for, seat):
    return in_english(client_for(seat.user))


def page_of(seat, page=""):
    return f"/panel/{seat.pk}/{page}"


def declare(client, seat, **values):
    values = {"declaration": "无利害关系", "version": seat.version} | values
    return client.post(page_of(seat, "declare/"), values, follow=True)


def interest(row, **typed):
    """What a row of the declaration's page sends."""
    return {f"i{row}-{name}": value for name, value in typed.items()}


def lines(seat, **typed):
    """What the sheet's page sends: ``typed`` on every line."""
    seat.refresh_from_db()
    sent = {"version": seat.version}
    for cell in panels.sheet(seat):
        for name, value in typed.items():
            sent[f"{cell.bid.pk}-{cell.criterion.pk}-{name}"] = value
    return sent


def test_an_expert_declares_reads_scores_and_submits(client, seat, procurement):
    assert client.get("/").url == "/panel/"
    assert procurement.title in words(client.get("/panel/"))
    before = words(client.get(page_of(seat)))
    assert "Declare interests" in before
    assert "280,000.00" not in before
    asked = words(client.get(page_of(seat, "declare/")))
    assert "甲中心" in asked
    assert "乙中心" in asked
    assert "You can read the bids" in words(declare(client, seat))
    page = words(client.get(page_of(seat)))
    assert "甲中心" in page
    assert "280,000.00" in page
    assert "2 lines are still blank" in page
    answer = client.post(page_of(seat, "sheet/"), lines(seat, points="12.50", comment="可行"))
    assert answer.status_code == 302
    assert set(Score.objects.values_list("points", flat=True)) == {Decimal("12.50")}
    seat.refresh_from_db()
    page = client.post(page_of(seat, "submit/"), {"version": seat.version}, follow=True)
    assert "Nothing of your sheet changes any more" in words(page)
    seat.refresh_from_db()
    assert seat.status == "submitted"
    assert client.post(page_of(seat, "sheet/"), lines(seat, points="1")).status_code == 403
    assert words(client.get(page_of(seat, "sheet/"))).count("0 to 80.00") == 2


def test_whoever_is_bound_to_a_bidder_reads_no_bid(client, seat, bidders, procurement):
    bid = procurement.opening.bids.first()
    file = BidFileFactory(opened_bid=bid)
    typed = interest(0, organization=bidders[0].pk, kind="employment")
    page = words(declare(client, seat, **typed))
    assert "You do not sit on this panel" in page
    assert "280,000.00" not in page
    for address in (page_of(seat, "sheet/"), page_of(seat, "declare/")):
        assert client.get(address).status_code == 403
    assert client.get(f"/panel/files/{file.pk}/").status_code == 404
    assert not OpenedBid.objects.visible_to(seat.user).exists()


def test_a_declaration_says_both_or_neither(client, seat, bidders):
    page = words(declare(client, seat, **interest(0, organization=bidders[0].pk, note="同事")))
    assert "Say both" in page
    page = declare(client, seat, **interest(1, kind="council"))
    assert "Say both" in words(page)
    seat.refresh_from_db()
    assert seat.status == "invited"


def test_everything_that_binds_is_declared_and_nothing_is_typed_beforehand(client, seat, bidders):
    form = client.get(page_of(seat, "declare/")).context["form"]
    assert not form["declaration"].value()
    first, second = bidders
    old = interest(
        0,
        organization=first.pk,
        kind="employment",
        from_on="2001-01-01",
        to_on="2002-01-01",
    )
    declare(client, seat, **old, **interest(1, organization=second.pk, kind="council"))
    seat.refresh_from_db()
    assert seat.status == "recused"
    assert {tie.organization for tie in seat.expert.ties.all()} == {first, second}


def test_what_is_typed_wrong_is_said_at_its_place_and_kept(client, seat, haitang):
    declare(client, seat)
    page = client.post(page_of(seat, "sheet/"), lines(seat, points="80.01", comment="很好"))
    assert words(page).count("80.01 points are typed; 80.00 are possible at most.") == 2
    assert page.content.decode().count('value="很好"') == 2
    both = lines(seat, points="1", is_abstained="on")
    assert "Either points or an abstention" in words(client.post(page_of(seat, "sheet/"), both))
    assert not Score.objects.exists()


def test_of_two_windows_the_second_keeps_what_was_typed(client, seat):
    declare(client, seat)
    stale = lines(seat, points="7")
    client.post(page_of(seat, "sheet/"), lines(seat, points="5"))
    page = client.post(page_of(seat, "sheet/"), stale)
    assert "Not saved" in words(page)
    assert page.content.decode().count('value="7"') == 2
    assert set(Score.objects.values_list("points", flat=True)) == {Decimal("5.00")}


def test_a_blank_sheet_is_not_submitted(client, seat):
    declare(client, seat)
    seat.refresh_from_db()
    page = client.post(page_of(seat, "submit/"), {"version": seat.version}, follow=True)
    assert "2 lines are still blank" in words(page)
    seat.refresh_from_db()
    assert seat.status == "declared"


@pytest.mark.parametrize("verb", ["decline", "recuse"])
def test_a_seat_is_left_with_a_reason(client, seat, verb):
    if verb == "recuse":
        declare(client, seat)
        seat.refresh_from_db()
    address = page_of(seat, f"{verb}/")
    client.post(address, {"reason": " ", "version": seat.version})
    assert Seat.objects.get(pk=seat.pk).status == seat.status
    client.post(address, {"reason": "出差", "version": seat.version})
    assert Seat.objects.get(pk=seat.pk).status == f"{verb}d"


def test_nobody_opens_anothers_seat(procurement, seat, haitang, client_for, bidders, alice, leader):
    other = seated(procurement, district=haitang, status="declared").user
    bidder = BidderFactory(organization=bidders[0]).user
    for user in (other, bidder, alice, leader, UserFactory()):
        for page in ("", "declare/", "decline/", "sheet/"):
            assert client_for(user).get(page_of(seat, page)).status_code == 404
    assert client_for(bidder).get("/panel/").status_code == 403


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["", "sheet/"])
def test_a_seat_costs_the_same_for_one_and_three_bids(client_for, wutong, haitang, page):
    counts = set()
    for count in (1, 3):
        bidders = [OrganizationFactory(division=wutong) for _each in range(count)]
        found = opened(bidders=bidders, project__division=wutong)
        for bid in found.opening.bids.all():
            BidFileFactory(opened_bid=bid)
        seat = seated(found, district=haitang, status="declared")
        counts.add(queries(client_for(seat.user), page_of(seat, page)))
    assert len(counts) == 1


def test_the_list_costs_the_same_for_one_and_three_seats(seat, wutong, haitang, client_for):
    client = client_for(seat.user)
    one = queries(client, "/panel/")
    for _each in range(2):
        found = opened(project__division=wutong)
        Seat.objects.create(
            procurement=found, expert=seat.expert, user=seat.user, role=Seat.Role.EXPERT
        )
    assert queries(client, "/panel/") == one
