"""What the township says of a submission, before the bureau decides."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from centers.models import Filing, Opinion
from portal.audit import services as audit
from portal.errors import Conflict, DomainError
from portal.users.models import User


class ExplanationMissing(DomainError):
    """An objection, or doing without the opinion, is not explained."""


class NoOpinion(DomainError):
    """What the township is said to have said is neither consent nor objection."""


@transaction.atomic
def give(
    *,
    filing: Filing,
    verdict: str,
    text: str,
    by: User,
    at: datetime,
    number: int | None = None,
) -> Opinion:
    """Record the township's opinion on the submission that lies with the bureau; once.

    ``number`` is the submission that was read, where somebody read one. Raises ``Conflict`` when
    there is nothing to give it on, ``ExplanationMissing``, and ``NoOpinion`` for what is none.
    """
    if verdict not in (Opinion.Verdict.AGREE, Opinion.Verdict.OBJECT):
        raise NoOpinion(_("Choose whether the township agrees or has objections."))
    _refuse_unread(filing, number)
    return _give(filing, verdict, text, by=by, at=at, verb="give")


@transaction.atomic
def dispense(
    *, filing: Filing, reason: str, by: User, at: datetime, number: int | None = None
) -> Opinion:
    """The bureau goes on without the township's opinion, and says why."""
    _refuse_unread(filing, number)
    return _give(filing, Opinion.Verdict.WAIVED, reason, by=by, at=at, verb="dispense")


def _refuse_unread(filing: Filing, number: int | None) -> None:
    held = Filing.objects.select_for_update().get(pk=filing.pk)
    if number not in (None, held.submission_count):
        raise Conflict(
            _("The center has corrected the filing and submitted it again. Read it once more.")
        )


def _give(
    filing: Filing, verdict: str, text: str, *, by: User, at: datetime, verb: str
) -> Opinion:
    held = Filing.objects.select_for_update().get(pk=filing.pk)
    if held.status != Filing.Status.SUBMITTED:
        raise Conflict(
            _("The filing is “%(status)s”; opinions are given while it lies with the bureau.")
            % {"status": held.get_status_display()}
        )
    if verdict != Opinion.Verdict.AGREE and not text.strip():
        raise ExplanationMissing(_("Explain it in a sentence: the bureau and the center read it."))
    opinion, is_new = Opinion.objects.get_or_create(
        filing=held,
        number=held.submission_count,
        defaults={"verdict": verdict, "text": text.strip(), "given_by": by, "given_at": at},
    )
    if not is_new:
        raise Conflict(
            _("%(user)s has already given an opinion on this submission.")
            % {"user": opinion.given_by}
        )
    audit.record(
        action=f"centers.opinion.{verb}",
        by=by,
        at=at,
        target=filing,
        division_path=filing.division_path,
        changes={"verdict": [None, opinion.verdict]},
        reason=opinion.text,
    )
    return opinion
