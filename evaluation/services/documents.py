"""Official documents: drafted from what they are about, numbered and issued by another person,
archived as two files, delivered, received, withdrawn."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from centers.models import Center, Filing
from evaluation.models import (
    DocumentDelivery,
    OfficialDocument,
    Rectification,
    Review,
    ReviewRound,
)
from evaluation.models.document import ABOUT, NUMBERED
from evaluation.selectors import (
    document_figures,
    document_reviews,
    document_subjects,
    document_templates,
    document_writing,
)
from evaluation.selectors.document_blocks import Gathered
from evaluation.selectors.document_register import suggest_number
from evaluation.selectors.document_writing import Numbered
from evaluation.services import rectifications
from portal.audit.services import Trail, compared
from portal.cells import CellError
from portal.cells.documents import parse_document_number
from portal.errors import DomainError, constraint_of, given
from portal.evidence import services as evidence
from portal.evidence.models import EvidenceFile
from portal.inbox.services import notify
from portal.jurisdictions.models import Division
from portal.transitions import edit as save
from portal.transitions import edit_if, lock, transition
from portal.users.models import User
from portal.users.roles import Capability, roles_with

_record = Trail[OfficialDocument](
    "evaluation.document", place=lambda document: document.district.path
)
# What each kind is about, and who reads it.
_GATHER: Mapping[str, Callable[..., Gathered]] = {
    "rectification_notice": document_figures.rectification_notice,
    "review_notice": document_reviews.review_notice,
    "review_result": document_reviews.review_result,
    "recheck_opinion": document_reviews.recheck_opinion,
    "review_bulletin": document_reviews.review_bulletin,
    "publicity_draft": document_reviews.publicity_draft,
    "review_archive": document_reviews.review_archive,
    "filing_cover": document_figures.filing_cover,
    "briefing": document_figures.briefing,
}
GATHER = {kind: (ABOUT[kind], gather) for kind, gather in _GATHER.items()}
ONLY_DIGITS = re.compile(r"[1-9][0-9]{0,5}")
RECEIVABLE = (Rectification.Status.ISSUED, Rectification.Status.CLOSED)
# Where two issue at once and neither chose a number, one takes the next.
ATTEMPTS = 5
DELIVERED = gettext_noop("%(title)s: delivered to %(center)s. Confirm that you received it.")
WITHDRAWN = gettext_noop("%(title)s: withdrawn. The reason stands with the document.")


class AlreadyDrafted(DomainError):
    """A document of this kind about the same thing stands: one is issued or withdrawn first."""


class ItemsChanged(DomainError):
    """The rectification asks for something else than the notice about it says."""


class DocumentBySameHand(DomainError):
    """Whoever drafted what bears a number of the bureau does not issue it."""


class NumberRefused(DomainError):
    """A typed document number that is none, or one of another word or year."""


class NumberTaken(DomainError):
    """The document number was given before."""


class DatedLater(DomainError):
    """A document carries a day that has not come."""


class NotDelivered(DomainError):
    """Only an issued document is delivered, and to centers of its district."""


@dataclass(frozen=True)
class _Subject:
    """What a document is about: the row, its place, and the columns that name it."""

    row: Any
    district: Division
    center: Center | None = None


@transaction.atomic
def draft(
    *,
    kind: str,
    by: User,
    at: datetime,
    rectification: Rectification | None = None,
    round: ReviewRound | None = None,  # noqa: A002  (as the column)
    review: Review | None = None,
    filing: Filing | None = None,
    district: Division | None = None,
    period: tuple[date, date] | None = None,
) -> OfficialDocument:
    """Write a document from what it is about; nothing is typed.

    ``rectification`` of a rectification_notice; ``round`` of a review_notice, review_bulletin,
    publicity_draft, review_archive; ``review`` of a review_result, recheck_opinion; ``filing`` of a
    filing_cover; ``district`` and a ``period``, both days inclusive, of a briefing. Raises
    ``NotReady`` where the thing is not so far, and ``AlreadyDrafted``.
    """
    given_ = {
        "rectification": rectification,
        "round": round,
        "review": review,
        "filing": filing,
        "district": district,
    }
    about, gather = GATHER[kind]
    subject = _subject(given_[about])
    if about == "district":
        day = localdate(at)
        asked: tuple[Any, ...] = (period or (day.replace(month=1, day=1), day), day)
    else:
        asked = ()
        _refuse_second(kind, about, subject.row)
    with translation.override("zh-hans"):
        gathered = gather(subject.row, *asked)
        words = document_templates.current(subject.district, kind)
        gathered = _placed(gathered, subject.district, words.issuer)
        title, content = document_writing.written(words, gathered)
    document = OfficialDocument.objects.create(
        district=subject.district,
        kind=kind,
        template=words.template,
        center=subject.center,
        **({} if about == "district" else {about: subject.row}),
        title=title,
        content=content,
        rests_on=_rests_on(rectification),
        word=words.word if kind in NUMBERED else "",
        drafted_by=by,
        drafted_at=at,
    )
    _record(document, "draft", by=by, at=at, changes={"kind": [None, kind]})
    return document


def _subject(row: Any) -> _Subject:
    if isinstance(row, Division):
        return _Subject(row, row)
    if isinstance(row, ReviewRound):
        return _Subject(row, row.district)
    if not isinstance(row, Rectification | Review | Filing):
        raise TypeError("a document of this kind is about something else")
    district = Division.objects.get(code=row.center.division.district_code)
    return _Subject(row, district, row.center)


def _placed(gathered: Gathered, district: Division, issuer: str) -> Gathered:
    values = {**gathered.values, "district": district.name, "issuer": issuer}
    return Gathered(values, gathered.own)


def _refuse_second(kind: str, about: str, row: models.Model) -> None:
    """Two who draft at once wait for each other at the row that the document is about."""
    rows: Any = type(row)
    rows.objects.select_for_update(no_key=True).get(pk=row.pk)
    if found := document_subjects.standing_of(kind).filter(**{about: row}).first():
        raise AlreadyDrafted(
            _("“%(document)s” stands already: %(status)s. Give it up or withdraw it first.")
            % {"document": found, "status": found.get_status_display()}
        )


def _rests_on(rectification: Rectification | None) -> str:
    if rectification is None:
        return ""
    return document_figures.rests_on(document_figures.noticed(rectification))


@transaction.atomic
def edit(
    *,
    document: OfficialDocument,
    version: int,
    title: str,
    text: str,
    addressee: str,
    copies_to: str,
    by: User,
    at: datetime,
) -> OfficialDocument:
    """Change the words of a draft; its tables stay as they are, where they are named.

    Raises ``WordsRefused``, and ``Conflict`` where it was changed or issued meanwhile.
    """
    lock(document, OfficialDocument.Status.ISSUED, version=version)
    content = document_writing.rewritten(
        document, text, addressee=addressee.strip(), copies_to=copies_to.strip()
    )
    before = {"title": document.title, "text": document_writing.lines_of(document)}
    save(document, version=version, title=title.strip(), content=content)
    after = {"title": document.title, "text": document_writing.lines_of(document)}
    _record(document, "edit", by=by, at=at, changes=compared(before, after))
    return document


def issue(
    *,
    document: OfficialDocument,
    dated_on: date,
    by: User,
    at: datetime,
    number: str = "",
    version: int | None = None,
) -> OfficialDocument:
    """Number it, lay it out as Word and PDF, archive both by their hashes, and deliver it to the
    center it is about. The notice of a rectification that is being drafted issues that too: days
    that nobody entered count from then on, and the notice says so.

    ``number`` is a whole number such as 海民社〔2026〕7号, repaired where only its brackets are
    wrong, or its digits, or "" for the next; what bears none takes none. The files are checked and
    stored before anything is locked; that takes seconds. Raises ``DocumentBySameHand``,
    ``NumberRefused``, ``NumberTaken``, ``DatedLater``, ``ItemsChanged`` where what a notice is
    about was changed since it was written, and ``Conflict``.
    """
    is_numbered = document.kind in NUMBERED
    if is_numbered and document.drafted_by_id == by.pk:
        raise DocumentBySameHand(_("You drafted this document; somebody else has to issue it."))
    if dated_on > localdate(at):
        raise DatedLater(_("The day of the document has not come yet. Choose today or earlier."))
    version = document.version if version is None else version
    wanted = _wanted(document, number, dated_on) if is_numbered else None
    for _attempt in range(ATTEMPTS):
        taken = wanted or (_next(document, dated_on) if is_numbered else None)
        try:
            _issue(document, taken, dated_on, version=version, by=by, at=at)
        except IntegrityError as error:
            if constraint_of(error) != "document_number_once":
                raise
            if wanted is not None:
                raise NumberTaken(
                    _("%(number)s was given before. Choose another, or leave it to the portal.")
                    % {"number": wanted}
                ) from error
        else:
            return document
    raise NumberTaken(_("The next number was taken every time. Try again."))


def _wanted(document: OfficialDocument, number: str, dated_on: date) -> Numbered | None:
    """The number that was typed; None for the next. Raises ``NumberRefused``."""
    number = number.strip()
    if not number:
        return None
    if number.isdecimal() and number.startswith("0"):
        raise NumberRefused(_("A document number has no leading zero."))
    if ONLY_DIGITS.fullmatch(number) and document.word:
        return Numbered(document.word, dated_on.year, int(number))
    try:
        parsed = parse_document_number(number).value
    except CellError as error:
        raise NumberRefused(str(error)) from error
    if parsed is None:
        return None
    word, _bracket, rest = parsed.partition("〔")
    year, _bracket, sequence = rest.removesuffix("号").partition("〕")
    if document.word and word != document.word:
        raise NumberRefused(
            _("The template gives this document the word “%(word)s”, not “%(typed)s”.")
            % {"word": document.word, "typed": word}
        )
    if int(year) != dated_on.year:
        raise NumberRefused(
            _("The document is dated %(dated)s, its number is of %(year)s.")
            % {"dated": dated_on.isoformat(), "year": year}
        )
    return Numbered(word, int(year), int(sequence))


def _next(document: OfficialDocument, dated_on: date) -> Numbered:
    if not document.word:
        raise NumberRefused(
            _(
                "No word of the number is known. Type the whole number, such as"
                " 海民社〔2026〕7号, or give the template its word."
            )
        )
    return Numbered(document.word, dated_on.year, suggest_number(document.word, dated_on.year))


def _issue(
    document: OfficialDocument,
    number: Numbered | None,
    dated_on: date,
    *,
    version: int,
    by: User,
    at: datetime,
) -> None:
    with transaction.atomic():
        # Says who was first before two files are made for nothing.
        lock(document, OfficialDocument.Status.ISSUED, version=version)
    numbered: dict[str, Any] = _content_on(document, localdate(at))
    document.content = numbered.get("content", document.content)
    files = _files(document, number, dated_on, by=by, at=at)
    if number is not None:
        numbered |= {
            "word": number.word,
            "number_year": number.year,
            "sequence": number.sequence,
        }
    with transaction.atomic():
        transition(
            document,
            OfficialDocument.Status.ISSUED,
            version=version,
            dated_on=dated_on,
            issued_by=by,
            issued_at=at,
            **numbered,
            **files,
        )
        changes = {name: [None, file.sha256] for name, file in files.items()}
        changes |= {"doc_no": [None, document.doc_no], "status": ["draft", "issued"]}
        _record(document, "issue", by=by, at=at, changes=changes)
        notified = document.rectification
        if notified is not None and notified.status == Rectification.Status.DRAFT:
            rectifications.issue(rectification=notified, by=by, at=at)
        _refuse_changed(document)
        if document.center is not None and number is not None:
            deliver(document=document, centers=[document.center], by=by, at=at)


def _content_on(document: OfficialDocument, on: date) -> dict[str, Any]:
    """What of the notice of a drafted rectification changes when both are issued on a day: its
    days, and what it rests on."""
    notified = document.rectification
    if notified is None or notified.status != Rectification.Status.DRAFT or not document.rests_on:
        return {}
    _refuse_changed(document)
    days = rectifications.days_on(notified, on)
    items = document_figures.noticed(notified)
    if all(item.due_on == days.get(item.pk) for item in items):
        return {}
    words = document_templates.written_from(document)
    with translation.override("zh-hans"):
        before, after = (
            document_writing.written(
                words, _placed(gathered, document.district, words.issuer)
            )[1]
            for gathered in (
                document_figures.rectification_notice(notified),
                document_figures.rectification_notice(notified, days),
            )
        )
    content = document_writing.replaced(document.content, before, after)
    if content is None:
        raise ItemsChanged(
            _(
                "The days count from the day of issuing, and what the notice says of them was"
                " changed by hand. Enter the days of the items by hand, give this draft up, and"
                " write it anew."
            )
        )
    return {"content": content, "rests_on": document_figures.rests_on(items, days)}


def _refuse_changed(document: OfficialDocument) -> None:
    if document.rests_on and _rests_on(document.rectification) != document.rests_on:
        raise ItemsChanged(
            _(
                "The items or their days were changed since the notice was written. Give this"
                " draft up and write it anew."
            )
        )


def _files(
    document: OfficialDocument,
    number: Numbered | None,
    dated_on: date,
    *,
    by: User,
    at: datetime,
) -> dict[str, EvidenceFile]:
    """The Word file and the PDF, stored; by no quota, since nobody uploads them."""
    paper = document_writing.paper_of(document, number=number, dated_on=dated_on, made_at=at)
    name = f"{number or ''}{document.title}"[:90]
    return {
        suffix: evidence.store(
            upload=ContentFile(document_writing.file_of(paper, suffix), f"{name}.{suffix}"),
            by=by,
            at=at,
            is_metered=False,
        )
        for suffix in document_writing.WRITERS
    }


@transaction.atomic
def deliver(
    *, document: OfficialDocument, centers: Iterable[Center], by: User, at: datetime
) -> int:
    """Deliver an issued document to centers of its district, and tell who directs them; to how many
    it was not delivered before."""
    within = {center.pk: center for center in Center.objects.within(document.district)}
    asked = [center for center in centers if center.pk in within]
    if document.status != OfficialDocument.Status.ISSUED or not asked:
        raise NotDelivered(_("Only an issued document is delivered, to centers of its district."))
    known = set(document.deliveries.values_list("center_id", flat=True))
    new = [center for center in asked if center.pk not in known]
    DocumentDelivery.objects.bulk_create(
        (DocumentDelivery(document=document, center=center, delivered_at=at) for center in new),
        ignore_conflicts=True,
    )
    for center in new:
        notify(
            users=_readers(center),
            key=f"document:{document.pk}:delivered:{center.pk}",
            text=DELIVERED,
            params={"title": str(document), "center": center.name},
            url_path=reverse("evaluation:document", args=[document.pk]),
            division_path=center.division.path,
            at=at,
        )
    if new:
        names = [center.code for center in new]
        changes: dict[str, Any] = {"centers": [None, ", ".join(names)]}
        _record(document, "deliver", by=by, at=at, changes=changes)
    return len(new)


def _readers(center: Center) -> Any:
    codes = roles_with(Capability.REVIEW_SUBMIT)
    return User.objects.filter(memberships__center=center, memberships__role__in=codes)


@transaction.atomic
def confirm_receipt(*, delivery: DocumentDelivery, by: User, at: datetime) -> DocumentDelivery:
    """Note that the center has the document, once; who confirms later changes nothing. With its
    notice a rectification is received."""
    is_first = edit_if(delivery, Q(received_at=None), received_by=by, received_at=at)
    if is_first:
        document = delivery.document
        changes: dict[str, Any] = {"center": [None, delivery.center.code]}
        _record(document, "receive", by=by, at=at, changes=changes)
        notified = document.rectification
        if notified is not None and notified.status in RECEIVABLE:
            rectifications.receive(rectification=notified, by=by, at=at)
    return delivery


@transaction.atomic
def withdraw(
    *, document: OfficialDocument, reason: str, version: int, by: User, at: datetime
) -> OfficialDocument:
    """Withdraw an issued document: it stays readable, with the reason; its number is not given
    again. Those it was delivered to are told."""
    reason = given(reason, _("Say why: whoever received the document reads it."))
    transition(
        document,
        OfficialDocument.Status.WITHDRAWN,
        version=version,
        withdrawn_by=by,
        withdrawn_at=at,
        withdraw_reason=reason,
    )
    _record(document, "withdraw", by=by, at=at, reason=reason)
    for delivery in document.deliveries.select_related("center__division"):
        notify(
            users=_readers(delivery.center),
            key=f"document:{document.pk}:withdrawn:{delivery.center_id}",
            text=WITHDRAWN,
            params={"title": str(document)},
            url_path=reverse("evaluation:document", args=[document.pk]),
            division_path=delivery.center.division.path,
            at=at,
        )
    return document


@transaction.atomic
def drop(*, document: OfficialDocument, version: int, by: User, at: datetime) -> OfficialDocument:
    """Give up a draft."""
    transition(document, OfficialDocument.Status.DROPPED, version=version)
    _record(document, "drop", by=by, at=at, changes={"status": ["draft", "dropped"]})
    return document
