"""Receipts of bids: what was received and when, signed by the portal, and known again.

A receipt is computed from the row, not stored: its moment is the database's.
"""

import base64
import binascii
import json
from typing import Any

from portal import sealing
from projects.models import Bid
from projects.selectors import announced

PURPOSE = "bid receipt"
FIELDS = ("procurement_no", "organization", "number", "sha256", "received_at")
# Longer texts are no receipt.
MOST_CHARACTERS = 4_000


def of(bid: Bid) -> dict[str, Any]:
    """The receipt of a bid; ``received_at`` to the microsecond, ``signature`` in Base64."""
    facts = {
        "procurement_no": bid.procurement.procurement_no,
        "organization": bid.organization.name,
        "number": bid.number,
        "sha256": bid.sha256,
        "received_at": announced.moment(bid.received_at),
    }
    signature = sealing.sign(_signed(facts), purpose=PURPOSE)
    return facts | {"signature": base64.b64encode(signature).decode()}


def text_of(bid: Bid) -> str:
    """The receipt as it is handed out."""
    return json.dumps(of(bid), ensure_ascii=False, indent=1)


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


def _signed(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()
