"""What the database refuses of reviews, whoever writes."""

import pytest
from django.db import Error, IntegrityError, transaction

from evaluation.models import Indicator, Mark, Review, ReviewRound, Scheme
from portal.errors import constraint_of
from tests.factories.reviews import AT as THEN
from tests.factories.reviews import (
    AnswerFactory,
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
