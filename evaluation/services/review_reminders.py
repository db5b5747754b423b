"""Telling of the deadlines of reviews: before the last day of a step, and once it is over."""

from datetime import date, datetime, timedelta

from django.db.models import Q

from evaluation.models import Review, ReviewRound
from evaluation.selectors import reviews as reading
from evaluation.services import objections, reviews
from portal.users.models import User
from portal.users.roles import Capability

NEAR = timedelta(days=3)
# What was due longer ago was told of.
TOLD_FOR = timedelta(days=30)


def remind(*, on: date, at: datetime) -> int:
    """Tell whoever has the next step of a review that it is due within three days, or was due, each
    once a deadline, and of objections that were to be answered; how many reviews and objections.
    """
    near = (on - TOLD_FOR, on + NEAR)
    asked = Q(status="reply", reply_due_on__range=near) | Q(
        status="recheck", recheck_due_on__range=near
    )
    for status, name in reading.DUE.items():
        asked |= Q(status=status, **{f"round__{name}__range": near})
    under_way = (ReviewRound.Status.OPEN, ReviewRound.Status.PUBLICITY)
    found = Review.objects.filter(asked, round__status__in=under_way)
    waiting = found.select_related("center__division", "round").order_by("pk")
    for review in waiting:
        _tell(review, on, at)
    return len(waiting) + objections.remind(on=on, at=at)


def _tell(review: Review, on: date, at: datetime) -> None:
    due = reading.due_on(review)
    text = "late" if reading.is_late(review, on) else "soon"
    key = f"{text}:{review.status}:{review.recheck_number}:{due}"
    page = "evaluation:review-opinion" if review.status == Review.Status.TOWNSHIP else ""
    people = _asked(review)
    reviews.tell(review, text, people, by=None, at=at, due=due, page=page, key=key)


def _asked(review: Review) -> list[User]:
    """Who has the next step."""
    division = review.center.division
    if review.status == Review.Status.TOWNSHIP:
        return list(User.objects.holding(Capability.REVIEW_OPINION, division))
    if review.status == Review.Status.DISTRICT:
        return list(User.objects.holding(Capability.REVIEW_MANAGE, division))
    if review.status == Review.Status.RECHECK:
        return reviews.others(review)
    return reviews.directors(review)
