"""Celery's door."""

from celery import shared_task
from django.utils import timezone

from portal.feeds import services


@shared_task
def purge() -> None:
    """Forget changes that no reader can still ask for."""
    services.purge(at=timezone.now())
