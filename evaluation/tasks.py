"""Celery's door: ids in, one service call, safe twice."""

from celery import shared_task
from django.utils import timezone

from evaluation.services import (
    evaluations,
    feedbacks,
    objections,
    rectification_follows,
    review_reminders,
    reviews,
    waivers,
)


@shared_task(time_limit=evaluations.SHARD_LIMIT_S, soft_time_limit=evaluations.SHARD_LIMIT_S - 10)
def evaluate_shard(shard_id: int) -> None:
    """Compute one shard of a run."""
    evaluations.compute(shard_id=shard_id, at=timezone.now())


@shared_task
def sweep() -> None:
    """Wake workers for shards whose message or worker was lost."""
    evaluations.sweep(at=timezone.now())


@shared_task
def evaluate_nightly() -> None:
    """Enter the night's runs: dates pass, so verdicts change without any filing."""
    evaluations.request_nightly(at=timezone.now())


@shared_task
def remind_of_waivers() -> None:
    """Tell of exceptions that end soon or have ended."""
    now = timezone.now()
    waivers.remind(on=timezone.localdate(now), at=now)


@shared_task
def follow_rectifications(center_id: int) -> None:
    """Close and open again what the standing results of a center say."""
    rectification_follows.follow(center_ids=[center_id], at=timezone.now())


@shared_task
def keep_rectifications() -> None:
    """Follow every center whose message was lost."""
    rectification_follows.follow(center_ids=None, at=timezone.now())


@shared_task
def escalate_rectifications() -> None:
    """Tell of what is overdue, and of responses that nobody verifies."""
    now = timezone.now()
    rectification_follows.escalate(on=timezone.localdate(now), at=now)
    rectification_follows.remind_of_answers(on=timezone.localdate(now), at=now)


@shared_task
def forget_feedback_contacts() -> None:
    """Erase how residents and those who objected can be reached once retention has passed."""
    now = timezone.now()
    feedbacks.forget_contacts(at=now)
    objections.forget_contacts(at=now)


@shared_task
def close_replies() -> None:
    """Settle the results of reviews to which the center did not reply in time."""
    now = timezone.now()
    reviews.close_replies(on=timezone.localdate(now), at=now)


@shared_task
def remind_of_reviews() -> None:
    """Tell of steps of reviews that are due soon or were due, and of objections not answered."""
    now = timezone.now()
    review_reminders.remind(on=timezone.localdate(now), at=now)
