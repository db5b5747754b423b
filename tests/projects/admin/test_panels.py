"""The bureau's desk of experts, panels and awards."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.models import Award, Expert, Seat, Tie
from projects.selectors import panels
from projects.services import rankings, seats
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory
from tests.factories.procurements import (
    ChallengeFactory,
    ExpertFactory,
    ScoreFactory,
    advance,
    opened,
    seated,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
ADMIN = "/admin/projects/"


@pytest.fixture
def bidders(wutong):
    return [
        OrganizationFactory(division=wutong, name=name) for name in ("甲中心", "乙中心", "丙中心")
    ]


@pytest.fixture
def procurement(wutong, bidders):
    return opened(bidders=bidders, project__division=wutong)


@pytest.fixture
def client(alice_client):
    return in_english(alice_client)


def page_of(procurement, verb="panel"):
    return f"{ADMIN}seat/panels/{procurement.pk}/{verb}/"


def scored(procurement, haitang, *, points=(Decimal("60"), Decimal("50"), Decimal("40"))):
    """Three submitted sheets: so many points for each bid."""
    for _each in range(3):
        seat = seated(procurement, district=haitang, status="declared")
        for cell in panels.sheet(seat):
            given = points[cell.bid.position - 1]
            ScoreFactory(seat=seat, opened_bid=cell.bid, criterion=cell.criterion, points=given)
        Seat.objects.filter(pk=seat.pk).update(status="submitted", submitted_at=seat.declared_at)


def ranked(procurement, haitang, alice, at, **values):
    scored(procurement, haitang)
    rankings.compute(
        procurement=procurement, version=procurement.version, by=alice, at=at, **values
    )


def test_an_officer_enters_an_expert_and_a_tie(client, haitang, bidders):
    typed = {
        "username": "zhuanjia",
        "full_name": "陈专家",
        "district": haitang.pk,
        "fields_": ["elderly"],
        "employer": "海棠大学",
    }
    page = client.post(reverse("admin:projects_expert_enter"), typed, follow=True)
    assert "first password" in words(page)
    expert = Expert.objects.get()
    address = f"{ADMIN}expert/{expert.pk}/"
    wrong = {"to": "X9", "kind": "council", "source": "register"}
    assert "“X9” is neither" in words(client.post(address + "tie/", wrong))
    client.post(address + "tie/", wrong | {"to": f"o{bidders[0].pk}"})
    tie = Tie.objects.get()
    assert "甲中心" in words(client.get(address + "change/"))
    client.post(f"{ADMIN}expert/ties/{tie.pk}/remove/", {"reason": "误记"})
    assert "误记" in words(client.get(address + "change/"))
    stale = {"fields_": ["other"], "version": 1}
    client.post(address + "edit/", stale)
    assert "Nothing was saved" in words(client.post(address + "edit/", stale))
    expert.refresh_from_db()
    assert expert.fields == ["other"]


def test_experts_are_drawn_and_the_draw_is_shown(client, haitang, procurement):
    ExpertFactory(district=haitang, employer="甲中心")
    page = words(client.post(page_of(procurement, "draw-experts"), {"wanted": 1}))
    assert "0 experts can be drawn, 1 are wanted" in page
    ExpertFactory(district=haitang)
    page = client.post(page_of(procurement, "draw-experts"), {"wanted": 1}, follow=True)
    assert "asked to declare interests" in words(page)
    draw = procurement.draws.get()
    shown = words(client.get(f"{ADMIN}draw/{draw.pk}/change/"))
    assert draw.seed in shown
    assert "the same pool and seed give the same experts" in shown
    assert "甲中心" in shown


def test_the_panel_shows_how_far_sheets_are_and_no_points(client, haitang, procurement):
    seat = seated(procurement, district=haitang, status="declared")
    cell = panels.sheet(seat)[0]
    ScoreFactory(seat=seat, opened_bid=cell.bid, criterion=cell.criterion, points=Decimal("41.17"))
    page = words(client.get(page_of(procurement)))
    assert "1 / 3" in page
    assert "41.17" not in page


def test_a_ranking_is_explained_to_the_cent(client, haitang, procurement):
    scored(procurement, haitang)
    page = client.post(page_of(procurement, "rank"), {"version": procurement.version}, follow=True)
    shown = words(page)
    assert "20.00 × 280000.00 ÷ 280000.00 = 20.00" in shown
    assert "180.00 ÷ 3 = 60.0000" in shown
    assert "Sum of the exact means: 80 = 80.0000" in shown


def test_the_panels_page_says_by_when_it_goes_on(client, haitang, procurement, alice):
    """Submitted on Monday, 2 March; ranked on the Tuesday."""
    scored(procurement, haitang)
    monday = datetime(2026, 3, 2, 2, tzinfo=UTC)
    Seat.objects.filter(procurement=procurement).update(submitted_at=monday)
    assert "to be ranked by 2026-03-04" in words(client.get(page_of(procurement)))
    rankings.compute(
        procurement=procurement,
        version=procurement.version,
        by=alice,
        at=monday + timedelta(days=1),
    )
    assert "to be decided on by 2026-03-10" in words(client.get(page_of(procurement)))


def test_equals_ask_for_the_vote(client, haitang, procurement):
    scored(procurement, haitang, points=(Decimal("60"), Decimal("60"), Decimal("1")))
    address, sent = page_of(procurement, "rank"), {"version": procurement.version}
    first, second, _third = procurement.opening.bids.order_by("position")
    page = words(client.post(address, sent))
    assert "These bids are equal" in page
    assert "place of 甲中心 by the vote" in page
    sent |= {f"place-{first.pk}": 2, f"place-{second.pk}": 1, "vote_reason": "2:1"}
    shown = words(client.post(address, sent, follow=True))
    assert "place 1 by a vote of the panel. 2:1" in shown
    assert panels.last_ranking(procurement)[0].opened_bid == second


def test_the_leader_decides_and_the_officer_publishes(
    client, client_for, leader, haitang, procurement, alice, at
):
    ranked(procurement, haitang, alice, at)
    decider = in_english(client_for(leader))
    page = words(decider.get(page_of(procurement)))
    assert "Decide on the award" in page
    for seat in procurement.seats.all():
        assert str(seat.user) not in page
    bid = panels.last_ranking(procurement)[0].opened_bid
    sent = {"opened_bid": bid.pk, "reason": "综合得分第一", "version": procurement.version}
    assert client.post(page_of(procurement, "award"), sent).status_code == 302
    assert not Award.objects.exists()
    decider.post(page_of(procurement, "award"), sent)
    award = Award.objects.get()
    assert award.organization.name == "甲中心"
    address = f"{ADMIN}award/{award.pk}/"
    assert decider.post(address + "notify/").status_code == 403
    client.post(address + "notify/")
    client.post(address + "accept/")
    award.refresh_from_db()
    assert award.notified_at is not None
    assert award.accepted_at is not None
    procurement.refresh_from_db()
    reason = {"reason": "放弃中标", "version": procurement.version}
    assert client.post(address + "revoke/", reason).status_code == 403
    decider.post(address + "revoke/", reason)
    assert "放弃中标" in words(client.get(address + "change/"))
    procurement.refresh_from_db()
    assert procurement.status == "ranked"


def test_a_recusal_after_the_ranking_opens_it_again(client, haitang, procurement, alice, at):
    ranked(procurement, haitang, alice, at)
    seat = procurement.seats.first()
    address = f"{ADMIN}seat/{seat.pk}/recuse/"
    client.post(address, {"reason": "曾任职", "version": seat.version})
    procurement.refresh_from_db()
    assert procurement.status == "evaluating"
    assert "曾任职" in words(client.get(page_of(procurement)))


def test_an_officer_who_scores_anew_sees_no_points_of_the_others(
    client, haitang, procurement, alice, at
):
    ranked(procurement, haitang, alice, at)
    seat = procurement.seats.first()
    seats.recuse(seat=seat, reason="曾任职", version=seat.version, by=alice, at=at)
    page = words(client.get(page_of(procurement)))
    assert "180.00 ÷ 3" in page
    officer = RoleAssignmentFactory(role="district_admin", division=haitang).user
    seats.appoint(procurement=procurement, user=alice, by=officer, at=at)
    page = words(client.get(page_of(procurement)))
    assert "180.00 ÷ 3" not in page
    assert "Rank the bids" not in page


def test_after_a_challenge_that_was_right_others_score_anew(
    client, haitang, procurement, bidders, alice, at
):
    ranked(procurement, haitang, alice, at)
    page, address = page_of(procurement), page_of(procurement, "dismiss")
    assert "Have others score anew" not in words(client.get(page))
    ChallengeFactory(
        procurement=procurement,
        organization=bidders[0],
        status="answered",
        verdict="upheld",
        answer="评分有误",
        answered_by=alice,
        answered_at=at + timedelta(hours=1),
        complaint_until=date(2026, 4, 1),
    )
    advance(procurement, "evaluating")
    assert "Have others score anew" in words(client.get(page))
    answer = client.post(address, {"reason": "评分有误", "version": procurement.version})
    assert answer.url == page
    assert set(procurement.seats.values_list("status", flat=True)) == {"recused"}
    assert "Have others score anew" not in words(client.get(page))


def test_strangers_find_no_panel(procurement, bob_client, diane_client, charlie_client):
    assert bob_client.get(page_of(procurement)).status_code == 404
    for client in (diane_client, charlie_client):
        assert client.get(page_of(procurement)).status_code == 302


def test_a_panel_costs_the_same_for_one_and_three_of_everything(client, wutong, haitang, alice, at):
    counts = set()
    for count in (3, 4):
        bidders = [OrganizationFactory(division=wutong) for _each in range(count)]
        found = opened(bidders=bidders, project__division=wutong)
        scored(found, haitang, points=[Decimal(60 - number) for number in range(count)])
        if count == 4:
            for _each in range(2):
                seat = seated(found, district=haitang)
                Seat.objects.filter(pk=seat.pk).update(status="recused", recusal_reason="x")
        rankings.compute(procurement=found, version=found.version, by=alice, at=at)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page_of(found)).status_code == 200
        counts.add(len(captured))
    assert len(counts) == 1
