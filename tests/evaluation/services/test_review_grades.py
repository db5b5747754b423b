"""The share of centers that may be excellent, kept over a whole round whatever changes in it."""

from datetime import date
from decimal import Decimal

import pytest

from evaluation.models import ReviewRound
from evaluation.services import objections, review_marks, review_rounds, reviews, schemes
from evaluation.services.review_marks import Entry
from evaluation.services.schemes import Row
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from portal.inbox.models import Notice
from tests.factories.centers import MembershipFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

ROWS = [
    Row("A", "运行", Decimal(100)),
    Row(
        "A1", "制度", Decimal(100), "A", "", "ratio", "manual", {}, "x", needs_evidence=False
    ),
]  # fmt: skip
BANDS = [
    ("excellent", Decimal(90)),
    ("good", Decimal(80)),
    ("qualified", Decimal(60)),
    ("unqualified", Decimal(0)),
]
CODES = ("C01", "C02", "C03")


class Reviewed:
    """Three centers reviewed in a round of which one may be excellent."""

    def __init__(self, round_, officer, leader, at):
        self.round, self.officer, self.leader, self.at = round_, officer, leader, at

    def of(self, code):
        found = self.round.reviews.select_related("center__division", "round__scheme")
        return found.get(center__code=code)

    def settle(self, points, by=None):
        for code, given in points.items():
            settled(self.of(code), given, (by or {}).get(code, self.officer), self.at)

    def approve(self, code, by=None):
        review = self.of(code)
        reviews.approve(review=review, version=review.version, by=by or self.leader, at=self.at)

    def announce(self):
        found = ReviewRound.objects.get(pk=self.round.pk)
        return review_rounds.announce(
            review_round=found, version=found.version, by=self.leader, at=self.at
        )

    def uphold(self, code, by):
        made = objections.file(
            review=self.of(code), kind="center", text="复核", contact="", at=self.at
        )
        objections.answer(
            objection=made, upholds=True, text="予以复核", version=1, by=by, at=self.at
        )

    def recheck(self, code, points, by):
        review = self.of(code)
        entry = {"A1": Entry(Decimal(points), note="复核")}
        review_marks.save(
            review=review, stage="recheck", marks=entry, version=review.version, by=by, at=self.at
        )
        reviews.recheck(
            review=review, opinion="已核实。", version=review.version, by=by, at=self.at
        )

    def object_and_approve(self, code, points, by):
        self.uphold(code, by)
        self.recheck(code, points, by)
        self.approve(code)

    @property
    def grades(self):
        rows = self.round.reviews.order_by("center__code").values_list("grade", "final_total")
        return [(grade, str(total)) for grade, total in rows]


def settled(review, points, by, at):
    """Marked with these points and settled, without the center."""
    for status in ("township", "district"):
        type(review).objects.filter(pk=review.pk).update(status=status)
    review.refresh_from_db()
    entry = {"A1": Entry(Decimal(points), note="核定")}
    review_marks.save(
        review=review, stage="district", marks=entry, version=review.version, by=by, at=at
    )
    reviews.submit_review(
        review=review, visited_on=None, visit_record="", version=review.version, by=by, at=at
    )
    reviews.close_replies(on=date(2030, 1, 1), at=at)


def under_review(bands, district, golden, by, leader, at):
    """Of three centers one may be excellent."""
    made = schemes.draft(
        district=district, title="方案", excellent_quota=Decimal("0.34"), by=by, at=at
    )
    schemes.set_indicators(scheme=made, rows=ROWS, version=made.version, by=by, at=at)
    schemes.set_bands(scheme=made, bands=bands, version=made.version, by=by, at=at)
    schemes.adopt(scheme=made, version=made.version, by=by, at=at)
    round_ = review_rounds.draft(
        district=district, scheme=made, year=2025, title="轮次", period_from=date(2025, 1, 1),
        period_to=date(2025, 12, 31), as_of=date(2025, 12, 31), by=by, at=at,
    )  # fmt: skip
    review_rounds.open_(
        review_round=round_,
        centers=[golden[code] for code in CODES],
        version=round_.version,
        by=by,
        at=at,
    )
    return Reviewed(round_, by, leader, at)


@pytest.fixture
def reviewed(haitang, pack, golden, alice, leader, at):
    return under_review(BANDS, haitang, golden, alice, leader, at)


@pytest.fixture
def announced(reviewed):
    """96 excellent; 95 and 91 beyond the share."""
    reviewed.settle({"C01": 96, "C02": 95, "C03": 91})
    reviews.approve_all(review_round=reviewed.round, by=reviewed.leader, at=reviewed.at)
    reviewed.announce()
    return reviewed


@pytest.fixture
def director(golden):
    """The director of C02."""
    user = UserFactory(username="c02")
    MembershipFactory(user=user, center=golden["C02"], role="center_director")
    return user


def test_of_a_tie_nobody_is_excellent_beyond_the_share(reviewed, leader, at):
    reviewed.settle({"C01": 96, "C02": 95, "C03": 95})
    assert reviews.approve_all(review_round=reviewed.round, by=leader, at=at) == 3
    assert [grade for grade, _total in reviewed.grades] == ["excellent", "good", "good"]


def test_a_tie_for_the_only_place_leaves_it_empty(reviewed, leader, at):
    reviewed.settle({"C01": 96, "C02": 96, "C03": 95})
    reviews.approve_all(review_round=reviewed.round, by=leader, at=at)
    assert [grade for grade, _total in reviewed.grades] == ["good", "good", "good"]


