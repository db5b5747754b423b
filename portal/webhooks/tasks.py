"""Celery's door: safe twice, late, and by many workers at once."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from portal.webhooks import selectors
from portal.webhooks.services import deliveries

# Then the next sweep goes on: other receivers wait for the worker too.
AT_A_STRETCH = timedelta(seconds=20)


@shared_task
def sweep() -> None:
    """Make deliveries of what changed, and wake a worker for each endpoint that has one due."""
    now = timezone.now()
    deliveries.dispatch(at=now)
    for endpoint_id in selectors.due(now):
        deliver.delay(endpoint_id)


@shared_task
def deliver(endpoint_id: int) -> None:
    """Send what an endpoint is due, one after another."""
    until = timezone.now() + AT_A_STRETCH
    while (now := timezone.now()) < until:
        if not deliveries.deliver_next(endpoint_id=endpoint_id, at=now):
            return


@shared_task
def purge() -> None:
    """Forget old deliveries."""
    deliveries.purge(at=timezone.now())
