"""Runs in the bureau's admin."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from evaluation.models import Run, Shard
from evaluation.selectors import progress
from evaluation.services import evaluations
from tests.factories.evaluation import RunFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
LIST = "/admin/evaluation/run/"
REQUEST = f"{LIST}request/"
FAR = datetime(2999, 1, 1, tzinfo=UTC)


def ask(client, division, as_of):
    return client.post(REQUEST, {"division": division.pk, "as_of": as_of})


def test_request_enters_a_run_and_shows_it(desk, golden, haitang, alice):
    response = ask(desk, haitang, "2025-12-31")
    run = Run.objects.get(trigger="request")
    assert (run.requested_by, run.series_on.isoformat()) == (alice, "2025-12-31")
    assert response.url == f"{LIST}{run.pk}/change/"
    assert "0 / 1" in words(desk.get(response.url))


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


def test_a_run_without_centers_is_done_when_its_parts_are(pack, haitang, computed, at):
    run = evaluations.request_duties(district=haitang, at=at)
    assert progress.of_run(run, at).percent == 0
    assert progress.of_run(computed(run), at).percent == 100


@pytest.fixture
def failed_run(pack, haitang):
    """A run of which one part was given up."""
    run = RunFactory(division=haitang, pack=pack)
    Shard.objects.create(
        run=run, position=0, center_ids=[], state="failed", attempts=3, error="ValueError: x"
    )
    return run


def test_page_shows_what_failed(desk, failed_run):
    page = words(desk.get(f"{LIST}{failed_run.pk}/change/"))
    assert "done, a part failed" in page
    assert "1 0 3 ValueError: x" in page
    assert "Try the failed parts again" in page


# --- how far it is


@pytest.fixture
def half_done(pack, haitang):
    """Two of four centers done in the first minute of a run, one part with a worker."""
    start = timezone.now() - timedelta(seconds=60)
    run = RunFactory(
        division=haitang,
        pack=pack,
        status="running",
        finished_at=None,
        requested_at=start,
        center_count=4,
    )
    shards = ({"state": "done", "done_at": timezone.now()}, {"lease_until": FAR}, {})
    for position, fields in enumerate(shards):
        count = 2 if position == 0 else 1
        Shard.objects.create(
            run=run, position=position, center_ids=[], center_count=count, **fields
        )
    return run


def test_page_shows_how_far_a_run_is(desk, half_done):
    context = desk.get(f"{LIST}{half_done.pk}/change/").context
    progress = context["progress"]
    counts = (progress.done, progress.computing, progress.waiting, progress.failed)
    assert counts == (1, 1, 1, 0)
    assert (progress.percent, progress.centers_done, progress.shard_count) == (50, 2, 3)
    assert progress.remaining.total_seconds() == pytest.approx(60, abs=10)
    assert float(context["pace"]) == pytest.approx(2 / 60, abs=0.1)


def test_state_asks_for_itself_while_it_runs_and_for_the_page_when_done(desk, half_done):
    page = desk.get(f"{LIST}{half_done.pk}/change/").content.decode()
    url = f"{LIST}{half_done.pk}/state/"
    assert f'hx-get="{url}"' in page
    assert 'aria-live="polite"' in page
    running = desk.get(url, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in running
    assert "50 %: 2 of 4 centers" in words(running)
    half_done.shards.update(state="done", lease_until=None)
    evaluations.finish(run=half_done, at=timezone.now())
    assert desk.get(url, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert f'hx-get="{url}"' not in desk.get(f"{LIST}{half_done.pk}/change/").content.decode()


def test_state_query_count(desk, half_done, django_assert_num_queries):
    url = f"{LIST}{half_done.pk}/state/"
    with django_assert_num_queries(5):
        desk.get(url)


# --- stopping it, and letting it go on


def test_cancelling_and_resuming_from_the_page(desk, half_done, alice):
    page = f"{LIST}{half_done.pk}/change/"
    version = {"version": half_done.version}
    response = desk.post(f"{LIST}{half_done.pk}/cancel/", {"reason": "误点", **version})
    assert response.url == page
    shown = words(desk.get(page))
    assert f"by {alice}: 误点" in shown
    assert "Resume the run" in shown
    half_done.refresh_from_db()
    desk.post(f"{LIST}{half_done.pk}/resume/", {"version": half_done.version})
    half_done.refresh_from_db()
    assert half_done.status == "running"


def test_cancelling_without_a_reason_or_on_an_old_page_is_refused(desk, half_done):
    for data, refusal in (
        ({"reason": " ", "version": half_done.version}, "Say why the run is cancelled."),
        ({"reason": "x", "version": half_done.version + 1}, "Load the page again."),
        ({"reason": "x", "version": "9" * 40}, "Load the page again."),
    ):
        response = desk.post(f"{LIST}{half_done.pk}/cancel/", data, follow=True)
        assert refusal in words(response)
    half_done.refresh_from_db()
    assert half_done.status == "running"


@pytest.mark.parametrize("verb", ["cancel", "resume"])
def test_steering_is_closed_to_who_may_only_look(client_as, half_done, verb):
    reader = client_as("district_leader")
    assert reader.post(f"{LIST}{half_done.pk}/{verb}/", {"reason": "x"}).status_code == 403
    assert "Cancel the run" not in words(reader.get(f"{LIST}{half_done.pk}/change/"))


@pytest.mark.parametrize("verb", ["cancel", "resume"])
def test_steering_another_districts_run_is_not_there(bob_client, half_done, verb):
    assert bob_client.post(f"{LIST}{half_done.pk}/{verb}/", {"reason": "x"}).status_code == 404


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
