"""Counts with named denominators."""

from datetime import date
from decimal import Decimal

import pytest

from centers.models import Center
from evaluation.selectors import tallies
from evaluation.selectors.parameters import parsed
from evaluation.services import evaluations
from tests.standard import RULES

pytestmark = pytest.mark.django_db

YEAR_END = date(2025, 12, 31)


@pytest.fixture
def district(golden, haitang, alice, at, computed):
    computed(evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at))
    return Center.objects.within(haitang)


def test_rate_counts_neither_no_data_nor_not_applicable(district, pack):
    found = {t.rule.id: t for t in tallies.by_rule(district, parsed(pack).center_rules, YEAR_END)}
    assert found["ST-13"].counts == {"met": 4, "not_met": 1, "not_applicable": 3}
    assert (found["ST-13"].judged, found["ST-13"].total) == (5, 8)
    assert found["ST-13"].rate == Decimal("0.8000")
    assert found["ST-04"].rate == Decimal("0.8750")


def test_rate_of_nothing_judged_is_unknown(pack, haitang):
    found = tallies.by_rule(Center.objects.within(haitang), parsed(pack).center_rules, YEAR_END)
    assert len(found) == RULES
    assert {(t.judged, t.rate, t.total) for t in found} == {(0, None, 0)}


def test_rollups_are_all_present(district):
    assert tallies.by_rollup(district, YEAR_END) == {
        "compliant": 2,
        "basically_compliant": 2,
        "not_compliant": 4,
        "incomplete": 0,
        "not_included": 0,
    }


def test_tallies_cover_the_given_centers_only(district, golden, pack):
    mine = district.filter(pk=golden["C05"].pk)
    rules = parsed(pack).center_rules
    found = {t.rule.id: t.counts for t in tallies.by_rule(mine, rules, YEAR_END)}
    assert found["ST-09"] == {"not_met": 1}


def test_tallies_cost_one_query_each(district, pack, django_assert_num_queries):
    rules = parsed(pack).center_rules
    with django_assert_num_queries(1):
        tallies.by_rule(district, rules, YEAR_END)
    with django_assert_num_queries(1):
        tallies.by_rollup(district, YEAR_END)
