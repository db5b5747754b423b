"""Receipts of issued documents: their hashes, signed by the portal, and known again.

A receipt is computed from the row, not stored; the row cannot change once it is issued.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django.utils.timezone import localdate

from evaluation.models import OfficialDocument
from portal import sealing

PURPOSE = "document receipt"
FIELDS = ("doc_no", "title", "docx_sha256", "pdf_sha256", "issued_at")
# Longer texts are no receipt.
MOST_CHARACTERS = 4_000


def of(document: OfficialDocument) -> dict[str, Any]:
    """The receipt of an issued document; ``issued_at`` in UTC, ``signature`` in Base64."""
    docx, pdf, issued_at = document.docx, document.pdf, document.issued_at
    if docx is None or pdf is None or issued_at is None:
        raise ValueError("a document has a receipt once it is issued")
    facts = {
        "doc_no": document.doc_no,
        "title": document.title,
        "docx_sha256": docx.sha256,
        "pdf_sha256": pdf.sha256,
        "issued_at": issued_at.isoformat(timespec="microseconds"),
    }
    signature = sealing.sign(_signed(facts), purpose=PURPOSE)
    return facts | {"signature": base64.b64encode(signature).decode()}


def text_of(document: OfficialDocument) -> str:
    """The receipt as it is handed out."""
    return json.dumps(of(document), ensure_ascii=False, indent=1)


def verify(text: str) -> dict[str, Any] | None:
    """What a genuine receipt says; None for any other text. Nothing else is looked up."""
    try:
        told = json.loads(text if len(text) <= MOST_CHARACTERS else "")
        facts = {name: told[name] for name in FIELDS}
        signature = base64.b64decode(told["signature"], validate=True)
        is_genuine = sealing.is_signed(_signed(facts), signature, purpose=PURPOSE)
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error):
        return None
    return facts if is_genuine else None


def withdrawn_on(facts: Mapping[str, Any]) -> date | None:
    """The day on which the document of a genuine receipt was withdrawn; None while it holds."""
    found = OfficialDocument.objects.filter(
        status=OfficialDocument.Status.WITHDRAWN,
        docx__sha256=facts["docx_sha256"],
        pdf__sha256=facts["pdf_sha256"],
    )
    at = found.values_list("withdrawn_at", flat=True).first()
    return at and localdate(at)


def is_of(facts: Mapping[str, Any], chunks: Iterable[bytes]) -> bool:
    """Whether these bytes are one of the two files that a receipt speaks of."""
    digest = sha256()
    for chunk in chunks:
        digest.update(chunk)
    return digest.hexdigest() in (facts["docx_sha256"], facts["pdf_sha256"])


def _signed(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()
