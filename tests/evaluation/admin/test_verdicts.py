"""Roll-ups in the bureau's admin."""

import pytest

from evaluation.models import Verdict
from tests.factories.centers import CenterFactory
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
LIST = "/admin/evaluation/verdict/"


def rows_of(client, query=""):
    return list(client.get(f"{LIST}?{query}").context["cl"].result_list)


def test_list_counts_each_centers_outcomes(desk, year_end):
    rows = rows_of(desk, "series=2025-12-31&q=C05")
    assert [(row.rollup, row.met_n, row.not_met_n, row.no_data_n) for row in rows] == [
        ("not_compliant", 13, 2, 0)
    ]


def test_list_does_not_mix_the_days(desk, year_end):
    assert {row.series_on for row in rows_of(desk)} == {None}
    assert len(rows_of(desk)) == 8


def test_list_is_narrowed_by_rollup_and_division(desk, year_end):
    compliant = rows_of(desk, "series=2025-12-31&rollup__exact=compliant")
    assert {row.center.code for row in compliant} == {"C01", "C02"}
    assert [row.center.code for row in rows_of(desk, "division=310199001")] == ["C01"]


def test_list_is_empty_for_another_district(bob_client, evaluated):
    assert rows_of(bob_client) == []


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, wutong, pack, django_assert_num_queries):
    run = RunFactory(division=wutong, pack=pack)
    for _ in range(item_count):
        center = CenterFactory(division=wutong)
        FindingFactory(center=center, run=run)
        VerdictFactory(center=center, run=run)
    with django_assert_num_queries(8):
        desk.get(LIST)


def test_page_shows_every_rule_with_the_way_to_meet_it(desk, evaluated):
    verdict = Verdict.objects.standing().get(center=evaluated["C05"])
    page = words(desk.get(f"{LIST}{verdict.pk}/change/"))
    assert "✕ not compliant" in page
    row = "ST-09 Signage M required ✕ not met There is no signage. Put up signage and file it."
    assert row in page


def test_page_is_not_there_for_another_district(bob_client, evaluated):
    verdict = Verdict.objects.standing().get(center=evaluated["C05"])
    assert bob_client.get(f"{LIST}{verdict.pk}/change/").status_code == 404


def test_page_stands_in_groups_with_functions_and_what_is_only_recorded(desk, year_end):
    verdict = Verdict.objects.get(series_on="2025-12-31", center__code="C02")
    response = desk.get(f"/admin/evaluation/verdict/{verdict.pk}/change/")
    groups = [code for code, _label, _rules in response.context["groups"]]
    assert groups == [
        *("staffing", "premises", "funding", "governance", "functions", "statute"),
    ]
    assert response.context["functions"] == (18, 20)
    assert len(response.context["information"]) == 5
    assert "18 of 20 that apply are carried out" in response.content.decode()


def test_list_counts_functions_carried_out(desk, year_end):
    (row,) = rows_of(desk, "series=2025-12-31&q=C02")
    assert row.functions_n == 18
