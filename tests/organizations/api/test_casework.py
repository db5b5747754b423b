"""Figures of work as machines read them."""

from datetime import timedelta

import pytest

from organizations.api import casework
from organizations.api.casework import FIELDS, CaseworkList
from tests.conftest import AT
from tests.factories.centers import CenterFactory
from tests.factories.organizations import WorkRecordFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked(center, accept):
    """Trainings recorded and filed, consultations only filed, and one figure left blank."""
    accept(
        center,
        "functions",
        [
            {"fiscal_year": 2026, "function": "FN-13", "count": 9},
            {"fiscal_year": 2026, "function": "FN-11", "count": 4},
            {"fiscal_year": 2025, "function": "FN-31", "count": None},
        ],
    )
    WorkRecordFactory(center=center)
    return center


def test_figures_by_center_year_and_function(worked, api):
    rows = api.rows("casework/")
    assert [list(row) for row in rows] == [[field.name for field in FIELDS]] * 3
    assert [(row["year"], row["function"]) for row in rows] == [
        (2025, "FN-31"),
        (2026, "FN-11"),
        (2026, "FN-13"),
    ]
    blank, filed, recorded = rows
    assert (blank["filed"], blank["count"], blank["source"]) == (None, None, None)
    assert (filed["recorded"], filed["count"], filed["source"]) == (None, 4, "filed")
    assert (recorded["recorded"], recorded["filed"], recorded["count"]) == (1, 9, 1)
    assert (recorded["source"], recorded["clause"]) == ("casework", "二(一)-1c")
    assert recorded["center_code"] == "C90"


def test_pages_of_one_are_the_same_as_one_page(worked, wutong, api):
    for _ in range(3):
        WorkRecordFactory(center=CenterFactory(division=wutong))
    whole = api.json("casework/")["results"]
    assert len(whole) == 6
    paged, page = [], api.json("casework/", page_size=1, count="true")
    assert page["count"] == 6
    while True:
        paged += page["results"]
        if page["next"] is None:
            break
        page = api.client.get(page["next"], headers=api.headers).json()
    assert paged == whole


def test_a_day_and_what_was_known_then(worked, api):
    assert [row["function"] for row in api.rows("casework/", as_of="2026-02-09")] == [
        "FN-31",
        "FN-11",
        "FN-13",
    ]
    assert api.rows("casework/", as_of="2026-02-09")[2]["source"] == "filed"
    known_at = (AT - timedelta(days=2)).isoformat()
    assert api.rows("casework/", as_of="2026-03-02", known_at=known_at) == []


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"year": "2025"}, 1),
        ({"function": "FN-13"}, 1),
        ({"center": "C90"}, 3),
        ({"center": "C91"}, 0),
        ({"division": "310199"}, 3),
        ({"year": "2024"}, 0),
    ],
)
def test_filters_narrow_the_list(worked, api, query, count):
    assert len(api.rows("casework/", **query)) == count
    assert api.json("casework/", count="true", **query)["count"] == count


def test_another_districts_work_is_not_there(worked, stranger):
    assert stranger.rows("casework/") == []


def test_streams_say_what_pages_say(worked, api):
    lines = b"".join(api.get("casework.ndjson")).splitlines()
    assert len(lines) == 3
    table = b"".join(api.get("casework.csv")).decode()
    assert table.splitlines()[0].startswith("\ufeff")
    assert table.count("C90") == 3


def test_the_feed_tells_of_a_centers_figures_as_a_whole(worked, rf, alice):
    request = rf.get("/")
    request.user = alice
    found = CaseworkList.reading(request).documents(["C90", "C91"])
    assert list(found) == ["C90"]
    assert [row["function"] for row in found["C90"]["figures"]] == ["FN-31", "FN-11", "FN-13"]


def test_the_cost_does_not_grow_with_the_rows(worked, wutong, api, django_assert_max_num_queries):
    for _ in range(3):
        WorkRecordFactory(center=CenterFactory(division=wutong))
    api.get("casework/")
    with django_assert_max_num_queries(10):
        assert len(api.json("casework/")["results"]) == 6


def test_more_centers_than_are_counted_are_refused(worked, wutong, api, monkeypatch):
    CenterFactory(division=wutong)
    monkeypatch.setattr(casework, "MOST_COUNTED", 1)
    problem = api.refused("casework/", 400, count="true")
    assert [fault["field"] for fault in problem["errors"]] == ["count"]
    assert "1" in problem["detail"]
    assert api.json("casework/", count="true", center="C90")["count"] == 3
    assert len(api.json("casework/")["results"]) == 3
