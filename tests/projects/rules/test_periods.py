"""Periods by the vectors of the domain reference, on the calendar of 2025."""

from datetime import date

import pytest

from portal.workdays.selectors import Calendar
from projects.rules import periods

CALENDAR = Calendar(years=frozenset({2025, 2026}), off_days=frozenset(), working_days=frozenset())


@pytest.mark.parametrize(
    ("start", "workdays", "end"),
    [
        (date(2025, 1, 24), 5, date(2025, 2, 7)),
        (date(2025, 4, 25), 5, date(2025, 5, 6)),
        (date(2025, 5, 30), 2, date(2025, 6, 4)),
        (date(2025, 9, 26), 20, date(2025, 10, 30)),
        (date(2025, 9, 30), 7, date(2025, 10, 16)),
        (date(2025, 12, 2), 20, date(2025, 12, 30)),
        (date(2025, 4, 30), 2, date(2025, 5, 7)),
        (date(2025, 4, 30), 7, date(2025, 5, 14)),
    ],
)
def test_last_workday_of_the_vectors(start, workdays, end):
    assert periods.last_workday(start, workdays, CALENDAR) == end


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2025, 3, 3), 15, date(2025, 3, 18)),
        # Ends on a Saturday: the Monday after.
        (date(2025, 3, 6), 30, date(2025, 4, 7)),
        # Ends within the National Day week, whose Saturday after is a working day.
        (date(2025, 9, 5), 30, date(2025, 10, 9)),
        # Ends on a Sunday on which offices are open.
        (date(2025, 9, 18), 10, date(2025, 9, 28)),
    ],
)
def test_a_last_day_off_goes_to_the_next_working_day(start, days, end):
    assert periods.last_day(start, days, CALENDAR) == end


def test_the_first_day_is_not_counted():
    assert periods.days_open(date(2025, 3, 3), date(2025, 3, 22)) == 19
    assert periods.days_open(date(2025, 3, 3), date(2025, 3, 23)) == 20
