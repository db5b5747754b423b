"""What evaluations and days do to rectifications: close what is met, open again what fails again,
tell of what is overdue. Nobody takes these steps; taken twice they change nothing.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import translation
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _

from evaluation.models import Answer, Finding, ItemResponse, Rectification, RectificationItem
from evaluation.rules import rectifying
from evaluation.rules.base import MET, NOT_APPLICABLE
from evaluation.selectors import rectification_grounds as grounds
from evaluation.selectors import thresholds
from evaluation.services import rectification_news as news
from evaluation.services.rectification_steps import (
    OPEN,
    Item,
    Status,
    close_with_last,
    default_due,
    hold,
    trail,
    write,
)
from evaluation.services.rectifications import fails
from portal.batches import any_of
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.transitions import transition
from portal.workdays import selectors as workdays

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """What the standing finding, or a later final review, says of what an item asks for: whether it
    is met, whether it does not apply any more, whether it fails, when that was computed or up to
    when the review looks, and what the step keeps of it."""

    is_met: bool
    is_moot: bool
    fails: bool
    at: datetime
    key: str
    figures: Mapping[str, Any]


def follow(*, center_ids: Sequence[int] | None, at: datetime) -> int:
    """Close the open items of centers that are met, open again the closed ones that fail by what
    was found since; how many moved.

    An item of a rule follows the standing finding: it closes once that is met, and is cancelled
    once the rule does not apply any more, which is not met; an exception or a period of grace opens
    nothing again. An item of an indicator without a rule follows later final reviews: it closes
    once one gives full points, is cancelled once one leaves the indicator out, and opens again
    where one that looks at a day since gives no greater part of them than the review it was opened
    from. What a draft asks for anew is left to the draft. None asks for every center. A fixed
    number of queries where nothing moved.

    A notice that cannot be moved is logged, and the others move.
    """
    items = RectificationItem.objects.exclude(
        Q(rule="", answer=None) | Q(status=Item.CANCELLED) | Q(rectification__status="cancelled")
    )
    if center_ids is not None:
        items = items.filter(any_of("center_id", center_ids))
    by_notice: dict[int, set[int]] = defaultdict(set)
    rows = list(items.select_related("rectification", "answer__review__round").order_by("pk"))
    seen = _seen(rows)
    for item in _newest(rows):
        if item.rectification.status != Status.DRAFT and _moves(item, seen.get(item.pk)):
            by_notice[item.rectification_id].add(item.pk)
    notices = Rectification.objects.filter(pk__in=by_notice).order_by("pk")
    return sum(_followed(notice, by_notice[notice.pk], at) for notice in notices)


def _followed(notice: Rectification, item_ids: set[int], at: datetime) -> int:
    try:
        return _follow(notice, item_ids, at)
    except (DatabaseError, DomainError):
        logger.exception("Rectification %s could not follow what was found.", notice.pk)
        return 0


def _seen(items: Sequence[RectificationItem]) -> dict[int, Seen]:
    """Item → what is known of it now; the items have ``answer.review.round``."""
    ruled = [item for item in items if item.rule]
    standing = _standing(ruled)
    found = {
        item.pk: _of_finding(standing[item.center_id, item.rule])
        for item in ruled
        if (item.center_id, item.rule) in standing
    }
    others = [item for item in items if not item.rule]
    later = grounds.later_answers(others)
    return found | {
        item.pk: _of_answer(item.answer, later[item.pk])
        for item in others
        if item.answer is not None and item.pk in later
    }


def _of_finding(finding: Finding) -> Seen:
    said = {
        "finding": finding.pk,
        "run": finding.run_id,
        "outcome": finding.outcome,
        "reason": finding.reason,
        "figures": finding.figures,
        "as_of": finding.as_of.isoformat(),
        "computed_at": finding.computed_at.isoformat(),
    }
    return Seen(
        is_met=finding.outcome == MET,
        is_moot=finding.outcome == NOT_APPLICABLE,
        fails=fails(finding),
        at=finding.computed_at,
        key=str(finding.pk),
        figures=said,
    )


def _of_answer(before: Answer, later: Answer) -> Seen:
    share, least = grounds.share_of(later), grounds.share_of(before)
    points, review_round = grounds.points_of(later), later.review.round
    said = {
        "review": later.review_id,
        "round": review_round.title,
        "indicator": later.code,
        "points": None if points is None else str(points),
        "full": str(later.points),
    }
    return Seen(
        is_met=share == 1,
        is_moot=share is None,
        fails=share is not None and share < 1 and share <= (least or 0),
        at=make_aware(datetime.combine(review_round.as_of, time.max)),
        key=f"review:{later.review_id}",
        figures=said,
    )


def _standing(items: Iterable[RectificationItem]) -> dict[tuple[int, str], Finding]:
    wanted = list(items)
    centers, rules = {item.center_id for item in wanted}, {item.rule for item in wanted}
    if not centers:
        return {}
    found = Finding.objects.standing().filter(any_of("center_id", sorted(centers)))
    return {(each.center_id, each.rule): each for each in found.filter(rule__in=rules)}


def _newest(items: Iterable[RectificationItem]) -> Iterable[RectificationItem]:
    """Of the items about one rule or indicator of a center the one that is open, else the last:
    what was put right long ago does not open beside it."""
    newest: dict[tuple[int, str, str], RectificationItem] = {}
    for item in items:
        is_ruled = item.rule or item.answer is None
        about = (item.center_id, item.rule, "" if is_ruled else str(item.answer))
        held = newest.get(about)
        if held is None or held.status not in OPEN:
            newest[about] = item
    return newest.values()


def _moves(item: RectificationItem, seen: Seen | None) -> bool:
    if seen is None:
        return False
    if item.status in OPEN:
        return seen.is_met or seen.is_moot
    # What was verified on site while the old finding stood is not undone by that finding.
    return seen.fails and item.closed_at is not None and seen.at > item.closed_at


@transaction.atomic
def _follow(notice: Rectification, item_ids: set[int], at: datetime) -> int:
    held = hold(notice)
    found = held.items.filter(pk__in=item_ids).select_related("answer__review__round")
    items = list(found.order_by("position"))
    seen = _seen(items)
    moved = [item for item in items if _moves(item, seen.get(item.pk))]
    for item in moved:
        if item.status not in OPEN:
            _reopen(held, item, seen[item.pk], at)
        elif seen[item.pk].is_moot:
            _leave(held, item, seen[item.pk], at)
        else:
            _close(held, item, seen[item.pk], at)
    if held.status == Status.ISSUED and moved:
        _end_with_last(held, at)
    return len(moved)


def _end_with_last(held: Rectification, at: datetime) -> None:
    """Once no item is open: put right, or cancelled where none was."""
    people = [*news.answering(held.center), held.owner]
    if held.items.exclude(status=Item.CANCELLED).exists():
        if close_with_last(held, by=None, at=at):
            news.tell(held, "closed", people, at=at, key=f"closed:{at:%Y%m%d%H%M%S}")
        return
    reason = _moot()
    transition(held, Status.CANCELLED, cancel_reason=reason)
    changes = {"status": [Status.ISSUED, Status.CANCELLED]}
    trail(held, "cancel", by=None, at=at, changes=changes, reason=reason)
    news.tell(held, "cancelled", people, at=at, key="cancelled")


def _moot() -> str:
    """Why an item, or a whole notice, asks for nothing any more; in the language of notices."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("By the latest evaluation it does not apply to the center any more.")


