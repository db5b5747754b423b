"""What becomes of an item: answered with proof, verified by a second person, given more time."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from evaluation.models import ItemEvidence, ItemExtension, ItemResponse, RectificationItem
from evaluation.services import rectification_news as news
from evaluation.services.rectification_steps import (
    OPEN,
    DeadlineUnfit,
    Item,
    check_due,
    close_with_last,
    hold_issued,
    trail,
    write,
)
from portal.audit.services import compared
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.evidence import services as evidence
from portal.evidence.models import EvidenceFile
from portal.transitions import edit, lock, transition
from portal.users.models import User

Result = ItemResponse.Result
Extension = ItemExtension.Status


class ResponseUnproved(DomainError):
    """A response without a file that proves it."""


class VerifiedBySameHand(DomainError):
    """Whoever opened a rectification, or answered it, does not verify it."""


class NothingToVerify(DomainError):
    """No response waits to be verified."""


class ExtensionAsked(DomainError):
    """More time for the item is asked for already."""


class ExtensionBySameHand(DomainError):
    """Whoever asked for more time does not decide on it."""


def respond(
    *,
    item: RectificationItem,
    text: str,
    uploads: Iterable[File],
    by: User,
    at: datetime,
    version: int | None = None,
) -> ItemResponse:
    """Say what the center did about an item, with at least one file that proves it.

    Raises ``ReasonMissing``, ``ResponseUnproved``, ``EvidenceRefused``, ``NotOpen``, ``Conflict``.
    """
    text = given(text, _("Say what was put right."))
    received = list(uploads)
    if not received:
        raise ResponseUnproved(_("Attach at least one picture or document that shows it."))
    # Before anything is held: looking through a file takes seconds.
    files = [evidence.store(upload=upload, by=by, at=at) for upload in received]
    return _enter(item, text, files, by=by, at=at, version=version)


@transaction.atomic
def _enter(
    item: RectificationItem,
    text: str,
    files: Iterable[EvidenceFile],
    *,
    by: User,
    at: datetime,
    version: int | None,
) -> ItemResponse:
    held = hold_issued(item)
    transition(item, Item.ANSWERED, version=version)
    response = ItemResponse.objects.create(
        item=item,
        number=item.responses.count() + 1,
        text=text,
        answered_by=by,
        answered_at=at,
    )
    ItemEvidence.objects.bulk_create(
        ItemEvidence(response=response, file=file, added_by=by, added_at=at) for file in files
    )
    write(item, "answered", by=by, at=at)
    changes = {"item": [None, item.position], "status": ["open", "answered"]}
    trail(held, "respond", by=by, at=at, changes=changes)
    key = f"item:{item.pk}:answered:{response.number}"
    news.tell(held, "answered", [held.owner], at=at, key=key, item=item, by=by)
    return response


@transaction.atomic
def verify(
    *,
    item: RectificationItem,
    result: str,
    note: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> ItemResponse:
    """Say what a second person found of the last response: put right closes the item, and with the
    last one the rectification; anything else, with a note, hands it back to the center.

    Raises ``VerifiedBySameHand``, ``NothingToVerify``, ``ReasonMissing``, ``NotOpen``,
    ``Conflict``.
    """
    held = hold_issued(item)
    lock(item, Item.CLOSED, version=version)
    response = item.responses.filter(result="").order_by("-number").first()
    if response is None or item.status != Item.ANSWERED:
        raise NothingToVerify(_("Nothing was changed: no response waits to be verified."))
    if by.pk in (held.opened_by_id, response.answered_by_id):
        raise VerifiedBySameHand(_("You opened or answered this; somebody else has to verify it."))
    note = note.strip()
    if result != Result.DONE:
        note = given(note, _("Say what is still missing; the center reads it."))
    response.result, response.note = result, note
    response.verified_by, response.verified_at = by, at
    response.save(update_fields=["result", "note", "verified_by", "verified_at"])
    if result == Result.DONE:
        _close(item, note, by=by, at=at)
    else:
        transition(item, Item.OPEN)
        write(item, "returned", by=by, at=at, note=note)
    changes = {"item": [None, item.position], "result": ["", result]}
    trail(held, "verify", by=by, at=at, changes=changes, reason=note)
    people = news.answering(held.center)
    if result == Result.DONE and close_with_last(held, by=by, at=at):
        key = f"closed:{at:%Y%m%d%H%M%S}"
        news.tell(held, "closed", [*people, held.owner], at=at, key=key, by=by)
    elif result != Result.DONE:
        key = f"item:{item.pk}:returned:{response.number}"
        news.tell(held, "returned", people, at=at, key=key, item=item, by=by)
    return response


def _close(item: RectificationItem, note: str, *, by: User, at: datetime) -> None:
    how = RectificationItem.Closed.VERIFICATION
    transition(item, Item.CLOSED, closed_how=how, closed_by=by, closed_at=at)
    write(item, "closed", by=by, at=at, note=note)


@transaction.atomic
def ask_extension(
    *, item: RectificationItem, until: date, reason: str, by: User, at: datetime
) -> ItemExtension:
    """Ask for a later day, with a reason; somebody else decides.

    Raises ``ReasonMissing``, ``DeadlineUnfit``, ``ExtensionAsked``, ``NotOpen``.
    """
    reason = given(reason, _("Say why more time is needed."))
    held = hold_issued(item)
    item.refresh_from_db(fields=["status", "due_on", "version"])
    if item.status not in OPEN:
        raise Conflict(
            _("Nothing was changed: meanwhile this became “%(status)s”. Load the page again.")
            % {"status": item.get_status_display()}
        )
    check_due(until, localdate(at))
    if until <= item.due_on:
        raise DeadlineUnfit(
            _("It is due by %(day)s already: choose a later day.")
            % {"day": item.due_on.isoformat()}
        )
    extension = ItemExtension(
        item=item,
        due_before=item.due_on,
        due_after=until,
        reason=reason,
        asked_by=by,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            extension.save(force_insert=True)
    except IntegrityError as error:
        if constraint_of(error) != "item_extension_one_at_a_time":
            raise
        raise ExtensionAsked(
            _("More time was asked for already; wait for the decision.")
        ) from error
    changes = {"item": [None, item.position], "until": [None, until.isoformat()]}
    trail(held, "ask_extension", by=by, at=at, changes=changes, reason=reason)
    key = f"item:{item.pk}:extension:{extension.pk}:asked"
    due = until.isoformat()
    news.tell(held, "asked", [held.owner], at=at, key=key, item=item, due=due, by=by)
    return extension


@transaction.atomic
def decide_extension(
    *,
    extension: ItemExtension,
    is_granted: bool,
    reason: str,
    by: User,
    at: datetime,
    version: int | None = None,
) -> ItemExtension:
    """Grant the later day, or refuse it with a reason. The old day stays on file; what was
    escalated starts anew.

    Raises ``ExtensionBySameHand``, ``ReasonMissing``, ``DeadlineUnfit``, ``NotOpen``, ``Conflict``.
    """
    item = extension.item
    held = hold_issued(item)
    if extension.asked_by_id == by.pk:
        raise ExtensionBySameHand(_("You asked for it; somebody else has to decide."))
    reason = reason.strip()
    if not is_granted:
        reason = given(reason, _("Say why it is refused; the center reads it."))
    to = Extension.GRANTED if is_granted else Extension.REFUSED
    decided = {"decision_reason": reason, "decided_by": by, "decided_at": at}
    transition(extension, to, version=version, **decided)
    if is_granted:
        _extend(item, extension, by=by, at=at)
    before, after = {"status": Extension.ASKED}, {"status": to}
    changes = compared(before, after) | {"item": [None, item.position]}
    trail(held, "decide_extension", by=by, at=at, changes=changes, reason=reason)
    key = f"item:{item.pk}:extension:{extension.pk}:decided"
    what = "granted" if is_granted else "refused"
    people = news.answering(held.center)
    news.tell(held, what, people, at=at, key=key, item=item, by=by)
    return extension


def _extend(item: RectificationItem, extension: ItemExtension, *, by: User, at: datetime) -> None:
    item.refresh_from_db(fields=["status", "due_on", "version"])
    if item.status not in OPEN:
        raise Conflict(
            _("Nothing was changed: meanwhile this became “%(status)s”. Load the page again.")
            % {"status": item.get_status_display()}
        )
    if extension.due_after <= item.due_on:
        raise DeadlineUnfit(
            _("It is due by %(day)s already: refuse what was asked for.")
            % {"day": item.due_on.isoformat()}
        )
    until = check_due(extension.due_after, localdate(at))
    edit(item, version=item.version, due_on=until, escalation=0, escalated_at=None)
    figures = {"due_on": until.isoformat(), "due_before": extension.due_before.isoformat()}
    write(item, "extended", by=by, at=at, note=extension.reason, figures=figures)
