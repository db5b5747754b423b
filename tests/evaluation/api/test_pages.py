"""Cursors, counts, page sizes, and what a page costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centers.models import Center
from evaluation.models import Finding, Verdict
from tests.conftest import AT
from tests.standard import RULES

SHANGHAI_AT = "2026-03-02T09:00:00+08:00"

LISTS = {
    "compliance/centers/": lambda row: row["code"],
    "compliance/findings/": lambda row: (row["center_code"], row["rule"]),
    "compliance/summary/": lambda row: row["division_code"],
    "divisions/": lambda row: row["code"],
}


def walk(api, path, **query):
    """All rows by following ``next``."""
    page = api.json(path, **query)
    rows = page["results"]
    while page["next"]:
        page = api.client.get(page["next"], headers=api.headers).json()
        assert 0 < len(page["results"]) <= int(query["page_size"])
        rows += page["results"]
    return rows


# A page that leaves one row for the last one; the whole is longer than the longest page.
ONE_LESS = (8 * RULES - 1) // 2


@pytest.mark.parametrize("size", [7, ONE_LESS, ONE_LESS + 1, 200])
def test_findings_walk_equals_the_whole(size, standing, api):
    whole = api.rows("compliance/findings/")
    assert len(whole) == 8 * RULES
    assert walk(api, "compliance/findings/", page_size=size) == whole


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("compliance/centers/", {}),
        ("compliance/centers/", {"rollup": "not_compliant"}),
        ("compliance/centers/", {"as_of": "2025-12-31"}),
        ("compliance/centers/", {"as_of": "2025-12-31", "rollup": "not_compliant"}),
        ("compliance/findings/", {"as_of": "2025-12-31", "outcome": "not_met"}),
        ("compliance/findings/", {"class": "G", "outcome": "not_met"}),
        ("compliance/summary/", {"level": "township"}),
        ("compliance/summary/", {"level": "township", "as_of": "2025-12-31"}),
        ("divisions/", {"division": "310199"}),
    ],
)
def test_walk_equals_the_whole(size, path, query, standing, api):
    whole = walk(api, path, page_size=200, **query)
    assert len(whole) > 1
    rows = walk(api, path, page_size=size, **query)
    strip = [{k: v for k, v in row.items() if k != "computed_at"} for row in rows]
    assert strip == [{k: v for k, v in row.items() if k != "computed_at"} for row in whole]
    keys = [LISTS[path](row) for row in rows]
    assert keys == sorted(set(keys))


def test_half_stored_date_is_walked_without_gaps(year_end, api):
    from_store = api.rows("compliance/findings/", as_of="2025-12-31")
    for model in (Finding, Verdict):
        results = model.objects.filter(center__code__in=["C02", "C05"], series_on="2025-12-31")
        results.update(superseded_at=AT)
    rows = walk(api, "compliance/findings/", as_of="2025-12-31", page_size=50)
    assert [(row["center_code"], row["rule"], row["outcome"]) for row in rows] == [
        (row["center_code"], row["rule"], row["outcome"]) for row in from_store
    ]
    judged = {row["center_code"] for row in rows if row["computed_at"] != SHANGHAI_AT}
    assert judged == {"C02", "C05"}


@pytest.mark.parametrize("as_of", [None, "2025-12-31"])
def test_count_is_told_on_demand(as_of, standing, api):
    query = {"as_of": as_of} if as_of else {}
    page = api.json("compliance/findings/", page_size=7, count="true", rule="ST-01", **query)
    assert page["count"] == 8
    assert len(page["results"]) == 7
    assert "count" not in api.json("compliance/findings/", **query)
    assert api.json("compliance/centers/", count="true", page_size=1, **query)["count"] == 8


def test_rows_that_follow_a_cursor_do_not_need_its_row(standing, api):
    first = api.json("compliance/centers/", page_size=2)
    Center.objects.filter(code="C02").update(code="B02")
    second = api.client.get(first["next"], headers=api.headers).json()
    assert [row["code"] for row in second["results"]] == ["C03", "C04"]


@pytest.mark.parametrize("text", ["", "x", "W10", "WyJDMDEiXQ", "WzFd", "bnVsbA", "W1siXV0", "%00"])
def test_strange_cursor_is_refused(text, pack, api):
    problem = api.refused("compliance/findings/", 400, cursor=text)
    assert problem["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("size", ["0", "201", "-1", "1.5", "٣", "", "1e2", "9" * 5000])
def test_page_size_is_one_to_two_hundred(size, pack, api):
    problem = api.refused("compliance/centers/", 400, page_size=size)
    assert problem["errors"][0]["field"] == "page_size"
    assert len(problem["errors"][0]["value"]) <= 200


def queries(api, path, **query):
    with CaptureQueriesContext(connection) as captured:
        response = api.get(path, **query)
        if response.streaming:
            list(response.streaming_content)
        assert response.status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    "path",
    [
        "compliance/centers/",
        "compliance/findings/",
        "compliance/findings.ndjson",
        "compliance/findings.csv",
        "compliance/summary/",
    ],
)
@pytest.mark.parametrize("query", [{}, {"as_of": "2025-12-31"}, {"as_of": "2025-06-30"}])
def test_a_page_costs_the_same_for_one_center_and_for_many(path, query, year_end, standing, api):
    township = standing["C04"].division.code
    api.get(path, **query)
    one = queries(api, path, division=township, **query)
    many = queries(api, path, division="310199", **query)
    assert one == many <= 32
