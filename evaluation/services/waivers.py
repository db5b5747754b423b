"""Waivers: requested by one person, decided by another, withdrawn, revoked, and run out."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from centers.models import Center, Membership
from evaluation.models import Run, Waiver
from evaluation.rules.base import NOT_MET
from evaluation.selectors import parameters
from evaluation.selectors.explanations import Explanation
from evaluation.services import evaluations
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.evidence import services as evidence
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.transitions import transition
from portal.users.models import User
from portal.users.roles import Capability, roles_with

# Told this many days before a waiver ends; once each, the later one if both were missed.
STEPS = (30, 7)
# An end is told until this long after it; who was told before is not told again.
TOLD_FOR = timedelta(days=30)
WAIVABLE = ("M", "G")

TEXTS = {
    "request": gettext_noop("%(center)s: an exception from %(rule)s waits for your decision."),
    "approve": gettext_noop(
        "%(center)s: the exception from %(rule)s was approved until %(until)s."
    ),
    "refuse": gettext_noop("%(center)s: the exception from %(rule)s was refused."),
    "revoke": gettext_noop("%(center)s: the exception from %(rule)s was revoked."),
    "ends": gettext_noop(
        "%(center)s: the exception from %(rule)s ends on %(until)s; then the rule weighs again."
    ),
    "ended": gettext_noop(
        "%(center)s: the exception from %(rule)s ended on %(until)s. The rule weighs again."
    ),
}


class WaiverBySameHand(DomainError):
    """Who requested a waiver cannot decide on it."""


class NotWaivable(DomainError):
    """A waiver would change nothing: the rule does not weigh in the roll-up, or there is none."""


class WaiverUnproved(DomainError):
    """A waiver is asked for without a document or a file."""


class WaiverAlreadyRequested(DomainError):
    """A request for the same center and rule still waits."""


class WaiverNotYours(DomainError):
    """Only who requested a waiver withdraws it."""


def request(
    *,
    center: Center,
    rule: str,
    reason: str,
    ends_on: date,
    by: User,
    at: datetime,
    starts_on: date | None = None,
    basis: str = "",
    upload: File | None = None,
) -> Waiver:
    """Ask for an exception from a rule until a date (inclusive).

    ``basis`` names a document, ``upload`` is one; one of them there must be. Raises
    ``NotWaivable``, ``WaiverUnproved``, ``WaiverAlreadyRequested``; ``EvidenceRefused`` for the
    file.
    """
    _refuse_pointless(rule, localdate(at))
    if not basis.strip() and upload is None:
        raise WaiverUnproved(_("Name the document the exception rests on, or attach it."))
    file = evidence.store(upload=upload, by=by, at=at) if upload else None
    waiver = Waiver(
        center=center,
        rule=rule,
        reason=reason,
        basis=basis,
        evidence=file,
        starts_on=starts_on,
        ends_on=ends_on,
        requested_as=_role(by, Capability.WAIVER_REQUEST, center),
        requested_by=by,
        requested_at=at,
    )
    return _enter(waiver, by=by, at=at)


def is_waivable(explanation: Explanation) -> bool:
    """Whether an exception would change anything: the finding weighs, and none is in force."""
    return (
        explanation.outcome == NOT_MET
        and explanation.rule.rule_class in WAIVABLE
        and explanation.waiver is None
    )


def _refuse_pointless(rule_id: str, on: date) -> None:
    pack = parameters.parsed(parameters.pack_in_force(on))
    rule = next((each for each in pack.center_rules if each.id == rule_id), None)
    if rule is None:
        raise NotWaivable(_("The standard in force has no rule “%(rule)s”.") % {"rule": rule_id})
    if rule.rule_class == "L":
        raise NotWaivable(
            _("%(rule)s is a duty by law: the bureau cannot except from it.") % {"rule": rule_id}
        )
    if rule.rule_class not in WAIVABLE:
        raise NotWaivable(
            _("%(rule)s does not weigh in the overall result, so there is nothing to except.")
            % {"rule": rule_id}
        )


@transaction.atomic
def _enter(waiver: Waiver, *, by: User, at: datetime) -> Waiver:
    try:
        with transaction.atomic():
            waiver.save(force_insert=True)
    except IntegrityError as error:
        if "waiver_one_request_at_a_time" not in str(error):
            raise
        raise WaiverAlreadyRequested(
            _("An exception from %(rule)s was requested already and waits for its decision.")
            % {"rule": waiver.rule}
        ) from error
    _record(waiver, "request", by=by, at=at, reason=waiver.reason)
    _tell(waiver, "request", _deciders(waiver), by=by, at=at)
    return waiver


@transaction.atomic
def approve(*, waiver: Waiver, by: User, at: datetime) -> Waiver:
    """Approve it; the center is evaluated again."""
    _refuse_same_hand(waiver, by)
    transition(
        waiver,
        Waiver.Status.APPROVED,
        approved_by=by,
        approved_at=at,
        approved_as=_role(by, Capability.WAIVER_APPROVE, waiver.center),
    )
    _record(waiver, "approve", by=by, at=at, reason=waiver.reason)
    _tell(waiver, "approve", _concerned(waiver), by=by, at=at)
    _evaluate(waiver, at)
    return waiver


@transaction.atomic
def refuse(*, waiver: Waiver, reason: str, by: User, at: datetime) -> Waiver:
    """Refuse it with a reason; nothing changes for the center."""
    _refuse_same_hand(waiver, by)
    reason = _explained(reason)
    transition(
        waiver, Waiver.Status.REFUSED, closed_by=by, closed_at=at, closing_reason=reason
    )
    _record(waiver, "refuse", by=by, at=at, reason=reason)
    _tell(waiver, "refuse", _concerned(waiver), by=by, at=at)
    return waiver


@transaction.atomic
def withdraw(*, waiver: Waiver, by: User, at: datetime) -> Waiver:
    """Take back a request that is not decided yet."""
    if waiver.requested_by_id != by.pk:
        raise WaiverNotYours(_("Only who requested this waiver can withdraw it."))
    transition(waiver, Waiver.Status.WITHDRAWN, closed_by=by, closed_at=at)
    _record(waiver, "withdraw", by=by, at=at)
    return waiver


@transaction.atomic
def revoke(*, waiver: Waiver, reason: str, by: User, at: datetime) -> Waiver:
    """End an approved waiver from today on, with a reason; the center is evaluated again."""
    reason = _explained(reason)
    transition(
        waiver,
        Waiver.Status.REVOKED,
        closed_by=by,
        closed_at=at,
        closing_reason=reason,
        revoked_on=localdate(at),
        revoked_at=at,
    )
    _record(waiver, "revoke", by=by, at=at, reason=reason)
    _tell(waiver, "revoke", _concerned(waiver), by=by, at=at)
    _evaluate(waiver, at)
    return waiver


def remind(*, on: date, at: datetime) -> int:
    """Tell of waivers that end soon, and of those that ended; how many were told of."""
    near = Waiver.objects.filter(
        status=Waiver.Status.APPROVED,
        ends_on__lte=on + timedelta(days=max(STEPS)),
        ends_on__gte=on - TOLD_FOR,
    )
    followed = Waiver.objects.filter(
        center=OuterRef("center"),
        rule=OuterRef("rule"),
        status=Waiver.Status.APPROVED,
        ends_on__gt=OuterRef("ends_on"),
    )
    # Where a later exception is approved, the end of this one changes nothing.
    ending = near.filter(~Exists(followed)).select_related("center__division", "requested_by")
    waivers = list(ending.order_by("pk"))
    letters = [letter for waiver in waivers for letter in _letters(waiver, on)]
    inbox.deliver(letters=letters, at=at)
    return len(waivers)


def _letters(waiver: Waiver, on: date) -> Iterable[tuple[User, News]]:
    left = (waiver.ends_on - on).days
    text, step = "ended", "ended"
    if left >= 0:
        text, step = "ends", f"ends:{min(step for step in STEPS if left <= step)}"
    told = (*_concerned(waiver), *_deciders(waiver))
    return [(user, _news(waiver, text, step, user)) for user in told]


def _refuse_same_hand(waiver: Waiver, by: User) -> None:
    if waiver.requested_by_id == by.pk:
        raise WaiverBySameHand(_("You requested this waiver; somebody else has to decide on it."))


def _explained(reason: str) -> str:
    return given(reason, _("Say why: whoever asked for the exception reads it."))


def _role(user: User, capability: str, center: Center) -> str:
    """Code of the role in which the user acts; "" for a superuser without one."""
    codes = set(roles_with(capability))
    held = [role for role, path in user.grants if center.division.path.startswith(path)]
    at_center = Membership.objects.filter(user=user, center=center).values_list("role", flat=True)
    return next((role for role in (*held, *at_center) if role in codes), "")


def _deciders(waiver: Waiver) -> list[User]:
    found = User.objects.holding(Capability.WAIVER_APPROVE, waiver.center.division)
    return [user for user in found if user.pk != waiver.requested_by_id]


def _concerned(waiver: Waiver) -> list[User]:
    """Who asked, and who directs the center."""
    codes = roles_with(Capability.FILING_SUBMIT)
    directors = User.objects.filter(
        memberships__center=waiver.center_id, memberships__role__in=codes
    )
    return list({user.pk: user for user in (waiver.requested_by, *directors)}.values())


def _tell(
    waiver: Waiver, verb: str, users: Iterable[User], *, by: User, at: datetime
) -> None:
    letters = [(user, _news(waiver, verb, verb, user)) for user in users if user != by]
    inbox.deliver(letters=letters, at=at)


def _news(waiver: Waiver, text: str, step: str, user: User) -> News:
    page = "admin:evaluation_waiver_change" if user.is_staff else "evaluation:waiver"
    return News(
        key=f"waiver:{waiver.pk}:{step}",
        text=TEXTS[text],
        params={
            "center": waiver.center.name,
            "rule": waiver.rule,
            "until": waiver.ends_on.isoformat(),
        },
        url_path=reverse(page, args=[waiver.pk]),
        division_path=waiver.center.division.path,
    )


def _evaluate(waiver: Waiver, at: datetime) -> None:
    evaluations.request_for(
        center_ids=[waiver.center_id], at=at, trigger=Run.Trigger.WAIVER, with_duties=False
    )


def _record(waiver: Waiver, verb: str, *, by: User, at: datetime, reason: str = "") -> None:
    changes: dict[str, Any] = {"status": [None, waiver.status]}
    audit.record(
        action=f"evaluation.waiver.{verb}",
        by=by,
        at=at,
        target=waiver,
        division_path=waiver.center.division.path,
        changes=changes,
        reason=reason,
    )
