"""Which interests keep somebody off a panel, to the day."""

from datetime import date

import pytest

from projects.rules.conflicts import Interest, found
from projects.rules.periods import years_before

OPENED_ON = date(2025, 12, 1)
BIDDER = "organization:1"


def counts(kind, to_on):
    interest = Interest(kind, BIDDER, to_on)
    return found([interest], {BIDDER}, OPENED_ON, 3) == [interest]


@pytest.mark.parametrize("kind", ["employment", "council", "supervisor", "control"])
@pytest.mark.parametrize(
    ("to_on", "is_conflict"),
    [
        (date(2023, 2, 1), True),
        (date(2022, 12, 1), True),
        (date(2022, 11, 30), False),
        (None, True),
    ],
)
def test_what_ended_within_three_years_counts(kind, to_on, is_conflict):
    assert counts(kind, to_on) is is_conflict


@pytest.mark.parametrize("kind", ["relative", "other"])
def test_relatives_and_other_interests_count_while_they_hold(kind):
    assert counts(kind, None)
    assert counts(kind, OPENED_ON)
    assert not counts(kind, date(2025, 11, 30))


def test_a_tie_to_somebody_who_does_not_bid_is_no_conflict():
    assert found([Interest("employment", "organization:2")], {BIDDER}, OPENED_ON, 3) == []


def test_three_years_before_a_leap_day_is_the_28th():
    assert years_before(date(2024, 2, 29), 3) == date(2021, 2, 28)
    assert years_before(date(2024, 2, 29), 4) == date(2020, 2, 29)
