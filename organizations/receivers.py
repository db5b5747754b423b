"""When nights or workbooks wait, wake workers."""

from django.dispatch import receiver

from organizations import tasks
from organizations.signals import transfers_waiting, watches_waiting
from portal.celery import enqueue


@receiver(watches_waiting)
def enqueue_watches(sender, ids, **kwargs):
    enqueue(tasks.look, ids)


@receiver(transfers_waiting)
def enqueue_transfers(sender, ids, **kwargs):
    enqueue(tasks.transfer, ids)
