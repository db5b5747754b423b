"""Rectifications: opened from findings, from a review or by hand, edited, issued, received,
cancelled. What becomes of their items stands in ``rectification_items``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import (
    Answer,
    Feedback,
    Finding,
    Rectification,
    RectificationItem,
    Review,
)
from evaluation.permissions import can_rectify
from evaluation.rules.base import MET, NOT_APPLICABLE, NOT_MET
from evaluation.selectors import rectification_grounds as grounds
from evaluation.selectors.rectification_grounds import Ground
from evaluation.selectors.rectifications import FREE
from evaluation.services import rectification_news as news
from evaluation.services.rectification_steps import (
    OPEN,
    Item,
    NotOpen,
    Status,
    check_due,
    default_due,
    hold,
    trail,
    write,
)
from organizations.services.numbers import next_number
from portal.audit.services import compared
from portal.errors import DomainError, constraint_of, given
from portal.transitions import edit as edit_version
from portal.transitions import edit_if, transition
from portal.users.models import User
from portal.workdays import selectors as workdays

TITLE_LENGTH = 100
ONCE = ("rectification_of_a_rule_once", "rectification_of_an_indicator_once")
# What a rule asks for no more.
OVER = (MET, NOT_APPLICABLE)


class NothingToRectify(DomainError):
    """A finding or a mark asks for nothing now; ``lines`` says so of each."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


class RectifiedAlready(DomainError):
    """The same rule is to be put right by the center already."""


class NotInCharge(DomainError):
    """Whoever is to be in charge manages no rectifications in the district."""


class NotADraft(DomainError):
    """Only a draft is edited."""


@dataclass(frozen=True)
class Plan:
    """Who is in charge and until when; ``working_days`` counts from the day of issuing and goes
    before ``due_on``. Without either, the days that the district set, from the day of issuing."""

    owner: User
    due_on: date | None = None
    working_days: int | None = None
    title: str = ""

    def day(self, center: Center, on: date) -> date:
        """Until when items issued on a day are to be put right. Raises ``DeadlineUnfit``."""
        if self.is_day_typed and self.due_on is not None:
            return check_due(self.due_on, on)
        return _counted(center, self.working_days, on)

    @property
    def is_day_typed(self) -> bool:
        """Whether the day stands whenever the notice is issued."""
        return self.working_days is None and self.due_on is not None


def _counted(center: Center, working_days: int | None, on: date) -> date:
    if working_days is not None:
        return check_due(workdays.add_working_days(on, working_days), on)
    return default_due(center, on)


def days_on(rectification: Rectification, on: date) -> dict[int, date]:
    """Item → until when it is to be put right if the draft is issued on a day: the day that was
    entered by hand, else as many days from then on as were planned. Raises ``DeadlineUnfit``,
    ``YearUnknown``."""
    items = list(rectification.items.filter(status=Item.OPEN).order_by("position"))
    if all(item.is_day_typed for item in items):
        return {item.pk: check_due(item.due_on, on) for item in items}
    counted = _counted(rectification.center, rectification.working_days, on)
    return {
        item.pk: check_due(item.due_on, on) if item.is_day_typed else counted for item in items
    }


def open_from_findings(
    *, center: Center, findings: Iterable[Finding], plan: Plan, by: User, at: datetime
) -> Rectification:
    """Draft a rectification with one item per finding of the center: fact, clause, quote, figures
    and what is asked for come from the finding.

    Raises ``NothingToRectify`` where a finding does not stand, is met, waived or in grace, or asks
    for nothing; ``RectifiedAlready``, ``NotInCharge``, ``DeadlineUnfit``, ``YearUnknown``.
    """
    chosen = list(findings)
    found = grounds.of_findings(chosen, localdate(at))
    _refuse(center, chosen, found)
    return _draft(center, found, plan, by=by, at=at, source=Rectification.Source.FINDING)


def open_from_review(
    *, review: Review, answers: Iterable[Answer], plan: Plan, by: User, at: datetime
) -> Rectification:
    """Draft a rectification of indicators of a final review. One that is computed from findings
    becomes an item per rule that still fails, which follows the rule; any other becomes one item.

    Raises as ``open_from_findings``; ``NothingToRectify`` where no points are missing, or what was
    missing is met or to be put right already.
    """
    chosen = list(answers)
    lines = []
    if review.status != Review.Status.FINAL:
        lines.append(_("The review is not final yet: what it says can still change."))
    for answer in chosen:
        if answer.review_id != review.pk:
            lines.append(_("%(code)s belongs to another review.") % {"code": answer.code})
        elif not grounds.is_short(answer):
            lines.append(
                _("%(code)s has full points: there is nothing to put right.")
                % {"code": answer.code}
            )
    if not chosen:
        lines.append(_("Choose at least one indicator."))
    if lines:
        raise NothingToRectify(lines)
    return _draft(
        review.center,
        _of_answers(review.center, chosen, localdate(at)),
        plan,
        by=by,
        at=at,
        source=Rectification.Source.REVIEW,
        review=review,
    )


