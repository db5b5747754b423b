"""When facts change, evaluate; when shards wait, wake workers."""

import logging

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from centers.signals import facts_changed
from evaluation.services import evaluations
from evaluation.signals import shards_waiting
from evaluation.tasks import evaluate_shard

logger = logging.getLogger(__name__)

# Redis keeps a list per priority and hands out the lower number first: between two shards of a
# whole country a worker takes the one center that was just accepted, and every other task.
URGENT, BULK = 0, 9


@receiver(facts_changed)
def evaluate_changed(sender, center_ids, at, **kwargs):
    evaluations.request_for(center_ids=center_ids, at=at)


@receiver(shards_waiting)
def enqueue(sender, shard_ids, *, is_urgent=False, **kwargs):
    """A broker that is down delays the work; the sweeper finds it in the ledger."""
    priority = URGENT if is_urgent else BULK
    try:
        for shard_id in shard_ids:
            evaluate_shard.apply_async((shard_id,), priority=priority)
    except OperationalError:
        logger.warning("broker unreachable; %d shards wait for the sweeper", len(shard_ids))
