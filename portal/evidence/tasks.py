"""Celery's door."""

from celery import shared_task
from django.utils import timezone

from portal.evidence import services


@shared_task
def discard_orphans() -> None:
    """Forget uploads that were never attached to anything."""
    services.discard_orphans(at=timezone.now())
