"""Which period comes next."""

from datetime import date

import pytest

from centers.selectors import periods
from tests.factories.centers import RoundFactory


@pytest.mark.parametrize(
    ("kind", "on", "start", "end"),
    [
        ("annual", date(2026, 1, 1), date(2025, 1, 1), date(2025, 12, 31)),
        ("annual", date(2026, 12, 31), date(2025, 1, 1), date(2025, 12, 31)),
        ("quarterly", date(2026, 1, 1), date(2025, 10, 1), date(2025, 12, 31)),
        ("quarterly", date(2026, 5, 15), date(2026, 1, 1), date(2026, 3, 31)),
        ("monthly_roster", date(2026, 3, 31), date(2026, 2, 1), date(2026, 2, 28)),
        ("monthly_roster", date(2024, 3, 1), date(2024, 2, 1), date(2024, 2, 29)),
        ("ad_hoc", date(2026, 3, 15), date(2026, 3, 1), date(2026, 3, 31)),
    ],
)
def test_the_period_that_ended_last_is_suggested(kind, on, start, end):
    dates = periods.suggested(kind, on)
    assert (dates.period_from_on, dates.period_to_on) == (start, end)
    assert on == dates.opens_on < dates.due_on < dates.locks_on


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 2, 28), 1, date(2026, 3, 31)),
        (date(2024, 2, 28), 1, date(2024, 3, 28)),
        (date(2026, 6, 30), 3, date(2026, 9, 30)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 1), -3, date(2025, 10, 1)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 3, 30), -1, date(2026, 2, 28)),
    ],
)
def test_the_last_day_of_a_month_stays_the_last(day, months, after):
    assert periods.moved(day, months) == after


def test_the_round_after_a_special_report_begins_where_it_ended():
    asked = RoundFactory.build(
        kind="ad_hoc", period_from_on=date(2026, 1, 1), period_to_on=date(2026, 1, 10)
    )
    after = periods.following(asked)
    assert (after.period_from_on, after.period_to_on) == (date(2026, 1, 11), date(2026, 1, 20))
    assert (after.due_on - after.opens_on) == (asked.due_on - asked.opens_on)


@pytest.mark.parametrize("kind", ["annual", "quarterly", "monthly_roster", "ad_hoc"])
def test_every_kind_has_a_title_that_tells_periods_apart(kind):
    asked = periods.suggested(kind, date(2026, 5, 15))
    later = periods.suggested(kind, date(2027, 8, 15))
    titles = {periods.title(kind, d.period_from_on, d.period_to_on) for d in (asked, later)}
    assert len(titles) == 2
    assert all(len(title) <= 60 for title in titles)
