"""When nights wait, wake workers."""

import logging

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from organizations.signals import watches_waiting
from organizations.tasks import look

logger = logging.getLogger(__name__)


@receiver(watches_waiting)
def enqueue_watches(sender, watch_ids, **kwargs):
    """A broker that is down delays the work; the sweeper finds it in the ledger."""
    try:
        for watch_id in watch_ids:
            look.delay(watch_id)
    except OperationalError:
        logger.warning("broker unreachable; %d watches wait for the sweeper", len(watch_ids))
