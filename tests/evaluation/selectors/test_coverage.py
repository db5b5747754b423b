"""Up to which day the standing results are confirmed: by runs that judged, with what judges now."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate

from evaluation.selectors.coverage import Coverage
from evaluation.services import evaluations, packs
from tests.factories.evaluation import drops_signage_and_asks_more

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def run_on(golden, haitang, alice):
    """Enter a run of 海棠区 at a moment, not yet computed."""

    def enter(at):
        return evaluations.request(division=haitang, as_of=localdate(at), by=alice, at=at)

    return enter


@pytest.fixture
def activate(version, alice):
    """A further version of the pack judges from a day, decided at a moment."""

    def decide(at, active_from=None):
        return packs.activate(
            pack=version(change=drops_signage_and_asks_more),
            active_from=active_from or localdate(at),
            reason="新版标准施行",
            doc_no="沪民社服发〔2026〕3号",
            by=alice,
            at=at,
        )

    return decide


def confirmed(haitang):
    return Coverage.load().as_of(haitang.path, LONG_AGO)


def test_a_run_over_the_division_confirms_its_day(run_on, computed, haitang, at):
    computed(run_on(at), at)
    assert confirmed(haitang) == localdate(at)


def test_a_run_overtaken_by_another_pack_confirms_nothing(
    run_on, computed, activate, haitang, at
):
    computed(run_on(at), at)
    later = at + 3 * DAY
    overtaken = run_on(later)
    activate(later)
    assert computed(overtaken, later).status == "done"
    assert confirmed(haitang) == localdate(at)
    computed(run_on(later), later)
    assert confirmed(haitang) == localdate(later)


def test_a_run_done_on_a_day_that_another_pack_judges_confirms_nothing(
    run_on, computed, activate, haitang, at
):
    computed(run_on(at), at)
    later = at + 3 * DAY
    activate(at, active_from=localdate(later + DAY))
    overtaken = run_on(later)
    computed(overtaken, later + DAY)
    assert confirmed(haitang) == localdate(at)


def test_a_pack_still_to_come_takes_no_confirmation_away(
    run_on, computed, activate, haitang, at
):
    computed(run_on(at), at)
    activate(at, active_from=localdate(at + 9 * DAY))
    assert confirmed(haitang) == localdate(at)


def test_coverage_costs_one_query(run_on, computed, haitang, at, django_assert_num_queries):
    computed(run_on(at), at)
    with django_assert_num_queries(1):
        Coverage.load()
