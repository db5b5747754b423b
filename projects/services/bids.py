"""Bids: handed in sealed, replaced and withdrawn, until the deadline by the database's clock.

Nothing of a bid is written before it is sealed, and no trail, message or log tells that there is
one: the trail of bids is written at the opening. The bidder's receipt is the proof until then.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, NamedTuple

import filetype
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.archives import MAX_FILE_BYTES, MEBIBYTE
from portal.errors import Conflict, DomainError, constraint_of
from portal.evidence import inspection, names
from portal.users.models import User
from projects.models import Bid, Bidder, KeyHolder, Procurement, Share
from projects.rules import packing
from projects.selectors import announced, planners
from projects.selectors.offers import WORKING
from projects.services import bid_seals

# All files of a bid together; what is typed is little beside them.
MAX_BYTES = 40 * MEBIBYTE
MOST_FILES = 10
HEAD_BYTES = 8192
LOCK_NOT_AVAILABLE = "55P03"
ARCHIVE = b"PK\x03\x04"


class BidTooLate(DomainError):
    """The deadline has passed, or no bids are asked for."""


class BidNotAsked(DomainError):
    """The procurement asks others for bids."""


class BidAboveBudget(DomainError):
    """A price above what the notice names."""


class NotRegistered(DomainError):
    """An organization whose registration has ended neither bids nor wins."""


class PlannerCannotBid(DomainError):
    """Whoever planned a project does not bid for it."""


class BidFilesRefused(DomainError):
    """Files are too large or of another kind than they say; ``lines`` name each one."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class BidUnderWay(Conflict):
    """Somebody else of the organization hands in a bid at this moment."""


class BidReplaced(Conflict):
    """The bid is not the one that counts any more."""


class Upload(NamedTuple):
    """A file as it was handed in: its name and its bytes."""

    name: str
    content: bytes


def submit(
    *,
    procurement: Procurement,
    bidder: Bidder,
    fields: Mapping[str, Any],
    files: Sequence[Upload],
    by: User,
) -> Bid:
    """Seal a bid and keep it; it takes the place of the one that the organization handed in before.

    ``fields`` are JSON values, ``price_yuan`` among them. When it was received, and whether in
    time, the database decides.
    Raises ``BidTooLate``, ``BidNotAsked``, ``NotRegistered``, ``PlannerCannotBid``,
    ``BidAboveBudget``, ``BidFilesRefused`` and ``BidUnderWay``.
    """
    check_files(files)
    organization = bidder.organization
    _refuse_uninvited(procurement, bidder)
    refuse_unregistered(organization)
    _refuse_above_budget(procurement, Decimal(fields["price_yuan"]))
    told = {**fields, "organization": organization.name, "uscc": organization.uscc or ""}
    packed = packing.pack(told, [(names.shown(name), content) for name, content in files])
    with _in_time(procurement), transaction.atomic():
        # One after the other, so that each gets a number of its own.
        list(Bidder.objects.select_for_update().filter(organization=organization).order_by("pk"))
        own = Bid.objects.filter(procurement=procurement, organization=organization)
        number = (own.aggregate(last=Max("number"))["last"] or 0) + 1
        holders = {holder.position: holder for holder in procurement.key_holders.all()}
        sealed = bid_seals.seal(
            packed=packed,
            bound_to=bid_seals.label(
                procurement_no=procurement.procurement_no,
                organization=organization.pk,
                number=number,
                padded_bytes=len(packed),
            ),
            keys={position: bytes(holder.public_key) for position, holder in holders.items()},
            needed=procurement.key_needed,
        )
        bid = Bid.objects.create(
            procurement=procurement,
            organization=organization,
            number=number,
            sealed=sealed.sealed,
            padded_bytes=sealed.padded_bytes,
            sha256=sealed.sha256,
            submitted_by=by,
        )
        _keep_shares(bid, holders, sealed)
    bid.refresh_from_db(fields=["received_at"])
    return bid


def withdraw(*, bid: Bid, by: User) -> Bid:
    """Take back the bid that counts. It stays as evidence; another may follow it in time.

    Raises ``BidTooLate``, ``BidReplaced`` and ``BidUnderWay``.
    """
    with _in_time(bid.procurement), transaction.atomic():
        list(Bidder.objects.select_for_update().filter(organization=bid.organization))
        standing = Bid.objects.standing().filter(pk=bid.pk)
        # The database puts its own moment in the place of this one.
        moment = bid.received_at
        if not standing.update(withdrawn_at=moment, withdrawn_by=by):
            raise BidReplaced(
                _("Nothing was withdrawn: this is not the bid that counts. Load the page again.")
            )
    bid.refresh_from_db(fields=["withdrawn_at", "withdrawn_by"])
    return bid


