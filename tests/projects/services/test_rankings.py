"""Rankings and awards: reckoned from the sheets to the cent, decided once, published as decided."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.utils import translation

from evaluation.models import ParameterOverride
from portal.errors import Conflict, ReasonMissing
from portal.users.models import User
from projects.models import Announcement, Award, OpenedBid, Procurement, RankedBid, Score, Seat
from projects.selectors import panels
from projects.services import awards, bids, draws, openings, procurements, rankings, repairs, seats
from projects.services.procurements import NotAsTheRouteAsks
from tests.factories.notices import planned
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    AT,
    CriterionFactory,
    PlanFactory,
    ProcurementFactory,
    RepairFactory,
    ScoreFactory,
    TieFactory,
    advance,
    ignoring,
    opened,
    seated,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db
D = Decimal
# Independent of the portal's own reckoning: the means and the price points in SQL.
BY_HAND = """
WITH valid AS (
    SELECT opened.id, opened.price_yuan FROM projects_openedbid opened
    JOIN projects_bid bid ON bid.id = opened.bid_id
    WHERE bid.procurement_id = %(pk)s AND opened.outcome = 'opened' AND opened.invalid_at IS NULL
), means AS (
    SELECT score.opened_bid_id AS id, score.criterion_id, avg(score.points) AS mean
    FROM projects_score score JOIN projects_seat seat ON seat.id = score.seat_id
    WHERE seat.procurement_id = %(pk)s AND seat.status = 'submitted'
    GROUP BY 1, 2
), priced AS (
    SELECT valid.id, round(criterion.weight * (SELECT min(price_yuan) FROM valid)
                           / valid.price_yuan, 2) AS points
    FROM valid, projects_criterion criterion
    WHERE criterion.procurement_id = %(pk)s AND criterion.kind = 'price'
)
SELECT valid.id, round(priced.points + (SELECT sum(mean) FROM means WHERE means.id = valid.id), 4)
FROM valid JOIN priced ON priced.id = valid.id ORDER BY 2 DESC
"""


def recomputed(procurement):
    with connection.cursor() as cursor:
        cursor.execute(BY_HAND, {"pk": procurement.pk})
        return cursor.fetchall()


def evaluated(wutong, prices, **values):
    """A procurement whose opened bids ask these prices, with three criteria."""
    draft = ProcurementFactory(project__division=wutong, **values)
    if draft.choice == "comprehensive":
        weights = (("price", "报价", "20"), ("technical", "方案", "60"), ("business", "业绩", "20"))
        for position, (kind, name, weight) in enumerate(weights, start=1):
            CriterionFactory(
                procurement=draft, position=position, kind=kind, name=name, weight=D(weight)
            )
    bidders = [
        OrganizationFactory(division=wutong, name=f"{number}号中心")
        for number, _price in enumerate(prices, start=1)
    ]
    procurement = opened(draft, bidders=bidders)
    with ignoring("OpenedBid:opened_once"):
        for bid, price in zip(bids_of(procurement), prices, strict=True):
            OpenedBid.objects.filter(pk=bid.pk).update(price_yuan=D(price))
    return procurement


def bids_of(procurement):
    return list(procurement.opening.bids.order_by("position"))


def scored(procurement, haitang, *sheets):
    """A submitted seat for each sheet: the points of each bid, plan and standing in turn."""
    found = []
    for sheet in sheets:
        seat = seated(procurement, district=haitang, status="declared")
        for cell, points in zip(panels.sheet(seat), sheet, strict=True):
            ScoreFactory(
                seat=seat,
                opened_bid=cell.bid,
                criterion=cell.criterion,
                points=None if points is None else D(points),
                is_abstained=points is None,
            )
        Seat.objects.filter(pk=seat.pk).update(status="submitted", submitted_at=seat.declared_at)
        found.append(seat)
    return found


@pytest.fixture
def procurement(wutong):
    return evaluated(wutong, ["280000.00", "299999.99", "250000.00"])


SHEETS = (
    ("50", "18", "51.33", "17.5", "40", "10"),
    ("51", "17", None, "20", "41", "11"),
    ("51", None, "59.99", "0", "42", "12"),
)


def rank(procurement, alice, at, **values):
    return rankings.compute(
        procurement=procurement, version=procurement.version, by=alice, at=at, **values
    )


def test_a_ranking_is_what_sql_reckons_from_the_same_rows(procurement, haitang, alice, at):
    scored(procurement, haitang, *SHEETS)
    ranked = rank(procurement, alice, at)
    assert [(each.opened_bid_id, each.total) for each in ranked] == recomputed(procurement)
    assert procurement.status == "ranked"
    first, second, third = bids_of(procurement)
    assert {each.opened_bid: each.total for each in ranked} == {
        # 60 × … is not asked: (50+51+51)/3 + (18+17)/2 + 20×250000/280000
        first: D("86.0267"),
        second: D("84.8300"),
        third: D("72.0000"),
    }
    assert RankedBid.objects.count() == 3


def test_a_recused_sheet_is_in_no_denominator(procurement, haitang, alice, at):
    *_others, last = scored(procurement, haitang, *SHEETS, ("0",) * 6)
    seats.recuse(seat=last, reason="曾任职", version=last.version, by=alice, at=at)
    ranked = rank(procurement, alice, at)
    assert [(each.opened_bid_id, each.total) for each in ranked] == recomputed(procurement)
    assert ranked[0].total == D("86.0267")
    assert Score.objects.filter(seat=last).count() == 6


def disqualify(bid, by, at):
    OpenedBid.objects.filter(pk=bid.pk).update(
        invalid_reason="资质不符", invalid_by=by, invalid_at=at
    )


def test_an_invalid_bid_is_not_ranked_and_sets_no_price(wutong, haitang, alice, at):
    procurement = evaluated(wutong, ["280000.00", "299999.99", "200000.00", "250000.00"])
    cheapest = bids_of(procurement)[2]
    scored(procurement, haitang, *[("50", "18", "51.33", "17.5", "40", "10", "30", "5")] * 3)
    disqualify(cheapest, alice, at)
    ranked = rank(procurement, alice, at)
    assert [(each.opened_bid_id, each.total) for each in ranked] == recomputed(procurement)
    assert cheapest not in [each.opened_bid for each in ranked]
    assert max(each.price_points for each in ranked) == D("20.00")


def test_nothing_is_ranked_of_too_few_valid_bids(procurement, haitang, alice, at):
    scored(procurement, haitang, *SHEETS)
    disqualify(bids_of(procurement)[2], alice, at)
    with pytest.raises(rankings.NothingToRank, match=r"2.*3"):
        rank(procurement, alice, at)


def set_from(haitang, by, on, key, value):
    ParameterOverride.objects.create(
        division=haitang,
        key=key,
        value=value,
        effective_from=on,
        reason="区采购管理办法",
        doc_no="海民发〔2026〕3号",
        set_by=by,
        set_at=AT,
    )


def test_how_many_have_to_bid_is_what_held_on_the_day_of_the_notice(
    procurement, haitang, alice, at, pack
):
    """Announced on 2026-03-01; what a district sets from the day after decides on others."""
    set_from(haitang, alice, date(2026, 3, 2), "min_bidders", 2)
    scored(procurement, haitang, *SHEETS)
    disqualify(bids_of(procurement)[2], alice, at)
    with pytest.raises(rankings.NothingToRank, match=r"2.*3"):
        rank(procurement, alice, at)


@pytest.mark.parametrize(("on", "holds"), [(date(2026, 3, 1), True), (date(2026, 3, 2), False)])
def test_sheets_are_dropped_as_was_set_on_the_day_of_the_notice(
    procurement, haitang, alice, at, pack, on, holds
):
    set_from(haitang, alice, on, "drop_extremes_from", 3)
    scored(procurement, haitang, *[("50", "18", "51", "17", "40", "10")] * 3)
    ranked = rank(procurement, alice, at)
    assert bool(ranked[0].explanation["left_out"]) == holds


def test_nothing_is_ranked_before_all_submitted(procurement, haitang, alice, at):
    scored(procurement, haitang, *SHEETS)
    waiting = seated(procurement, district=haitang, status="declared")
    with pytest.raises(rankings.SheetsOpen, match=str(waiting.user)):
        rank(procurement, alice, at)
    assert not RankedBid.objects.exists()


def test_a_panel_is_made_up_as_the_route_asks(procurement, haitang, alice, at):
    scored(procurement, haitang, *SHEETS[:2])
    with pytest.raises(rankings.PanelIncomplete):
        rank(procurement, alice, at)


def test_a_sheet_of_somebody_with_an_interest_is_not_counted(procurement, haitang, alice, at):
    *_others, last = scored(procurement, haitang, *SHEETS)
    # As if it had been entered while nobody looked at the panel.
    TieFactory(expert=last.expert, organization=bids_of(procurement)[0].bid.organization)
    with pytest.raises(seats.CannotJudge, match=f"{last.user}.*1号中心"):
        rank(procurement, alice, at)
    assert not RankedBid.objects.exists()


def test_an_interest_entered_under_an_award_counts_once_it_is_revoked(
    procurement, ranked, leader, alice, at
):
    decided = award(procurement, leader, at, ranked[0])
    seat = procurement.seats.first()
    TieFactory(expert=seat.expert, organization=decided.organization)
    awards.revoke(
        award=decided, reason="放弃中标", version=procurement.version, by=leader, at=at
    )
    procurement.refresh_from_db()
    seat.refresh_from_db()
    assert (seat.status, procurement.status) == ("recused", "evaluating")


def test_a_criterion_without_points_is_named(procurement, haitang, alice, at):
    blank = ("50", None, "51", "17", "40", "10")
    scored(procurement, haitang, blank, blank, blank)
    with pytest.raises(rankings.NobodyScored, match=r"1号中心.*业绩"):
        rank(procurement, alice, at)


def test_bids_are_ranked_once_their_repairs_are_over(procurement, haitang, alice, at):
    scored(procurement, haitang, *SHEETS)
    RepairFactory(opened_bid=bids_of(procurement)[0])
    with pytest.raises(rankings.RepairOpen, match="1号中心"):
        rank(procurement, alice, at)


def test_equals_are_told_apart_by_a_vote_with_its_reason(wutong, haitang, alice, at):
    procurement = evaluated(wutong, ["280000.00", "280000.00", "300000.00"])
    scored(procurement, haitang, *[("40", "10", "40", "10", "1", "1")] * 3)
    one, two, third = bids_of(procurement)
    with pytest.raises(rankings.VoteNeeded) as refused:
        rank(procurement, alice, at)
    assert refused.value.groups == [[one, two]]
    votes = {two.pk: 1, one.pk: 2}
    with pytest.raises(ReasonMissing):
        rank(procurement, alice, at, votes=votes)
    ranked = rank(procurement, alice, at, votes=votes, vote_reason="2:1，见评审记录")
    assert [each.opened_bid for each in ranked] == [two, one, third]
    assert ranked[0].explanation["vote_reason"] == "2:1，见评审记录"


def test_where_the_price_decides_nothing_is_scored(wutong, haitang, alice, at):
    procurement = evaluated(
        wutong,
        ["3.00", "1.00", "2.00"],
        route="competitive_negotiation",
        choice="lowest_price",
        price_weight=None,
    )
    scored(procurement, haitang, (), (), ())
    ranked = rank(procurement, alice, at)
    assert [each.opened_bid.price_yuan for each in ranked] == [D("1.00"), D("2.00"), D("3.00")]
    assert {each.total for each in ranked} == {None}


# --- awards --------------------------------------------------------------------------------------


@pytest.fixture
def ranked(procurement, haitang, alice, at):
    scored(procurement, haitang, *SHEETS)
    return rank(procurement, alice, at)


def award(procurement, by, at, ranked_bid, **values):
    values = {"reason": "综合得分第一", "version": procurement.version} | values
    return awards.award(
        procurement=procurement, opened_bid=ranked_bid.opened_bid, by=by, at=at, **values
    )


def test_an_award_is_decided_with_a_reason(procurement, ranked, leader, at):
    with pytest.raises(ReasonMissing):
        award(procurement, leader, at, ranked[0], reason=" ")
    decided = award(procurement, leader, at, ranked[0])
    procurement.refresh_from_db()
    assert (procurement.status, decided.price_yuan) == ("awarded", D("280000.00"))
    assert decided.deviation_reason == ""


def test_to_pass_over_the_first_needs_a_reason_of_its_own(procurement, ranked, leader, at):
    with pytest.raises(ReasonMissing):
        award(procurement, leader, at, ranked[1])
    decided = award(procurement, leader, at, ranked[1], deviation_reason="第一名放弃")
    assert decided.deviation_reason == "第一名放弃"


def test_what_is_above_the_budget_or_planned_it_does_not_win(
    wutong, haitang, alice, leader, at, center
):
    procurement = evaluated(wutong, ["300000.01", "300000.00", "300000.02"])
    scored(procurement, haitang, *[("40", "10", "41", "10", "1", "1")] * 3)
    fair, dear, _last = rank(procurement, alice, at)
    with translation.override("en"), pytest.raises(awards.AboveBudget, match="Decide for another"):
        award(procurement, leader, at, dear, deviation_reason="x")
    organization = fair.opened_bid.bid.organization
    type(organization).objects.filter(pk=organization.pk).update(center=center)
    fair.opened_bid.bid.organization.refresh_from_db()
    PlanFactory(project=procurement.project, author_center=center)
    with pytest.raises(awards.PlannerWins):
        award(procurement, leader, at, fair)
    assert not Award.objects.exists()


def test_who_is_not_registered_any_more_does_not_win(procurement, ranked, leader, at):
    organization = ranked[0].opened_bid.bid.organization
    type(organization).objects.filter(pk=organization.pk).update(status="revoked")
    with pytest.raises(bids.NotRegistered):
        award(procurement, leader, at, ranked[0])
    assert not Award.objects.exists()
    award(procurement, leader, at, ranked[1], deviation_reason="第一名登记已被撤销")


def test_a_member_of_the_panel_does_not_run_it(procurement, haitang, alice, leader, at):
    first, *_others = scored(procurement, haitang, *SHEETS)
    own = seats.appoint(procurement=procurement, user=alice, by=leader, at=at)
    bid = bids_of(procurement)[0]
    for verb in (
        partial(rank, procurement, alice, at),
        partial(seats.recuse, seat=first, reason="x", version=first.version, by=alice, at=at),
        partial(seats.appoint, procurement=procurement, user=leader, by=alice, at=at),
        partial(draws.draw, procurement=procurement, wanted=1, by=alice, at=at),
        partial(
            openings.disqualify, opened_bid=bid, reason="x", version=bid.version, by=alice, at=at
        ),
        partial(repairs.ask, opened_bid=bid, missing="缺少签字", by=alice, at=at),
    ):
        with pytest.raises(seats.MemberManages):
            verb()
    # To step aside is everybody's own.
    seats.recuse(seat=own, reason="曾任职", version=own.version, by=alice, at=at)
    assert own.status == "recused"
    openings.disqualify(opened_bid=bid, reason="资质不符", version=bid.version, by=alice, at=at)


def test_a_judge_does_not_decide(procurement, ranked, at):
    judge = procurement.seats.first().user
    with pytest.raises(awards.JudgeDecides):
        award(procurement, judge, at, ranked[0])


def test_only_the_ranking_made_last_holds(procurement, ranked, haitang, alice, leader, at):
    seat = procurement.seats.first()
    seats.recuse(seat=seat, reason="曾任职", version=seat.version, by=alice, at=at)
    procurement.refresh_from_db()
    with pytest.raises(Conflict):
        award(procurement, leader, at, ranked[0])


def test_the_result_is_published_once_with_every_bid(procurement, ranked, leader, alice, at):
    decided = award(procurement, leader, at, ranked[0])
    told = awards.notify(award=decided, by=alice, at=at)
    content = told.content
    assert content["award"]["name"] == "1号中心"
    assert content["award"]["price_yuan"] == "280000.00"
    assert [(each["name"], each["rank"], each["total"]) for each in content["bids"]] == [
        ("1号中心", 1, "86.0267"),
        ("2号中心", 2, "84.8300"),
        ("3号中心", 3, "72.0000"),
    ]
    assert len(content["panel"]) == 3
    # Seven working days after Monday, 2 March.
    assert content["challenge_until"] == "2026-03-11"
    with pytest.raises(Conflict):
        awards.notify(award=decided, by=alice, at=at)
    assert Announcement.objects.filter(kind="result").count() == 1
    assert awards.accept(award=decided, by=alice, at=at).accepted_at == at
    with pytest.raises(Conflict):
        awards.accept(award=decided, by=alice, at=at)


def test_a_result_is_not_published_while_a_judge_has_no_name(
    procurement, ranked, leader, alice, at
):
    """The panel would be named by a login for good."""
    decided = award(procurement, leader, at, ranked[0])
    judge = procurement.seats.first().user
    User.objects.filter(pk=judge.pk).update(full_name="")
    with pytest.raises(awards.NamelessJudge, match=judge.username):
        awards.notify(award=decided, by=alice, at=at)
    decided.refresh_from_db()
    assert decided.notified_at is None
    User.objects.filter(pk=judge.pk).update(full_name="顾老师")
    assert "顾老师" in awards.notify(award=decided, by=alice, at=at).content["panel"]


def test_a_result_that_is_open_for_comment_says_so_and_until_when_it_is_challenged(
    wutong, haitang, alice, leader, at
):
    """Fifteen days after Monday, 2 March."""
    procurement = evaluated(wutong, ["280000.00"], route="welfare_tender")
    scored(procurement, haitang, *[("50", "18")] * 3)
    [first] = rank(procurement, alice, at)
    told = awards.notify(award=award(procurement, leader, at, first), by=alice, at=at)
    assert told.publicity_until == date(2026, 3, 17)
    assert told.content["challenge_until"] == "2026-03-17"


def test_a_revoked_award_is_decided_anew(procurement, ranked, leader, alice, at):
    decided = award(procurement, leader, at, ranked[0])
    awards.notify(award=decided, by=alice, at=at)
    procurement.refresh_from_db()
    decided.procurement = procurement
    awards.revoke(award=decided, reason="放弃中标", version=procurement.version, by=leader, at=at)
    procurement.refresh_from_db()
    assert procurement.status == "ranked"
    last = Announcement.objects.order_by("-number").first()
    assert (last.kind, last.content["before"]["name"]) == ("change", "1号中心")
    again = award(procurement, leader, at, ranked[1], deviation_reason="第一名放弃")
    assert again.organization.name == "2号中心"


def test_a_result_published_meanwhile_is_published_as_revoked(
    procurement, ranked, leader, alice, at
):
    """Whoever revokes had looked at the award before somebody else sent its notice."""
    looked_at = award(procurement, leader, at, ranked[0])
    awards.notify(award=Award.objects.get(pk=looked_at.pk), by=alice, at=at)
    version = procurement.version
    awards.revoke(award=looked_at, reason="放弃中标", version=version, by=leader, at=at)
    kinds = Announcement.objects.order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["result", "change"]


@pytest.mark.django_db(transaction=True)
def test_a_notice_and_a_revocation_at_once_leave_one_story(wutong, haitang, alice, leader, at):
    procurement = evaluated(wutong, ["280000.00", "299999.99", "250000.00"])
    scored(procurement, haitang, *SHEETS)
    ranked = rank(procurement, alice, at)
    decided = award(procurement, leader, at, ranked[0])
    version = procurement.version
    told, undone = (Award.objects.select_related("procurement").get(pk=decided.pk) for _ in "ab")
    at_once(
        [
            partial(awards.notify, award=told, by=alice, at=at),
            partial(
                awards.revoke, award=undone, reason="放弃中标", version=version, by=leader, at=at
            ),
        ]
    )
    decided.refresh_from_db()
    kinds = list(Announcement.objects.order_by("number").values_list("kind", flat=True))
    assert decided.revoked_at == at
    assert kinds == ([] if decided.notified_at is None else ["result", "change"])


def test_a_grant_goes_without_bids(wutong, leader, at):
    organization = OrganizationFactory(division=wutong)
    told = {
        "organization": organization,
        "price_yuan": D("1000.00"),
        "reason": "资助",
        "by": leader,
    }
    asked = ProcurementFactory(project__division=wutong)
    with pytest.raises(awards.BidsAsked):
        awards.grant(procurement=asked, version=1, at=at, **told)
    granted = ProcurementFactory(project=planned(wutong), route="grant")
    award = awards.grant(procurement=granted, version=1, at=at, **told)
    granted.refresh_from_db()
    assert (granted.status, award.opened_bid) == ("awarded", None)
    # It stays readable when it ends: somebody may have read of it.
    procurements.terminate(
        procurement=granted, reason="停止资助", version=granted.version, by=leader, at=at
    )
    assert granted in Procurement.objects.shown()


@pytest.mark.parametrize(
    ("route", "codes"),
    [
        ("grant", ["plan_not_approved", "basis_missing"]),
        ("framework", ["plan_not_approved", "basis_missing", "tender_due"]),
    ],
)
def test_what_goes_without_bids_asks_for_what_its_route_asks(wutong, leader, at, route, codes):
    procurement = ProcurementFactory(
        project__division=wutong, route=route, budget_yuan=D("5000000.00")
    )
    with pytest.raises(NotAsTheRouteAsks) as refusal:
        awards.grant(
            procurement=procurement,
            organization=OrganizationFactory(division=wutong),
            price_yuan=D("5000000.00"),
            reason="资助",
            version=1,
            by=leader,
            at=at,
        )
    assert [found.code for found in refusal.value.refusals] == codes
    procurement.refresh_from_db()
    assert (procurement.status, Award.objects.count()) == ("draft", 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_officers_who_award_at_once_one_wins(wutong, haitang, alice, leader, at):
    procurement = evaluated(wutong, ["280000.00", "299999.99", "250000.00"])
    scored(procurement, haitang, *SHEETS)
    ranked = rank(procurement, alice, at)
    other = RoleAssignmentFactory(user=UserFactory(), role="district_admin", division=haitang).user
    version = procurement.version

    def decide(by, ranked_bid):
        fresh = type(procurement).objects.get(pk=procurement.pk)
        return award(fresh, by, at, ranked_bid, version=version, deviation_reason="另有理由")

    answers = at_once([partial(decide, leader, ranked[0]), partial(decide, other, ranked[1])])
    assert sorted(type(each).__name__ for each in answers) == ["Award", "Conflict"]
    won = next(each for each in answers if isinstance(each, Award))
    assert Award.objects.get() == won


@pytest.mark.django_db(transaction=True)
def test_a_recusal_and_a_ranking_at_once_do_not_miss_each_other(wutong, haitang, alice, at):
    procurement = evaluated(wutong, ["280000.00", "299999.99", "250000.00"])
    *_others, seat = scored(procurement, haitang, *SHEETS)
    version, seat_version = procurement.version, Seat.objects.get(pk=seat.pk).version
    at_once(
        [
            lambda: rankings.compute(
                procurement=type(procurement).objects.get(pk=procurement.pk),
                version=version,
                by=alice,
                at=at,
            ),
            lambda: seats.recuse(
                seat=Seat.objects.get(pk=seat.pk),
                reason="曾任职",
                version=seat_version,
                by=alice,
                at=at,
            ),
        ]
    )
    procurement.refresh_from_db()
    seat.refresh_from_db()
    # Whichever came first: no ranking that counted the recused seat holds.
    assert (procurement.status, seat.status) == ("evaluating", "recused")


def test_scores_are_read_by_the_bureau_only_once_all_are_through(
    procurement, haitang, alice, leader, at
):
    scored(procurement, haitang, *SHEETS)
    assert not Score.objects.visible_to(alice).exists()
    rank(procurement, alice, at)
    assert Score.objects.visible_to(alice).count() == 18
    assert not Score.objects.visible_to(leader).exists()
    advance(procurement, "awarded")
    assert Score.objects.visible_to(alice).count() == 18


@pytest.mark.parametrize("status", ["challenged", "void", "terminated"])
def test_scores_of_open_sheets_are_read_by_nobody_else_however_it_goes_on(
    procurement, haitang, alice, status
):
    own, *_others = scored(procurement, haitang, *SHEETS)
    last = seated(procurement, district=haitang, status="declared")
    ended = {
        "challenged": {"resumes": "evaluating"},
        "void": {"failure_reason": "作废"},
        "terminated": {"failure_reason": "终止"},
    }
    advance(procurement, status, **ended[status])
    assert not Score.objects.visible_to(alice).exists()
    assert not Score.objects.visible_to(UserFactory(is_superuser=True)).exists()
    assert Score.objects.visible_to(own.user).count() == 6
    Seat.objects.filter(pk=last.pk).update(status="recused", recusal_reason="曾任职")
    assert Score.objects.visible_to(alice).count() == 18
