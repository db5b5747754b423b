"""How much feedback was dealt with in time."""

from datetime import UTC, date, datetime

import pytest

from evaluation.selectors import feedbacks
from tests.factories.publications import FeedbackFactory, FeedbackStepFactory

pytestmark = pytest.mark.django_db

YEAR = date(2026, 1, 1), date(2026, 12, 31)


def ended(feedback, status, month, day):
    FeedbackStepFactory(
        feedback=feedback, status=status, taken_at=datetime(2026, month, day, 1, tzinfo=UTC)
    )


def test_what_was_answered_or_refused_by_its_day_is_in_time(haitang, center):
    about = {"district": haitang, "center": center, "due_on": date(2026, 3, 20)}
    ended(FeedbackFactory(**about), "answered", 3, 20)
    ended(FeedbackFactory(**about), "refused", 3, 2)
    ended(FeedbackFactory(**about), "answered", 3, 21)
    FeedbackFactory(**about)
    FeedbackFactory(district=haitang, due_on=date(2026, 3, 20))
    assert feedbacks.rate(center, *YEAR) == (2, 4)
    assert feedbacks.rate(haitang, *YEAR) == (2, 5)


def test_the_first_answer_counts_though_it_was_opened_again(haitang):
    feedback = FeedbackFactory(district=haitang, due_on=date(2026, 3, 20))
    ended(feedback, "answered", 3, 5)
    FeedbackStepFactory(feedback=feedback, status="handling")
    ended(feedback, "answered", 6, 1)
    assert feedbacks.rate(haitang, *YEAR) == (1, 1)


def test_what_is_not_due_yet_counts_on_neither_side(haitang):
    FeedbackFactory(district=haitang, due_on=date(2027, 1, 5))
    assert feedbacks.rate(haitang, *YEAR) == (0, 0)


def test_what_came_in_outside_the_period_is_not_counted(haitang):
    FeedbackFactory(district=haitang, received_at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
    midnight = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
    FeedbackFactory(district=haitang, received_at=midnight, due_on=date(2026, 1, 20))
    assert feedbacks.rate(haitang, *YEAR) == (0, 1)


def test_of_the_past_it_says_what_was_known_then(haitang, django_assert_num_queries):
    for _each in range(3):
        ended(FeedbackFactory(district=haitang, due_on=date(2026, 3, 10)), "answered", 3, 12)
    received_later = datetime(2026, 4, 1, tzinfo=UTC)
    FeedbackFactory(district=haitang, received_at=received_later, due_on=date(2026, 4, 20))
    before, between = datetime(2026, 3, 9, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)
    assert feedbacks.rate(haitang, *YEAR, known_at=before) == (0, 0)
    assert feedbacks.rate(haitang, *YEAR, known_at=between) == (0, 3)
    with django_assert_num_queries(1):
        assert feedbacks.rate(haitang, *YEAR) == (0, 4)
