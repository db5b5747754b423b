"""The ledger with real Celery workers: what they finish, and what killing them costs."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from kombu import Connection

from evaluation.models import Finding, Run, Shard, Verdict
from evaluation.services import evaluations
from evaluation.tasks import evaluate_shard
from portal.webhooks.models import Delivery
from portal.webhooks.tasks import deliver
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from tests.portal.webhooks.receivers import Receiver
from tests.standard import RULES

pytestmark = pytest.mark.django_db(transaction=True)

LIMIT_S = 60
# A queue of this test alone; the suite's other processes share the server.
QUEUE = os.getpid() % 10 + 3
BROKER = settings.EMBEDDED.broker_url.replace("virtual_host=0", f"virtual_host={QUEUE}")
WORKER = ["celery", "-A", "portal", "worker", "--concurrency", "2", "-l", "error"]


@contextmanager
def worker(*options, **variables):
    """A worker process on this test's database and broker; killed with its children at the end."""
    database = connection.settings_dict
    environment = os.environ | {
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}"
        f"?host={quote(str(database['HOST'] or database['OPTIONS'].get('host')))}",
        "REDIS_URL": BROKER,
        "CACHE_URL": settings.EMBEDDED.cache_url,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "C_FORCE_ROOT": "1",
        **variables,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", *WORKER, *options],
        cwd=settings.BASE_DIR,
        env=environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(condition):
    """Poll until it holds; the deadline only ends a hopeless wait."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never came about"
        time.sleep(0.05)


def send(ids, task=evaluate_shard):
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(BROKER, transport_options=options) as queue:
        for each in ids:
            task.apply_async((each,), connection=queue)


def one_center_a_shard(monkeypatch):
    monkeypatch.setattr(evaluations, "SHARD_SIZE", 1)


def is_done(run):
    return Run.objects.get(pk=run.pk).status == Run.Status.DONE


def assert_each_center_has_one_result_per_rule(golden):
    standing = Finding.objects.standing().filter(center__in=golden.values())
    pairs = list(standing.values_list("center_id", "rule"))
    assert len(pairs) == len(set(pairs)) == RULES * len(golden)
    assert Verdict.objects.standing().filter(center__in=golden.values()).count() == len(golden)


def request(haitang, at):
    run = evaluations.request(division=haitang, as_of=at.date(), by=None, at=at)
    return run, list(Shard.objects.filter(run=run).order_by("pk").values_list("pk", flat=True))


def test_a_worker_computes_the_run(golden, haitang, at, monkeypatch):
    one_center_a_shard(monkeypatch)
    run, shards = request(haitang, at)
    assert len(shards) == 8
    with worker():
        send(shards)
        until(lambda: is_done(run))
    assert_each_center_has_one_result_per_rule(golden)


def test_a_killed_worker_loses_and_doubles_nothing(golden, haitang, at, monkeypatch):
    one_center_a_shard(monkeypatch)
    run, shards = request(haitang, at)
    open_shards = Shard.objects.filter(run=run, state=Shard.State.PENDING)
    with worker():
        send(shards * 3)
        until(lambda: open_shards.count() < len(shards))
    # What the dead worker held comes free when its lease ends; the sweeper finds it.
    open_shards.update(lease_until=None, enqueued_at=None)
    with worker():
        send(open_shards.values_list("pk", flat=True))
        until(lambda: is_done(run))
    assert_each_center_has_one_result_per_rule(golden)


def test_what_is_told_to_receivers_waits_for_no_evaluation(golden, haitang, at):
    """The shards were there first, and nobody takes from their queue."""
    run, shards = request(haitang, at)
    with Receiver() as receiver:
        delivery = DeliveryFactory(endpoint=EndpointFactory(url=receiver.url))
        send(shards)
        send([delivery.endpoint_id], deliver)
        keys = {"WEBHOOK_NETWORKS": "127.0.0.0/8", "SECRET_KEY": settings.SECRET_KEY}
        with worker("--queues", "deliveries", **keys):
            until(lambda: Delivery.objects.get().status == "delivered")
        assert len(receiver.got) == 1
    assert set(Shard.objects.filter(run=run).values_list("state", flat=True)) == {"pending"}
    with worker("--queues", "celery"):
        until(lambda: is_done(run))