def _leave(held: Rectification, item: RectificationItem, seen: Seen, at: datetime) -> None:
    before, reason = item.status, _moot()
    transition(item, Item.CANCELLED)
    write(item, "cancelled", by=None, at=at, note=reason, figures=seen.figures)
    changes = {"item": [None, item.position], "status": [before, Item.CANCELLED]}
    trail(held, "moot", by=None, at=at, changes=changes, reason=reason)
    people = [*news.answering(held.center), held.owner]
    key = f"item:{item.pk}:moot:{seen.key}"
    news.tell(held, "moot", people, at=at, key=key, item=item)


def _close(held: Rectification, item: RectificationItem, seen: Seen, at: datetime) -> None:
    how = RectificationItem.Closed.EVALUATION
    before = item.status
    transition(item, Item.CLOSED, closed_how=how, closed_at=at)
    write(item, "closed", by=None, at=at, figures=seen.figures)
    changes = {"item": [None, item.position], "status": [before, "closed"]}
    trail(held, "met", by=None, at=at, changes=changes)
    people = [*news.answering(held.center), held.owner]
    key = f"item:{item.pk}:met:{seen.key}"
    news.tell(held, "met", people, at=at, key=key, item=item)


def _reopen(held: Rectification, item: RectificationItem, seen: Seen, at: datetime) -> None:
    if held.status == Status.CLOSED:
        transition(held, Status.ISSUED, closed_at=None)
    due_on = max(item.first_due_on, default_due(held.center, localdate(at)))
    transition(
        item,
        Item.OPEN,
        closed_how="",
        closed_by=None,
        closed_at=None,
        due_on=due_on,
        reopened=item.reopened + 1,
        escalation=0,
        escalated_at=None,
    )
    figures = {**seen.figures, "due_on": due_on.isoformat()}
    write(item, "reopened", by=None, at=at, figures=figures)
    changes = {"item": [None, item.position], "status": ["closed", "open"]}
    trail(held, "reopen", by=None, at=at, changes=changes)
    people = [*news.answering(held.center), held.owner]
    key = f"item:{item.pk}:reopened:{item.reopened}"
    news.tell(held, "reopened", people, at=at, key=key, item=item)


