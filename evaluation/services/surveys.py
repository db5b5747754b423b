"""Results of satisfaction surveys: how many were asked, and the mean; nobody is named."""

from datetime import datetime
from decimal import Decimal

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import ReviewRound, Survey
from evaluation.services.review_rounds import record
from portal import voids
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.evidence import services as files
from portal.users.models import User


class SurveyRefused(DomainError):
    """Figures that no survey can have."""


def enter(
    *,
    review_round: ReviewRound,
    center: Center,
    group: str,
    asked: int,
    valid_answers: int,
    mean: Decimal | None,
    by: User,
    at: datetime,
    upload: File | None = None,
) -> Survey:
    """Enter the result of one group about one center. The figure counts when it is next found."""
    if valid_answers > asked:
        raise SurveyRefused(_("More valid answers than people asked."))
    if (mean is None) != (valid_answers == 0) or (mean is not None and not 1 <= mean <= 5):
        raise SurveyRefused(
            _("The mean lies between 1 and 5, and there is one if anybody answered.")
        )
    if review_round.status not in ("draft", "open"):
        raise Conflict(_("The results of the round were announced; its surveys stand."))
    file = files.store(upload=upload, by=by, at=at) if upload else None
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = Survey.objects.create(
                    round=review_round,
                    center=center,
                    group=group,
                    asked=asked,
                    valid_answers=valid_answers,
                    mean=mean,
                    file=file,
                    entered_by=by,
                    entered_at=at,
                )
        except IntegrityError as error:
            if constraint_of(error) != "survey_of_a_group_once":
                raise
            raise SurveyRefused(
                _("This group was entered for the center already: void that first.")
            ) from error
        record(review_round, "enter_survey", by=by, at=at)
    return made


@transaction.atomic
def void(*, survey: Survey, reason: str, by: User, at: datetime) -> Survey:
    """A result entered by mistake does not count any more."""
    reason = given(reason, _("Say why it does not count."))
    if survey.round.status not in ("draft", "open"):
        raise Conflict(_("The results of the round were announced; its surveys stand."))
    voids.void(survey, reason=reason, by=by, at=at)
    record(survey.round, "void_survey", by=by, at=at, reason=reason)
    return survey
