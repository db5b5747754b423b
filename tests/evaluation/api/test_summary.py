"""Sums per division and rule."""

import pytest

from evaluation.models import Verdict
from tests.standard import RULES


def rules(row):
    return {tally["rule"]: tally for tally in row["rules"]}


@pytest.mark.parametrize("results", ["year_end", "waived"])
def test_counts_and_rates_name_their_denominator(results, request, api):
    request.getfixturevalue(results)
    (row,) = api.rows("compliance/summary/", as_of="2025-12-31")
    assert (row["division_code"], row["division_name"]) == ("310199", "海棠区")
    assert (row["level"], row["as_of"]) == ("district", "2025-12-31")
    assert (row["center_count"], row["not_evaluated"]) == (8, 0)
    assert row["rollups"] == {
        "compliant": 2,
        "basically_compliant": 2,
        "not_compliant": 4,
        "incomplete": 0,
        "not_included": 0,
    }
    annual = rules(row)["ST-13"]
    assert (annual["clause"], annual["class"]) == ("三(三)-3", "G")
    counted = {key: annual[key] for key in ("met", "not_met", "not_applicable", "no_data", "error")}
    assert counted == {"met": 4, "not_met": 1, "not_applicable": 3, "no_data": 0, "error": 0}
    assert (annual["judged"], annual["rate"]) == (5, "0.8000")
    assert len(row["rules"]) == RULES


def test_missing_data_stays_outside_the_rate(waived, api):
    (row,) = api.rows("compliance/summary/", as_of="2026-01-01", rule="ST-12")
    (funding,) = row["rules"]
    assert (funding["no_data"], funding["judged"], funding["rate"]) == (7, 1, "0.0000")
    (row,) = api.rows("compliance/summary/", as_of="2026-01-01", rule="ST-13")
    assert (row["rules"][0]["judged"], row["rules"][0]["rate"]) == (0, None)


def test_townships_add_up_to_the_district(standing, api):
    (district,) = api.rows("compliance/summary/")
    townships = api.rows("compliance/summary/", level="township")
    assert sum(row["center_count"] for row in townships) == district["center_count"]
    for rule, tally in rules(district).items():
        assert sum(rules(row)[rule]["met"] for row in townships) == tally["met"]


def test_stored_and_live_centers_are_summed_together(year_end, api):
    whole = api.rows("compliance/summary/", as_of="2025-12-31")
    gone = Verdict.objects.filter(center__code__in=["C02", "C07"], series_on="2025-12-31")
    gone.update(superseded_at=gone.first().computed_at)
    assert api.rows("compliance/summary/", as_of="2025-12-31") == whole


def test_centers_never_evaluated_are_told(golden, api):
    (row,) = api.rows("compliance/summary/")
    assert (row["center_count"], row["not_evaluated"], row["as_of"]) == (8, 8, None)
    assert {tally["rate"] for tally in row["rules"]} == {None}
