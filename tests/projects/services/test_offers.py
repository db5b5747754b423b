"""What organizations offer: entered, corrected, withdrawn."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from portal.errors import Conflict
from projects.models import Offer
from projects.services import offers
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import MatchFactory, NeedFactory, OfferFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FIELDS = {"field": "elderly", "service": "meals", "title": "送餐上门"}


@pytest.fixture
def by(alice, at):
    return {"by": alice, "at": at}


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong)


@pytest.fixture
def offer(organization, haitang):
    return OfferFactory(organization=organization, district=haitang)


def test_enter_numbers_by_district_and_year(organization, haitang, huangpu, by):
    found = [
        offers.enter(organization=organization, district=place, **FIELDS, **by).offer_no
        for place in (haitang, haitang, huangpu)
    ]
    assert found == ["310199-GJ-2026-00001", "310199-GJ-2026-00002", "310101-GJ-2026-00001"]


@pytest.mark.parametrize("status", ["deregistered", "withdrawn", "revoked"])
def test_who_is_no_longer_registered_offers_nothing(wutong, haitang, by, status):
    gone = OrganizationFactory(division=wutong, status=status)
    with pytest.raises(offers.OffersNothing):
        offers.enter(organization=gone, district=haitang, **FIELDS, **by)


def test_offers_are_made_in_a_district(organization, wutong, by):
    with pytest.raises(offers.OfferPlaceWrong):
        offers.enter(organization=organization, district=wutong, **FIELDS, **by)


def test_an_offer_holds_until_its_last_day(organization, haitang, by, at):
    today = localdate(at)
    with pytest.raises(offers.OfferOver):
        offers.enter(
            organization=organization, district=haitang, valid_until=today - DAY, **FIELDS, **by
        )
    offers.enter(organization=organization, district=haitang, valid_until=today, **FIELDS, **by)
    assert Offer.objects.current(today).count() == 1
    assert not Offer.objects.current(today + DAY).exists()


def test_what_was_introduced_stays_the_service_it_was(offer, by, wutong, center):
    offers.edit(offer=offer, version=1, service="care", title="助浴", **by)
    MatchFactory(need=NeedFactory(division=wutong), offer=offer, center=center)
    with pytest.raises(offers.OfferIntroduced):
        offers.edit(offer=offer, version=2, service="meals", **by)
    offers.edit(offer=offer, version=2, title="助浴上门", capacity=30, **by)
    offer.refresh_from_db()
    assert (offer.service, offer.title, offer.capacity) == ("care", "助浴上门", 30)
    with pytest.raises(Conflict):
        offers.edit(offer=offer, version=2, capacity=31, **by)


def test_withdrawn_is_final(offer, by):
    offers.withdraw(offer=offer, version=1, **by)
    with pytest.raises(offers.OfferOver):
        offers.edit(offer=offer, version=2, title="送餐", **by)
    with pytest.raises(Conflict):
        offers.withdraw(offer=offer, version=2, **by)
