"""Rectifications opened from a final review: points and standard come from the indicator; what the
standard decides follows its rules, the rest later reviews."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from evaluation.models import Finding, Indicator, Rectification, Review, ReviewRound
from evaluation.selectors import document_figures
from evaluation.selectors import rectifications as reading
from evaluation.services import (
    rectification_follows,
    rectification_items,
    rectifications,
    review_rounds,
)
from evaluation.services.rectifications import Plan
from tests.factories.centers import MembershipFactory
from tests.factories.evidence import photo
from tests.factories.portal import UserFactory
from tests.factories.reviews import AT as THEN
from tests.factories.reviews import (
    AnswerFactory,
    IndicatorFactory,
    MarkFactory,
    ReviewFactory,
    ReviewRoundFactory,
    SchemeFactory,
    SectionFactory,
    adopt,
    graded,
)

pytestmark = pytest.mark.django_db


def put(obj, **values):
    type(obj).objects.filter(pk=obj.pk).update(**values)


@pytest.fixture
def reviewed(haitang, center, alice, chief):
    """A review with 40 of 60 and with 40 of 40 points, and what makes it final."""
    scheme = graded(SchemeFactory(district=haitang))
    section = SectionFactory(scheme=scheme)
    for points in (60, 40):
        IndicatorFactory(scheme=scheme, parent=section, points=points)
    adopt(scheme)
    review = ReviewFactory(round=ReviewRoundFactory(district=haitang, scheme=scheme), center=center)
    indicators = Indicator.objects.filter(scheme=scheme, parent__isnull=False).order_by("-points")
    answers = [AnswerFactory(review=review, indicator=each) for each in indicators]
    put(review, status="township")
    put(review, status="district")
    for answer in answers:
        MarkFactory(answer=answer, stage="district", points=40, note="台账不全。")
    return review, answers


def finish(review, alice, chief):
    told = {"reviewed_by": alice, "reviewed_at": THEN, "district_total": 80}
    put(review, status="reply", **told)
    put(review, status="settled")
    final = {"approved_by": chief, "approved_at": THEN, "final_total": 80, "grade": "good"}
    put(review, status="approved", **final)
    put(review, status="final")
    return Review.objects.select_related("center__division", "round").get(pk=review.pk)


def open_(review, answers, by, at):
    return rectifications.open_from_review(
        review=review, answers=answers, plan=Plan(by), by=by, at=at
    )


def test_an_indicator_that_lost_points_is_an_item(reviewed, alice, chief, pack, at):
    review, (short, _full) = reviewed
    review = finish(review, alice, chief)
    rectification = open_(review, [short], alice, at)
    item = rectification.items.get()
    assert (rectification.source, rectification.review) == ("review", review)
    assert (item.answer, item.rule) == (short, "")
    assert short.name in item.fact
    assert "40.00" in item.fact
    assert "60.00" in item.fact
    assert "台账不全。" in item.fact
    assert item.basis["points"] == "40.000"
    assert short.standard in item.requirement


def test_full_points_and_a_review_that_is_not_final_are_refused(reviewed, alice, chief, pack, at):
    review, (short, full) = reviewed
    with pytest.raises(rectifications.NothingToRectify):
        open_(Review.objects.get(pk=review.pk), [short], alice, at)
    review = finish(review, alice, chief)
    with pytest.raises(rectifications.NothingToRectify, match=full.code):
        open_(review, [short, full], alice, at)
    with pytest.raises(rectifications.NothingToRectify):
        open_(review, [], alice, at)


RULES = ["ST-07", "ST-08", "ST-09", "ST-10"]


@pytest.fixture
def c05(evaluated):
    return evaluated["C05"]


@pytest.fixture
def director(c05):
    user = UserFactory(username="director5", full_name="何主任")
    MembershipFactory(user=user, center=c05, role="center_director")
    return user


@pytest.fixture
def scheme(haitang):
    """60 points by four rules, 40 by hand."""
    made = graded(SchemeFactory(district=haitang))
    section = SectionFactory(scheme=made, code="A")
    ruled = {"source": "findings", "scoring": "items", "settings": {"rules": RULES}}
    IndicatorFactory(scheme=made, parent=section, code="A1", name="场所", points=60, **ruled)
    IndicatorFactory(scheme=made, parent=section, code="A2", name="档案", points=40)
    return adopt(made)


@pytest.fixture
def announced(haitang, scheme, c05, alice, chief):
    """(year, points of A1, of A2) → the round of C05's review, announced."""

    def announce(year, *points):
        review_round = ReviewRoundFactory(
            district=haitang,
            scheme=scheme,
            year=year,
            period_from=date(year, 1, 1),
            period_to=date(year, 12, 31),
            as_of=date(year, 12, 31),
            self_due_on=date(year + 1, 3, 20),
            township_due_on=date(year + 1, 4, 3),
            district_due_on=date(year + 1, 5, 6),
        )
        review = ReviewFactory(round=review_round, center=c05)
        rows = Indicator.objects.filter(scheme=scheme, parent__isnull=False).order_by("code")
        answers = [AnswerFactory(review=review, indicator=row) for row in rows]
        put(review, status="township")
        put(review, status="district")
        for answer, given in zip(answers, points, strict=True):
            MarkFactory(answer=answer, stage="district", points=given)
        told = {"reviewed_by": alice, "reviewed_at": THEN, "district_total": sum(points)}
        put(review, status="reply", **told)
        put(review, status="settled")
        final = {"approved_by": chief, "approved_at": THEN, "final_total": sum(points)}
        put(review, status="approved", grade="good", **final)
        days = {"publicity_from": date(2026, 2, 2), "publicity_until": date(2026, 2, 9)}
        put(review_round, status="publicity", **days)
        return ReviewRound.objects.get(pk=review_round.pk)

    return announce


