"""Files that prove a section: attached, replaced by a newer version, taken out."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from centers.models import ROW_MODELS, Attachment, AttachmentQuerySet, Section, SectionSubmission
from centers.services import sections
from portal.audit import services as audit
from portal.errors import DomainError
from portal.evidence import services as files
from portal.evidence.models import EvidenceFile
from portal.users.models import User

MAX_PER_SECTION = 30


class TooManyAttachments(DomainError):
    """The section holds as many files as one section may."""


class RowGone(DomainError):
    """The row that the file should prove is not in the section any more."""


class AttachmentGone(DomainError):
    """Somebody replaced or removed the attachment first."""


def attach(
    *,
    section: Section,
    upload: File,
    title: str,
    kind: str,
    line: UUID | None,
    expires_on: date | None,
    by: User,
    at: datetime,
) -> Attachment:
    """Check the file and attach it to a row, or to the section as a whole (``line`` None).

    Raises ``EvidenceRefused`` for the file; ``SectionLocked``, ``RowGone``, ``TooManyAttachments``.
    """
    return _with_file(
        Attachment(
            section=section,
            line=line,
            title=title,
            kind=kind,
            expires_on=expires_on,
            added_by=by,
            added_at=at,
        ),
        upload,
        verb="attach",
    )


def replace(
    *,
    attachment: Attachment,
    upload: File,
    title: str,
    kind: str,
    expires_on: date | None,
    by: User,
    at: datetime,
) -> Attachment:
    """A newer version of the document; the one before stays listed as an earlier version.

    Raises ``AttachmentGone`` when somebody else replaced or removed it first.
    """
    return _with_file(
        Attachment(
            section=attachment.section,
            line=attachment.line,
            chain=attachment.chain,
            number=attachment.number + 1,
            replaces=attachment,
            title=title,
            kind=kind,
            expires_on=expires_on,
            added_by=by,
            added_at=at,
        ),
        upload,
        verb="replace",
    )


@transaction.atomic
def remove(*, attachment: Attachment, by: User, at: datetime) -> None:
    """Take the document out of the draft with all its versions; what was handed in is kept."""
    sections.lock_editable(attachment.section)
    if not Attachment.objects.newest().filter(pk=attachment.pk).exists():
        raise _gone()
    versions = attachment.section.attachments.filter(chain=attachment.chain)
    _take_out(attachment.section, versions, by=by, at=at)
    sections.touch(attachment.section.filing)
    before = attachment.file.sha256
    _record(attachment.section, "remove", before=before, after=None, by=by, at=at)


def carry(*, source: Section, section: Section) -> None:
    """Give a section the documents of the one it is filled from: the same files.

    A document it holds already, in whatever version, stays as it is.
    """
    lines = _lines(section)
    held = section.attachments.values("chain")
    Attachment.objects.bulk_create(
        Attachment(
            section=section,
            line=document.line,
            file_id=document.file_id,
            title=document.title,
            kind=document.kind,
            chain=document.chain,
            number=document.number,
            expires_on=document.expires_on,
            added_by_id=document.added_by_id,
            added_at=document.added_at,
        )
        for document in source.attachments.newest().exclude(chain__in=held).order_by("pk")
        if document.line is None or document.line in lines
    )


def follow_rows(*, section: Section, by: User, at: datetime) -> None:
    """Take out the documents of rows that the section, saved anew, does not hold any more."""
    of_rows = section.attachments.standing().exclude(line=None)
    left = of_rows.exclude(line__in=_lines(section))
    hashes = list(left.filter(replaced_by=None).values_list("file__sha256", flat=True))
    if hashes:
        _take_out(section, left, by=by, at=at)
        _record(section, "remove", before=", ".join(hashes), after=None, by=by, at=at)


def _with_file(attachment: Attachment, upload: File, *, verb: str) -> Attachment:
    """Check the file before any lock is taken; a file that is not attached is not kept."""
    by, at = attachment.added_by, attachment.added_at
    file = files.store(upload=upload, by=by, at=at)
    try:
        return _add(attachment, file, verb=verb)
    except DomainError:
        files.discard(key=file.pk)
        raise


@transaction.atomic
def _add(attachment: Attachment, file: EvidenceFile, *, verb: str) -> Attachment:
    section = attachment.section
    sections.lock_editable(section)
    if attachment.line is not None and attachment.line not in _lines(section):
        raise RowGone(_("The row is not in the section any more. Load the page again."))
    _refuse_replaced(attachment.replaces)
    if section.attachments.standing().count() >= MAX_PER_SECTION:
        raise TooManyAttachments(
            _("A section takes at most %(limit)s files. Remove one, or put papers into one PDF.")
            % {"limit": MAX_PER_SECTION}
        )
    attachment.file = file
    attachment.save(force_insert=True)
    sections.touch(section.filing)
    before = attachment.replaces.file.sha256 if attachment.replaces else None
    by, at = attachment.added_by, attachment.added_at
    _record(section, verb, before=before, after=file.sha256, by=by, at=at)
    return attachment


def _refuse_replaced(replaced: Attachment | None) -> None:
    if replaced and not Attachment.objects.newest().filter(pk=replaced.pk).exists():
        raise _gone()


def _gone() -> AttachmentGone:
    return AttachmentGone(
        _("Somebody replaced or removed this attachment meanwhile. Look at the section again.")
    )


def _lines(section: Section) -> set[UUID]:
    rows: Any = ROW_MODELS[section.kind].objects
    return set(rows.filter(section=section).values_list("line", flat=True))


def _take_out(
    section: Section, attachments: AttachmentQuerySet, *, by: User, at: datetime
) -> None:
    """Delete what was never handed in; what was is marked, for what it proved then."""
    keys = list(attachments.values_list("pk", flat=True))
    handed_in = SectionSubmission.objects.filter(section=section).aggregate(
        last=Max("submitted_at")
    )["last"]
    own = Attachment.objects.filter(pk__in=keys)
    was_seen = Q(added_at__lte=handed_in) if handed_in else Q(pk=None)
    own.exclude(was_seen).delete()
    own.filter(was_seen, removed_at=None).update(removed_by=by, removed_at=at)


def _record(
    section: Section, verb: str, *, before: str | None, after: str | None, by: User, at: datetime
) -> None:
    """Files are named by their hash: a title may hold a person's name."""
    audit.record(
        action=f"centers.attachment.{verb}",
        by=by,
        at=at,
        target=section.filing,
        division_path=section.filing.division_path,
        changes={"section": [section.kind, section.kind], "attachment": [before, after]},
    )
