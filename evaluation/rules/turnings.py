"""The days on which the verdict of a center can turn while nothing is filed.

Between two of them every rule says the same, but for figures that count days. A day too many
costs a judgment, a day too few hides a break: where a rule counts from a date, the days named by
any parameter in days, and those that a law fixes, are taken too.
"""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from functools import cache
from typing import Any, get_args

from evaluation.rules import statute
from evaluation.rules.base import Parameters
from evaluation.rules.facts import SECTIONS, CenterFacts

ONE_DAY = timedelta(days=1)
# Longer terms are lengths of contracts, not periods that run from a date.
LONGEST_TERM = 366
# Terms that no parameter sets.
OF_LAW = frozenset({statute.DAYS_TO_APPLY})


class Turnings:
    """The turning days under one set of parameters."""

    def __init__(self, parameters: Parameters) -> None:
        self._terms = _terms(parameters)
        # A day of the year is the one value that is a pair.
        self._deadlines = {value for value in parameters.values() if isinstance(value, tuple)}

    def days(self, facts: CenterFacts, after: date, until: date) -> set[date]:
        """The days after one day and up to another."""
        days = set(self._of_calendar(after, until))
        for day in set(_dates(facts)):
            # Most dates are too far back for any term to reach so far; some are the last of days.
            if after - self._terms[-1] < day <= until:
                days.update(day + term for term in self._terms)
        return {day for day in days if after < day <= until}

    def next(self, facts: CenterFacts, after: date) -> date:
        """The first of them after a day; the turn of the year at the latest."""
        return min(self.days(facts, after, date(after.year + 1, 1, 1)))

    def _of_calendar(self, after: date, until: date) -> Iterator[date]:
        """The turn of the year, and the day after every yearly deadline."""
        for year in range(after.year, until.year + 1):
            yield date(year, 1, 1)
            for month, day in self._deadlines:
                yield date(year, month, day) + ONE_DAY


def _terms(parameters: Parameters) -> tuple[timedelta, ...]:
    """From a date: the day itself, the day after, and the day after each term counted in days."""
    counted = OF_LAW | {
        value
        for name, value in parameters.items()
        if name.endswith("_days") and isinstance(value, int) and 0 < value <= LONGEST_TERM
    }
    return tuple(timedelta(days=days) for days in (0, 1, *(n + 1 for n in sorted(counted))))


def _dates(facts: CenterFacts) -> Iterator[date]:
    """Every date in every row of every section, and of the casework."""
    for name in SECTIONS:
        for row in getattr(facts, name) or ():
            for column in _date_columns(row.__class__):
                value = getattr(row, column)
                if value is not None:
                    yield value
    for worked in facts.casework:
        yield from worked.days
        if worked.none_due_on is not None:
            yield worked.none_due_on


@cache
def _date_columns(row_type: type[Any]) -> tuple[str, ...]:
    return tuple(column.name for column in fields(row_type) if date in get_args(column.type))
