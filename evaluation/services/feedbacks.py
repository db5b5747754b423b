"""What residents write: received with a code that finds the answer, looked into, and answered.

A complaint or a suggestion that is taken up is recorded as a duty of the bureau (DD-42).
"""

import calendar
import secrets
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from centers.models import Center
from evaluation.models import DutyRecord, Feedback, FeedbackStep, Publication
from evaluation.permissions import can_handle_feedback
from evaluation.rules import redacting
from evaluation.selectors import disclosure_sources, disclosure_words, thresholds
from evaluation.services import duties
from organizations.services.numbers import next_number
from portal import sealing
from portal.audit.services import Trail, compared
from portal.errors import Conflict, DomainError, given
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.jurisdictions.models import Division
from portal.transitions import edit, lock, transition
from portal.users.models import User
from portal.users.roles import Capability, roles_with
from portal.workdays import selectors as workdays

Status = Feedback.Status
Kind = Feedback.Kind
# What the district owes a record of.
DUTIES = (Kind.COMPLAINT, Kind.SUGGESTION)
CONTACT = "evaluation.feedback.contact"
CODE = "evaluation.feedback.code"
# Letters that nobody takes for another one.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ"
CODE_LENGTH = 12
TEXT_LENGTH, CONTACT_LENGTH = 2000, 200
MONTHS = 12

TEXTS = {
    "received": gettext_noop("%(number)s: a resident wrote to the bureau; answer by %(due)s."),
    "reopened": gettext_noop(
        "%(number)s: the resident is not content with the answer; answer anew by %(due)s."
    ),
    "handler": gettext_noop("You look into %(number)s; answer by %(due)s."),
    "handed": gettext_noop(
        "%(number)s: a resident wrote about the center; tell the bureau what you say to it."
    ),
    "replied": gettext_noop("%(number)s: the center said what it has to say."),
}
_trail = Trail[Feedback]("evaluation.feedback", lambda feedback: feedback.district.path)


class FeedbackUnfit(DomainError):
    """What was written is empty, too long, or about a center elsewhere."""


class AnswerNamesSomebody(DomainError):
    """An answer for everybody holds what nobody may read of a person."""


class NotAHandler(DomainError):
    """Whoever is to look into it handles no feedback in the district."""


class NothingToTell(DomainError):
    """No contact details are stored."""


class ReopenedAlready(DomainError):
    """A resident can say once that the answer does not do."""


@transaction.atomic
def write(
    *,
    district: Division,
    kind: str,
    text: str,
    at: datetime,
    center: Center | None = None,
    contact: str = "",
    publication: Publication | None = None,
) -> tuple[Feedback, str]:
    """Take in what a resident wrote, and the code by which the answer is found: shown once, kept
    nowhere. Whoever handles feedback in the district is told.

    Raises ``FeedbackUnfit``.
    """
    text, contact = _fit(text, contact)
    if center is not None and center.division.district_code != district.code:
        raise FeedbackUnfit(_("%(center)s lies in another district.") % {"center": center.name})
    code = "".join(secrets.choice(ALPHABET) for _letter in range(CODE_LENGTH))
    on = localdate(at)
    due_on = _due(district, on)
    feedback = Feedback.objects.create(
        feedback_no=next_number(f"{district.code}-FY-{on.year}-"),
        district=district,
        center=center,
        publication=publication,
        kind=Kind(kind),
        text=text,
        contact=sealing.seal(contact, purpose=CONTACT) if contact else b"",
        code_digest=sealing.digest(code, purpose=CODE),
        received_at=at,
        due_on=due_on,
        first_due_on=due_on,
    )
    _step(feedback, by=None, at=at)
    _trail(feedback, "write", by=None, at=at, changes={"status": [None, feedback.status]})
    people = User.objects.holding(Capability.FEEDBACK_HANDLE, district)
    _tell(feedback, "received", people, at=at, key="received")
    return feedback, code


