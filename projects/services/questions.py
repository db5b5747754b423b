"""Questions about a notice: asked by who may answer it, answered once, for everybody."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.errors import Conflict, DomainError, given
from portal.transitions import edit_if
from portal.users.models import User
from projects.models import Announcement, Procurement, Question
from projects.services import announcements, procurement_news
from projects.services.procurement_states import trail

# Open questions of one organization.
MOST_OPEN = 20
ANSWERS = "答疑公告"


class QuestionsClosed(DomainError):
    """Questions are not taken yet, or any more."""


class NotAsked(DomainError):
    """The organization is not among those that may answer the notice."""


class TooManyQuestions(DomainError):
    """One organization has asked enough for the time being."""


@transaction.atomic
def ask(
    *, procurement: Procurement, organization: Organization, text: str, by: User, at: datetime
) -> Question:
    """Ask about a notice. The trail and the officers learn that something was asked, not by whom.

    Raises ``ReasonMissing``, ``NotAsked``, ``QuestionsClosed`` and ``TooManyQuestions``.
    """
    text = given(text, _("Write what you want to know."))
    standing = Procurement.objects.select_for_update().get(pk=procurement.pk)
    _refuse_closed(standing, at)
    if not Procurement.objects.open_to(organization).filter(pk=procurement.pk).exists():
        raise NotAsked(_("Only invited organizations may answer this procurement and ask."))
    if procurement.questions.filter(organization=organization, answered_at=None).count() >= (
        MOST_OPEN
    ):
        raise TooManyQuestions(
            _("%(most)s of your questions wait for an answer. Wait for some of them first.")
            % {"most": MOST_OPEN}
        )
    question = Question.objects.create(
        procurement=procurement, organization=organization, text=text, asked_by=by, asked_at=at
    )
    # Who asks may be about to bid: before the opening the trail names nobody who does.
    trail(procurement, "ask", by=None, at=at, changes={"question": [None, question.pk]})
    procurement_news.tell_of_question(question=question, at=at)
    return question


def _refuse_closed(procurement: Procurement, at: datetime) -> None:
    if procurement.status != Procurement.Status.ANNOUNCED:
        raise QuestionsClosed(
            _("Questions are taken while bids are received. This is “%(status)s” now.")
            % {"status": procurement.get_status_display()}
        )
    until = procurement.questions_until
    is_over = procurement.deadline_at is not None and at >= procurement.deadline_at
    if is_over or (until is not None and localdate(at) > until):
        raise QuestionsClosed(
            _("Questions were taken until %(day)s.")
            % {"day": until or localdate(procurement.deadline_at)}
        )


@transaction.atomic
def answer(*, question: Question, answer: str, by: User, at: datetime) -> Announcement:
    """Answer once; question and answer are published without who asked.

    Raises ``ReasonMissing``, ``QuestionsClosed`` and ``Conflict``.
    """
    answer = given(answer, _("Write the answer: everybody reads it."))
    procurement = Procurement.objects.select_for_update().get(pk=question.procurement_id)
    if procurement.status != Procurement.Status.ANNOUNCED:
        raise QuestionsClosed(
            _("Answers are published while bids are received. This is “%(status)s” now.")
            % {"status": procurement.get_status_display()}
        )
    if not edit_if(question, Q(answered_at=None), answer=answer, answered_by=by, answered_at=at):
        raise Conflict(_("%(name)s already answered this.") % {"name": question.answered_by})
    trail(procurement, "answer", by=by, at=at, changes={"question": [question.pk, answer]})
    procurement_news.tell_of_answer(question=question, at=at)
    return announcements.publish(
        procurement=procurement,
        kind=Announcement.Kind.ANSWERS,
        title=f"{procurement.title}{ANSWERS}",
        content={"questions": [{"text": question.text, "answer": answer}]},
        by=by,
        at=at,
    )
