"""Celery's door: safe at any hour, twice, and from two timetables."""

from celery import shared_task
from django.utils import timezone

from projects.services import procurement_reminders


@shared_task
def remind_of_procurements() -> None:
    """Tell officers and key holders of deadlines, openings and answers that are due."""
    now = timezone.now()
    procurement_reminders.remind(on=timezone.localdate(now), at=now)
