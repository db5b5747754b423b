"""A file taken in, opened, and discarded."""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files import File
from django.db import models, transaction
from django.db.models import Count, Exists, OuterRef, Sum
from django.utils.translation import gettext_lazy as _

from portal.archives import MAX_FILE_BYTES, MEBIBYTE
from portal.cells import Message
from portal.errors import DomainError
from portal.evidence import inspection, names, vault
from portal.evidence.inspection import EvidenceRefused
from portal.evidence.models import EvidenceFile
from portal.users.models import User

logger = logging.getLogger(__name__)

# An upload that was not attached to anything is forgotten after this.
GRACE = timedelta(hours=24)
# What one person may upload within a day.
DAY = timedelta(hours=24)
MAX_DAY_FILES = 300
MAX_DAY_BYTES = 1024 * MEBIBYTE


class EvidenceLost(DomainError):
    """The stored bytes are gone, or are not what was stored."""


def store(
    *, upload: File, by: User, at: datetime, is_metered: bool = True
) -> EvidenceFile:
    """Check the upload and keep it; EvidenceRefused says why it is not kept.

    Takes seconds: call it before locking anything. Nothing is left on disk after a refusal; a row
    that nothing refers to is discarded after a day. What is not metered was taken in earlier, under
    limits of its own, and counts for nothing in what ``by`` may upload within a day.
    """
    name = names.shown(upload.name or "")
    inspection.kind_of(name)
    with vault.quarantine() as room:
        received, clean = room / "received", room / "clean"
        _receive(upload, received)
        with vault.create(clean) as target:
            kind = inspection.inspect(received, name=name, clean=target)
        kept = clean if kind.is_image else received
        file = EvidenceFile(
            uploaded_sha256=vault.digest(received),
            sha256=vault.digest(kept),
            size_bytes=kept.stat().st_size,
            media_type=kind.media_type,
            original_name=name,
            uploaded_by=by,
            uploaded_at=at,
            is_metered=is_metered,
        )
        _keep(file, kept, by=by, at=at)
    return file


def _receive(upload: File, path: Path) -> None:
    size = 0
    with vault.create(path) as target:
        for chunk in upload.chunks():
            size += len(chunk)
            if size > MAX_FILE_BYTES:
                raise EvidenceRefused(
                    "too_large",
                    _("The file is larger than %(limit)s MB. Make it smaller, or split it."),
                    limit=MAX_FILE_BYTES // MEBIBYTE,
                )
            target.write(chunk)


@transaction.atomic
def _keep(file: EvidenceFile, path: Path, *, by: User, at: datetime) -> None:
    """The bytes first, then the row: a row without bytes never exists."""
    if file.is_metered:
        _refuse_above_quota(file, by=by, at=at)
    vault.keep(path, file.pk)
    try:
        file.save(force_insert=True)
    except BaseException:
        vault.remove(file.pk)
        raise


def _refuse_above_quota(file: EvidenceFile, *, by: User, at: datetime) -> None:
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    metered = EvidenceFile.objects.filter(
        uploaded_by=by, uploaded_at__gt=at - DAY, is_metered=True
    )
    used = metered.aggregate(files=Count("pk"), size=Sum("size_bytes", default=0))
    if used["files"] >= MAX_DAY_FILES or used["size"] + file.size_bytes > MAX_DAY_BYTES:
        raise EvidenceRefused(
            "quota",
            _(
                "You have uploaded %(files)s files within a day; at most %(most)s files and"
                " %(limit)s MB are taken. Go on tomorrow, or leave out what proves nothing."
            ),
            files=used["files"],
            most=MAX_DAY_FILES,
            limit=MAX_DAY_BYTES // MEBIBYTE,
        )


def open_for_reading(*, file: EvidenceFile) -> BinaryIO:
    """The stored bytes, exactly those that were stored; EvidenceLost when they are not."""
    path = vault.path_of(file.pk)
    try:
        is_intact = vault.digest(path) == file.sha256
    except FileNotFoundError:
        is_intact = False
    if not is_intact:
        logger.error("Evidence file %s is missing or was altered on disk.", file.pk)
        text = _("The stored file is missing or damaged. Tell those who run the portal: %(key)s.")
        raise EvidenceLost(Message("lost", text, {"key": file.pk}))
    return path.open("rb")


def discard_orphans(*, at: datetime) -> dict[str, int]:
    """Delete, when older than a day, what no row of any app refers to; how much of each kind.

    ``uploads`` died in the quarantine, ``files`` have no row, ``rows`` have no referrer.
    ``missing`` are rows whose bytes are gone: nothing is deleted, the log says so.
    """
    before = at - GRACE
    uploads = vault.empty_quarantine(before)
    stored = list(vault.stored_before(before))
    known = set(EvidenceFile.objects.filter(pk__in=stored).values_list("pk", flat=True))
    orphans = [key for key in stored if key not in known]
    for key in orphans:
        vault.remove(key)
    keys = unreferred().filter(uploaded_at__lt=before).values_list("pk", flat=True)
    rows = sum(discard(key=key) for key in list(keys))
    missing = [key for key in _all_keys() if not vault.path_of(key).exists()]
    if missing:
        logger.error("%s evidence files are missing, first %s.", len(missing), missing[0])
    return {"uploads": uploads, "files": len(orphans), "rows": rows, "missing": len(missing)}


def unreferred() -> models.QuerySet[EvidenceFile]:
    """Files that no row of any app refers to."""
    files = EvidenceFile.objects.all()
    for relation in EvidenceFile._meta.related_objects:
        rows: Any = relation.related_model._meta.base_manager
        files = files.exclude(Exists(rows.filter(**{relation.field.name: OuterRef("pk")})))
    return files


def _all_keys() -> list[UUID]:
    return list(EvidenceFile.objects.values_list("pk", flat=True))


@transaction.atomic
def discard(*, key: UUID) -> int:
    """Delete a file nothing refers to: the row, then the bytes. How many were deleted."""
    EvidenceFile.objects.select_for_update().filter(pk=key).first()
    deleted, _by_model = unreferred().filter(pk=key).delete()
    transaction.on_commit(lambda: vault.remove(key) if deleted else None)
    return deleted
