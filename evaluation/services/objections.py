"""Objections to announced results: filed by anybody, answered before the results become final."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import Objection, Review, ReviewRound
from evaluation.selectors import thresholds
from evaluation.services import reviews
from evaluation.services.review_marks import record, refuse_own_center
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.sealing import seal, unseal
from portal.transitions import transition
from portal.users.models import User
from portal.workdays import selectors as workdays

PURPOSE = "evaluation.objection.contact"


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
                due_on=workdays.add_working_days(localdate(at), int(days)),
            )
    except IntegrityError as error:
        if constraint_of(error) != "objection_in_publicity":
            raise
        raise Conflict(_("The time for objections to this result is over.")) from error
    record(review, "object", by=by, at=at)
    return made


@transaction.atomic
def answer(
    *, objection: Objection, upholds: bool, text: str, version: int, by: User, at: datetime
) -> Objection:
    """Reject an objection with reasons, or uphold it: then another person rechecks the review."""
    review = objection.review
    refuse_own_center(review, by=by)
    if review.reviewed_by_id == by.pk:
        raise DomainError(_("You reviewed this center; somebody else answers the objection."))
    text = given(text, _("Write the answer: whoever objected reads it."))
    said = {"answer": text, "answered_by": by, "answered_at": at}
    if not upholds:
        transition(objection, Objection.Status.REJECTED, version=version, **said)
        record(review, "reject_objection", by=by, at=at, reason=text[:200])
        return objection
    transition(
        objection,
        Objection.Status.UPHELD,
        version=version,
        total_before=review.final_total,
        **said,
    )
    record(review, "uphold_objection", by=by, at=at, reason=text[:200])
    if review.status == Review.Status.APPROVED:
        reviews.to_recheck(review, by=by, at=at, reason=text[:500])
    return objection


def contact_of(objection: Objection, *, by: User, at: datetime) -> str:
    """Who objected, in clear; reading it is recorded."""
    record(objection.review, "read_objector", by=by, at=at)
    return unseal(objection.contact, purpose=PURPOSE) if objection.contact else ""