def _of_answers(center: Center, answers: Sequence[Answer], on: date) -> list[Ground]:
    """What each indicator asks for now. Raises ``NothingToRectify``."""
    rules = {rule for answer in answers for rule in grounds.rules_of(answer)}
    standing = standing_findings(center.pk, rules)
    by_rule = {each.rule: each for each in grounds.of_findings(standing.values(), on)}
    failing = {
        rule: by_rule[rule]
        for rule, finding in standing.items()
        if not _refusal(center, finding, by_rule.get(rule))
    }
    open_items = RectificationItem.objects.filter(center=center, rule__in=rules, status__in=OPEN)
    known = set(open_items.values_list("rule", flat=True))
    found: list[Ground] = []
    lines = []
    for answer, ground in zip(answers, grounds.of_answers(answers), strict=True):
        fails = [rule for rule in grounds.rules_of(answer) if rule in failing]
        new = [rule for rule in fails if rule not in known]
        known.update(new)
        if new:
            found += [grounds.of_a_rule(ground, failing[rule]) for rule in new]
        elif fails:
            text = _("%(code)s: what fails of it is to be put right already.")
            lines.append(text % {"code": answer.code})
        elif _is_met_since(answer, standing):
            text = _("%(code)s: its rules are met since; there is nothing to put right.")
            lines.append(text % {"code": answer.code})
        else:
            found.append(ground)
    if lines:
        raise NothingToRectify(lines)
    return found


def _is_met_since(answer: Answer, standing: Mapping[str, Finding]) -> bool:
    """Whether what the portal computed counts, and every rule of it is met by now."""
    rules = grounds.rules_of(answer)
    is_computed = grounds.points_of(answer) == answer.computed_points
    return (
        bool(rules)
        and is_computed
        and all(rule in standing and standing[rule].outcome in OVER for rule in rules)
    )


def open_by_hand(
    *,
    center: Center,
    source: str,
    fact: str,
    requirement: str,
    plan: Plan,
    by: User,
    at: datetime,
    feedback: Feedback | None = None,
) -> Rectification:
    """Draft a rectification with one item in words, of a visit or of what residents wrote; then
    ``feedback`` may say which.

    Raises ``ReasonMissing`` where one of them is missing, ``NothingToRectify`` where the feedback
    is of another center or the source another, and as ``open_from_findings``.
    """
    if feedback is not None:
        is_of_it = feedback.center_id == center.pk and source == Rectification.Source.FEEDBACK
        if not is_of_it:
            text = _("%(number)s is feedback of another center, or not what this is opened from.")
            raise NothingToRectify([text % {"number": feedback.feedback_no}])
    fact = given(fact, _("Say what was found."))
    requirement = given(requirement, _("Say what is asked for."))
    label = str(Rectification.Source(source).label)
    ground = Ground(fact=fact, requirement=requirement, basis={}, topic=label)
    return _draft(center, [ground], plan, by=by, at=at, source=source, feedback=feedback)


def _refuse(center: Center, findings: Sequence[Finding], found: Sequence[Ground]) -> None:
    known = {ground.rule: ground for ground in found}
    lines = [_refusal(center, each, known.get(each.rule)) for each in findings]
    if not findings:
        lines.append(_("Choose at least one finding."))
    if refusals := [line for line in lines if line]:
        raise NothingToRectify(refusals)


def _refusal(center: Center, finding: Finding, ground: Ground | None) -> str:
    """Why the finding cannot be put right, or ""."""
    said = {"rule": finding.rule, "center": center.name}
    if finding.center_id != center.pk:
        return _("%(rule)s: the finding is of another center; open one for each.") % said
    if finding.superseded_at is not None or finding.series_on is not None:
        return _("%(rule)s: this result does not stand any more.") % said
    if ground is None or ground.explanation is None:
        return _("%(rule)s: the standard in force does not have this rule.") % said
    explained = ground.explanation
    checks = (
        (
            explained.rule.rule_class in FREE,
            _("%(rule)s is encouraged or permitted: nothing has to be put right."),
        ),
        (
            NOT_MET not in (finding.outcome, explained.outcome)
            or finding.outcome != explained.outcome,
            _("%(rule)s is not failed: there is nothing to put right."),
        ),
        (
            finding.in_grace or explained.in_grace,
            _("%(rule)s: the period of grace still runs; no notice goes out before it ends."),
        ),
        (
            finding.waiver_id is not None or explained.waiver is not None,
            _("%(rule)s: an exception is in force."),
        ),
        (explained.is_excused, _("%(rule)s: the district excuses it by a parameter.")),
    )
    return next((text % said for is_so, text in checks if is_so), "")


