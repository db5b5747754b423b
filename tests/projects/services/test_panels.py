"""Experts, draws, declarations, recusals and sheets: who judges which bids, and how."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from projects.models import Expert, Opening, Score, Seat
from projects.rules import drawing
from projects.selectors import panels
from projects.services import challenges, draws, experts, rankings, scores, seats
from projects.services.scores import Given
from tests.factories.centers import MembershipFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import (
    BidderFactory,
    ChallengeFactory,
    ExpertFactory,
    PlanFactory,
    ProcurementFactory,
    TieFactory,
    advance,
    announced,
    ignoring,
    opened,
    seated,
)

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def bidders(wutong):
    return [
        OrganizationFactory(division=wutong, name=name) for name in ("甲中心", "乙中心", "丙中心")
    ]


@pytest.fixture
def procurement(wutong, bidders):
    return opened(bidders=bidders, project__division=wutong, project__field="elderly")


@pytest.fixture
def seat(procurement, haitang):
    return seated(procurement, district=haitang)


def opened_on_2025_12_01(procurement):
    """As if the bids had been opened on that day, at nine in the morning."""
    with ignoring("Opening:append_only"):
        Opening.objects.filter(procurement=procurement).update(
            opened_at=datetime(2025, 12, 1, 1, 0, tzinfo=UTC)
        )


def declare(seat, at, **values):
    values = {"declaration": "无利害关系", "version": seat.version} | values
    return seats.declare(seat=seat, by=seat.user, at=at, **values)


def fill(seat, at, points="10"):
    """``points`` for the first bid, fewer for each that follows; None: abstentions."""
    rows = [
        Given(
            cell.bid.pk,
            cell.criterion.pk,
            None if points is None else D(points) // cell.bid.position,
            is_abstained=points is None,
        )
        for cell in panels.sheet(seat)
    ]
    return scores.write(seat=seat, rows=rows, version=seat.version, by=seat.user, at=at)


def submit(seat, at):
    return seats.submit(seat=seat, version=seat.version, by=seat.user, at=at)


# --- experts -------------------------------------------------------------------------------------


def test_an_expert_is_entered_with_an_account_that_scores(alice, haitang, at):
    expert, password = experts.enter(
        username="zhuanjia",
        full_name="陈专家",
        district=haitang,
        fields=["elderly", "children"],
        by=alice,
        at=at,
    )
    assert password
    assert expert.fields == ["children", "elderly"]
    assert expert.user.has_capability("panel.score", haitang)
    with pytest.raises(experts.ExpertAlready):
        experts.enter(
            username="zhuanjia",
            full_name="陈专家",
            district=haitang,
            fields=["elderly"],
            by=alice,
            at=at,
        )


def test_whoever_bids_does_not_judge(alice, haitang, bidders, at):
    user = BidderFactory(organization=bidders[0]).user
    with pytest.raises(experts.BidderCannotJudge):
        experts.enter(
            username=user.username,
            full_name="",
            district=haitang,
            fields=["other"],
            by=alice,
            at=at,
        )
    assert not Expert.objects.exists()


@pytest.mark.parametrize("fields", [[], ["astrology"]])
def test_an_expert_has_a_field_of_the_list(alice, haitang, at, fields):
    with pytest.raises(experts.FieldsMissing):
        experts.enter(username="x", full_name="", district=haitang, fields=fields, by=alice, at=at)


def test_a_tie_is_to_one_and_ends_after_it_begins(alice, haitang, bidders, center, at):
    expert = ExpertFactory(district=haitang)
    told = {"expert": expert, "kind": "council", "by": alice, "at": at}
    for wrong in (
        {},
        {"organization": bidders[0], "center": center},
        {
            "organization": bidders[0],
            "from_on": date(2025, 1, 2),
            "to_on": date(2025, 1, 1),
        },
    ):
        with pytest.raises(experts.TieUnclear):
            experts.tie(**told, **wrong)
    tie = experts.tie(**told, organization=bidders[0])
    with pytest.raises(ReasonMissing):
        experts.untie(tie=tie, reason=" ", by=alice, at=at)
    experts.untie(tie=tie, reason="同名误记", by=alice, at=at)
    with pytest.raises(Conflict):
        experts.untie(tie=tie, reason="再次", by=alice, at=at)


# --- draws ---------------------------------------------------------------------------------------


def test_a_draw_is_kept_and_can_be_repeated(procurement, bidders, haitang, huangpu, alice, at):
    able = [ExpertFactory(district=haitang) for _each in range(4)]
    tied = ExpertFactory(district=haitang, employer="乙中心")
    ExpertFactory(district=haitang, fields=["children"])
    ExpertFactory(district=haitang, is_active=False)
    ExpertFactory(district=huangpu)
    draw = draws.draw(procurement=procurement, wanted=3, by=alice, at=at)
    assert [each["expert"] for each in draw.pool] == [each.pk for each in (*able, tied)]
    assert [each["excluded"][:3] for each in draw.pool] == ["", "", "", "", "乙中心"]
    assert len(set(draw.drawn)) == 3
    assert panels.repeated(draw) == draw.drawn
    made = Seat.objects.filter(procurement=procurement)
    assert sorted(made.values_list("expert", flat=True)) == sorted(draw.drawn)
    assert Notice.objects.filter(user__in=made.values("user")).count() == 3
    again = draws.draw(procurement=procurement, wanted=1, by=alice, at=at)
    assert (again.number, again.drawn) == (2, [e.pk for e in able if e.pk not in draw.drawn])


def test_the_same_seed_draws_the_same(procurement, haitang, alice, at):
    pool = [ExpertFactory(district=haitang).pk for _each in range(6)]
    draw = draws.draw(procurement=procurement, wanted=3, seed="0" * 32, by=alice, at=at)
    assert draw.drawn == drawing.pick(pool, 3, "0" * 32)


def test_nobody_is_drawn_of_too_few_or_before_the_opening(procurement, wutong, haitang, alice, at):
    ExpertFactory(district=haitang)
    with pytest.raises(draws.TooFewExperts, match="2"):
        draws.draw(procurement=procurement, wanted=2, by=alice, at=at)
    early = announced(ProcurementFactory(project__division=wutong))
    with pytest.raises(seats.NotEvaluated):
        draws.draw(procurement=early, wanted=1, by=alice, at=at)
    assert not Seat.objects.exists()


# --- declarations --------------------------------------------------------------------------------


def test_a_seat_scores_after_its_declaration(seat, at):
    declare(seat, at)
    seat.refresh_from_db()
    assert (seat.status, seat.declaration, seat.declared_at) == ("declared", "无利害关系", at)


@pytest.mark.parametrize(
    ("to_on", "status"), [(date(2023, 2, 1), "recused"), (date(2022, 11, 30), "declared")]
)
def test_employment_by_a_bidder_counts_for_three_years(
    procurement, seat, bidders, at, to_on, status
):
    opened_on_2025_12_01(procurement)
    TieFactory(expert=seat.expert, organization=bidders[0], to_on=to_on)
    declare(seat, at)
    seat.refresh_from_db()
    assert seat.status == status
    assert seat.is_computed == (status == "recused")
    assert ("甲中心" in seat.recusal_reason) == (status == "recused")


def test_what_somebody_declares_is_kept_and_recuses_him(seat, bidders, at):
    declare(seat, at, interests=[seats.Declared(bidders[1], "relative", note="配偶任负责人")])
    seat.refresh_from_db()
    assert (seat.status, seat.is_computed) == ("recused", False)
    tie = seat.expert.ties.get()
    assert (tie.organization, tie.source, tie.entered_by) == (bidders[1], "declared", seat.user)


def test_whoever_planned_the_project_does_not_judge(procurement, seat, center, alice, at):
    PlanFactory(project=procurement.project, author_center=center)
    director = UserFactory()
    MembershipFactory(user=director, center=center, role="center_staff")
    with pytest.raises(seats.CannotJudge, match=center.name):
        seats.appoint(procurement=procurement, user=director, by=alice, at=at)
    TieFactory(expert=seat.expert, center=center, kind="council")
    declare(seat, at)
    seat.refresh_from_db()
    assert seat.status == "recused"


def test_a_representative_of_the_purchaser_sits_by_the_same_rules(
    procurement, bidders, haitang, alice, charlie, at
):
    user = BidderFactory(organization=bidders[0]).user
    with pytest.raises(seats.CannotJudge):
        seats.appoint(procurement=procurement, user=user, by=alice, at=at)
    expert = ExpertFactory(district=haitang)
    with pytest.raises(seats.CannotJudge):
        seats.appoint(procurement=procurement, user=expert.user, by=alice, at=at)
    seat = seats.appoint(procurement=procurement, user=charlie, by=alice, at=at)
    with pytest.raises(seats.SeatedAlready):
        seats.appoint(procurement=procurement, user=charlie, by=alice, at=at)
    declare(seat, at, interests=[seats.Declared(bidders[0], "other")])
    assert seat.status == "recused"


def test_everybody_speaks_for_himself_and_once(seat, alice, at):
    with pytest.raises(seats.SeatOfAnother):
        seats.declare(seat=seat, declaration="无", version=1, by=alice, at=at)
    with pytest.raises(ReasonMissing):
        declare(seat, at, declaration=" ")
    declare(seat, at)
    with pytest.raises(Conflict):
        declare(seat, at)


def test_a_seat_that_is_declined_is_told_to_the_officers(seat, alice, at):
    seats.decline(seat=seat, reason="出差", version=1, by=seat.user, at=at)
    assert seat.status == "declined"
    assert Notice.objects.filter(user=alice).count() == 1


# --- sheets --------------------------------------------------------------------------------------


@pytest.fixture
def scoring(procurement, haitang):
    return seated(procurement, district=haitang, status="declared")


@pytest.fixture
def line(procurement):
    bid = procurement.opening.bids.first()
    return {"opened_bid": bid.pk, "criterion": procurement.criteria.get(kind="technical").pk}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"points": D("80.01")}, "80.01"),
        ({"points": D("-0.01")}, "-0.01"),
        ({"points": D("1.005")}, "1.005"),
        ({"points": D("1"), "is_abstained": True}, "方案"),
    ],
)
def test_a_line_is_refused_with_its_place_and_nothing_is_written(scoring, line, at, typed, said):
    good = [Given(cell.bid.pk, cell.criterion.pk, D("1")) for cell in panels.sheet(scoring)][1:]
    with pytest.raises(scores.ScoreUnfit) as refused:
        scores.write(
            seat=scoring,
            rows=[*good, Given(**line, **typed)],
            version=scoring.version,
            by=scoring.user,
            at=at,
        )
    assert said in str(refused.value)
    assert "方案" in str(refused.value)
    assert not Score.objects.exists()


def test_to_abstain_is_not_to_leave_blank(scoring, line, at):
    with pytest.raises(seats.NotScored) as refused:
        submit(scoring, at)
    assert len(refused.value.missing) == 3
    fill(scoring, at, points=None)
    submit(scoring, at)
    assert scoring.status == "submitted"
    assert set(Score.objects.values_list("points", "is_abstained")) == {(None, True)}


def test_a_line_is_corrected_but_not_made_blank_again(scoring, line, at):
    def write(**values):
        row = Given(**line, **values)
        scores.write(seat=scoring, rows=[row], version=scoring.version, by=scoring.user, at=at)

    write(points=D("10"))
    write(points=D("12.5"), comment=" 可行 ")
    score = Score.objects.get()
    assert (score.points, score.comment) == (D("12.50"), "可行")
    with pytest.raises(scores.ScoreUnfit):
        write()
    write(is_abstained=True)
    score.refresh_from_db()
    assert (score.points, score.is_abstained) == (None, True)


def test_of_two_windows_the_second_is_told(scoring, line, at):
    fill(scoring, at)
    stale = Seat.objects.get(pk=scoring.pk)
    rows = [Given(**line, points=D("1"))]
    with pytest.raises(Conflict):
        scores.write(seat=stale, rows=rows, version=1, by=scoring.user, at=at)
    assert set(Score.objects.values_list("points", flat=True)) == {D("10.00"), D("5.00"), D("3.00")}


def test_a_submitted_sheet_is_frozen(scoring, at):
    fill(scoring, at)
    submit(scoring, at)
    with pytest.raises(scores.SheetClosed):
        fill(scoring, at, "11")
    with pytest.raises(Conflict):
        submit(scoring, at)


def test_the_trail_holds_no_points(scoring, at):
    fill(scoring, at, "33")
    told = AuditEvent.objects.get(action="projects.seat.score")
    assert told.changes == {"lines": [None, 3]}


# --- recusal after scoring -----------------------------------------------------------------------


def panel(procurement, haitang, at, points=("10", "20", "30")):
    members = [seated(procurement, district=haitang, status="declared") for _each in points]
    for seat, given in zip(members, points, strict=True):
        fill(seat, at, given)
        submit(seat, at)
    return members


def test_a_tie_found_after_scoring_voids_the_sheet_with_a_trace(
    procurement, haitang, bidders, alice, at
):
    members = panel(procurement, haitang, at)
    rankings.compute(procurement=procurement, version=procurement.version, by=alice, at=at)
    assert procurement.status == "ranked"
    experts.tie(expert=members[2].expert, organization=bidders[0], kind="council", by=alice, at=at)
    procurement.refresh_from_db()
    members[2].refresh_from_db()
    assert (procurement.status, members[2].status) == ("evaluating", "recused")
    assert members[2].is_computed
    assert members[2].scores.count() == 3
    with pytest.raises(rankings.PanelIncomplete):
        rankings.compute(procurement=procurement, version=procurement.version, by=alice, at=at)
    replacement = seated(procurement, district=haitang, status="declared")
    fill(replacement, at, "0")
    submit(replacement, at)
    ranked = rankings.compute(procurement=procurement, version=procurement.version, by=alice, at=at)
    assert [each.attempt for each in ranked] == [2, 2, 2]
    # 10, 20 and 0: the 30 of the recused seat is in no denominator.
    assert ranked[0].technical_points == D("10.0000")


def test_sheets_fall_with_a_challenge_that_was_right(
    procurement, haitang, bidders, alice, bob, leader, at
):
    panel(procurement, haitang, at)
    ranked = rankings.compute(procurement=procurement, version=procurement.version, by=alice, at=at)
    told = {"procurement": procurement, "reason": "评分有误", "by": alice, "at": at}
    with pytest.raises(seats.NotEvaluated):
        seats.dismiss(version=procurement.version, **told)
    challenge = ChallengeFactory(
        procurement=procurement, organization=bidders[1], about="procedure", filed_by=bob
    )
    advance(procurement, "challenged", resumes="ranked")
    later = at + timedelta(hours=1)
    answered = {"challenge": challenge, "answer": "质疑成立", "version": 1, "by": leader}
    back = {"to": "evaluating", "public_reason": "评分有误"}
    challenges.answer(verdict="upheld", at=later, **back, **answered)
    procurement.refresh_from_db()
    stale = procurement.version - 1
    with pytest.raises(Conflict):
        seats.dismiss(version=stale, **told)
    assert seats.dismiss(version=procurement.version, **told | {"at": later}) == 3
    assert {seat.status for seat in procurement.seats.all()} == {"recused"}
    assert Score.objects.filter(seat__procurement=procurement).count() == 9
    assert Notice.objects.filter(user=alice, key__contains=":dismissed:").count() == 1
    # Of the new panel nothing falls: its sheets come after the answer.
    fresh = [seated(procurement, district=haitang, status="declared") for _each in range(3)]
    for seat in fresh:
        fill(seat, later, "5")
        submit(seat, later + timedelta(hours=1))
    procurement.refresh_from_db()
    with pytest.raises(seats.NotContested):
        seats.dismiss(version=procurement.version, **told)
    again = rankings.compute(
        procurement=procurement, version=procurement.version, by=alice, at=later
    )
    assert (ranked[0].technical_points, again[0].technical_points) == (D("20.0000"), D("5.0000"))


def test_sheets_stay_where_no_challenge_was_right(procurement, haitang, bidders, alice, leader, at):
    panel(procurement, haitang, at)
    challenge = ChallengeFactory(procurement=procurement, organization=bidders[1])
    challenges.answer(
        challenge=challenge, verdict="rejected", answer="不成立", version=1, by=leader, at=at
    )
    with pytest.raises(seats.NotContested):
        seats.dismiss(
            procurement=procurement, reason="重来", version=procurement.version, by=alice, at=at
        )
    assert {seat.status for seat in procurement.seats.all()} == {"submitted"}


def test_an_employer_typed_later_is_found_as_well(procurement, haitang, alice, at):
    scoring = seated(procurement, district=haitang, status="declared")
    experts.edit(expert=scoring.expert, version=1, employer="甲中心", by=alice, at=at)
    scoring.refresh_from_db()
    assert (scoring.status, scoring.is_computed) == ("recused", True)


def test_nobody_is_recused_under_an_award(procurement, haitang, alice, at):
    members = panel(procurement, haitang, at)
    advance(procurement, "ranked")
    advance(procurement, "awarded")
    with pytest.raises(seats.NotEvaluated):
        seats.recuse(seat=members[0], reason="曾任职", version=3, by=alice, at=at)
