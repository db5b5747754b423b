"""When nights or workbooks wait, wake workers."""

import logging

from django.dispatch import receiver
from kombu.exceptions import OperationalError

from organizations import tasks
from organizations.signals import transfers_waiting, watches_waiting

logger = logging.getLogger(__name__)


@receiver(watches_waiting)
def enqueue_watches(sender, watch_ids, **kwargs):
    """A broker that is down delays the work; the sweeper finds it in the ledger."""
    try:
        for watch_id in watch_ids:
            tasks.look.delay(watch_id)
    except OperationalError:
        logger.warning("broker unreachable; %d watches wait for the sweeper", len(watch_ids))


@receiver(transfers_waiting)
def enqueue_transfers(sender, transfer_ids, **kwargs):
    """A broker that is down delays the work; the sweeper finds it in its row."""
    try:
        for transfer_id in transfer_ids:
            tasks.transfer.delay(transfer_id)
    except OperationalError:
        logger.warning("broker unreachable; %d workbooks wait for the sweeper", len(transfer_ids))
