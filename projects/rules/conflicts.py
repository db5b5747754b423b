"""Interests that keep somebody off a panel: what bound them to a bidder, and until when."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from projects.rules.periods import years_before

# What counts for some years after its end; anything else while it holds.
LASTING = frozenset({"employment", "council", "supervisor", "control"})


class Interest(NamedTuple):
    """What binds somebody to ``subject``, such as "organization:12"; ``to_on`` is its last day,
    None where it still holds."""

    kind: str
    subject: str
    to_on: date | None = None


def found(
    interests: Iterable[Interest], subjects: Collection[str], opened_on: date, years: int
) -> list[Interest]:
    """Those of ``interests`` that bind to one of ``subjects`` and count on the day of the opening:
    employment, council, supervision and control until ``years`` after their end."""
    since = years_before(opened_on, years)
    return [
        each for each in interests if each.subject in subjects and _counts(each, opened_on, since)
    ]


def _counts(interest: Interest, opened_on: date, since: date) -> bool:
    if interest.to_on is None:
        return True
    return interest.to_on >= (since if interest.kind in LASTING else opened_on)
