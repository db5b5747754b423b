"""What a review or its round takes no more, and what counts once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils.translation import override

from evaluation.models import Objection, ReviewRound
from evaluation.permissions import can_exclude
from evaluation.selectors import review_scores
from evaluation.services import objections, review_marks, review_rounds, reviews, schemes
from evaluation.services.review_marks import Entry
from evaluation.services.schemes import Row
from portal.audit.models import AuditEvent
from portal.errors import Conflict, DomainError, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.centers import MembershipFactory
from tests.reviews import drafted

pytestmark = pytest.mark.django_db
DEADLINES = {
    "self_due_on": date(2026, 1, 1),
    "township_due_on": date(2026, 1, 2),
    "district_due_on": date(2026, 1, 3),
}


def cancelled(walk):
    round_ = ReviewRound.objects.select_related("district").get(pk=walk.fresh().round_id)
    return review_rounds.cancel(
        review_round=round_, reason="方案有误", version=round_.version, by=walk.alice, at=walk.at
    )


def test_a_cancelled_round_ends_its_reviews_and_tells_the_centers(walk):
    cancelled(walk)
    found = walk.fresh()
    assert (found.status, found.exclude_reason) == ("excluded", "方案有误")
    assert Notice.objects.filter(user=walk.diane, key__contains=":cancelled:").exists()
    with pytest.raises(DomainError):
        walk.mark("self", walk.diane, C1=Entry(Decimal(28)))
    with pytest.raises(DomainError):
        walk.prove()
    with pytest.raises(DomainError):
        walk.take(reviews.submit_self, walk.diane)


def test_a_round_is_cancelled_wherever_its_reviews_stand(walk):
    walk.assess()
    walk.comment()
    walk.tell()
    assert reviews.close_replies(on=date(2030, 1, 1), at=walk.at) == 1
    walk.approve()
    cancelled(walk)
    assert walk.fresh().status == "excluded"


def test_nobody_waits_for_a_reply_in_a_cancelled_round(walk):
    walk.assess()
    walk.comment()
    walk.tell()
    cancelled(walk)
    assert reviews.close_replies(on=date(2030, 1, 1), at=walk.at) == 0


def test_an_approved_center_is_not_left_out_by_hand(walk):
    walk.assess()
    walk.comment()
    walk.tell()
    walk.agree()
    walk.approve()
    with pytest.raises(Conflict):
        walk.take(reviews.exclude, walk.alice, reason="不考评")


def test_who_works_at_a_center_does_not_leave_it_out(walk):
    MembershipFactory(user=walk.alice, center=walk.review.center, role="center_staff")
    assert not can_exclude(walk.alice, walk.fresh())
    with pytest.raises(DomainError):
        walk.take(reviews.exclude, walk.alice, reason="不考评")


def test_once_told_only_who_approves_grades_leaves_a_center_out(walk):
    walk.assess()
    walk.comment()
    assert can_exclude(walk.alice, walk.fresh())
    walk.tell()
    review = walk.fresh()
    assert (can_exclude(walk.alice, review), can_exclude(walk.leader, review)) == (False, True)
    walk.take(reviews.exclude, walk.leader, reason="年内撤并")
    told = Notice.objects.filter(key__startswith=f"review:{review.pk}:excluded")
    assert {"diane", "township"} <= set(told.values_list("user__username", flat=True))


@pytest.mark.parametrize("to", ["publicity", "cancelled"])
def test_deadlines_stand_once_the_round_is_announced_or_cancelled(walk, to):
    round_ = walk.to_announced() if to == "publicity" else cancelled(walk)
    with pytest.raises(Conflict):
        review_rounds.edit(
            review_round=round_, version=round_.version, by=walk.alice, at=walk.at, **DEADLINES
        )
    assert ReviewRound.objects.get().self_due_on != DEADLINES["self_due_on"]


@pytest.mark.parametrize("kind", ["bonus", "veto"])
def test_a_bonus_or_veto_counts_once(walk, kind):
    extra = walk.fresh().round.scheme.extras.get(kind=kind)
    points = Decimal(2) if kind == "bonus" else None

    def claim():
        return review_marks.claim(
            review=walk.fresh(), extra=extra, facts="市级", points=points, by=walk.alice, at=walk.at
        )

    walk.assess()
    walk.comment()
    first = claim()
    with pytest.raises(review_marks.ClaimedAlready):
        claim()
    review_marks.decide(claim=first, accepts=False, reason="材料不足", by=walk.alice, at=walk.at)
    second = claim()
    review_marks.decide(claim=second, accepts=True, by=walk.alice, at=walk.at)
    first.refresh_from_db()
    with pytest.raises(review_marks.ClaimedAlready):
        review_marks.decide(claim=first, accepts=True, by=walk.alice, at=walk.at)
    assert walk.fresh().extras.filter(status="accepted").get() == second
    expected = Decimal(2) if kind == "bonus" else Decimal(0)
    walk.mark("district", walk.alice, C1=Entry(Decimal(28)))
    assert review_scores.total(walk.fresh()).bonus == expected


def test_the_street_or_town_gives_points_for_what_it_scores(walk):
    walk.assess()
    with pytest.raises(review_marks.MarksRefused, match="E1"):
        walk.mark("township", walk.township, E1=Entry(agrees=True))
    with pytest.raises(review_marks.MarksRefused, match="E1"):
        walk.take(reviews.give_opinion, walk.township, opinion="好。")
    walk.mark("township", walk.township, E1=Entry(is_not_applicable=True, note="未开展"))
    walk.take(reviews.give_opinion, walk.township, opinion="好。")
    assert walk.fresh().status == "district"


def test_the_bureau_says_why_it_changes_what_the_street_or_town_scored(walk):
    walk.assess()
    walk.comment()
    with pytest.raises(review_marks.MarksRefused, match="E1"):
        walk.mark("district", walk.alice, E1=Entry(Decimal("7.2")))
    walk.mark("district", walk.alice, E1=Entry(Decimal("7.2"), note="现场核实"))


@pytest.mark.parametrize(("points", "is_taken"), [("16.8", True), ("28", True), ("13.371", False)])
def test_a_rubric_takes_the_points_of_its_levels(walk, points, is_taken):
    if is_taken:
        walk.mark("self", walk.diane, C1=Entry(Decimal(points)))
        return
    with pytest.raises(review_marks.MarksRefused, match=r"基本健全 16\.8"):
        walk.mark("self", walk.diane, C1=Entry(Decimal(points)))


def rows(scoring, source, settings):
    return [
        Row("A", "甲", Decimal(100)),
        Row("A1", "乙", Decimal(100), "A", "", scoring, source, settings, "标准"),
    ]


@pytest.mark.parametrize(
    ("scoring", "source", "settings", "said"),
    [
        ("ratio", "findings", {"rules": ["ST-07"]}, "cannot count"),
        ("rubric", "timeliness", {"levels": [["好", "1"]]}, "cannot count"),
        ("deduct", "timeliness", {"per_event": "1"}, "cannot count"),
        ("items", "disclosure", {}, "cannot count"),
        ("items", "manual", {}, "cannot count"),
        ("items", "findings", {"rules": ["ST-07", "XX-99"]}, "no rule XX-99"),
        ("ratio", "survey", {"group": "nobody"}, "organizations or residents"),
        ("ratio", "projects", {"figure": "nothing", "target": "1"}, "performance_mean"),
        ("threshold", "timeliness", {"steps": [["80", "1"]]}, "at most 1"),
        ("deduct", "manual", {"per_event": "0"}, "points per event"),
    ],
)
def test_a_scoring_that_cannot_count_its_source_is_refused_with_the_reason(
    haitang, pack, alice, at, scoring, source, settings, said
):
    made = drafted(haitang, alice, at)
    with override("en"), pytest.raises(schemes.SchemeRefused) as refusal:
        schemes.set_indicators(
            scheme=made,
            rows=rows(scoring, source, settings),
            version=made.version,
            by=alice,
            at=at,
        )
    (line,) = refusal.value.lines
    assert line.startswith("A1: ")
    assert said in line


def test_what_the_standard_in_force_does_not_have_is_not_adopted(haitang, pack, alice, at):
    """As in a copy of a scheme by an older standard."""
    made = drafted(haitang, alice, at)
    made.indicators.filter(code="A1").update(settings={"rules": ["XX-99"]})
    made.indicators.filter(code="C2").update(settings={"group": "nobody"})
    with pytest.raises(schemes.SchemeRefused) as refusal:
        schemes.adopt(scheme=made, version=made.version, by=alice, at=at)
    lines = refusal.value.lines
    assert len(lines) == 2
    assert any("XX-99" in line for line in lines)


def test_the_contact_of_an_objector_is_read_with_a_reason_and_forgotten_in_time(walk):
    walk.to_announced()
    made = objections.file(
        review=walk.fresh(), kind="resident", text="不实", contact="13800000000", at=walk.at
    )
    with pytest.raises(ReasonMissing):
        objections.contact_of(objection=made, reason=" ", by=walk.alice, at=walk.at)
    told = objections.contact_of(objection=made, reason="电话核实", by=walk.alice, at=walk.at)
    assert told == "13800000000"
    event = AuditEvent.objects.get(action="evaluation.review.read_objector")
    assert (event.reason, "13800000000" in str(event.changes)) == ("电话核实", False)
    later = walk.at + timedelta(days=3 * 366)
    assert objections.forget_contacts(at=later) == 0
    objections.answer(
        objection=made, upholds=False, text="已核实", version=1, by=walk.chief, at=walk.at
    )
    assert objections.forget_contacts(at=walk.at + timedelta(days=700)) == 0
    assert objections.forget_contacts(at=later) == 1
    assert objections.forget_contacts(at=later) == 0
    kept = Objection.objects.get()
    assert bytes(kept.contact) == b""
    with pytest.raises(objections.NothingToTell):
        objections.contact_of(objection=kept, reason="电话", by=walk.alice, at=later)
