"""What the database refuses of reviews, whoever writes."""

import pytest
from django.db import Error, IntegrityError, transaction

from evaluation.models import (
    Indicator,
    Mark,
    Review,
    ReviewEvidence,
    ReviewExtra,
    ReviewRound,
    Scheme,
)
from portal.errors import constraint_of
from tests.factories.reviews import AT as THEN
from tests.factories.reviews import (
    AnswerFactory,
    ExtraFactory,
    IndicatorFactory,
    MarkFactory,
    ObjectionFactory,
    ReviewFactory,
    ReviewRoundFactory,
    SchemeFactory,
    SectionFactory,
    adopt,
    adopted,
    graded,
)

pytestmark = pytest.mark.django_db


def refused(write):
    """By which constraint or trigger the write is refused."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        write()
    return constraint_of(refusal.value)


@pytest.fixture
def review(haitang, center):
    review_round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang))
    return ReviewFactory(round=review_round, center=center)


@pytest.fixture
def answer(review):
    indicator = Indicator.objects.get(scheme=review.round.scheme, parent__isnull=False)
    return AnswerFactory(review=review, indicator=indicator)


def put(obj, **values):
    """Write by hand, as SQL would."""
    type(obj).objects.filter(pk=obj.pk).update(**values)


@pytest.mark.parametrize(
    ("section", "indicator", "constraint"),
    [
        (99, 99, "scheme_weights_100"),
        (100, 99, "scheme_section_weights"),
    ],
)
def test_a_scheme_is_adopted_when_its_points_add_up(haitang, section, indicator, constraint):
    scheme = graded(SchemeFactory(district=haitang))
    top = SectionFactory(scheme=scheme, points=section)
    IndicatorFactory(scheme=scheme, parent=top, points=indicator)
    assert refused(lambda: adopt(scheme)) == constraint


def test_some_grade_begins_at_0(haitang):
    scheme = graded(SchemeFactory(district=haitang), excellent=90)
    IndicatorFactory(scheme=scheme, parent=SectionFactory(scheme=scheme))
    assert refused(lambda: adopt(scheme)) == "scheme_grades_from_0"


def test_an_adopted_scheme_keeps_its_indicators(haitang):
    scheme = adopted(haitang)
    kept = scheme.indicators.get(parent__isnull=False)
    assert refused(lambda: put(kept, name="别的")) == "indicator_of_a_draft"
    assert refused(lambda: SectionFactory(scheme=scheme)) == "indicator_of_a_draft"
    with pytest.raises(Error), transaction.atomic():
        put(scheme, bonus_max=10)
    assert Scheme.objects.get(pk=scheme.pk).bonus_max == 5


def test_an_indicator_hangs_on_a_section_of_its_own_scheme(haitang):
    other = SectionFactory(scheme=SchemeFactory(district=haitang))
    scheme = SchemeFactory(district=haitang)
    write = lambda: IndicatorFactory(scheme=scheme, parent=other)  # noqa: E731
    assert refused(write) == "indicator_of_a_section"


def test_a_mark_is_given_at_its_stage_and_within_the_points(answer):
    assert refused(lambda: MarkFactory(answer=answer, points=101)) == "mark_within_points"
    assert refused(lambda: MarkFactory(answer=answer, stage="district")) == "mark_of_its_stage"
    mark = MarkFactory(answer=answer)
    put(answer.review, status="township")
    assert refused(lambda: put(mark, points=1)) == "mark_of_its_stage"
    assert Mark.objects.get().points == 80


def test_figures_stand_once_the_bureau_has_told_the_center(answer, alice):
    put(answer, outcome="scored", computed_points=50, computed_at=THEN)
    put(answer.review, status="township")
    put(answer.review, status="district")
    put(
        answer.review,
        status="reply",
        reviewed_by=alice,
        reviewed_at=THEN,
        district_total=50,
    )
    again = lambda: put(answer, computed_points=60)  # noqa: E731
    assert refused(again) == "answer_of_an_open_review"


def settle(review, reviewer, approver):
    """The review, with its grade approved."""
    reviewed = {"reviewed_by": reviewer, "reviewed_at": THEN, "district_total": 85}
    approved = {"approved_by": approver, "approved_at": THEN, "final_total": 85, "grade": "good"}
    for status, values in (
        ("township", {}),
        ("district", {}),
        ("reply", reviewed),
        ("settled", {}),
        ("approved", approved),
    ):
        put(review, status=status, **values)


def test_whoever_reviewed_neither_rechecks_nor_approves(review, alice, chief):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        settle(review, alice, alice)
    assert constraint_of(refusal.value) == "review_approved_by_another"
    settle(review, alice, chief)
    again = lambda: put(review, rechecked_by=alice, rechecked_at=THEN)  # noqa: E731
    assert refused(again) == "review_rechecked_by_another"


def announce(review_round):
    put(
        review_round,
        status="publicity",
        publicity_from=THEN.date(),
        publicity_until=THEN.date(),
    )


def test_a_round_is_final_once_its_reviews_are_and_no_objection_is_open(review, alice, chief):
    announced = lambda: announce(review.round)  # noqa: E731
    assert refused(announced) == "round_reviews_are_through"
    early = lambda: ObjectionFactory(review=review)  # noqa: E731
    assert refused(early) == "objection_in_publicity"
    settle(review, alice, chief)
    announced()
    objection = ObjectionFactory(review=review)
    put(review, status="final")
    final = lambda: put(  # noqa: E731
        review.round, status="final", published_by=chief, published_at=THEN
    )
    assert refused(final) == "round_no_open_objection"
    put(objection, status="rejected", answer="已核实。", answered_by=chief, answered_at=THEN)
    final()
    assert ReviewRound.objects.get().status == "final"


def test_a_final_review_is_never_changed(review, alice, chief):
    settle(review, alice, chief)
    put(review, status="final")
    with pytest.raises(Error), transaction.atomic():
        put(review, final_total=100)
    assert Review.objects.get().final_total == 85


def walk_to(review, stage, reviewer=None):
    """The review at a stage, told by ``reviewer`` on the way."""
    told = {"reviewed_by": reviewer, "reviewed_at": THEN, "district_total": 85}
    steps = {"township": {}, "district": {}, "reply": told, "recheck": {"recheck_number": 1}}
    for status, values in steps.items():
        put(review, status=status, **values)
        if status == stage:
            break


def test_who_marked_for_the_bureau_neither_rechecks_nor_approves(answer, alice, chief, leader):
    review = answer.review
    walk_to(review, "district")
    MarkFactory(answer=answer, stage="district", points=80, marked_by=chief)
    put(review, status="reply", reviewed_by=alice, reviewed_at=THEN, district_total=80)
    put(review, status="recheck", recheck_number=1)
    again = lambda: MarkFactory(answer=answer, stage="recheck", marked_by=chief)  # noqa: E731
    assert refused(again) == "mark_rechecked_by_another"
    closed = {"status": "settled", "rechecked_at": THEN}
    assert refused(lambda: put(review, rechecked_by=chief, **closed)) == (
        "review_rechecked_by_another"
    )
    MarkFactory(answer=answer, stage="recheck", points=70, marked_by=leader)
    put(review, rechecked_by=leader, **closed)
    graded_by = {"status": "approved", "approved_at": THEN, "final_total": 70, "grade": "good"}
    for judge in (chief, leader):
        assert refused(lambda by=judge: put(review, approved_by=by, **graded_by)) == (
            "review_approved_by_another"
        )


def test_an_objection_is_not_answered_by_who_marked(answer, alice, chief, leader):
    review = answer.review
    walk_to(review, "district")
    MarkFactory(answer=answer, stage="district", points=80, marked_by=chief)
    put(review, status="reply", reviewed_by=alice, reviewed_at=THEN, district_total=80)
    put(review, status="settled")
    approved = {"approved_by": leader, "approved_at": THEN, "final_total": 85, "grade": "good"}
    put(review, status="approved", **approved)
    announce(review.round)
    objection = ObjectionFactory(review=review, contact=b"sealed")
    said = {"status": "rejected", "answer": "已核实。", "answered_at": THEN}
    assert refused(lambda: put(objection, answered_by=chief, **said)) == (
        "objection_answered_by_another"
    )
    with pytest.raises(Error), transaction.atomic():
        put(objection, contact=b"another")
    put(objection, contact=b"")


def test_a_mark_of_a_recheck_bears_its_number(answer, alice, chief):
    walk_to(answer.review, "recheck", alice)
    wrong = lambda: MarkFactory(answer=answer, stage="recheck", number=7, marked_by=chief)  # noqa: E731
    assert refused(wrong) == "mark_of_its_recheck"


def test_of_what_the_street_scores_it_gives_points(haitang, center):
    scheme = graded(SchemeFactory(district=haitang))
    row = IndicatorFactory(scheme=scheme, parent=SectionFactory(scheme=scheme), scorer="township")
    review = ReviewFactory(
        round=ReviewRoundFactory(district=haitang, scheme=adopt(scheme)), center=center
    )
    answer = AnswerFactory(review=review, indicator=row)
    walk_to(review, "township")
    write = lambda **values: MarkFactory(answer=answer, stage="township", **values)  # noqa: E731
    assert refused(lambda: write(points=None, agrees=True)) == "mark_scored_by_the_township"
    write(points=None, is_not_applicable=True, note="未开展")


def test_a_bonus_counts_once_and_within_its_points(haitang, center, alice):
    scheme = graded(SchemeFactory(district=haitang))
    IndicatorFactory(scheme=scheme, parent=SectionFactory(scheme=scheme))
    extra = ExtraFactory(scheme=scheme, points=3)
    round_ = ReviewRoundFactory(district=haitang, scheme=adopt(scheme))
    review = ReviewFactory(round=round_, center=center)

    def claim(points):
        return ReviewExtra.objects.create(
            review=review, extra=extra, kind="bonus", name="品牌", facts="市级",
            claimed_points=points, entered_by=alice, entered_at=THEN,
        )  # fmt: skip

    assert refused(lambda: claim(50)) == "reviewextra_within_points"
    claim(3)
    assert refused(lambda: claim(1)) == "reviewextra_counts_once"


def test_evidence_stands_once_the_bureau_has_told_the_center(review, alice):
    walk_to(review, "reply", alice)
    late = lambda: ReviewEvidence.objects.create(  # noqa: E731
        review=review, stage="self", text="迟到", added_by=alice, added_at=THEN
    )
    assert refused(late) == "review_evidence_of_an_open_review"


def test_a_round_is_cancelled_with_its_reviews(review):
    cancel = lambda: put(review.round, status="cancelled", cancel_reason="重来")  # noqa: E731
    assert refused(cancel) == "round_reviews_are_through"
    put(review, status="excluded", exclude_reason="重来")
    cancel()


@pytest.mark.parametrize(
    ("scoring", "source"),
    [("ratio", "findings"), ("items", "disclosure"), ("deduct", "timeliness"), ("items", "manual")],
)
def test_an_indicator_is_scored_by_what_counts_its_figure(haitang, scoring, source):
    scheme = SchemeFactory(district=haitang)
    section = SectionFactory(scheme=scheme)
    write = lambda: IndicatorFactory(  # noqa: E731
        scheme=scheme, parent=section, scoring=scoring, source=source
    )
    assert refused(write) == "indicator_scored_by_what_counts_it"
