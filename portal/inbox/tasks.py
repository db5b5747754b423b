"""Celery's door: safe at any hour, twice, and from two timetables."""

from celery import shared_task
from django.utils import timezone

from portal.inbox import services


@shared_task
def send_digests() -> None:
    """Send the day's mails that were not sent yet."""
    now = timezone.now()
    services.send_digests(on=timezone.localdate(now), at=now)
