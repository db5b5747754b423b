"""Celery's door: safe at any hour, twice, and from two timetables."""

from celery import shared_task
from django.utils import timezone

from centers.services import reminders


@shared_task
def remind() -> None:
    """Tell centers what is due and officers what waits, today."""
    now = timezone.now()
    reminders.remind(on=timezone.localdate(now), at=now)
