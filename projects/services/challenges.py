"""Challenges: filed by a supplier within its days, answered within theirs; the procurement waits.

While a challenge of the procedure or the result is open the procurement is challenged; with the
last answer it goes back to where it was, or behind it where a challenge was right.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.errors import DomainError, given
from portal.transitions import edit, transition
from portal.users.models import User
from portal.workdays import selectors as workdays
from projects.models import Challenge, Procurement
from projects.models.announcement import RIGHT
from projects.rules import periods
from projects.selectors import procurements as selectors
from projects.selectors import thresholds
from projects.services import procurement_news, procurements, seats
from projects.services.procurement_states import move, trail

About, Verdict = Challenge.About, Challenge.Verdict
Status = Procurement.Status
# In the order in which a procurement comes to them.
WAITS = (Status.EVALUATING, Status.RANKED, Status.AWARDED)
# Where nothing comes after.
ENDS: Mapping[str, Callable[..., None]] = {
    Status.VOID: procurements.void,
    Status.TERMINATED: procurements.terminate,
}


class TooLate(DomainError):
    """The days in which it could be challenged are over."""


class NothingToChallenge(DomainError):
    """What is challenged has not happened yet."""


class NotConcerned(DomainError):
    """The organization took no part."""


class ChallengedAlready(DomainError):
    """The organization challenged the same before: everything is said at once."""


class WrongWayBack(DomainError):
    """The procurement cannot go on from there."""


class ComplaintTooLate(DomainError):
    """The days in which a complaint could be filed are over, or have not come."""


@transaction.atomic
def file(
    *,
    procurement: Procurement,
    organization: Organization,
    about: str,
    facts: str,
    request: str,
    by: User,
    at: datetime,
) -> Challenge:
    """Challenge the notice, the procedure or the result; ``about`` of ``Challenge.About``.

    Raises ``ReasonMissing``, ``NotConcerned``, ``NothingToChallenge``, ``TooLate``,
    ``ChallengedAlready`` and ``YearUnknown``.
    """
    facts = given(facts, _("Say what happened, and by which rule it was wrong."))
    request = given(request, _("Say what you ask for."))
    procurement = Procurement.objects.select_for_update().get(pk=procurement.pk)
    calendar, on = workdays.load(), localdate(at)
    _refuse_stranger(procurement, organization, about)
    until = selectors.challenge_until(procurement, about, calendar)
    if until is None:
        raise NothingToChallenge(
            _("“%(about)s” cannot be challenged yet: it has not been published.")
            % {"about": About(about).label}
        )
    if on > until:
        raise TooLate(
            _("“%(about)s” could be challenged until %(day)s.")
            % {"about": About(about).label, "day": until}
        )
    _refuse_second(procurement, organization, about)
    challenge = Challenge.objects.create(
        procurement=procurement,
        organization=organization,
        about=about,
        facts=facts,
        request=request,
        filed_by=by,
        filed_at=at,
        due_on=_due_on(procurement, on, calendar),
    )
    trail(procurement, "challenge", by=by, at=at, changes={"challenge": [None, challenge.pk]})
    if procurement.status in WAITS:
        move(
            procurement=procurement,
            to=Status.CHALLENGED,
            version=procurement.version,
            by=by,
            at=at,
            resumes=procurement.status,
        )
    procurement_news.tell_of_challenge(challenge=challenge, at=at)
    return challenge


def _refuse_stranger(procurement: Procurement, organization: Organization, about: str) -> None:
    """A notice concerns whoever may answer it, what follows whoever did."""
    if about == About.NOTICE:
        is_concerned = Procurement.objects.open_to(organization).filter(pk=procurement.pk).exists()
    else:
        is_concerned = procurement.bids.filter(organization=organization).exists()
    if not is_concerned:
        raise NotConcerned(
            _("Only an organization that took part can challenge “%(about)s”.")
            % {"about": About(about).label}
        )


def _refuse_second(procurement: Procurement, organization: Organization, about: str) -> None:
    """Once in the time for it: a second result is challenged anew."""
    since = selectors.challengeable_since(procurement, about)
    before = procurement.challenges.filter(
        Q(filed_at__gte=since) | Q(status=Challenge.Status.RECEIVED),
        organization=organization,
        about=about,
    )
    if before.exclude(status=Challenge.Status.WITHDRAWN).exists():
        raise ChallengedAlready(
            _(
                "Your organization challenged “%(about)s” before: all of it is said at once. Wait"
                " for the answer, or file a complaint after it."
            )
            % {"about": About(about).label}
        )


def _due_on(procurement: Procurement, on: date, calendar: workdays.Calendar) -> date:
    values = thresholds.for_division(procurement.project.division, on)
    if procurement.route == Procurement.Route.WELFARE_TENDER:
        return periods.last_day(on, int(values["public_trial_answer_days"]), calendar)
    return periods.last_workday(on, int(values["challenge_answer_workdays"]), calendar)


@transaction.atomic
def withdraw(*, challenge: Challenge, version: int, by: User, at: datetime) -> Challenge:
    """Take a challenge back before its answer. Raises ``Conflict``."""
    procurement = Procurement.objects.select_for_update().get(pk=challenge.procurement_id)
    transition(challenge, Challenge.Status.WITHDRAWN, version=version)
    changes = {"challenge": [challenge.pk, challenge.status]}
    trail(procurement, "withdraw_challenge", by=by, at=at, changes=changes)
    _resume(procurement, "", "", by=by, at=at)
    return challenge


@transaction.atomic
def answer(
    *,
    challenge: Challenge,
    verdict: str,
    answer: str,
    version: int,
    by: User,
    at: datetime,
    to: str = "",
    public_reason: str = "",
) -> Challenge:
    """Answer a challenge; a complaint is possible for some working days after the answer's.

    The procurement goes back to where it was once nothing else is open, or to one of
    ``ways_back``, where the challenge was right at least in part. What lies behind is undone, with
    ``public_reason``, of at most 290 characters: the answer is for whoever challenged, that is for
    everybody.
    Raises ``ReasonMissing``, ``WrongWayBack``, ``Conflict`` and ``YearUnknown``.
    """
    answer = given(answer, _("Write the answer, with its grounds."))
    procurement = Procurement.objects.select_for_update().get(pk=challenge.procurement_id)
    _refuse_wrong_way(procurement, verdict, to)
    if to and to != procurement.resumes:
        text = _("Say what is published as the reason: everybody reads it, so write no names.")
        public_reason = given(public_reason, text)
    transition(
        challenge,
        Challenge.Status.ANSWERED,
        version=version,
        verdict=verdict,
        answer=answer,
        answered_by=by,
        answered_at=at,
        complaint_until=_complaint_until(challenge, localdate(at)),
    )
    changes = {"challenge": [challenge.pk, verdict]}
    trail(procurement, "answer_challenge", by=by, at=at, changes=changes)
    _resume(procurement, to, public_reason, by=by, at=at)
    procurement_news.tell_of_challenge_answer(challenge=challenge, at=at)
    return challenge


def ways_back(procurement: Procurement) -> list[str]:
    """The states to which a challenged procurement can go when a challenge was right: while bids
    are received, a wrong notice can but end it."""
    if procurement.status == Status.ANNOUNCED:
        return [Status.TERMINATED]
    if procurement.status != Status.CHALLENGED:
        return []
    before = WAITS[: WAITS.index(Status(procurement.resumes)) + 1]
    return [*before, Status.VOID]


def _refuse_wrong_way(procurement: Procurement, verdict: str, to: str) -> None:
    if not to or (procurement.status == Status.CHALLENGED and to == procurement.resumes):
        return
    if verdict not in RIGHT:
        raise WrongWayBack(
            _("A challenge that is rejected changes nothing: leave where the procurement goes.")
        )
    if to not in ways_back(procurement):
        raise WrongWayBack(
            _("From “%(status)s” the procurement cannot go to “%(to)s”. Choose another way.")
            % {"status": procurement.get_status_display(), "to": Status(to).label}
        )


def _complaint_until(challenge: Challenge, on: date) -> date:
    """Some working days after the answer's own days, or after a late answer."""
    values = thresholds.for_division(challenge.procurement.project.division, on)
    start = max(on, challenge.due_on)
    return periods.last_workday(start, int(values["complaint_workdays"]), workdays.load())


