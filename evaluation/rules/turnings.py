"""The days on which the verdict of a center can turn while nothing is filed.

Between two of them every rule says the same, but for figures that count days. A day too many
costs a judgment, a day too few hides a break: where a rule counts from a date, the days named by
any parameter in days, and those that a law fixes, are taken too.
"""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, timedelta
from typing import Any

from evaluation.rules import statute
from evaluation.rules.base import Parameters
from evaluation.rules.facts import CenterFacts

ONE_DAY = timedelta(days=1)
# Longer terms are lengths of contracts, not periods that run from a date.
LONGEST_TERM = 366
# Terms that no parameter sets.
OF_LAW = frozenset({statute.DAYS_TO_APPLY})


def turning_days(
    facts: CenterFacts, parameters: Parameters, after: date, until: date
) -> set[date]:
    """The days after one day and up to another."""
    days = set(_of_calendar(parameters, after, until))
    terms = _terms(parameters)
    for day in _dates(facts):
        days.update(day + term for term in terms)
    return {day for day in days if after < day <= until}


def _of_calendar(parameters: Parameters, after: date, until: date) -> Iterator[date]:
    """The turn of the year, and the day after every yearly deadline."""
    for year in range(after.year, until.year + 1):
        yield date(year, 1, 1)
        for value in parameters.values():
            # A day of the year is the one value that is a pair.
            if isinstance(value, tuple):
                yield date(year, *value) + ONE_DAY


def _terms(parameters: Parameters) -> tuple[timedelta, ...]:
    """From a date: the day itself, the day after, and the day after each term counted in days."""
    counted = OF_LAW | {
        value
        for name, value in parameters.items()
        if name.endswith("_days") and isinstance(value, int) and 0 < value <= LONGEST_TERM
    }
    return tuple(timedelta(days=days) for days in (0, 1, *(n + 1 for n in sorted(counted))))


def _dates(facts: CenterFacts) -> Iterator[date]:
    """Every date in every row of every section."""
    for section in fields(facts):
        rows = getattr(facts, section.name)
        if isinstance(rows, tuple):
            for row in rows:
                yield from _dates_of(row)


def _dates_of(row: Any) -> Iterator[date]:
    for column in fields(row):
        value = getattr(row, column.name)
        if isinstance(value, date):
            yield value
