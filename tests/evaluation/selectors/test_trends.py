"""Month-ends: what was recorded then, and what is judged since."""

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
