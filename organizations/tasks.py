"""Celery's door: safe at any hour, twice, and from two timetables."""

from celery import shared_task
from django.utils import timezone

from organizations.services import (
    campaign_reminders,
    names,
    transfers,
    warning_news,
    watches,
)

# Names whose initials one night makes: a minute's work.
MOST_NAMES = 200_000


@shared_task
def index_names() -> None:
    """Make the initials that an import or a hand left out."""
    names.fill_blank(limit=MOST_NAMES)


@shared_task
from organizations.services import (
    campaign_reminders,
    names,
    transfers,
    warning_news,
    watches,
)
