"""What a bidder sees: procurements to answer, and what became of one's own bids."""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When

from organizations.models import Organization
from projects.models import Award, Bid, Contract, OpenedBid, Procurement, RankedBid
from projects.models.bid import DatabaseClock


@dataclass
class Own:
    """The bids of an organization for a procurement, newest first, and what they led to."""

    bids: list[Bid]
    standing: Bid | None = None
    opened: OpenedBid | None = None
    rank: int | None = None
    award: Award | None = None
    contract: Contract | None = None
    files: list[Any] = field(default_factory=list)


def offered(organization: Organization) -> QuerySet[Procurement]:
    """Procurements that the organization may answer: those that receive bids first, the nearest
    deadline before others; then the rest, the latest before others.

    ``has_bid`` tells whether one's own organization handed one in.
    """
    own = Bid.objects.filter(procurement=OuterRef("pk"), organization=organization)
    receives = Q(status=Procurement.Status.ANNOUNCED, deadline_at__gt=DatabaseClock())
    found = Procurement.objects.open_to(organization).select_related("project__division")
    return found.annotate(has_bid=Exists(own)).order_by(
        Case(When(receives, then=F("deadline_at"))).asc(nulls_last=True),
        F("deadline_at").desc(nulls_last=True),
        "-id",
    )


def own(procurement: Procurement, organization: Organization) -> Own:
    """What the organization handed in, and once the bids are open, what was found of it, up to
    the contract that was signed. Seven queries at most."""
    bids = Bid.objects.filter(procurement=procurement, organization=organization)
    known = list(bids.defer("sealed").select_related("submitted_by").order_by("-number"))
    found = Own(known)
    if known and known[0].withdrawn_at is None:
        found.standing = known[0]
    opened = OpenedBid.objects.filter(bid__in=known).select_related("repair").first()
    if opened is not None:
        found.opened = opened
        found.files = list(opened.files.select_related("file"))
    found.award = procurement.awards.filter(
        notified_at__isnull=False, revoked_at=None, organization=organization
    ).first()
    signed = Contract.objects.shown().filter(procurement=procurement, supplier=organization)
    found.contract = signed.order_by("-pk").first()
    told = procurement.awards.filter(notified_at__isnull=False, revoked_at=None)
    if opened is not None and told.exists():
        ranked = RankedBid.objects.filter(opened_bid=opened).order_by("-attempt").first()
        found.rank = ranked.rank if ranked else None
    return found
