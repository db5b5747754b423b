"""The register of official documents as a workbook."""

from collections.abc import Iterable
from typing import BinaryIO

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from evaluation.models import OfficialDocument
from portal.workbooks.columns import Column
from portal.workbooks.writing import SheetContent
from portal.workbooks.writing import write as write_sheets


def write(documents: Iterable[OfficialDocument], target: BinaryIO) -> None:
    """One row per document; with ``receipts`` and ``delivered`` counted beforehand."""
    headers = {
        "doc_no": _("document number"),
        "title": _("title"),
        "kind": _("kind of document"),
        "status": _("status"),
        "center": _("center"),
        "dated_on": _("dated"),
        "drafted_by": _("drafted by"),
        "issued_by": _("issued by"),
        "issued_at": _("issued at"),
        "delivered": _("delivered to centers"),
        "receipts": _("receipts confirmed"),
        "withdraw_reason": _("reason for withdrawing"),
        "docx": "SHA-256 · Word",
        "pdf": "SHA-256 · PDF",
    }
    dates = ("dated_on", "issued_at", "delivered", "receipts")
    columns = [
        Column(field, header, is_text=field not in dates) for field, header in headers.items()
    ]
    rows = [_row(document) for document in documents]
    write_sheets([SheetContent(_("Official documents"), columns, rows)], target, has_guide=False)


def _row(document: OfficialDocument) -> dict[str, object]:
    counted: dict[str, object] = {
        name: getattr(document, name) for name in ("delivered", "receipts")
    }
    return counted | {
        "doc_no": document.doc_no or None,
        "title": document.title,
        "kind": str(document.get_kind_display()),
        "status": str(document.get_status_display()),
        "center": document.center.name if document.center else None,
        "dated_on": document.dated_on,
        "drafted_by": str(document.drafted_by),
        "issued_by": str(document.issued_by) if document.issued_by else None,
        "issued_at": localtime(document.issued_at) if document.issued_at else None,
        "withdraw_reason": document.withdraw_reason or None,
        "docx": document.docx.sha256 if document.docx else None,
        "pdf": document.pdf.sha256 if document.pdf else None,
    }
