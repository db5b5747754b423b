"""Counting working days: the first day is not counted, make-up days are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from chinese_calendar import is_workday
from chinese_calendar.constants import holidays
from django.utils.translation import gettext as _

from portal.errors import DomainError
from portal.workdays.models import WorkYear

# Years of the package: it knows every year between its first and its last holiday.
PACKAGE_YEARS = range(min(holidays).year, max(holidays).year + 1)
SATURDAY = 5
DAY = timedelta(days=1)


class YearUnknown(DomainError):
    """The State Council's arrangement of a year is not entered; ``year`` says which."""

    def __init__(self, year: int) -> None:
        super().__init__(
            _(
                "The working days of %(year)s are not known yet. The district section chief"
                " enters the State Council's arrangement for %(year)s under “Work calendar”."
            )
            % {"year": year}
        )
        self.year = year


@dataclass(frozen=True)
class Calendar:
    """What is known of working days at one moment; ``load`` reads it in one query."""

    years: frozenset[int]
    off_days: frozenset[date]
    working_days: frozenset[date]

    def is_working_day(self, on: date) -> bool:
        """Whether offices are open. Raises ``YearUnknown``."""
        if on.year not in self.years:
            raise YearUnknown(on.year)
        # What a bureau entered goes first: a year's arrangement may reach into the December before.
        if on in self.working_days or on in self.off_days:
            return on in self.working_days
        if on.year in PACKAGE_YEARS:
            return is_workday(on)
        return on.weekday() < SATURDAY

    def add_working_days(self, start: date, n: int) -> date:
        """The ``n``-th working day after ``start``, before it when ``n`` is negative; ``start``
        itself when ``n`` is 0. Raises ``YearUnknown``."""
        if n == 0:
            return start
        days = self._working_days(start, DAY if n > 0 else -DAY)
        for _passed in range(abs(n) - 1):
            next(days)
        return next(days)

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` is
        earlier, counted from ``end`` likewise. Raises ``YearUnknown``."""
        if end < start:
            return -self.working_days_between(end, start)
        days = ((start + passed * DAY) for passed in range(1, (end - start).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def known_through(self) -> date:
        """The last day of the last year up to which no year is missing."""
        last = next(year for year in count(PACKAGE_YEARS.start) if year + 1 not in self.years)
        return date(last, 12, 31)

    def _working_days(self, start: date, step: timedelta) -> Iterator[date]:
        day = start
        while True:
            day += step
            if self.is_working_day(day):
                yield day


def load() -> Calendar:
    """The calendar as it stands; for a caller that asks many times."""
    entered = list(WorkYear.objects.only("year", "off_days", "working_days"))
    return Calendar(
        years=frozenset({*PACKAGE_YEARS, *(row.year for row in entered)}),
        off_days=frozenset(day for row in entered for day in row.off_days),
        working_days=frozenset(day for row in entered for day in row.working_days),
    )


def is_working_day(on: date) -> bool:
    """Whether offices are open on that day. Raises ``YearUnknown``."""
    return load().is_working_day(on)


def add_working_days(start: date, n: int) -> date:
    """See ``Calendar.add_working_days``."""
    return load().add_working_days(start, n)


def last_day_to_answer(start: date, n: int) -> date:
    """As ``add_working_days``, of what somebody waits for: in a year whose holidays nobody entered,
    every day from Monday to Friday counts."""
    try:
        return add_working_days(start, n)
    except YearUnknown:
        day, left = start, n
        while left > 0:
            day += DAY
            left -= day.weekday() < SATURDAY
        return day


def working_days_between(start: date, end: date) -> int:
    """See ``Calendar.working_days_between``."""
    return load().working_days_between(start, end)


def known_through() -> date:
    """See ``Calendar.known_through``."""
    return load().known_through()
