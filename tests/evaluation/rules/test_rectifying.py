"""Days of rectification, by the work calendar of 2025."""

from datetime import date

import pytest

from evaluation.rules import rectifying
from portal.workdays.selectors import Calendar

CALENDAR = Calendar(frozenset(range(2004, 2027)), frozenset(), frozenset())


@pytest.mark.parametrize(
    ("issued", "days", "due"),
    [
        (date(2025, 3, 3), 30, date(2025, 4, 2)),
        # A Saturday, and the holidays of October, move on; a make-up Sunday does not.
        (date(2025, 3, 6), 30, date(2025, 4, 7)),
        (date(2025, 9, 1), 30, date(2025, 10, 9)),
        (date(2025, 8, 29), 30, date(2025, 9, 28)),
    ],
)
def test_it_is_due_after_calendar_days_on_a_working_day(issued, days, due):
    assert rectifying.due(issued, days, CALENDAR) == due


@pytest.mark.parametrize(
    ("today", "level"),
    [
        (date(2025, 9, 26), 0),
        (date(2025, 9, 27), 1),
        # Five working days after Friday the 26th: 28, 29, 30 September, 9, 10 October.
        (date(2025, 10, 10), 1),
        (date(2025, 10, 11), 2),
        # Ten: 11, 13, 14, 15, 16 October too.
        (date(2025, 10, 16), 2),
        (date(2025, 10, 17), 3),
        (date(2026, 3, 1), 3),
    ],
)
def test_overdue_rises_by_working_days(today, level):
    assert rectifying.level(date(2025, 9, 26), today, CALENDAR, 5) == level
