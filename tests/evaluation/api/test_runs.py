"""Runs as machines read them: what was asked for, how far it is, what failed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.models import Run, Shard
from evaluation.services import evaluations
from tests.conftest import AT
from tests.factories.evaluation import RunFactory

pytestmark = pytest.mark.django_db
RUNS = "compliance/runs/"


@pytest.fixture
def runs(pack, haitang, huangpu):
    """name → run: two of 海棠区, one of another district."""
    night = RunFactory(
        division=haitang, pack=pack, trigger="night", status="running", finished_at=None
    )
    return {
        "night": night,
        "year_end": RunFactory(division=haitang, pack=pack, as_of="2025-12-31"),
        "foreign": RunFactory(division=huangpu, pack=pack),
    }


def ids(rows):
    return [row["id"] for row in rows]


def test_runs_of_the_own_district_the_newest_first(runs, api):
    assert ids(api.rows(RUNS)) == [runs["year_end"].pk, runs["night"].pk]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "running"}, ["night"]),
        ({"status": "cancelled"}, []),
        ({"trigger": "request"}, ["year_end"]),
        ({"as_of": "2025-12-31"}, ["year_end"]),
        ({"division": "310199"}, ["year_end", "night"]),
        ({"division": "310101"}, []),
    ],
)
def test_filters_narrow_the_list(query, found, runs, api):
    assert ids(api.rows(RUNS, **query)) == [runs[name].pk for name in found]


@pytest.mark.parametrize("query", ["status=lost", "trigger=x", "as_of=soon", "x=1"])
def test_unknown_value_is_refused(query, pack, api):
    problem = api.refused(f"{RUNS}?{query}", 400)
    assert problem["errors"][0]["field"] == query.partition("=")[0]


def test_walking_the_pages_gives_every_run_once(pack, haitang, api):
    made = [RunFactory(division=haitang, pack=pack).pk for _ in range(5)]
    page = api.json(RUNS, page_size=2, count="true")
    assert page["count"] == 5
    walked = ids(page["results"])
    while page["next"]:
        page = api.client.get(page["next"], headers=api.headers).json()
        walked += ids(page["results"])
    assert walked == made[::-1]


def test_progress_counts_parts_and_centers(golden, haitang, alice, monkeypatch, api):
    monkeypatch.setattr(evaluations, "SHARD_SIZE", 2)
    run = evaluations.request(division=haitang, as_of=AT.date(), by=alice, at=AT)
    first, second, *_ = run.shards.order_by("position")
    evaluations.compute(shard_id=first.pk, at=AT)
    Shard.objects.filter(pk=second.pk).update(state="failed", attempts=3, error="ValueError: 王")
    answer = api.json(f"{RUNS}{run.pk}/")
    progress = answer["progress"]
    assert (progress["parts"], progress["parts_done"], progress["parts_failed"]) == (4, 1, 1)
    assert (progress["parts_computing"], progress["parts_waiting"]) == (0, 2)
    assert (progress["centers"], progress["centers_done"], progress["percent"]) == (8, 2, 25)
    part = {"part": 2, "centers": 2, "attempts": 3, "error": "ValueError"}
    assert answer["failed_parts"] == [part]


def test_no_person_is_named(runs, alice, api):
    evaluations.cancel(run=runs["night"], by=alice, at=AT, reason="王主任说的")
    answer = str([api.json(f"{RUNS}{runs['night'].pk}/"), api.json(RUNS)])
    assert "cancelled" in answer
    assert str(alice) not in answer
    assert "王主任" not in answer


def test_foreign_run_is_answered_like_one_that_does_not_exist(runs, api):
    answers = [api.refused(f"{RUNS}{pk}/", 404) for pk in (runs["foreign"].pk, 10**17)]
    for answer in answers:
        del answer["request_id"], answer["instance"]
    assert answers[0] == answers[1]


def test_unchanged_run_is_not_sent_again(runs, api):
    path = f"{RUNS}{runs['year_end'].pk}/"
    tag = api.get(path)["ETag"]
    assert api.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_list_costs_the_same_for_one_and_three_runs(pack, haitang, api):
    def cost():
        run = RunFactory(division=haitang, pack=pack)
        Shard.objects.create(run=run, position=0, center_ids=[], state="done")
        with CaptureQueriesContext(connection) as queries:
            api.rows(RUNS)
        return len(queries)

    cost()
    first = cost()
    assert {cost(), cost()} == {first}
    assert Run.objects.count() == 4