def _fit(text: str, contact: str) -> tuple[str, str]:
    text, contact = text.replace("\0", "").strip(), contact.replace("\0", "").strip()
    if not text:
        raise FeedbackUnfit(_("Write what you want to tell."))
    if len(text) > TEXT_LENGTH:
        raise FeedbackUnfit(
            _("%(count)s characters are too many: at most %(limit)s are taken.")
            % {"count": len(text), "limit": TEXT_LENGTH}
        )
    if len(contact) > CONTACT_LENGTH:
        raise FeedbackUnfit(
            _("The contact details are too long: at most %(limit)s characters are taken.")
            % {"limit": CONTACT_LENGTH}
        )
    return text, contact


def _due(district: Division, on: date) -> date:
    """The last day to answer; no resident waits for the work calendar."""
    return workdays.last_day_to_answer(on, thresholds.for_division(district, on)["feedback_days"])


def find(*, number: str, code: str) -> Feedback | None:
    """What was written under the number, for whoever knows its code; None without it."""
    digest = sealing.digest(code.strip().upper().replace(" ", "")[:64], purpose=CODE)
    found = Feedback.objects.filter(code_digest=digest).select_related("center", "district")
    feedback = found.first()
    is_it = feedback is not None and feedback.feedback_no == number.strip()
    return feedback if is_it else None


