"""Objections to announced results: filed by anybody, answered before the results become final."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Objection, Review, ReviewRound
from evaluation.selectors import thresholds
from evaluation.services import feedbacks, publications, reviews
from evaluation.services.review_marks import record, refuse_own_center
from organizations.rules.warnings import months_after
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.sealing import seal, unseal
from portal.transitions import transition
from portal.users.models import User
from portal.users.roles import Capability
from portal.workdays import selectors as workdays

PURPOSE = "evaluation.objection.contact"


class NothingToTell(DomainError):
    """No contact details are stored."""


@transaction.atomic
def file(
    *,
    review: Review,
    kind: str,
    text: str,
    contact: str,
    at: datetime,
    by: User | None = None,
) -> Objection:
    """Object to the announced result of a center; ``contact`` is sealed, and the bureau's alone."""
    text = given(text, _("Say what you object to."))
    round_ = review.round
    until = round_.publicity_until
    is_on = round_.status == ReviewRound.Status.PUBLICITY and until is not None
    if not is_on or (until is not None and localdate(at) > until):
        raise Conflict(_("The time for objections to this result is over, or has not begun."))
    if review.status == Review.Status.EXCLUDED:
        raise Conflict(_("This center was not reviewed."))
    days = thresholds.for_division(round_.district, localdate(at))["objection_answer_days"]
    try:
        with transaction.atomic():
            made = Objection.objects.create(
                review=review,
                kind=kind,
                text=text,
                contact=seal(contact.strip(), purpose=PURPOSE) if contact.strip() else b"",
                filed_by=by,
                filed_at=at,
                due_on=workdays.last_day_to_answer(localdate(at), int(days)),
            )
    except IntegrityError as error:
        if constraint_of(error) != "objection_in_publicity":
            raise
        raise Conflict(_("The time for objections to this result is over.")) from error
    record(review, "object", by=by, at=at)
    _tell(made, "objection", answering(review), by=by, at=at)
    return made


def answering(review: Review) -> list[User]:
    """Who may answer an objection to the review: whoever reviews for the bureau, and gave no points
    that it attacks."""
    judges = review.judges()
    found = User.objects.holding(Capability.REVIEW_MANAGE, review.center.division)
    return [user for user in found if user.pk not in judges]


def _tell(
    objection: Objection, text: str, people: Iterable[User], *, by: User | None, at: datetime
) -> None:
    """Tell the bureau, on the page of the objection."""
    reviews.tell(
        objection.review,
        text,
        people,
        by=by,
        at=at,
        due=objection.due_on,
        page="admin:evaluation_objection_change",
        pk=objection.pk,
        key=f"objection:{objection.pk}:{text}",
    )


def remind(*, on: date, at: datetime) -> int:
    """Tell of objections whose last day to be answered is over; each once, how many."""
    found = Objection.objects.filter(status=Objection.Status.OPEN, due_on__lt=on)
    late = found.select_related("review__center__division", "review__round").order_by("pk")
    for objection in late:
        _tell(objection, "unanswered", answering(objection.review), by=None, at=at)
    return len(late)


@transaction.atomic
def answer(
    *, objection: Objection, upholds: bool, text: str, version: int, by: User, at: datetime
) -> Objection:
    """Reject an objection with reasons, or uphold it: then another person rechecks the review.
    Nobody answers who gave points for the bureau, first or at a recheck. Everybody reads the answer
    once the results are final.

    Raises ``ReasonMissing``, ``AnswerNamesSomebody``, ``Conflict``.
    """
    review = objection.review
    refuse_own_center(review, by=by)
    if by.pk in review.judges():
        raise DomainError(_("You reviewed this center; somebody else answers the objection."))
    text = given(text, _("Write the answer: whoever objected reads it."))
    place = (review.center, review.round.district)
    if found := feedbacks.personal_in(text, *place, localdate(at)):
        raise feedbacks.AnswerNamesSomebody(
            _("Once the results are final, everybody reads in the answer: %(found)s. Take it out.")
            % {"found": found}
        )
    said = {"answer": text, "answered_by": by, "answered_at": at}
    if not upholds:
        transition(objection, Objection.Status.REJECTED, version=version, **said)
        record(review, "reject_objection", by=by, at=at, reason=text[:200])
        _tell_center(objection, by=by, at=at)
        return objection
    transition(
        objection,
        Objection.Status.UPHELD,
        version=version,
        total_before=review.final_total,
        **said,
    )
    record(review, "uphold_objection", by=by, at=at, reason=text[:200])
    if review.status in (Review.Status.SETTLED, Review.Status.APPROVED):
        reviews.to_recheck(review, by=by, at=at, reason=text[:500])
        publications.keep_up(review_round=review.round, by=by, at=at)
    elif review.status == Review.Status.RECHECK:
        reviews.tell(review, "objected", reviews.others(review), by=by, at=at)
    _tell_center(objection, by=by, at=at)
    return objection


def _tell_center(objection: Objection, *, by: User, at: datetime) -> None:
    review, key = objection.review, f"objection:{objection.pk}:answered"
    reviews.tell(review, "answered", reviews.directors(review), by=by, at=at, key=key)


def contact_of(*, objection: Objection, reason: str, by: User, at: datetime) -> str:
    """Who objected, in clear; the trail says who read it and why.

    Raises ``ReasonMissing``, ``NothingToTell``.
    """
    reason = given(reason, _("Say what the value is needed for; the reason is recorded."))
    if not objection.contact:
        raise NothingToTell(_("Nothing is stored here, so there is nothing to show."))
    value = unseal(objection.contact, purpose=PURPOSE)
    record(objection.review, "read_objector", by=by, at=at, reason=reason)
    return value


@transaction.atomic
def forget_contacts(*, at: datetime) -> int:
    """Erase how those who objected can be reached, as many months after the answer as their
    district keeps contact details; how many. What is open keeps it."""
    over = Objection.objects.exclude(status=Objection.Status.OPEN).exclude(contact=b"")
    found = over.select_related("review__center__division", "review__round__district")
    today, count = localdate(at), 0
    for objection in found.order_by("pk"):
        values = thresholds.for_division(objection.review.round.district, today)
        months = int(values["feedback_contact_months"])
        if months_after(localdate(objection.answered_at), months) > today:
            continue
        still = Objection.objects.filter(pk=objection.pk, version=objection.version)
        if still.update(contact=b"", version=objection.version + 1):
            record(objection.review, "forget_objector", by=None, at=at)
            count += 1
    return count