@transaction.atomic
def _draft(
    center: Center,
    found: Sequence[Ground],
    plan: Plan,
    *,
    by: User,
    at: datetime,
    source: str,
    review: Review | None = None,
    feedback: Feedback | None = None,
) -> Rectification:
    _check_owner(plan.owner, center)
    on = localdate(at)
    due_on = plan.day(center, on)
    district = center.division.district_code
    rectification = Rectification.objects.create(
        rectification_no=next_number(f"{district}-ZG-{on.year}-"),
        center=center,
        source=source,
        review=review,
        feedback=feedback,
        working_days=plan.working_days,
        title=(plan.title.strip() or _title(found))[:TITLE_LENGTH],
        owner=plan.owner,
        opened_by=by,
        opened_at=at,
    )
    _add(rectification, found, due_on, is_day_typed=plan.is_day_typed)
    changes = {
        "status": [None, rectification.status],
        "items": [None, [ground.rule or ground.basis.get("indicator", "") for ground in found]],
        "due_on": [None, due_on.isoformat()],
    }
    trail(rectification, "open", by=by, at=at, changes=changes)
    if plan.owner != by:
        news.tell(rectification, "assigned", [plan.owner], at=at, key="owner", by=by)
    return rectification


def _title(found: Sequence[Ground]) -> str:
    topics = list(dict.fromkeys(ground.topic for ground in found))
    return f"关于{'、'.join(topics)}的整改"


def _add(
    rectification: Rectification, found: Sequence[Ground], due_on: date, *, is_day_typed: bool
) -> None:
    items = [
        RectificationItem(
            rectification=rectification,
            center_id=rectification.center_id,
            position=position,
            rule=ground.rule,
            answer=ground.answer,
            basis=ground.basis,
            fact=ground.fact,
            requirement=ground.requirement,
            due_on=due_on,
            first_due_on=due_on,
            is_day_typed=is_day_typed,
        )
        for position, ground in enumerate(found, start=1)
    ]
    try:
        with transaction.atomic():
            RectificationItem.objects.bulk_create(items)
    except IntegrityError as error:
        if constraint_of(error) not in ONCE:
            raise
        raise RectifiedAlready(_standing(rectification, found)) from error


def _standing(rectification: Rectification, found: Sequence[Ground]) -> str:
    rules = [ground.rule for ground in found if ground.rule]
    answers = [ground.answer for ground in found if not ground.rule]
    standing = RectificationItem.objects.filter(
        Q(rule__in=rules) | Q(rule="", answer__in=[each for each in answers if each is not None]),
        center=rectification.center_id,
        status__in=OPEN,
    ).select_related("rectification", "answer")
    return _("Already to be put right: %(items)s. Leave these out.") % {
        "items": "、".join(
            f"{one.rule or (one.answer and one.answer.code)} ({one.rectification.rectification_no})"
            for one in standing
        )
    }


def _check_owner(owner: User, center: Center) -> None:
    if not can_rectify(owner, center.division):
        raise NotInCharge(
            _("%(name)s handles no rectifications in this district. Choose somebody who does.")
            % {"name": owner}
        )


@transaction.atomic
def edit_item(
    *,
    item: RectificationItem,
    fact: str,
    requirement: str,
    responsible: str,
    due_on: date,
    version: int,
    by: User,
    at: datetime,
) -> RectificationItem:
    """Change the words and the day of an item of a draft. The day is never earlier than the first;
    one that is changed stands whenever the notice is issued.

    Raises ``NotADraft``, ``ReasonMissing``, ``DeadlineUnfit``, ``Conflict``.
    """
    held = _hold_draft(item.rectification)
    values = {
        "fact": given(fact, _("Say what was found.")),
        "requirement": given(requirement, _("Say what is asked for.")),
        "responsible": responsible.strip(),
        "due_on": check_due(due_on, max(localdate(at), item.first_due_on - workdays.DAY)),
        "is_day_typed": item.is_day_typed or due_on != item.due_on,
    }
    before = {name: getattr(item, name) for name in values}
    edit_version(item, version=version, **values)
    trail(held, "edit_item", by=by, at=at, changes=compared(before, values))
    return item


def _hold_draft(rectification: Rectification) -> Rectification:
    held = hold(rectification)
    if held.status != Status.DRAFT:
        raise NotADraft(
            _("The notice is “%(status)s”: only a draft is edited.")
            % {"status": held.get_status_display()}
        )
    return held


@transaction.atomic
def leave_out(
    *, item: RectificationItem, reason: str, version: int, by: User, at: datetime
) -> RectificationItem:
    """Take an item out of a draft, with a reason; it stays on file.

    Raises ``NotADraft``, ``ReasonMissing``, ``Conflict``.
    """
    reason = given(reason, _("Say why the item is left out."))
    held = _hold_draft(item.rectification)
    transition(item, Item.CANCELLED, version=version)
    write(item, "cancelled", by=by, at=at, note=reason)
    changes = {"item": [item.position, None]}
    trail(held, "leave_out", by=by, at=at, changes=changes, reason=reason)
    return item


