"""How long there is until a due date, in words."""

from datetime import date

import pytest
from django.utils.translation import override

from centers.selectors import obligations
from portal.workdays.selectors import Calendar

CALENDAR = Calendar(frozenset({2026}), frozenset(), frozenset())
MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("due_on", "words"),
    [
        (date(2026, 3, 2), "due today"),
        (date(2026, 3, 3), "1 working day left"),
        (date(2026, 3, 9), "5 working days left"),
        (date(2026, 3, 1), "1 day overdue"),
        (date(2026, 2, 20), "10 days overdue"),
    ],
)
def test_time_left(due_on, words):
    with override("en"):
        assert obligations.time_left(CALENDAR, due_on, MONDAY) == words


def test_a_due_date_on_the_weekend_has_no_working_day_before_it():
    with override("en"):
        left = obligations.time_left(CALENDAR, date(2026, 3, 8), date(2026, 3, 6))
    assert left == "no working day left before it"


def test_of_a_year_nobody_entered_days_are_counted():
    with override("en"):
        left = obligations.time_left(CALENDAR, date(2031, 3, 8), date(2031, 3, 6))
    assert left == "2 days left"
