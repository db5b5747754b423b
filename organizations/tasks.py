"""Celery's door: safe at any hour, twice, and from two timetables."""

from celery import shared_task
from django.utils import timezone

from organizations.services import (
    campaign_reminders,
    case_reminders,
    case_retention,
    names,
    nobody_due,
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
def watch() -> None:
    """Enter the night's watch of every district: dates pass, and what was noted adds up."""
    watches.request_nightly(at=timezone.now())


@shared_task(time_limit=watches.PART_LIMIT_S, soft_time_limit=watches.PART_LIMIT_S - 10)
def look(watch_id: int) -> None:
    """Look at the next part of a night, and leave the rest to the next worker."""
    if watches.look(watch_id=watch_id, at=timezone.now()):
        look.delay(watch_id)


@shared_task
def sweep() -> None:
    """Wake workers for nights whose message or worker was lost."""
    watches.sweep(at=timezone.now())


@shared_task
def escalate() -> None:
    """Tell of clues that nobody looked into in time."""
    now = timezone.now()
    warning_news.escalate(on=timezone.localdate(now), at=now)


@shared_task
def transfer(transfer_id: int) -> None:
    """Do what a workbook of the register waits for; who was entered by it is found by initials."""
    if transfers.work(transfer_id=transfer_id, at=timezone.now()):
        names.fill_blank(limit=MOST_NAMES)


@shared_task
def sweep_transfers() -> None:
    """Wake workers for workbooks whose message or worker was lost."""
    transfers.sweep(at=timezone.now())


@shared_task
def forget_transfers() -> None:
    """Throw away uploads, exports and staged rows a week after their end."""
    transfers.forget(at=timezone.now())


@shared_task
def remind() -> None:
    """Tell centers which inspections are missing, today, and officers once a week."""
    now = timezone.now()
    campaign_reminders.remind(on=timezone.localdate(now), at=now)


@shared_task
def note_nobody_due() -> None:
    """Note where nobody is due any more, or somebody is again: the register moved."""
    nobody_due.note_all(at=timezone.now())


@shared_task
def remind_of_cases() -> None:
    """Tell whoever follows up a case that its day has come."""
    now = timezone.now()
    case_reminders.remind(on=timezone.localdate(now), at=now)


@shared_task
def forget_enquirers() -> None:
    """Forget who asked, two years after the consultation was closed."""
    now = timezone.now()
    case_retention.forget_enquirers(on=timezone.localdate(now), at=now)