def publish(review_round, by, at):
    review_rounds.publish(review_round=review_round, version=review_round.version, by=by, at=at)
    return review_round.reviews.select_related("center__division", "round").get()


def opened(review, code, by, at):
    """A rectification of one indicator, issued."""
    answers = review.answers.select_related("review__round").filter(code=code)
    rectification = open_(review, answers, by, at)
    rectifications.issue(rectification=rectification, by=by, at=at)
    return rectification


def verified(item, director, by, at):
    """The item, answered and found put right."""
    item.refresh_from_db()
    say = {"text": "已补齐。", "uploads": [photo()], "by": director, "at": at}
    rectification_items.respond(item=item, **say)
    rectification_items.verify(item=item, result="done", note="", by=by, at=at)
    item.refresh_from_db()


def test_an_indicator_of_rules_is_an_item_per_rule_that_fails(announced, c05, leader, alice, at):
    review = publish(announced(2025, 30, 40), leader, at)
    failing = Finding.objects.standing().filter(center=c05, rule__in=RULES, outcome="not_met")
    asked = sorted(failing.values_list("rule", flat=True))
    assert "ST-09" in asked
    assert "ST-08" not in asked
    items = list(opened(review, "A1", alice, at).items.order_by("position"))
    assert [item.rule for item in items] == asked
    item = next(item for item in items if item.rule == "ST-09")
    assert (item.answer.code, item.basis["indicator"], item.basis["points"]) == (
        *("A1", "A1", "30.000"),
    )
    assert "指标A1“场所”得30.00分" in item.fact
    assert f"“{item.basis['quote']}”" in item.fact
    with pytest.raises(rectifications.NothingToRectify, match="A1"):
        opened(review, "A1", alice, at)


def test_what_follows_a_rule_closes_by_an_evaluation_and_opens_again(
    announced, c05, leader, alice, at, refile, drained
):
    review = publish(announced(2025, 30, 40), leader, at)
    rectification = opened(review, "A1", alice, at)
    item = rectification.items.get(rule="ST-09")
    for days, signage, expected in ((1, True, ("closed", 0)), (2, False, ("open", 1))):
        then = at + timedelta(days=days)
        refile("C05", at=then, signage=signage)
        drained(then)
        rectification_follows.follow(center_ids=[c05.pk], at=then)
        item.refresh_from_db()
        assert (item.status, item.reopened) == expected
    assert item.steps.filter(kind="closed").get().figures["outcome"] == "met"


