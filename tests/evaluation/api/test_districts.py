"""Duties of districts, by year."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.services import duties
from tests.api import Api
from tests.conftest import AT
from tests.factories.centers import CenterFactory
from tests.factories.duties import DutyFindingFactory
from tests.factories.evaluation import RunFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory

PATH = "compliance/districts/"


@pytest.fixture
def recorded(standing, haitang, alice):
    """A policy of 2024 that still holds, entered after the golden district was judged."""
    return duties.record(
        district=haitang,
        kind="support_policy",
        title="扶持办法",
        doc_no="海民规〔2024〕2号",
        starts_on=date(2024, 7, 1),
        by=alice,
        at=AT,
    )


def by_rule(row):
    return {duty["rule"]: duty for duty in row["duties"]}


def test_every_year_that_was_judged_is_a_row_with_every_duty(standing, api):
    rows = api.rows(PATH)
    assert [(row["division_code"], row["year"], row["as_of"]) for row in rows] == [
        ("310199", 2025, "2025-12-31"),
        ("310199", 2026, "2026-03-02"),
    ]
    assert [len(row["duties"]) for row in rows] == [11, 11]
    policy = by_rule(rows[0])["DD-11"]
    assert (policy["class"], policy["clause"]) == ("D", "四(一)-1")
    assert (policy["outcome"], policy["reason_code"]) == ("no_data", "nothing_recorded")
    assert not policy["in_grace"]


def test_filters_narrow_districts_years_and_duties(standing, api, huangpu):
    (row,) = api.rows(PATH, year=2025, rule="DD-33")
    assert [duty["rule"] for duty in row["duties"]] == ["DD-33"]
    assert api.rows(PATH, outcome="error") == []
    assert api.rows(PATH, division=huangpu.code) == []
    (row,) = api.rows(PATH, year=2025, division="310199", outcome="met")
    assert {duty["outcome"] for duty in row["duties"]} == {"met"}


def test_another_day_is_judged_live_and_by_what_was_known(recorded, api):
    (row,) = api.rows(PATH, as_of="2025-06-30")
    assert (row["year"], row["as_of"]) == (2025, "2025-06-30")
    assert by_rule(row)["DD-11"]["outcome"] == "met"
    (row,) = api.rows(PATH, as_of="2025-06-30", known_at="2026-03-01T00:00:00+08:00")
    assert by_rule(row)["DD-11"]["outcome"] == "no_data"
    (row,) = api.rows(PATH, as_of="2025-06-30", year=2024, rule="DD-11")
    assert (row["year"], row["as_of"]) == (2024, "2024-12-31")


def test_pages_hold_every_row_once(haitang, pack, api):
    run = RunFactory(division=haitang, pack=pack)
    for year in range(2015, 2020):
        DutyFindingFactory(
            division=haitang, year=year, as_of=date(year, 12, 31), run=run, pack=pack
        )
    page = api.json(PATH, page_size=2, count="true")
    assert page["count"] == 5
    years = [row["year"] for row in page["results"]]
    while page["next"]:
        page = api.client.get(page["next"], headers=api.headers).json()
        years += [row["year"] for row in page["results"]]
    assert years == list(range(2015, 2020))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"year": "1999"}, "year"),
        ({"year": "20 6"}, "year"),
        ({"rule": "ST-08"}, "rule"),
        ({"as_of": "2025-06-30", "year": "2026"}, "year"),
        ({"cursor": "WyJhIiwiYiJd"}, "cursor"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(standing, api, query, field):
    assert api.refused(PATH, 400, **query)["errors"][0]["field"] == field


def test_another_districts_client_gets_nothing_and_the_municipality_everything(
    standing, stranger, issue, shanghai
):
    assert stranger.rows(PATH) == []
    assert stranger.rows(PATH, as_of="2025-06-30") == []
    city = Api(issue(shanghai, role="municipal_viewer"))
    assert {row["division_code"] for row in city.rows(PATH)} == {"310199"}
    assert len(city.rows(PATH, as_of="2025-06-30")) == 1


def test_who_sees_districts_summed_up_is_told_how_many_centers_are_missing_and_not_which(
    haitang, pack, shanghai, issue, api
):
    figures = {"covered": 1, "centers": 2, "missing": 1, "missing_centers": ["C04"]}
    run = RunFactory(division=haitang, pack=pack)
    DutyFindingFactory(division=haitang, rule="DD-20", figures=figures, run=run, pack=pack)
    city = Api(issue(shanghai, role="municipal_viewer"))
    (seen,) = city.rows(PATH)
    assert by_rule(seen)["DD-20"]["figures"] == {"covered": 1, "centers": 2, "missing": 1}
    (own,) = api.rows(PATH)
    assert by_rule(own)["DD-20"]["figures"] == figures


def test_stored_duties_cost_the_same_for_one_version_of_the_pack_and_three(
    standing, api, version, django_assert_num_queries
):
    api.rows(PATH)
    with CaptureQueriesContext(connection) as one:
        api.rows(PATH)
    asked = len(one)
    version(8)
    version(9)
    # A new pack is read and parsed once.
    api.rows(PATH)
    with django_assert_num_queries(asked):
        api.rows(PATH)


def test_the_reviewer_of_a_township_does_not_see_the_district(standing, api_of, wutong):
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    assert api_of(user).rows(PATH) == []


def test_a_director_is_refused(api_of, diane):
    api_of(diane).refused(PATH, 403)


def test_live_districts_cost_the_same_for_one_and_three(
    pack, shanghai, issue, django_assert_max_num_queries
):
    city = Api(issue(shanghai, role="municipal_viewer"))
    for code in ("310101", "310104", "310105"):
        CenterFactory(division=type(shanghai).objects.filter(parent__code=code).first())
    with django_assert_max_num_queries(40):
        assert len(city.rows(PATH, as_of="2025-06-30")) == 3
