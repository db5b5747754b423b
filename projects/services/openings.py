"""Openings: key holders bring their keys after the deadline, and the last one needed opens.

The first holders' shares are wrapped anew to the others, so that nobody keeps anything that opens a
bid alone; the last one's request decrypts in memory, has the files looked at and stored, and then
writes everything in one transaction. Keys and unwrapped shares are kept nowhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from itertools import combinations
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.audit import services as audit
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.evidence import services as evidence
from portal.evidence import vault
from portal.transitions import edit
from portal.users.models import User
from projects.models import (
    Announcement,
    Bid,
    BidFile,
    KeyHolder,
    KeyPresentation,
    OpenedBid,
    Opening,
    Procurement,
    Share,
)
from projects.rules import packing
from projects.selectors import announced
from projects.selectors import openings as selectors
from projects.selectors import procurements as routes
from projects.services import announcements, bid_seals, procurements, seats
from projects.services.procurement_states import move, trail

Outcome = OpenedBid.Outcome
Status = Procurement.Status
LOCK_NOT_AVAILABLE = "55P03"
_record = audit.Trail[Bid]("projects.bid", lambda bid: bid.procurement.project.division.path)
_record_opened = audit.Trail[OpenedBid](
    "projects.openedbid", lambda opened: opened.bid.procurement.project.division.path
)


class KeyOfAnother(DomainError):
    """A key is brought by its holder, in his own account."""


class KeyDoesNotFit(DomainError):
    """The key is not the one that was registered."""


class KeyBroughtAlready(Conflict):
    """The holder brought his key before."""


class OpeningTooEarly(DomainError):
    """The deadline has not passed by the database's clock."""


class OpenedAlready(Conflict):
    """The bids were opened, or the procurement ended without."""


class OpeningUnderWay(Conflict):
    """Somebody else opens the bids at this moment."""


class NotEvaluated(Conflict):
    """Bids are judged while the procurement is being evaluated."""


@dataclass(frozen=True)
class _LookedAt:
    """What stood in the bids before anything was locked: ``listed`` is None while keys are missing,
    or while a share does not open and another holder can bring his."""

    brought: frozenset[int]
    listed: list[tuple[OpenedBid, list[BidFile]]] | None


def present(
    *, holder: KeyHolder, private_key: bytes, by: User, at: datetime, anyway: bool = False
) -> Opening | None:
    """Bring the key of a holder. The last one needed opens every bid, once; before that, None.

    Where a bid does not open by the shares that were brought, and another holder has not come yet,
    that one's is waited for: None, too. With ``anyway`` it is not, and whoever brought his key
    before may bring it again.

    Files are looked at and stored before anything is locked. Then the presentation is written; at
    the opening the opened bids with their files, the record, the trail of every bid, the
    announcement, and the procurement moves on: to its evaluation, or, with fewer valid bids than
    the route asks for, to its end. What cannot be read is recorded and blocks nothing. Raises
    ``KeyOfAnother``, ``KeyDoesNotFit``, ``KeyBroughtAlready``, ``OpeningTooEarly``,
    ``OpenedAlready`` and ``OpeningUnderWay``.
    """
    _refuse_wrong_key(holder, private_key, by)
    while True:
        files: list[UUID] = []
        try:
            looked_at = _looked_at(holder, private_key, files, anyway=anyway, at=at)
            with _said(holder), transaction.atomic():
                procurement = _hold(holder, anyway=anyway)
                if _brought(procurement) == looked_at.brought:
                    return _bring(
                        procurement, holder, private_key, looked_at, anyway=anyway, by=by, at=at
                    )
        except BaseException:
            _discard(files)
            raise
        # Another key came meanwhile, so that more can be read.
        _discard(files)


def _looked_at(
    holder: KeyHolder, private_key: bytes, files: list[UUID], *, anyway: bool, at: datetime
) -> _LookedAt:
    """Decrypt every bid that counts, if this key is the last one needed; keys of stored files go to
    ``files`` as they are stored."""
    procurement = Procurement.objects.get(pk=holder.procurement_id)
    _refuse_over(procurement, holder, anyway=anyway)
    brought = _brought(procurement)
    together = brought | {holder.pk}
    deadline = procurement.deadline_at
    if len(together) < procurement.key_needed or not deadline or deadline > selectors.clock():
        return _LookedAt(brought, None)
    waits = not anyway and len(together) < procurement.key_total
    listed: list[tuple[OpenedBid, list[BidFile]]] = []
    for position, bid in enumerate(_standing(procurement), start=1):
        opened, unpacked, is_locked = _read(procurement, bid, holder, private_key)
        if is_locked and waits:
            _discard(files)
            return _LookedAt(brought, None)
        opened.position = position
        kept = []
        for packed in unpacked.files if unpacked else ():
            kept.append(_kept(packed, by=bid.submitted_by, at=at))
            files.extend(each.file.pk for each in kept[-1:] if each.file)
        listed.append((opened, kept))
    return _LookedAt(brought, listed)