def escalate(*, on: date, at: datetime) -> int:
    """Raise what is overdue to its level, and tell of it: the center and whoever is in charge,
    then the chiefs, then the leaders; how many items rose.

    What waits to be verified is not the center's to hurry, and what an exception excuses is not
    asked for while it lasts.
    """
    overdue = RectificationItem.objects.filter(
        status=Item.OPEN, rectification__status=Status.ISSUED, due_on__lt=on, escalation__lt=3
    )
    items = list(overdue.select_related("rectification__center__division").order_by("pk"))
    excused = _excused(items)
    calendar, step_of = workdays.load(), _steps(on)
    risen = 0
    for item in items:
        if (item.center_id, item.rule) in excused:
            continue
        level = _level(item, on, calendar, step_of(item.rectification.center.division))
        risen += level > item.escalation and _raise(item, level, at)
    return risen


def _steps(on: date) -> Callable[[Division], int]:
    """Working days between two levels, by division; asked once of each."""
    known: dict[int, int] = {}

    def step_of(division: Division) -> int:
        if division.pk not in known:
            known[division.pk] = thresholds.for_division(division, on)["rectify_escalate_days"]
        return known[division.pk]

    return step_of


def remind_of_answers(*, on: date, at: datetime) -> int:
    """Tell of responses that wait to be verified, from the day they do so for as many working days
    as pass between two levels: whoever is in charge, after twice as many the chiefs; each once;
    how many responses.

    The center has done what it could: its item rises to no level meanwhile.
    """
    waiting = ItemResponse.objects.filter(
        result="", item__status=Item.ANSWERED, item__rectification__status=Status.ISSUED
    )
    calendar, step_of = workdays.load(), _steps(on)
    told = 0
    for response in waiting.select_related(
        "item__rectification__center__division", "item__rectification__owner"
    ).order_by("pk"):
        item = response.item
        held = item.rectification
        since = localdate(response.answered_at)
        level = _waited(since, on, calendar, step_of(held.center.division))
        for passed in range(rectifying.OVERDUE, level + 1):
            is_first = passed == rectifying.OVERDUE
            people = [held.owner] if is_first else news.chiefs(held.center)
            key = f"item:{item.pk}:unverified:{response.number}:{passed}"
            due = since.isoformat()
            news.tell(held, "unverified", people, at=at, key=key, item=item, due=due)
        told += level > rectifying.ON_TIME
    return told


def _waited(since: date, on: date, calendar: workdays.Calendar, step: int) -> int:
    """How far a response waits: a level less than an item that was due when it came."""
    try:
        level = rectifying.level(since, on, calendar, step) - 1
    except workdays.YearUnknown:
        return rectifying.ON_TIME
    return max(level, rectifying.ON_TIME)


def _excused(items: Sequence[RectificationItem]) -> set[tuple[int, str]]:
    """(center, rule) that fails by an exception only, or within a period of grace."""
    ruled = [item for item in items if item.rule]
    return {key for key, finding in _standing(ruled).items() if not fails(finding)}


def _level(item: RectificationItem, on: date, calendar: workdays.Calendar, step: int) -> int:
    try:
        return rectifying.level(item.due_on, on, calendar, step)
    except workdays.YearUnknown:
        return max(item.escalation, rectifying.OVERDUE)


@transaction.atomic
def _raise(item: RectificationItem, level: int, at: datetime) -> bool:
    held = hold(item.rectification)
    if held.status != Status.ISSUED:
        return False
    before = item.escalation
    raised = RectificationItem.objects.filter(
        pk=item.pk, status=Item.OPEN, due_on=item.due_on, escalation=before
    ).update(escalation=level, escalated_at=at, version=F("version") + 1)
    if not raised:
        return False
    write(item, "escalated", by=None, at=at, figures={"level": level})
    changes = {"item": [None, item.position], "escalation": [before, level]}
    trail(held, "escalate", by=None, at=at, changes=changes)
    for passed in range(before + 1, level + 1):
        _tell_of(held, item, passed, at)
    return True


def _tell_of(held: Rectification, item: RectificationItem, level: int, at: datetime) -> None:
    people = {
        rectifying.OVERDUE: lambda: [*news.answering(held.center), held.owner],
        rectifying.STILL_OVERDUE: lambda: news.chiefs(held.center),
        rectifying.LONG_OVERDUE: lambda: news.leaders(held.center),
    }[level]()
    what = "overdue" if level == rectifying.OVERDUE else "still"
    key = f"item:{item.pk}:overdue:{item.due_on.isoformat()}:{level}"
    news.tell(held, what, people, at=at, key=key, item=item)