def test_rules_that_are_met_since_ask_for_nothing(
    announced, c05, leader, alice, at, refile, drained
):
    review_round = announced(2025, 30, 40)
    answer = review_round.reviews.get().answers.get(code="A1")
    review = publish(review_round, leader, at)
    rules = sorted(
        Finding.objects.standing()
        .filter(center=c05, rule__in=RULES, outcome="not_met")
        .values_list("rule", flat=True)
    )
    assert rules == ["ST-09"]
    then = at + timedelta(days=1)
    refile("C05", at=then, signage=True)
    drained(then)
    # The mark of the bureau lies beside what the portal found: there is more to it than the rules.
    item = open_(review, [answer], alice, then).items.get()
    assert (item.rule, item.answer) == ("", answer)


def test_what_is_scored_by_hand_closes_by_a_later_review_of_full_points(
    announced, leader, alice, director, at
):
    rectification = opened(publish(announced(2025, 60, 30), leader, at), "A2", alice, at)
    item = rectification.items.get()
    later = datetime(2027, 3, 1, 1, tzinfo=UTC)
    publish(announced(2024, 60, 40), leader, later)
    item.refresh_from_db()
    assert item.status == "open"
    review = publish(announced(2026, 60, 40), leader, later)
    item.refresh_from_db()
    rectification.refresh_from_db()
    assert (item.status, item.closed_how, item.closed_by) == ("closed", "evaluation", None)
    assert rectification.status == "closed"
    step = item.steps.last()
    assert (step.figures["review"], step.figures["points"]) == (review.pk, "40.000")
    with translation.override("en"):
        assert reading.step_text(step) == "2026年度绩效考评: A2 got 40.00 of 40.00 points"
    assert rectification_follows.follow(center_ids=None, at=later) == 0


@pytest.mark.parametrize(
    ("points", "expected"), [(35, "closed"), (30, "open"), (20, "open")], ids=str
)
def test_what_was_verified_opens_again_where_a_later_review_gives_no_more(
    announced, leader, alice, chief, director, at, points, expected
):
    rectification = opened(publish(announced(2025, 60, 30), leader, at), "A2", alice, at)
    item = rectification.items.get()
    verified(item, director, chief, at)
    assert Rectification.objects.get().status == "closed"
    publish(announced(2026, 60, points), leader, datetime(2027, 3, 1, 1, tzinfo=UTC))
    item.refresh_from_db()
    assert item.status == expected
    if expected == "open":
        # Thirty days after Monday 1 March 2027.
        assert (item.reopened, item.due_on) == (1, date(2027, 3, 31))
        assert Rectification.objects.get().status == "issued"


def test_a_review_of_days_before_it_was_verified_opens_nothing(
    announced, leader, alice, chief, director, at
):
    rectification = opened(publish(announced(2025, 60, 30), leader, at), "A2", alice, at)
    item = rectification.items.get()
    later = datetime(2027, 3, 1, 1, tzinfo=UTC)
    verified(item, director, chief, later)
    publish(announced(2026, 60, 20), leader, later + timedelta(days=1))
    item.refresh_from_db()
    assert item.status == "closed"


def test_the_notice_of_a_review_names_the_scheme_and_no_clause(reviewed, alice, chief, pack, at):
    review, (short, _full) = reviewed
    rectification = open_(finish(review, alice, chief), [short], alice, at)
    blocks = document_figures.rectification_notice(rectification).own["items"]
    said = "".join(block["text"] for block in blocks)
    assert f"评分依据为《{review.round.scheme.title}》{short.code}。" in said
    assert "要求存在差距" not in said


def test_an_indicator_is_to_be_put_right_once(reviewed, alice, chief, pack, at):
    review, (short, _full) = reviewed
    review = finish(review, alice, chief)
    first = open_(review, [short], alice, at)
    with pytest.raises(rectifications.RectifiedAlready, match=first.rectification_no):
        open_(review, [short], alice, at)
    assert Rectification.objects.get() == first