def _discard(files: list[UUID]) -> None:
    """Forget what was stored and nothing refers to; what cannot be forgotten now is within days."""
    for key in files:
        with suppress(DatabaseError):
            if evidence.discard(key=key):
                vault.remove(key)
    files.clear()


def _bring(
    procurement: Procurement,
    holder: KeyHolder,
    private_key: bytes,
    looked_at: _LookedAt,
    *,
    anyway: bool,
    by: User,
    at: datetime,
) -> Opening | None:
    changes: dict[str, list[Any]] = {}
    if holder.pk not in looked_at.brought:
        KeyPresentation.objects.create(holder=holder, presented_by=by)
        changes["key"] = [None, holder.fingerprint]
    if anyway:
        changes["anyway"] = [False, True]
    trail(procurement, "present_key", by=by, at=at, changes=changes)
    if looked_at.listed is None:
        _pass_on(procurement, holder, private_key)
        return None
    return _open(procurement, looked_at.listed, by=by, at=at)


@transaction.atomic
def disqualify(
    *, opened_bid: OpenedBid, reason: str, version: int, by: User, at: datetime
) -> OpenedBid:
    """Find an opened bid invalid, for good. Raises ``ReasonMissing``, ``NotEvaluated``,
    ``MemberManages`` and ``Conflict``."""
    reason = given(reason, _("Say which requirement the bid does not meet: the bidder reads it."))
    seats.refuse_member(lock_evaluated(opened_bid), by=by)
    if opened_bid.invalid_at is not None:
        raise Conflict(_("This bid was found invalid already."))
    edit(opened_bid, version=version, invalid_reason=reason, invalid_by=by, invalid_at=at)
    changes = {"is_valid": [True, False]}
    _record_opened(opened_bid, "disqualify", by=by, at=at, changes=changes, reason=reason)
    return opened_bid


def lock_evaluated(opened_bid: OpenedBid) -> Procurement:
    """The procurement of an opened bid, held while it is being evaluated. Raises
    ``NotEvaluated``."""
    held = Procurement.objects.select_for_update().get(pk=opened_bid.bid.procurement_id)
    if held.status != Status.EVALUATING:
        text = _("Bids are judged while the procurement is being evaluated; it is “%(status)s”.")
        raise NotEvaluated(text % {"status": held.get_status_display()})
    return held


def _refuse_wrong_key(holder: KeyHolder, private_key: bytes, by: User) -> None:
    if holder.user_id != by.pk:
        raise KeyOfAnother(
            _("This key belongs to %(holder)s. Each holder brings his own, in his own account.")
            % {"holder": holder.user}
        )
    if bid_seals.public_half(private_key) != bytes(holder.public_key):
        raise KeyDoesNotFit(
            _(
                "This is not the key that you registered for this procurement. Choose the file that"
                " was saved then; its name ends with %(end)s."
            )
            % {"end": holder.fingerprint[:8]}
        )


def _hold(holder: KeyHolder, *, anyway: bool) -> Procurement:
    """The procurement, held until the transaction ends: nobody else opens it meanwhile, and every
    bid that was in time is there."""
    held = Procurement.objects.select_for_update().get(pk=holder.procurement_id)
    _refuse_over(held, holder, anyway=anyway)
    return held


def _refuse_over(procurement: Procurement, holder: KeyHolder, *, anyway: bool) -> None:
    if procurement.status != Status.ANNOUNCED:
        raise OpenedAlready(
            _("Nothing was opened: the procurement is “%(status)s”. Load the page again.")
            % {"status": procurement.get_status_display()}
        )
    brought = _brought(procurement)
    may_again = anyway and len(brought) >= procurement.key_needed
    if holder.pk in brought and not may_again:
        raise KeyBroughtAlready(
            _(
                "You have brought your key already. Now another holder brings his, in his own"
                " account."
            )
        )


