"""Reads over openings: the record that anybody can make again from what is stored."""

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from organizations.models.organization import divisions_with
from portal.users.models import User
from portal.users.roles import Capability
from projects.models import (
    Bid,
    BidFile,
    KeyHolder,
    KeyPresentation,
    OpenedBid,
    Opening,
    Procurement,
)
from projects.selectors import announced

Listed = Iterable[tuple[OpenedBid, Iterable[BidFile]]]


def minutes(procurement: Procurement) -> dict[str, Any]:
    """The record of the opening, made from the rows: equal to the one that was stored."""
    opened = OpenedBid.objects.filter(opening__procurement=procurement)
    rows = opened.select_related("bid").prefetch_related("files").order_by("position")
    return written(procurement, [(each, each.files.all()) for each in rows])


def written(procurement: Procurement, listed: Listed) -> dict[str, Any]:
    """The record of an opening: whose keys opened it, every bid that counted, in the order in which
    they were received, with hash, outcome and price, and those that did not count."""
    brought = KeyPresentation.objects.filter(holder__procurement=procurement)
    listed = list(listed)
    standing = {opened.bid_id for opened, _files in listed}
    others = Bid.objects.filter(procurement=procurement).exclude(pk__in=standing)
    return {
        "procurement_no": procurement.procurement_no,
        "title": procurement.title,
        "deadline_at": announced.moment(procurement.deadline_at),
        "keys_needed": procurement.key_needed,
        "key_holders": procurement.key_total,
        "keys": [
            {
                "position": each.holder.position,
                "fingerprint": each.holder.fingerprint,
                "presented_at": announced.moment(each.presented_at),
            }
            for each in brought.select_related("holder").order_by("presented_at", "pk")
        ],
        "bids": [_line(opened, files) for opened, files in listed],
        "not_counted": [
            _kept(bid) for bid in others.defer("sealed").order_by("received_at", "pk")
        ],
    }


def clock() -> datetime:
    """The moment by the database's clock, which decides about deadlines."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def hash_of(record: dict[str, Any]) -> str:
    """SHA-256 of a record, in hexadecimal, however its parts are ordered."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def is_intact(opening: Opening) -> bool:
    """Whether the stored record, its hash and the rows still say the same."""
    return opening.sha256 == hash_of(opening.minutes) == hash_of(minutes(opening.procurement))


def with_keys(user: User) -> QuerySet[Procurement]:
    """Procurements for which bids are or will be sealed, where ``user`` may hold a key: drafts and
    those that are announced, and those whose key ``user`` holds."""
    places = divisions_with(user, Capability.KEY_HOLD)
    here = Procurement.objects.filter(project__division__in=places)
    waiting = here.filter(status__in=[Procurement.Status.DRAFT, Procurement.Status.ANNOUNCED])
    held = here.filter(pk__in=KeyHolder.objects.filter(user=user).values("procurement"))
    return waiting | held


def _line(opened: OpenedBid, files: Iterable[BidFile]) -> dict[str, Any]:
    return {
        "position": opened.position,
        **_kept(opened.bid),
        "organization": opened.content.get("organization", ""),
        "uscc": opened.content.get("uscc", ""),
        "outcome": opened.outcome,
        "price_yuan": announced.amount(opened.price_yuan),
        "files": [
            {"name": each.name, "sha256": each.sha256, "is_kept": each.file_id is not None}
            for each in files
        ],
    }


def _kept(bid: Bid) -> dict[str, Any]:
    return {
        "bidder": bid.organization_id,
        "number": bid.number,
        "sha256": bid.sha256,
        "received_at": announced.moment(bid.received_at),
        "withdrawn_at": announced.moment(bid.withdrawn_at),
    }
