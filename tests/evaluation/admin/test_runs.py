"""Runs in the bureau's admin."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from evaluation.models import Run, Shard
from tests.factories.evaluation import RunFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
LIST = "/admin/evaluation/run/"
REQUEST = f"{LIST}request/"


def ask(client, division, as_of):
    return client.post(REQUEST, {"division": division.pk, "as_of": as_of})


def test_request_enters_a_run_and_shows_it(desk, golden, haitang, alice):
    response = ask(desk, haitang, "2025-12-31")
    run = Run.objects.get(trigger="request")
    assert (run.requested_by, run.series_on.isoformat()) == (alice, "2025-12-31")
    assert response.url == f"{LIST}{run.pk}/change/"
    assert "0 / 1 running" in words(desk.get(response.url))


def test_request_of_another_district_is_refused(desk, pack, haitang, huangpu):
    response = ask(desk, huangpu, "2025-12-31")
    assert response.context["form"].errors["division"]
    assert not Run.objects.exists()


def test_request_of_a_day_to_come_is_refused(desk, pack, haitang):
    response = ask(desk, haitang, localdate() + timedelta(days=1))
    assert "cannot be of a day to come" in words(response)
    assert not Run.objects.exists()


@pytest.mark.parametrize("role", ["township_reviewer", "district_leader", "district_auditor"])
def test_request_is_closed_to_who_may_not_run(client_as, role):
    assert client_as(role).get(REQUEST).status_code == 403


def test_progress_asks_for_itself_while_it_runs_and_for_the_page_when_done(
    desk, golden, haitang, computed
):
    ask(desk, haitang, "2025-12-31")
    run = Run.objects.get(trigger="request")
    url = f"{LIST}{run.pk}/progress/"
    running = desk.get(url, headers={"HX-Request": "true"})
    assert f'hx-get="{url}"' in running.content.decode()
    computed(run)
    done = desk.get(url, headers={"HX-Request": "true"})
    assert "hx-get" not in done.content.decode()
    assert done["HX-Refresh"] == "true"
    assert words(done) == "1 / 1 ✓ done"


def test_progress_is_not_there_for_another_district(bob_client, pack, haitang):
    run = RunFactory(division=haitang, pack=pack)
    assert bob_client.get(f"{LIST}{run.pk}/progress/").status_code == 404
    assert bob_client.get(f"{LIST}{run.pk}/change/").status_code == 404


def test_page_shows_what_failed(desk, pack, haitang):
    run = RunFactory(division=haitang, pack=pack)
    Shard.objects.create(
        run=run, position=0, center_ids=[], state="failed", attempts=3, error="ValueError: x"
    )
    page = words(desk.get(f"{LIST}{run.pk}/change/"))
    assert "1 failed" in page
    assert "Part 0 failed after 3 attempts. ValueError: x" in page


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, pack, haitang, django_assert_num_queries):
    for _ in range(item_count):
        run = RunFactory(division=haitang, pack=pack)
        Shard.objects.create(run=run, position=0, center_ids=[], state="done")
    with django_assert_num_queries(6):
        desk.get(LIST)


def test_list_is_empty_for_another_district(bob_client, pack, haitang):
    RunFactory(division=haitang, pack=pack)
    assert list(bob_client.get(LIST).context["cl"].result_list) == []