def _brought(procurement: Procurement) -> frozenset[int]:
    """Holders who have brought their keys."""
    rows = KeyPresentation.objects.filter(holder__procurement=procurement)
    return frozenset(rows.values_list("holder", flat=True))


@contextmanager
def _said(holder: KeyHolder) -> Iterator[None]:
    """What the database refuses is said in words."""
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "key_after_deadline":
            raise
        deadline = announced.moment(holder.procurement.deadline_at) or "—"
        raise OpeningTooEarly(
            _(
                "Nothing was opened: by the clock of the portal's database the deadline"
                " %(deadline)s has not passed. Come back afterwards."
            )
            % {"deadline": deadline}
        ) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise OpeningUnderWay(
            _("The bids are being opened at this moment. Load the page again in a minute.")
        ) from error


def _bound_to(procurement: Procurement, bid: Bid) -> bytes:
    return bid_seals.label(
        procurement_no=procurement.procurement_no,
        organization=bid.organization_id,
        number=bid.number,
        padded_bytes=bid.padded_bytes,
    )


def _standing(procurement: Procurement) -> list[Bid]:
    bids = procurement.bids.standing().select_related("organization", "submitted_by")
    return list(bids.defer("sealed").order_by("received_at", "pk"))


def _pass_on(procurement: Procurement, holder: KeyHolder, private_key: bytes) -> None:
    """Wrap the holder's share of every bid anew, to each of the others."""
    others = procurement.key_holders.exclude(pk=holder.pk)
    rows = Share.objects.filter(of=holder, to=holder, bid__procurement=procurement)
    own = {bid: bytes(wrapped) for bid, wrapped in rows.values_list("bid", "wrapped")}
    for bid in _standing(procurement):
        share = _own_share(procurement, bid, own.get(bid.pk), holder, private_key)
        if share is None:
            continue
        bound = _bound_to(procurement, bid)
        Share.objects.bulk_create(
            Share(
                bid=bid,
                of=holder,
                to=other,
                wrapped=bid_seals.wrap(
                    share,
                    bytes(other.public_key),
                    bound_to=bound,
                    of=holder.position,
                    to=other.position,
                ),
            )
            for other in others
        )
        bid_seals.wipe(share)


def _own_share(
    procurement: Procurement, bid: Bid, wrapped: bytes | None, holder: KeyHolder, private: bytes
) -> bytearray | None:
    """The holder's share of a bid; None where it does not open, which the opening records."""
    bound, position = _bound_to(procurement, bid), holder.position
    try:
        return bid_seals.unwrap(
            wrapped or b"", private, bound_to=bound, of=position, to=position
        )
    except bid_seals.SealUnreadable:
        return None


def _open(
    procurement: Procurement,
    listed: list[tuple[OpenedBid, list[BidFile]]],
    *,
    by: User,
    at: datetime,
) -> Opening:
    """Write what was found in the bids, and what follows."""
    record = selectors.written(procurement, listed)
    opening = Opening.objects.create(
        procurement=procurement, opened_by=by, minutes=record, sha256=selectors.hash_of(record)
    )
    opening.refresh_from_db(fields=["opened_at"])
    for opened, kept in listed:
        opened.opening = opening
        opened.save(force_insert=True)
        for each in kept:
            each.opened_bid = opened
        BidFile.objects.bulk_create(kept)
    _tell_trail(procurement, opening, by=by, at=at)
    _go_on(procurement, opening, [opened for opened, _kept in listed], by=by, at=at)
    return opening


def _read(
    procurement: Procurement, bid: Bid, holder: KeyHolder, private_key: bytes
) -> tuple[OpenedBid, packing.Unpacked | None, bool]:
    """What one bid holds, or why it cannot be read; and whether that is for want of a share."""
    named = {"organization": bid.organization.name, "uscc": bid.organization.uscc or ""}
    sealed = bytes(Bid.objects.values_list("sealed", flat=True).get(pk=bid.pk))
    if sha256(sealed).hexdigest() != bid.sha256:
        return OpenedBid(bid=bid, outcome=Outcome.ALTERED, content=named), None, False
    unreadable = OpenedBid(bid=bid, outcome=Outcome.UNREADABLE, content=named)
    try:
        unpacked = _decrypted(procurement, bid, sealed, holder, private_key)
        price = Decimal(unpacked.fields["price_yuan"])
    except bid_seals.SealUnreadable:
        return unreadable, None, True
    except (packing.Damaged, KeyError, InvalidOperation):
        return unreadable, None, False
    opened = OpenedBid(
        bid=bid, outcome=Outcome.OPENED, content=unpacked.fields, price_yuan=price
    )
    return opened, unpacked, False


