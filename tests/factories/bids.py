"""Procurements whose keys open something, and bids handed in for them as a bidder would."""

from datetime import UTC, datetime

from projects.models import KeyHolder, Procurement
from projects.services import bid_seals, bids, key_holders, openings
from projects.services.bids import Upload
from tests.factories.evidence import paper
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import BidderFactory, ProcurementFactory, announced

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


def officers(division, count=3):
    """Officers of a division who may hold a key."""
    return [
        RoleAssignmentFactory(
            user=UserFactory(is_staff=True), role="district_officer", division=division
        ).user
        for _each in range(count)
    ]


def sealing(division, *, total=3, needed=2, deadline_at=None, **values):
    """An announced procurement with real keys, and the private half of each holder by position."""
    procurement = ProcurementFactory(
        project__division=division, key_total=total, key_needed=needed, **values
    )
    keys = {}
    for user in officers(division, total):
        private, public = bid_seals.make_key()
        holder = key_holders.register(procurement=procurement, public_key=public, by=user, at=AT)
        keys[holder.position] = private
    announced(procurement, deadline_at=deadline_at)
    return procurement, keys


def hand_in(procurement, organization=None, *, price="280000.00", files=None, bidder=None, **more):
    """A bid of an organization, by default of a new one, with one PDF."""
    if bidder is None:
        organization = organization or OrganizationFactory(division=procurement.project.division)
        bidder = organization.bidders.first() or BidderFactory(organization=organization)
    if files is None:
        upload = paper("响应文件.pdf")
        files = [Upload(upload.name, upload.read())]
    fields = {"price_yuan": price, "period_text": "一年", "statement": "按要求响应", **more}
    return bids.submit(
        procurement=procurement, bidder=bidder, fields=fields, files=files, by=bidder.user
    )


def bring(procurement, keys, *positions, anyway=False):
    """Bring the keys of these holders, one after the other; what the last one got."""
    procurement = Procurement.objects.get(pk=procurement.pk)
    opening = None
    for position in positions:
        holder = KeyHolder.objects.get(procurement=procurement, position=position)
        opening = openings.present(
            holder=holder, private_key=keys[position], by=holder.user, at=AT, anyway=anyway
        )
    return opening
