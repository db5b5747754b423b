"""Month-ends: what was recorded then, and what is judged since."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centers.models import Center
from evaluation.selectors import summaries, trends
from evaluation.selectors.findings import Moment
from evaluation.services import evaluations
from tests.factories.centers import CenterFactory
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory

pytestmark = pytest.mark.django_db
YEAR_END = date(2025, 12, 31)


def test_month_ends_are_those_of_months_that_are_over():
    assert trends.month_ends(date(2026, 3, 31), 3) == [
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
    ]
    assert trends.month_ends(date(2026, 1, 1), 1) == [YEAR_END]


def test_unrecorded_day_is_judged_live_and_says_so(golden, at):
    (point,) = trends.points(Center.objects.all(), [YEAR_END])
    moment = Moment(at=at, as_of=YEAR_END)
    live = summaries.summarize(
        Center.objects.all(), "district", ["310199"], moment, is_live=True
    )["310199"]
    assert (point.source, point.is_recorded) == ("live", False)
    assert point.summary.rollups == live.rollups
    assert point.summary.outcomes["ST-08"] == live.outcomes["ST-08"]


def test_official_series_of_the_day_is_recorded(golden, haitang, alice, at, computed):
    computed(evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at))
    before, point = trends.points(Center.objects.all(), [date(2025, 11, 30), YEAR_END])
    assert (before.source, point.source) == ("live", "official")
    assert point.evaluated == 8


def test_standing_series_is_told_as_it_was_known_when_the_day_ended(wutong, pack):
    center = CenterFactory(division=wutong)
    run = RunFactory(division=wutong, pack=pack)
    february = datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
    march = february + timedelta(days=25)
    VerdictFactory(center=center, run=run, computed_at=february)
    FindingFactory(center=center, run=run, computed_at=february, superseded_at=march)
    FindingFactory(center=center, run=run, computed_at=march, outcome="met")
    then, since = trends.points(
        Center.objects.all(), [date(2026, 2, 28), date(2026, 3, 31)]
    )
    assert (then.source, since.source) == ("standing", "standing")
    assert then.summary.outcomes["ST-09"] == {"not_met": 1}
    assert since.summary.outcomes["ST-09"] == {"met": 1}


def test_a_result_counts_at_every_month_end_it_held_and_at_no_other(wutong, pack):
    """From the moment it was computed until the one it was superseded at: that one is after it."""
    center, run = CenterFactory(division=wutong), RunFactory(division=wutong, pack=pack)
    days = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]
    computed, closed = trends.end_of(days[0]), trends.end_of(days[2])
    VerdictFactory(center=center, run=run, computed_at=computed - timedelta(days=9))
    FindingFactory(center=center, run=run, computed_at=computed, superseded_at=closed)
    found = trends.points(Center.objects.all(), days)
    assert [point.summary.outcomes["ST-09"].total() for point in found] == [0, 1, 1, 0]


def test_each_day_takes_its_outcomes_from_its_own_series(wutong, pack):
    center, run = CenterFactory(division=wutong), RunFactory(division=wutong, pack=pack)
    january, february = date(2026, 1, 31), date(2026, 2, 28)
    computed = trends.end_of(date(2026, 1, 1))
    VerdictFactory(center=center, run=run, computed_at=computed)
    FindingFactory(center=center, run=run, computed_at=computed, outcome="met")
    VerdictFactory(center=center, run=run, series_on=february, as_of=february)
    FindingFactory(center=center, run=run, series_on=february, as_of=february)
    found = trends.points(Center.objects.all(), [january, february])
    assert [point.source for point in found] == ["standing", "official"]
    assert found[0].summary.outcomes["ST-09"] == {"met": 1}
    assert found[1].summary.outcomes["ST-09"] == {"not_met": 1}


def test_rate_knows_how_many_have_no_data(golden):
    few = trends.rate_of(Counter(met=1, no_data=2, error=1, not_applicable=9))
    assert (few.judged, few.unknown, few.is_thin) == (1, 3, True)
    assert not trends.rate_of(Counter(met=1, no_data=1)).is_thin
    assert not trends.rate_of(Counter()).is_thin


def test_result_of_the_last_minute_of_a_day_is_of_that_day(wutong, pack):
    center, run = CenterFactory(division=wutong), RunFactory(division=wutong, pack=pack)
    last_minute = trends.end_of(date(2026, 2, 28)) - timedelta(minutes=1)
    VerdictFactory(center=center, run=run, computed_at=last_minute)
    january, february = trends.points(
        Center.objects.all(), [date(2026, 1, 31), date(2026, 2, 28)]
    )
    assert (january.source, february.source) == ("live", "standing")


def test_above_the_limit_only_what_was_recorded_is_shown(golden, monkeypatch):
    monkeypatch.setattr(trends, "LIVE_LIMIT", 7)
    (point,) = trends.points(Center.objects.all(), [YEAR_END])
    assert (point.source, point.evaluated) == ("none", 0)


def test_share_leaves_incomplete_and_not_included_outside(golden):
    (point,) = trends.points(Center.objects.all(), [YEAR_END])
    rollups = point.summary.rollups
    share = trends.share_of(rollups, "compliant")
    assert share.met == rollups["compliant"]
    assert share.judged == 8 - rollups["incomplete"] - rollups["not_included"]
    assert trends.share_of(type(rollups)()).percent is None


@pytest.mark.parametrize("stored", [True, False])
def test_query_count_is_the_same_for_one_and_three(wutong, pack, stored):
    run = RunFactory(division=wutong, pack=pack)
    days = trends.month_ends(date(2026, 5, 1), 6)

    def more():
        center = CenterFactory(division=wutong)
        if stored:
            VerdictFactory(center=center, run=run)
            FindingFactory(center=center, run=run)

    def cost():
        with CaptureQueriesContext(connection) as captured:
            trends.points(Center.objects.all(), days)
        return len(captured)

    more()
    one = cost()
    more(), more()
    assert cost() == one