@transaction.atomic
def take_up(
    *,
    feedback: Feedback,
    handler: User,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Feedback:
    """Put somebody in charge. A complaint or a suggestion enters the records of the district's
    duties, pending.

    Raises ``NotAHandler``, ``Conflict``, and what ``duties.record`` raises.
    """
    if not can_handle_feedback(handler, feedback.district):
        raise NotAHandler(
            _("%(name)s handles no feedback in this district. Choose somebody who does.")
            % {"name": handler}
        )
    lock(feedback, Status.HANDLING, version=version)
    record = feedback.duty_record
    if record is None and feedback.kind in DUTIES:
        record = duties.record(
            district=feedback.district,
            kind=DutyRecord.Kind.COMPLAINT,
            title=f"{feedback.feedback_no} {Kind(feedback.kind).label}",
            starts_on=localdate(feedback.received_at),
            doc_no=feedback.feedback_no,
            by=by,
            at=at,
        )
    _move(feedback, Status.HANDLING, "take_up", by=by, at=at, handler=handler, duty_record=record)
    if handler != by:
        _tell(feedback, "handler", [handler], at=at, key=f"handler:{handler.pk}")
    return feedback


@transaction.atomic
def hand_to(
    *, feedback: Feedback, center: Center, version: int, by: User, at: datetime
) -> Feedback:
    """Ask a center of the district what it has to say. Raises ``FeedbackUnfit``, ``Conflict``."""
    if center.division.district_code != feedback.district.code:
        raise FeedbackUnfit(_("%(center)s lies in another district.") % {"center": center.name})
    _still(feedback, Status.HANDLING, version)
    before = feedback.handed_to
    edit(feedback, version=version, handed_to=center)
    _step(feedback, by=by, at=at, note=center.name)
    changes = compared({"handed_to": before}, {"handed_to": center})
    _trail(feedback, "hand_to", by=by, at=at, changes=changes)
    codes = roles_with(Capability.FEEDBACK_ANSWER)
    people = User.objects.filter(memberships__center=center, memberships__role__in=codes)
    _tell(feedback, "handed", people.distinct(), at=at, key=f"handed:{center.pk}")
    return feedback


@transaction.atomic
def reply_of_center(
    *, feedback: Feedback, text: str, version: int, by: User, at: datetime
) -> Feedback:
    """Keep what the center says; only the bureau reads it, and answers the resident.

    Raises ``ReasonMissing``, ``Conflict``.
    """
    text = given(text, _("Write what the center says to it."))
    _still(feedback, Status.HANDLING, version)
    before = {"center_reply": feedback.center_reply}
    edit(feedback, version=version, center_reply=text)
    step = _step(feedback, by=by, at=at, note=_("reply of the center"))
    changes = compared(before, {"center_reply": text}) if before["center_reply"] else {}
    _trail(feedback, "reply", by=by, at=at, changes=changes)
    if feedback.handler:
        _tell(feedback, "replied", [feedback.handler], at=at, key=f"replied:{step.number}")
    return feedback


@transaction.atomic
def answer(
    *,
    feedback: Feedback,
    text: str,
    is_public: bool,
    by: User,
    at: datetime,
    version: int | None = None,
) -> Feedback:
    """Answer the resident, who reads it by the code; ``is_public`` lets everybody read the answer.
    The record of the duty is settled.

    Raises ``ReasonMissing``, ``AnswerNamesSomebody``, ``Conflict``.
    """
    text = given(text, _("Write the answer: the resident reads it."))
    if is_public:
        _refuse_personal(feedback, text, localdate(at))
    lock(feedback, Status.ANSWERED, version=version)
    before = {"answer": feedback.answer}
    changes = compared(before, {"answer": text}) if feedback.answer else None
    _move(
        feedback,
        Status.ANSWERED,
        "answer",
        by=by,
        at=at,
        changes=changes,
        answer=text,
        is_answer_public=is_public,
        answered_by=by,
        answered_at=at,
    )
    record = feedback.duty_record
    if record is not None:
        record.refresh_from_db()
    if record is not None and record.result == "pending" and record.voided_at is None:
        duties.settle(record=record, result=DutyRecord.Result.HANDLED, by=by, at=at)
    return feedback


def _refuse_personal(feedback: Feedback, text: str, on: date) -> None:
    if found := personal_in(text, feedback.center, feedback.district, on):
        raise AnswerNamesSomebody(
            _(
                "Everybody would read in the answer: %(found)s. Take it out, or answer the resident"
                " alone."
            )
            % {"found": found}
        )


def personal_in(text: str, center: Center | None, district: Division, on: date) -> str:
    """What an answer for everybody, given on a day, tells of persons, each with its kind; "" where
    nothing."""
    keep, names = disclosure_sources.to_hide_by(center, district, on)
    return "、".join(
        _("“%(value)s” (%(kind)s)")
        % {"value": text[each.start : each.end], "kind": disclosure_words.HIDDEN[each.kind]}
        for each in redacting.personal(text, keep=keep, names=names)
    )


@transaction.atomic
def reopen(
    *,
    feedback: Feedback,
    reason: str,
    by: User | None,
    at: datetime,
    version: int | None = None,
) -> Feedback:
    """Look into it once more, with a reason: the answer was wrong, or, without ``by``, the resident
    is not content, which can be said once. It is due anew, by as many working days as at first.

    Raises ``ReasonMissing``, ``ReopenedAlready``, ``Conflict``.
    """
    reason = given(reason, _("Say why it is looked into once more."))
    again = feedback.steps.filter(status=Status.HANDLING, taken_by=None)
    lock(feedback, Status.HANDLING, version=version)
    if by is None and again.exists():
        raise ReopenedAlready(
            _("You said so once already. Write anew, or come to the bureau in person.")
        )
    due_on = max(feedback.first_due_on, _due(feedback.district, localdate(at)))
    _move(
        feedback,
        Status.HANDLING,
        "reopen",
        by=by,
        at=at,
        note=reason,
        changes=compared({"due_on": feedback.due_on}, {"due_on": due_on}),
        due_on=due_on,
        is_answer_public=False,
    )
    people = [feedback.handler] if feedback.handler else []
    if by is None:
        _tell(feedback, "reopened", people, at=at, key="reopened")
    return feedback


@transaction.atomic
def refuse(
    *, feedback: Feedback, reason: str, by: User, at: datetime, version: int | None = None
) -> Feedback:
    """Do not take it up, with a reason that the resident reads. Raises ``ReasonMissing``,
    ``Conflict``."""
    reason = given(reason, _("Say why it is not taken up: the resident reads it."))
    return _move(
        feedback,
        Status.REFUSED,
        "refuse",
        by=by,
        at=at,
        version=version,
        note=reason,
        refuse_reason=reason,
    )


@transaction.atomic
def reveal_contact(*, feedback: Feedback, reason: str, by: User, at: datetime) -> str:
    """How the resident can be reached; the trail says who saw it and why.

    Raises ``ReasonMissing``, ``NothingToTell``, ``SealBroken``.
    """
    reason = given(reason, _("Say what the value is needed for; the reason is recorded."))
    if not feedback.contact:
        raise NothingToTell(_("Nothing is stored here, so there is nothing to show."))
    value = sealing.unseal(feedback.contact, purpose=CONTACT)
    changes = {"field": [None, "contact"]}
    _trail(feedback, "reveal", by=by, at=at, changes=changes, reason=reason)
    return value


@transaction.atomic
def forget_contacts(*, at: datetime) -> int:
    """Erase how residents can be reached, as many months after the last step as their district set;
    how many. What is open keeps it."""
    over = Feedback.objects.filter(status__in=[Status.ANSWERED, Status.REFUSED])
    kept = over.exclude(contact=b"").annotate(last_at=Max("steps__taken_at"))
    months: dict[int, int] = {}
    today, count = localdate(at), 0
    for feedback in kept.select_related("district").order_by("pk"):
        district = feedback.district
        if district.pk not in months:
            values = thresholds.for_division(district, today)
            months[district.pk] = values["feedback_contact_months"]
        last = feedback.last_at or feedback.received_at
        if _after_months(localdate(last), months[district.pk]) > today:
            continue
        still = Feedback.objects.filter(pk=feedback.pk, version=feedback.version)
        if still.update(contact=b"", version=feedback.version + 1):
            _trail(feedback, "forget", by=None, at=at, changes={"contact": ["***", None]})
            count += 1
    return count


def _after_months(day: date, months: int) -> date:
    year, month = divmod(day.year * MONTHS + day.month - 1 + months, MONTHS)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _still(feedback: Feedback, status: str, version: int) -> None:
    """Hold it while it has the status and the version; else ``Conflict``."""
    found = Feedback.objects.select_for_update(of=("self",))
    if not found.filter(pk=feedback.pk, status=status, version=version).exists():
        feedback.refresh_from_db(fields=["status", "version"])
        raise Conflict(
            _("Nothing was changed: meanwhile this became “%(status)s”. Load the page again.")
            % {"status": feedback.get_status_display()}
        )


def _move(
    feedback: Feedback,
    to: str,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    version: int | None = None,
    note: str = "",
    changes: dict[str, list[str | None]] | None = None,
    **values: object,
) -> Feedback:
    before = feedback.status
    transition(feedback, to, version=version, **values)
    _step(feedback, by=by, at=at, note=note)
    told = {"status": [before, str(to)]} | (changes or {})
    _trail(feedback, verb, by=by, at=at, changes=told, reason=note)
    return feedback


def _step(feedback: Feedback, *, by: User | None, at: datetime, note: str = "") -> FeedbackStep:
    return FeedbackStep.objects.create(
        feedback=feedback,
        number=FeedbackStep.objects.filter(feedback=feedback).count() + 1,
        status=feedback.status,
        note=note[:500],
        taken_by=by,
        taken_at=at,
    )


def _tell(
    feedback: Feedback,
    what: str,
    people: "Iterable[User] | QuerySet[User]",
    *,
    at: datetime,
    key: str,
) -> None:
    params = {"number": feedback.feedback_no, "due": feedback.due_on.isoformat()}
    inbox.deliver(
        letters=[(user, _news(feedback, what, key, params, user)) for user in people], at=at
    )


def _news(feedback: Feedback, what: str, key: str, params: dict[str, str], user: User) -> News:
    page = "admin:evaluation_feedback_change" if user.is_staff else "evaluation:feedback"
    return News(
        key=f"feedback:{feedback.pk}:{key}",
        text=TEXTS[what],
        params=params,
        url_path=reverse(page, args=[feedback.pk]),
        division_path=feedback.district.path,
        due_on=feedback.due_on,
    )
