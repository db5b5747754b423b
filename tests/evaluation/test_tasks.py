"""Celery's door, and what happens when nobody is behind it."""

from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings

from centers.services import filings
from evaluation import tasks
from evaluation.models import Finding, Run, Shard
from evaluation.services import evaluations
from tests.factories.centers import hand_in
from tests.standard import RULES


@pytest.mark.django_db
def test_evaluate_shard_computes_and_is_safe_twice(golden):
    shard = Shard.objects.get()
    tasks.evaluate_shard(shard.pk)
    tasks.evaluate_shard(shard.pk)
    shard.refresh_from_db()
    assert (shard.state, shard.attempts) == ("done", 1)
    assert Finding.objects.standing().count() == 8 * RULES


@pytest.mark.django_db
def test_evaluate_shard_that_is_gone_does_nothing():
    tasks.evaluate_shard(10**9)
    assert not Finding.objects.exists()


@pytest.mark.django_db
def test_evaluate_nightly_enters_tonights_runs(golden, haitang):
    tasks.evaluate_nightly()
    tasks.evaluate_nightly()
    run = Run.objects.get(trigger="night")
    assert (run.division, run.series_on) == (haitang, None)


@pytest.mark.django_db
def test_sweep_finds_what_waits(golden):
    """The golden shard was entered long ago, by this test's clock."""
    tasks.sweep()
    assert Shard.objects.get().enqueued_at > Run.objects.get().requested_at


def test_every_timetable_names_a_task_that_exists():
    current_app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert scheduled <= set(current_app.tasks)
    assert scheduled == {
        "evaluation.tasks.sweep",
        "evaluation.tasks.evaluate_nightly",
        "evaluation.tasks.remind_of_waivers",
        "evaluation.tasks.keep_rectifications",
        "evaluation.tasks.escalate_rectifications",
        "evaluation.tasks.forget_feedback_contacts",
        "evaluation.tasks.close_replies",
        "evaluation.tasks.remind_of_reviews",
        "organizations.tasks.index_names",
        "organizations.tasks.escalate",
        "organizations.tasks.sweep",
        "organizations.tasks.watch",
        "portal.evidence.tasks.discard_orphans",
        "centers.tasks.remind",
        "organizations.tasks.forget_transfers",
        "organizations.tasks.note_nobody_due",
        "organizations.tasks.sweep_transfers",
        "organizations.tasks.remind",
        "organizations.tasks.remind_of_cases",
        "organizations.tasks.forget_enquirers",
        "projects.tasks.remind_of_procurements",
        "portal.inbox.tasks.send_digests",
        "portal.feeds.tasks.purge",
        "portal.clients.tasks.purge_calls",
        "portal.clients.tasks.remind",
        "portal.webhooks.tasks.purge",
        "portal.webhooks.tasks.sweep",
    }


def test_a_lease_outlives_the_longest_task():
    """Else a shard is handed out again while its worker still computes."""
    assert timedelta(seconds=tasks.evaluate_shard.time_limit) < evaluations.LEASE


@pytest.fixture
def dead_broker(monkeypatch):
    """A broker address where nobody answers; connections made before are put aside."""
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app, "_pool", None)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)


@pytest.mark.django_db(transaction=True)
def test_acceptance_succeeds_while_the_broker_is_down(
    dead_broker, center, diane, alice, pack, at, caplog
):
    filing = filings.open_change(center=center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    section.refresh_from_db()
    filings.accept_section(section=section, version=section.version, by=alice, at=at)
    section.refresh_from_db()
    assert section.status == "accepted"
    told = "broker unreachable; 1 of evaluation.tasks.evaluate_shard wait for the sweeper"
    assert told in caplog.text
    shard = Shard.objects.get()
    assert shard.state == "pending"
    assert evaluations.sweep(at=at + timedelta(minutes=2)) == 1
    assert evaluations.compute(shard_id=shard.pk, at=at) is True