def _resume(procurement: Procurement, to: str, reason: str, *, by: User, at: datetime) -> None:
    """Go on once nothing else is open. What a right challenge undid stays undone meanwhile."""
    if end := ENDS.get(to):
        end(
            procurement=procurement,
            reason=_voided(reason),
            version=procurement.version,
            by=by,
            at=at,
        )
        return
    if procurement.status != Status.CHALLENGED:
        return
    if to and to != procurement.resumes:
        edit(procurement, version=procurement.version, resumes=to)
        procurements.revoke_award(procurement=procurement, reason=_voided(reason), by=by, at=at)
    if procurement.challenges.filter(status=Challenge.Status.RECEIVED).exists():
        return
    move(
        procurement=procurement,
        to=procurement.resumes,
        version=procurement.version,
        by=by,
        at=at,
        resumes="",
    )
    seats.look_at_all_again(procurement=procurement, by=by, at=at)


def _voided(reason: str) -> str:
    return f"质疑成立：{reason}"


@transaction.atomic
def complain(*, challenge: Challenge, on: date, version: int, by: User, at: datetime) -> Challenge:
    """Note that the supplier went to the finance department with it.

    Raises ``ComplaintTooLate`` and ``Conflict``.
    """
    until = challenge.complaint_until
    if until is not None and (on > until or on > localdate(at)):
        raise ComplaintTooLate(
            _("A complaint of %(on)s cannot be noted: it is possible until %(day)s.")
            % {"on": on, "day": min(until, localdate(at))}
        )
    transition(challenge, Challenge.Status.COMPLAINED, version=version, complained_on=on)
    changes = {"complained_on": [None, on.isoformat()]}
    trail(challenge.procurement, "complain", by=by, at=at, changes=changes)
    return challenge