def check_files(files: Sequence[Upload]) -> None:
    """Refuse what a bid cannot hold, before anything of it is kept. Raises ``BidFilesRefused``.

    The inside is looked at when the bid is opened.
    """
    found = [text for text in (_refusal(*each) for each in files) if text]
    if len(files) > MOST_FILES:
        found.append(
            _("A bid has at most %(most)s files. Put several papers into one file.")
            % {"most": MOST_FILES}
        )
    if sum(len(content) for _name, content in files) > MAX_BYTES:
        found.append(
            _("The files are larger than %(limit)s MB together. Make them smaller.")
            % {"limit": MAX_BYTES // MEBIBYTE}
        )
    if found:
        raise BidFilesRefused(found)


def _refusal(name: str, content: bytes) -> str:
    """Why a file is not taken, with its name; "" when it is."""
    shown = names.shown(name)
    try:
        kind = inspection.kind_of(shown)
    except inspection.EvidenceRefused as refusal:
        return f"{shown}: {refusal}"
    if not content:
        return _("%(name)s: the file is empty. Choose it again.") % {"name": shown}
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // MEBIBYTE
        return _("%(name)s: the file is larger than %(limit)s MB. Split it.") % {
            "name": shown,
            "limit": limit,
        }
    if not _looks_like(content, kind):
        return _("%(name)s: the file is something else inside than its name says.") % {
            "name": shown
        }
    return ""


def _looks_like(content: bytes, kind: inspection.Kind) -> bool:
    """By its first bytes; a Word document begins as any archive does."""
    if kind is inspection.DOCUMENT:
        return content.startswith(ARCHIVE)
    return filetype.guess_mime(content[:HEAD_BYTES]) == kind.media_type


def _refuse_uninvited(procurement: Procurement, bidder: Bidder) -> None:
    organization = bidder.organization
    if not Procurement.objects.open_to(organization).filter(pk=procurement.pk).exists():
        raise BidNotAsked(_("This procurement asks other organizations for bids."))
    if planners.is_planner(organization, procurement.project):
        raise PlannerCannotBid(
            _(
                "Whoever planned a project does not bid for it: the plan was written by the center"
                " that this organization is or operates."
            )
        )


def _refuse_above_budget(procurement: Procurement, price_yuan: Decimal) -> None:
    if price_yuan > procurement.budget_yuan:
        raise BidAboveBudget(
            _(
                "%(price)s yuan is above the budget of %(budget)s yuan that the notice names. Such"
                " a bid cannot win; hand in one within the budget."
            )
            % {"price": f"{price_yuan:,.2f}", "budget": f"{procurement.budget_yuan:,.2f}"}
        )


def refuse_unregistered(organization: Organization) -> None:
    """Raises ``NotRegistered`` unless the register has the organization as it stands now."""
    status = Organization.Status(
        Organization.objects.values_list("status", flat=True).get(pk=organization.pk)
    )
    if status not in WORKING:
        raise NotRegistered(
            _(
                "%(name)s is “%(status)s” in the register of social organizations and can neither"
                " bid nor win. If the register is wrong, ask the procurement office to correct it."
            )
            % {"name": organization.name, "status": status.label}
        )


def _keep_shares(bid: Bid, holders: Mapping[int, KeyHolder], sealed: bid_seals.Sealed) -> None:
    Share.objects.bulk_create(
        Share(bid=bid, of=holders[position], to=holders[position], wrapped=wrapped)
        for position, wrapped in sealed.wrapped.items()
    )


@contextmanager
def _in_time(procurement: Procurement) -> Iterator[None]:
    """What the database refuses, as too late or because it waited too long, is said in words."""
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error) != "bid_in_time":
            raise
        procurement.refresh_from_db(fields=["deadline_at", "status"])
        deadline = announced.moment(procurement.deadline_at) or "—"
        raise BidTooLate(
            _(
                "Nothing was kept: by the clock of the portal's database the deadline %(deadline)s"
                " has passed, or no bids are received any more."
            )
            % {"deadline": deadline}
        ) from error
    except OperationalError as error:
        if getattr(error.__cause__, "pgcode", "") != LOCK_NOT_AVAILABLE:
            raise
        raise BidUnderWay(
            _(
                "Nothing was kept: somebody else of your organization hands in or withdraws a bid"
                " at this moment. Look what counts now, and send yours again if it is to count."
            )
        ) from error