@transaction.atomic
def assign(*, rectification: Rectification, owner: User, by: User, at: datetime) -> Rectification:
    """Put somebody else in charge. Raises ``NotInCharge``, ``NotOpen``."""
    held = hold(rectification)
    _check_owner(owner, held.center)
    before = held.owner
    if not edit_if(held, Q(status__in=[Status.DRAFT, Status.ISSUED]), owner=owner):
        raise NotOpen(_("It is over: nobody has to be in charge any more."))
    trail(held, "assign", by=by, at=at, changes=compared({"owner": before}, {"owner": owner}))
    news.tell(held, "assigned", [owner], at=at, key=f"owner:{owner.pk}", by=by)
    return held


@transaction.atomic
def issue(
    *, rectification: Rectification, by: User, at: datetime, version: int | None = None
) -> Rectification:
    """Send the notice to the center; its days run from now on, as ``days_on``, and the director is
    told.

    What stopped failing since it was drafted has to be left out first. Raises
    ``NothingToRectify``, ``DeadlineUnfit``, ``Conflict``.
    """
    held = hold(rectification)
    items = list(held.items.filter(status=Item.OPEN).order_by("position"))
    _check_still(held, items)
    days = days_on(held, localdate(at)) if held.status == Status.DRAFT else {}
    for item in items:
        day = days.get(item.pk, item.due_on)
        if (item.due_on, item.first_due_on) != (day, day):
            edit_version(item, version=item.version, due_on=day, first_due_on=day)
    transition(held, Status.ISSUED, version=version, issued_by=by, issued_at=at)
    for item in items:
        write(item, "opened", by=by, at=at, figures={"due_on": item.due_on.isoformat()})
    trail(held, "issue", by=by, at=at, changes={"status": ["draft", "issued"]})
    due = min(item.due_on for item in items).isoformat()
    people = news.answering(held.center)
    news.tell(held, "issued", people, at=at, key="issued", due=due, by=by)
    return held


def _check_still(held: Rectification, items: Sequence[RectificationItem]) -> None:
    if held.status == Status.DRAFT and not items:
        raise NothingToRectify([_("No item is left. Cancel the draft instead.")])
    standing = standing_findings(held.center_id, [item.rule for item in items if item.rule])
    lines = [
        _("Item %(item)s (%(rule)s) does not fail any more, or is excepted. Leave it out.")
        % {"item": item.position, "rule": item.rule}
        for item in items
        if item.rule and not fails(standing.get(item.rule))
    ]
    if lines:
        raise NothingToRectify(lines)


def standing_findings(center_id: int, rules: Iterable[str]) -> Mapping[str, Finding]:
    """What holds of rules of one center now, by rule."""
    found = Finding.objects.standing().filter(center=center_id, rule__in=list(rules))
    return {finding.rule: finding for finding in found}


def fails(finding: Finding | None) -> bool:
    """Whether a finding asks for something: not met, and neither excepted nor in grace."""
    return (
        finding is not None
        and finding.outcome == NOT_MET
        and finding.waiver_id is None
        and not finding.in_grace
    )


@transaction.atomic
def receive(*, rectification: Rectification, by: User, at: datetime) -> bool:
    """Note that the center has it; False where somebody noted it before. Raises ``NotOpen``."""
    held = hold(rectification)
    if held.status not in (Status.ISSUED, Status.CLOSED):
        raise NotOpen(_("There is nothing to receive."))
    if not edit_if(held, Q(received_at=None), received_by=by, received_at=at):
        return False
    trail(held, "receive", by=by, at=at, changes={"received_at": [None, at.isoformat()]})
    return True


@transaction.atomic
def cancel(
    *,
    rectification: Rectification,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Rectification:
    """Take back what is not put right yet, with a reason that the center reads; what was put right
    stays so. Raises ``ReasonMissing``, ``Conflict``."""
    reason = given(reason, _("Say why it is cancelled; the center reads it."))
    held = hold(rectification)
    before: dict[str, Any] = {"status": held.status}
    items = list(held.items.filter(status__in=OPEN))
    for item in items:
        transition(item, Item.CANCELLED)
        write(item, "cancelled", by=by, at=at, note=reason)
    transition(held, Status.CANCELLED, version=version, cancel_reason=reason)
    changes = compared(before, {"status": held.status})
    trail(held, "cancel", by=by, at=at, changes=changes, reason=reason)
    if held.issued_at is not None:
        people = news.answering(held.center)
        news.tell(held, "cancelled", people, at=at, key="cancelled", by=by)
    return held
