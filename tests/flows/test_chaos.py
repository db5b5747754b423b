"""Runs while the ground shakes: real workers, a real broker, cut connections, two hands at once.

What must hold afterwards, whatever happened: the run is final, and each center has exactly one
standing result per rule.
"""

import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from celery import current_app
from django.db import connection, transaction

from centers.models import Center
from evaluation import receivers
from evaluation.models import Finding, Run, Shard
from evaluation.services import evaluations
from evaluation.signals import shards_waiting
from portal.audit.models import AuditEvent
from portal.embedded import Embedded
from portal.errors import Conflict
from tests.flows import test_worker as workers
from tests.flows.test_worker import (
    assert_each_center_has_one_result_per_rule,
    is_done,
    one_center_a_shard,
    request,
    send,
    until,
    worker,
)
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

CUT = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# Who waits for a row waits for the transaction that holds it, and such a lock names no database.
BLOCKED = """
    SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN (
        SELECT pid FROM pg_locks JOIN pg_database ON pg_database.oid = database
        WHERE datname = current_database()
    )
"""


def number(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


@pytest.fixture
def shared_run(golden, haitang, at, monkeypatch):
    """A run in eight parts, and the ids of its parts; nothing else is open."""
    one_center_a_shard(monkeypatch)
    Shard.objects.all().delete()
    Run.objects.filter(status="running").update(status="done", finished_at=at)
    return request(haitang, at)


@contextmanager
def held(center):
    """Keep a worker from going past this center's row; it waits in the middle of its part."""
    with transaction.atomic():
        Center.objects.select_for_update().get(pk=center.pk)
        yield


def free(run):
    """As when the leases have run out and the sweeper comes."""
    pending = Shard.objects.filter(run=run, state="pending")
    pending.update(lease_until=None, enqueued_at=None, attempts=0)
    return list(pending.values_list("pk", flat=True))


def assert_sound(run, golden):
    run.refresh_from_db()
    assert run.status == "done"
    assert set(run.shards.values_list("state", flat=True)) == {"done"}
    assert_each_center_has_one_result_per_rule(golden)
    kept = Finding.objects.filter(run=run, superseded_at__isnull=False)
    assert not kept.exists()


# --- the database


def test_connections_cut_in_the_middle_of_a_part_cost_nothing(golden, shared_run):
    run, shards = shared_run
    with worker():
        with held(golden["C04"]):
            send(shards)
            until(lambda: number(BLOCKED) > 0)
            assert number(CUT) > 0
        # The worker goes on with new connections, and what it held comes free.
        until(lambda: run.shards.filter(state="done").exists())
        for _ in range(3):
            number(CUT)
            send(free(run))
        until(lambda: _redelivered(run))
    assert_sound(run, golden)


def _redelivered(run):
    if not is_done(run):
        stuck = Shard.objects.filter(run=run, state="pending", attempts__gte=1)
        stuck.filter(error__contains="Error").update(lease_until=None, attempts=0)
        send(stuck.values_list("pk", flat=True))
        time.sleep(0.3)
    return is_done(run)


# --- the broker


@pytest.fixture
def own_broker(tmp_path, monkeypatch):
    """A broker that this test alone may stop; it keeps nothing."""
    services = Embedded(tmp_path / "broker", durable=False)
    services.up(with_database=False)
    monkeypatch.setattr(workers, "BROKER", services.broker_url)
    yield services
    services.down()


def test_broker_restarted_without_its_messages_costs_nothing(
    golden, shared_run, own_broker, at
):
    run, shards = shared_run
    told = []
    listen = lambda sender, ids, **_: told.extend(ids)  # noqa: E731
    with worker():
        with held(golden["C04"]):
            send(shards)
            until(lambda: number(BLOCKED) > 0)
            own_broker.down()
            own_broker.up(with_database=False)
        shards_waiting.connect(listen)
        try:
            free(run)
            evaluations.sweep(at=at)
        finally:
            shards_waiting.disconnect(listen)
        send(told)
        until(lambda: is_done(run))
    assert_sound(run, golden)


# --- the sweeper


def test_two_sweepers_at_once_call_for_each_part_once(shared_run, at):
    _run, shards = shared_run
    told = []
    listen = lambda sender, ids, **_: told.extend(ids)  # noqa: E731
    shards_waiting.connect(listen)
    try:
        later = at + timedelta(hours=1)
        counts = at_once([partial(evaluations.sweep, at=later)] * 4)
    finally:
        shards_waiting.disconnect(listen)
    assert sum(counts) == len(shards)
    assert sorted(told) == shards


# --- messages delivered twice


def test_every_message_delivered_three_times_at_once(golden, shared_run, at):
    run, shards = shared_run
    calls = [partial(evaluations.compute, shard_id=pk, at=at) for pk in shards * 3]
    results = at_once(calls)
    assert sorted(results) == [False] * 16 + [True] * 8
    assert_sound(run, golden)


# --- cancelled while it computes


def test_part_that_is_computed_at_the_moment_of_cancelling_counts(
    golden, shared_run, alice, at
):
    run, shards = shared_run
    thread = Thread(target=in_a_thread, args=(shards[0], at))
    with held(Center.objects.get(pk=run.shards.get(pk=shards[0]).center_ids[0])):
        thread.start()
        until(lambda: number(BLOCKED) > 0)
        evaluations.cancel(run=run, by=alice, at=at, reason="x")
    thread.join()
    assert evaluations.compute(shard_id=shards[1], at=at) is False
    run.refresh_from_db()
    assert run.status == "cancelled"
    assert run.shards.filter(state="done").count() == 1
    evaluations.resume(run=run, by=alice, at=at)
    for pk in shards:
        evaluations.compute(shard_id=pk, at=at)
    assert_sound(run, golden)


def in_a_thread(shard_id, at):
    try:
        evaluations.compute(shard_id=shard_id, at=at)
    finally:
        connection.close()


def test_cancelling_and_computing_at_once_then_resuming(golden, shared_run, alice, at):
    run, shards = shared_run
    computing = [partial(evaluations.compute, shard_id=pk, at=at) for pk in shards]
    stop = partial(
        evaluations.cancel, run=Run.objects.get(pk=run.pk), by=alice, at=at, reason="x"
    )
    results = at_once([*computing, stop])
    assert [r for r in results if isinstance(r, Exception) and not isinstance(r, Conflict)] == []
    run.refresh_from_db()
    computed = run.shards.filter(state="done").count()
    assert results.count(True) == computed
    if run.status == "cancelled":
        evaluations.resume(run=run, by=alice, at=at)
    for pk in shards:
        evaluations.compute(shard_id=pk, at=at)
    assert_sound(run, golden)


@pytest.mark.parametrize("verb", ["cancel", "resume"])
def test_of_many_hands_one_wins(shared_run, alice, at, verb):
    run, _shards = shared_run
    reason = {"reason": "x"} if verb == "cancel" else {}
    if verb == "resume":
        evaluations.cancel(run=run, by=alice, at=at, reason="x")
    act = getattr(evaluations, verb)
    hands = [
        partial(act, run=Run.objects.get(pk=run.pk), by=alice, at=at, **reason) for _ in range(4)
    ]
    results = at_once(hands)
    assert results.count(None) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert AuditEvent.objects.filter(action=f"evaluation.run.{verb}").count() == 1


# --- who goes first


@pytest.fixture
def real_queue(monkeypatch):
    """What services enqueue goes to this test's own queue."""
    monkeypatch.setenv("CELERY_BROKER_WRITE_URL", workers.BROKER)
    monkeypatch.setattr(current_app, "_pool", None)
    monkeypatch.setattr(current_app.amqp, "_producer_pool", None)
    with current_app.connection_for_write() as broker:
        broker.default_channel.client.flushdb()


def test_an_accepted_center_does_not_wait_behind_a_country(golden, shared_run, real_queue, at):
    run, shards = shared_run
    receivers.enqueue_shards(Shard, shards)
    evaluations.request_for(center_ids=[golden["C08"].pk], at=at)
    urgent = Shard.objects.get(run__trigger="acceptance")
    with worker():
        until(lambda: is_done(run))
        until(lambda: is_done(urgent.run))
    urgent.refresh_from_db()
    earlier = run.shards.filter(done_at__lt=urgent.done_at).count()
    # Two processes start at once: one part at most was taken before it.
    assert earlier <= 1
