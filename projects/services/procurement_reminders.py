"""Telling officers and key holders of days that come: deadlines, openings, answers due, and what
is due of evaluations and contracts.

May run at any hour and twice: a key says what was told. How many bids there are is told to nobody.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext_noop

from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.users.models import User
from portal.workdays import selectors as workdays
from portal.workdays.selectors import Calendar
from projects.models import Announcement, Challenge, Procurement, Question
from projects.selectors import thresholds
from projects.services import contract_reminders, dues, panel_reminders
from projects.services.procurement_news import deciders, key_holders, officers

# How long before a deadline it is told of; working days before a challenge has to be answered.
DEADLINE_LEAD = timedelta(days=3)
ANSWER_LEAD = 2
DEADLINE = gettext_noop(
    "“%(title)s”: the deadline for bids is %(deadline)s. Key holders, have your key file at hand."
)
OPENING = gettext_noop(
    "“%(title)s”: the deadline has passed. The key holders can open the bids now."
)
QUESTION = gettext_noop("“%(title)s”: a question waits for its answer since %(day)s.")
CHALLENGE = gettext_noop("“%(title)s”: a challenge is to be answered by %(day)s.")
CHALLENGE_LATE = gettext_noop("“%(title)s”: a challenge was to be answered by %(day)s.")
PUBLICITY = gettext_noop(
    "“%(title)s”: the single source was open for comment until %(day)s. It can be announced now."
)

Letters = Iterator[tuple[User, News]]
Status = Procurement.Status


def remind(*, on: date, at: datetime) -> int:
    """Tell of everything that comes or waits; how many letters were meant. None on days off."""
    calendar = workdays.load()
    if not _is_working_day(calendar, on):
        return 0
    letters = [
        *_deadlines(at),
        *_questions(calendar, on),
        *_challenges(calendar, on),
        *_publicities(on),
        *dues.letters(panel_reminders.dues(calendar), on),
        *dues.letters(contract_reminders.dues(on), on),
    ]
    inbox.deliver(letters=letters, at=at)
    return len(letters)


def _is_working_day(calendar: Calendar, on: date) -> bool:
    """Of a year whose calendar nobody entered every day counts: a deadline does not wait."""
    try:
        return calendar.is_working_day(on)
    except workdays.YearUnknown:
        return True


def _deadlines(at: datetime) -> Letters:
    open_now = Procurement.objects.filter(
        status=Status.ANNOUNCED, deadline_at__lte=at + DEADLINE_LEAD
    )
    for procurement in open_now.select_related("project__division"):
        deadline_at = procurement.deadline_at
        assert deadline_at is not None  # noqa: S101  (selected by it)
        passed = deadline_at <= at
        moment = f"{localtime(deadline_at):%Y-%m-%d %H:%M}"
        news = _news(
            procurement,
            f"{'opening' if passed else 'deadline'}:{moment}",
            OPENING if passed else DEADLINE,
            reverse("admin:projects_procurement_change", args=[procurement.pk]),
            due_on=localdate(deadline_at),
            deadline=moment,
        )
        for user in {*officers(procurement), *key_holders(procurement)}:
            yield user, news


def _questions(calendar: Calendar, on: date) -> Letters:
    """Told when the last working day for the answer comes, and not before."""
    waiting = Question.objects.filter(
        answered_at=None, procurement__status=Status.ANNOUNCED
    ).select_related("procurement__project__division")
    for question in waiting:
        asked_on = localdate(question.asked_at)
        values = thresholds.for_division(question.procurement.project.division, on)
        if _workdays(calendar, asked_on, on) < int(values["question_answer_workdays"]) - 1:
            continue
        page = reverse("admin:projects_question_change", args=[question.pk])
        day = asked_on.isoformat()
        news = _news(question.procurement, f"question:{question.pk}:waits", QUESTION, page, day=day)
        for user in officers(question.procurement):
            yield user, news


def _challenges(calendar: Calendar, on: date) -> Letters:
    received = Challenge.objects.filter(status=Challenge.Status.RECEIVED)
    for challenge in received.select_related("procurement__project__division"):
        due_on = challenge.due_on
        if _workdays(calendar, on, due_on) > ANSWER_LEAD:
            continue
        is_late = due_on < on
        news = _news(
            challenge.procurement,
            f"challenge:{challenge.pk}:{'late' if is_late else 'due'}",
            CHALLENGE_LATE if is_late else CHALLENGE,
            reverse("admin:projects_challenge_change", args=[challenge.pk]),
            due_on=due_on,
            day=due_on.isoformat(),
        )
        for user in {*officers(challenge.procurement), *deciders(challenge.procurement)}:
            yield user, news


def _publicities(on: date) -> Letters:
    over = Announcement.objects.filter(
        kind=Announcement.Kind.SINGLE_SOURCE,
        publicity_until__lt=on,
        procurement__status=Status.DRAFT,
    )
    for announcement in over.select_related("procurement__project__division"):
        procurement, until = announcement.procurement, announcement.publicity_until
        news = _news(
            procurement,
            f"publicity:{announcement.number}",
            PUBLICITY,
            reverse("admin:projects_procurement_change", args=[procurement.pk]),
            day=until.isoformat() if until else "",
        )
        for user in officers(procurement):
            yield user, news


def _workdays(calendar: Calendar, start: date, end: date) -> int:
    """Working days between; plain days where a year is not known: told early, not late."""
    try:
        return calendar.working_days_between(start, end)
    except workdays.YearUnknown:
        return (end - start).days


def _news(
    procurement: Procurement,
    key: str,
    text: str,
    page: str,
    *,
    due_on: date | None = None,
    **params: str,
) -> News:
    return News(
        key=f"procurement:{procurement.pk}:{key}",
        text=text,
        params={"title": procurement.title, **params},
        url_path=page,
        division_path=procurement.project.division.path,
        due_on=due_on,
    )