def _decrypted(
    procurement: Procurement, bid: Bid, sealed: bytes, holder: KeyHolder, private_key: bytes
) -> packing.Unpacked:
    """The bid, by whichever of the shares that were brought open it. Raises ``SealUnreadable``."""
    bound = _bound_to(procurement, bid)
    shares = _shares(procurement, bid, holder, private_key)
    try:
        for chosen in combinations(shares, procurement.key_needed):
            with suppress(bid_seals.SealUnreadable):
                return packing.unpack(bid_seals.unseal(sealed, chosen, bound_to=bound))
    finally:
        for share in shares:
            bid_seals.wipe(share)
    raise bid_seals.SealUnreadable("the shares that were brought do not open the bid")


def _shares(
    procurement: Procurement, bid: Bid, holder: KeyHolder, private_key: bytes
) -> list[bytearray]:
    """The holder's own share and those passed on to him, as far as they open."""
    bound = _bound_to(procurement, bid)
    found: list[bytearray] = []
    of = _brought(procurement) | {holder.pk}
    wrapped = Share.objects.filter(bid=bid, to=holder, of__in=of).select_related("of")
    for each in wrapped.order_by("of__position"):
        with suppress(bid_seals.SealUnreadable):
            found.append(
                bid_seals.unwrap(
                    bytes(each.wrapped),
                    private_key,
                    bound_to=bound,
                    of=each.of.position,
                    to=holder.position,
                )
            )
    return found


def _kept(packed: packing.PackedFile, *, by: User, at: datetime) -> BidFile:
    """A file of a bid, looked at and stored as the bidder's; or why it is not stored."""
    row = BidFile(name=packed.name, sha256=packed.sha256, size_bytes=len(packed.content))
    try:
        upload = ContentFile(packed.content, name=packed.name)
        # The bidder handed it in before; how many bids are opened on one day is not his doing.
        row.file = evidence.store(upload=upload, by=by, at=at, is_metered=False)
    except evidence.EvidenceRefused as refusal:
        with override(announced.LANGUAGE):
            row.refusal = str(refusal)[:200]
    return row


def _tell_trail(procurement: Procurement, opening: Opening, *, by: User, at: datetime) -> None:
    """What could not be told before: every bid that was handed in, replaced or withdrawn."""
    bids = Bid.objects.filter(procurement=procurement).defer("sealed")
    known = bids.select_related("organization", "submitted_by", "withdrawn_by")
    for bid in known.order_by("received_at", "pk"):
        bid.procurement = procurement
        told = {"number": [None, bid.number], "sha256": [None, bid.sha256]}
        _record(bid, "submit", by=bid.submitted_by, at=bid.received_at, changes=told)
        if bid.withdrawn_at is not None:
            _record(bid, "withdraw", by=bid.withdrawn_by, at=bid.withdrawn_at)
    changes = {"minutes": [None, opening.sha256]}
    trail(procurement, "open", by=by, at=at, changes=changes)


def _go_on(
    procurement: Procurement, opening: Opening, opened: list[OpenedBid], *, by: User, at: datetime
) -> None:
    valid = sum(each.is_valid for each in opened)
    needed = routes.bidders_needed(procurement)
    version = procurement.version
    if valid >= needed:
        move(procurement=procurement, to=Status.EVALUATING, version=version, by=by, at=at)
    with override(announced.LANGUAGE):
        title = _("%(title)s: opening of the bids") % {"title": procurement.title}
        reason = _("%(valid)s valid bids were opened; at least %(needed)s are needed.") % {
            "valid": valid,
            "needed": needed,
        }
    announcements.publish(
        procurement=procurement,
        kind=Announcement.Kind.OPENING,
        title=title,
        content={
            "opened_at": announced.moment(opening.opened_at),
            "bids": [_published(each) for each in opened],
        },
        by=by,
        at=at,
    )
    if valid < needed:
        procurements.fail(procurement=procurement, reason=reason, version=version, by=by, at=at)


def _published(opened: OpenedBid) -> dict[str, str | None]:
    return {
        "name": opened.content["organization"],
        "uscc": opened.content["uscc"],
        "code": f"O{opened.bid.organization_id}",
        "outcome": opened.outcome,
        "price_yuan": announced.amount(opened.price_yuan),
    }
