"""Celery's door: safe at any hour, twice, and from two timetables."""

from celery import shared_task
from django.utils import timezone

from portal.clients.services import calls, reminders


@shared_task
def remind() -> None:
    """Tell of tokens that run out."""
    reminders.remind(at=timezone.now())


@shared_task
def purge_calls() -> None:
    """Delete the record of calls that is old enough."""
    calls.purge(at=timezone.now())