def test_a_place_that_becomes_free_goes_to_the_next_who_is_told_why(announced, chief, director):
    before = AuditEvent.objects.count()
    announced.object_and_approve("C01", 85, chief)
    assert announced.grades == [("good", "85.00"), ("excellent", "95.00"), ("good", "91.00")]
    review = announced.of("C02")
    assert (review.status, review.result["grade"]) == ("approved", "excellent")
    assert "is_beyond_quota" not in review.result
    last = review.steps.last()
    assert (last.status, last.taken_by, "空出名额" in last.reason) == (
        "approved",
        announced.leader,
        True,
    )
    assert Notice.objects.filter(user=director, key=f"review:{review.pk}:regraded:{last.number}")
    told = AuditEvent.objects.order_by("pk")[before:]
    (event,) = [each for each in told if each.action == "evaluation.review.regrade"]
    assert event.changes["grade"] == ["good", "excellent"]


def test_who_is_overtaken_falls_and_keeps_his_points(announced, chief):
    announced.object_and_approve("C03", 97, chief)
    assert announced.grades == [("good", "96.00"), ("good", "95.00"), ("excellent", "97.00")]
    fallen = announced.of("C01")
    assert fallen.result["is_beyond_quota"] is True
    assert "超出" in fallen.steps.last().reason
    assert announced.of("C02").steps.last().reason == ""


def test_who_is_caught_up_with_shares_the_tie(announced, chief):
    announced.object_and_approve("C03", 96, chief)
    assert announced.grades == [("good", "96.00"), ("good", "95.00"), ("good", "96.00")]


def test_a_recheck_that_changes_no_place_changes_no_other_grade(announced, chief):
    announced.object_and_approve("C03", 92, chief)
    assert announced.grades == [("excellent", "96.00"), ("good", "95.00"), ("good", "92.00")]
    assert not any(announced.of(code).steps.last().reason for code in ("C01", "C02"))


def test_grades_wait_until_every_objection_that_was_upheld_is_rechecked(announced, chief):
    announced.uphold("C01", chief)
    announced.uphold("C02", chief)
    announced.recheck("C01", 85, chief)
    with pytest.raises(Conflict):
        announced.approve("C01")
    announced.recheck("C02", 70, chief)
    announced.approve("C01")
    assert announced.of("C03").grade == "good"
    announced.approve("C02")
    assert announced.grades == [("good", "85.00"), ("qualified", "70.00"), ("excellent", "91.00")]


def test_who_reviewed_a_center_does_not_change_its_grade_by_another(reviewed, chief, alice):
    other = UserFactory(username="other", is_staff=True)
    RoleAssignmentFactory(user=other, role="district_officer", division=reviewed.round.district)
    reviewed.settle({"C01": 96, "C02": 95, "C03": 91}, by={"C02": chief})
    reviews.approve_all(review_round=reviewed.round, by=reviewed.leader, at=reviewed.at)
    reviewed.announce()
    reviewed.uphold("C01", other)
    reviewed.recheck("C01", 85, other)
    with pytest.raises(reviews.SameReviewer):
        reviewed.approve("C01", by=chief)
    assert reviewed.of("C01").status == "settled"
    reviewed.approve("C01")
    assert reviewed.of("C02").grade == "excellent"


def test_announcing_settles_what_a_center_left_out_changed(reviewed, alice):
    """Of two centers a third is none."""
    reviewed.settle({"C01": 96, "C02": 85, "C03": 70})
    for code in ("C01", "C02"):
        reviewed.approve(code)
    assert reviewed.of("C01").grade == "excellent"
    left_out = reviewed.of("C03")
    reviews.exclude(
        review=left_out, reason="年内新设", version=left_out.version, by=alice, at=reviewed.at
    )
    reviewed.announce()
    assert reviewed.grades[0] == ("good", "96.00")
    assert reviewed.of("C01").steps.last().reason


def test_no_center_is_left_out_once_results_are_announced(announced, chief, alice):
    announced.uphold("C01", chief)
    review = announced.of("C01")
    with pytest.raises(Conflict):
        reviews.exclude(
            review=review, reason="迟了", version=review.version, by=alice, at=announced.at
        )


def test_without_good_who_is_beyond_the_share_falls_to_the_next_grade(
    haitang, pack, golden, alice, leader, chief, at
):
    bands = [band for band in BANDS if band[0] != "good"]
    found = under_review(bands, haitang, golden, alice, leader, at)
    found.settle({"C01": 96, "C02": 95, "C03": 91})
    reviews.approve_all(review_round=found.round, by=leader, at=at)
    assert [grade for grade, _total in found.grades] == ["excellent", "qualified", "qualified"]
    found.announce()
    found.object_and_approve("C03", 97, chief)
    assert [grade for grade, _total in found.grades] == ["qualified", "qualified", "excellent"]


def test_a_share_of_excellent_needs_a_grade_below(haitang, pack, alice, at):
    made = schemes.draft(
        district=haitang, title="方案", excellent_quota=Decimal("0.34"), by=alice, at=at
    )
    schemes.set_indicators(scheme=made, rows=ROWS, version=made.version, by=alice, at=at)
    only = [("excellent", Decimal(0))]
    schemes.set_bands(scheme=made, bands=only, version=made.version, by=alice, at=at)
    with pytest.raises(schemes.SchemeRefused):
        schemes.adopt(scheme=made, version=made.version, by=alice, at=at)
