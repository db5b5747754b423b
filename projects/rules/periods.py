"""Periods: how long something stands open, and on which day it ends.

The first day is not counted. A period in days that ends on a day off ends on the next working day.
"""

from datetime import date, timedelta
from typing import Protocol


class Calendar(Protocol):
    """What knows the working days; it may refuse a year that it does not know."""

    def is_working_day(self, on: date) -> bool:
        """Whether offices are open."""

    def add_working_days(self, start: date, n: int) -> date:
        """The ``n``-th working day after ``start``; ``start`` itself when ``n`` is 0."""

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``."""


def days_open(start: date, end: date) -> int:
    """Days from ``start``, which is not counted, up to and including ``end``."""
    return (end - start).days


def last_day(start: date, days: int, calendar: Calendar) -> date:
    """The last of so many days after ``start``."""
    end = start + timedelta(days=days)
    return end if calendar.is_working_day(end) else calendar.add_working_days(end, 1)


def last_workday(start: date, workdays: int, calendar: Calendar) -> date:
    """The last of so many working days after ``start``."""
    return calendar.add_working_days(start, workdays)


def years_before(day: date, years: int) -> date:
    """The same day so many years earlier; 28 February for 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
