"""Days of rectification: until when something is to be put right, and how long it is overdue."""

from datetime import date, timedelta
from typing import Protocol

DAY = timedelta(days=1)
# Nobody is told; whoever is in charge; the chief; the leader.
ON_TIME, OVERDUE, STILL_OVERDUE, LONG_OVERDUE = range(4)


class Calendar(Protocol):
    """What is known of working days."""

    def is_working_day(self, on: date) -> bool: ...

    def add_working_days(self, start: date, n: int) -> date: ...


def due(issued_on: date, days: int, calendar: Calendar) -> date:
    """The day ``days`` calendar days after ``issued_on``, or the next working day after it."""
    day = issued_on + days * DAY
    return day if calendar.is_working_day(day) else calendar.add_working_days(day, 1)


def level(due_on: date, today: date, calendar: Calendar, step: int) -> int:
    """To which level an item is overdue on ``today``: 0 through 24:00 of the day it is due; 1 from
    then on; 2 once ``step`` working days have passed after it, 3 once twice as many have."""
    if today <= due_on:
        return ON_TIME
    if today <= calendar.add_working_days(due_on, step):
        return OVERDUE
    if today <= calendar.add_working_days(due_on, 2 * step):
        return STILL_OVERDUE
    return LONG_OVERDUE
