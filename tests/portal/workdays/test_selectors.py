"""Working days: the official vectors (domain.md §6.7), make-up days, and years nobody knows."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from portal.workdays import selectors
from portal.workdays.selectors import YearUnknown
from tests.factories.portal import WorkYearFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        ("2025-01-24", 5, "2025-02-07"),
        ("2025-04-25", 5, "2025-05-06"),
        ("2025-05-30", 2, "2025-06-04"),
        ("2025-09-26", 20, "2025-10-30"),
        ("2025-09-29", 5, "2025-10-13"),
        ("2025-09-30", 7, "2025-10-16"),
        ("2025-12-02", 20, "2025-12-30"),
        ("2025-04-30", 2, "2025-05-07"),
        ("2025-04-30", 7, "2025-05-14"),
        ("2025-10-13", -5, "2025-09-29"),
        ("2025-10-05", 0, "2025-10-05"),
    ],
)
def test_vectors(start, n, expected):
    found = selectors.add_working_days(date.fromisoformat(start), n)
    assert found.isoformat() == expected


OFF_WEEKDAYS = [
    *("01-01", "01-28", "01-29", "01-30", "01-31", "02-03", "02-04", "04-04"),
    *("05-01", "05-02", "05-05", "06-02", "10-01", "10-02", "10-03"),
    *("10-06", "10-07", "10-08"),
]
WORKED_WEEKENDS = ["01-26", "02-08", "04-27", "09-28", "10-11"]


def test_the_official_calendar_of_2025_day_by_day():
    calendar = selectors.load()
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    off = [f"{d:%m-%d}" for d in days if d.weekday() < 5 and not calendar.is_working_day(d)]
    worked = [f"{d:%m-%d}" for d in days if d.weekday() >= 5 and calendar.is_working_day(d)]
    assert (off, worked) == (OFF_WEEKDAYS, WORKED_WEEKENDS)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2025-09-30", "2025-10-09", 1),
        ("2025-10-09", "2025-09-30", -1),
        ("2025-09-30", "2025-10-08", 0),
        ("2025-10-01", "2025-10-11", 3),
        ("2025-10-11", "2025-10-11", 0),
    ],
)
def test_between_is_signed_and_does_not_count_the_first_day(start, end, expected):
    found = selectors.working_days_between(date.fromisoformat(start), date.fromisoformat(end))
    assert found == expected


days = st.dates(date(2005, 1, 1), date(2025, 12, 1))


@given(start=days, n=st.integers(1, 15))
def test_adding_and_counting_agree(start, n):
    calendar = selectors.Calendar(
        frozenset(selectors.PACKAGE_YEARS), frozenset(), frozenset()
    )
    end = calendar.add_working_days(start, n)
    assert calendar.is_working_day(end)
    assert calendar.working_days_between(start, end) == n
    assert calendar.working_days_between(end, start) == -n
    back = calendar.add_working_days(end, -n)
    assert calendar.working_days_between(back, end) == n


def test_beyond_the_known_years_it_refuses_and_says_what_to_do():
    with pytest.raises(YearUnknown, match="2027") as refusal:
        selectors.add_working_days(date(2026, 12, 30), 3)
    assert refusal.value.year == 2027
    assert "enters" in str(refusal.value)
    with pytest.raises(YearUnknown):
        selectors.working_days_between(date(2027, 1, 4), date(2026, 12, 30))
    with pytest.raises(YearUnknown, match="2003"):
        selectors.is_working_day(date(2003, 12, 31))


def test_an_entered_year_is_counted_like_the_others():
    WorkYearFactory(
        year=2027,
        off_days=[date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 1), date(2027, 1, 4)],
        working_days=[date(2027, 1, 9)],
    )
    calendar = selectors.load()
    assert not calendar.is_working_day(date(2027, 1, 4))
    assert calendar.is_working_day(date(2027, 1, 9))
    assert not calendar.is_working_day(date(2027, 1, 10))
    assert calendar.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 5)


def test_an_arrangement_may_reach_into_the_december_before():
    """As the one for 2019 did: 29 December 2018 was worked, the 31st was off."""
    WorkYearFactory(
        year=2027,
        off_days=[date(2026, 12, 31), *(date(2027, month, 1) for month in (1, 5, 10))],
        working_days=[date(2026, 12, 26)],
    )
    calendar = selectors.load()
    assert not calendar.is_working_day(date(2026, 12, 31))
    assert calendar.is_working_day(date(2026, 12, 26))


def test_known_through_stops_before_the_first_gap():
    assert selectors.known_through() == date(2026, 12, 31)
    WorkYearFactory(year=2028)
    assert selectors.known_through() == date(2026, 12, 31)
    WorkYearFactory(year=2027)
    assert selectors.known_through() == date(2028, 12, 31)


def test_many_questions_cost_one_query(django_assert_num_queries):
    WorkYearFactory(year=2027)
    with django_assert_num_queries(1):
        calendar = selectors.load()
        for n in range(50):
            calendar.add_working_days(date(2026, 6, 1), n)
