"""What the database refuses of needs, offers and matches, and who sees them."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from projects.models import Match, Need, Offer
from tests.factories.centers import CenterFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    BidderFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer(wutong, haitang):
    return OfferFactory(organization=OrganizationFactory(division=wutong), district=haitang)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": ""},
        {"from_on": date(2026, 2, 2), "until_on": date(2026, 2, 1)},
        {"budget_hint_yuan": Decimal("-0.01")},
        {"status": "closed"},
    ],
)
def test_need_refuses(wutong, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        NeedFactory(division=wutong, **fields)


def test_need_goes_its_way_only(wutong):
    need = NeedFactory(division=wutong)
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        Need.objects.filter(pk=need.pk).update(status="completed")


@pytest.mark.parametrize(
    ("until_on", "status", "is_shown"),
    [
        (None, "published", True),
        (date(2026, 3, 1), "published", True),
        (date(2026, 2, 28), "published", False),
        (None, "matching", True),
        (None, "screened", False),
    ],
)
def test_a_need_is_published_until_its_window_ends(wutong, until_on, status, is_shown):
    need = NeedFactory(division=wutong, until_on=until_on, status=status)
    assert Need.objects.published(date(2026, 3, 1)).filter(pk=need.pk).exists() is is_shown


def test_a_pair_is_introduced_once_unless_it_failed(wutong, offer):
    need, center = NeedFactory(division=wutong), CenterFactory(division=wutong)
    first = MatchFactory(need=need, offer=offer, center=center)
    with pytest.raises(IntegrityError), transaction.atomic():
        MatchFactory(need=need, offer=offer, center=center)
    Match.objects.filter(pk=first.pk).update(status="failed", outcome="价格谈不拢")
    assert MatchFactory(need=need, offer=offer, center=center).pk


@pytest.mark.parametrize("fields", [{"status": "signed"}, {"status": "failed"}])
def test_a_match_does_not_end_without_amount_or_reason(wutong, offer, fields):
    match = MatchFactory(
        need=NeedFactory(division=wutong), offer=offer, center=CenterFactory(division=wutong)
    )
    Match.objects.filter(pk=match.pk).update(status="intended")
    with pytest.raises(IntegrityError), transaction.atomic():
        Match.objects.filter(pk=match.pk).update(**fields)


def test_a_need_is_seen_in_its_township_and_by_its_bureau(wutong, alice, bob, charlie, diane):
    need = NeedFactory(division=wutong)
    people = (alice, bob, charlie, diane)
    assert [u.username for u in people if need in Need.objects.visible_to(u)] == ["alice", "diane"]


def test_an_offer_is_seen_all_over_its_district(offer, alice, bob, charlie, diane):
    bidder = BidderFactory(organization=offer.organization).user
    people = (alice, bob, charlie, diane, bidder)
    seers = [u for u in people if offer in Offer.objects.visible_to(u)]
    assert seers == [alice, diane, bidder]
