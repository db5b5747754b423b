"""Feedback of residents: how much of it was dealt with in time, and what pages show of it."""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import get_current_timezone, localdate

from centers.models import Center
from evaluation.models import Feedback, FeedbackStep
from portal.jurisdictions.models import Division

NEWEST = 10
ENDS = (Feedback.Status.ANSWERED, Feedback.Status.REFUSED)


class Rate(NamedTuple):
    """Of what was received and is due or dealt with, ``due``: how much was dealt with by the day it
    was due, ``in_time``."""

    in_time: int
    due: int


def rate(
    place: Center | Division, first: date, last: date, *, known_at: datetime | None = None
) -> Rate:
    """How much of the feedback about a center, or to a district, that came in from ``first`` to
    ``last`` was answered, or refused with a reason, by the day it was due. One query.

    The first answer counts; what was opened again later was answered. What is open and not due yet
    counts on neither side: by ``known_at``, without it as of ``last``.
    """
    known = Q() if known_at is None else Q(taken_at__lte=known_at)
    steps = FeedbackStep.objects.filter(known, feedback=OuterRef("pk"), status__in=ENDS)
    ended_at = Subquery(steps.order_by("number").values("taken_at")[:1])
    found = Feedback.objects.filter(_of(place), received_at__range=_span(first, last, known_at))
    on = last if known_at is None else localdate(known_at)
    in_time = due = 0
    for due_on, ended in found.order_by().values_list("first_due_on", ended_at):
        if ended is None and due_on >= on:
            continue
        due += 1
        in_time += ended is not None and localdate(ended) <= due_on
    return Rate(in_time, due)


def _of(place: Center | Division) -> Q:
    return Q(center=place) if isinstance(place, Center) else Q(district=place)


def _span(first: date, last: date, known_at: datetime | None) -> tuple[datetime, datetime]:
    """From the first moment of ``first`` to the last of ``last``, or to what was known."""
    zone = get_current_timezone()
    end = datetime.combine(last + timedelta(days=1), time(), zone) - timedelta(microseconds=1)
    return datetime.combine(first, time(), zone), min(end, known_at or end)


def public_answers() -> "QuerySet[Feedback]":
    """The newest answers that everybody may read; what was written is not among it."""
    found = Feedback.objects.filter(status=Feedback.Status.ANSWERED, is_answer_public=True)
    return found.select_related("center", "district").order_by("-answered_at")[:NEWEST]
