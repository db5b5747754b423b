"""Rectifications opened from a final review: points and standard come from the indicator."""

import pytest

from evaluation.models import Indicator, Review
from evaluation.services import rectifications
from evaluation.services.rectifications import Plan
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
