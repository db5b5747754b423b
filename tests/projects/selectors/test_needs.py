"""What stands in a township, and which offers are suggested."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate
from django.utils.translation import override

from projects.selectors import needs, offers
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import MatchFactory, NeedFactory, OfferFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def today(at):
    return localdate(at)


@pytest.fixture
def need(wutong, today):
    return NeedFactory(division=wutong, status="published", scale=60, until_on=today + 300 * DAY)


@pytest.fixture
def offer(wutong, haitang):
    def make(district=haitang, division=wutong, status="normal", **fields):
        organization = OrganizationFactory(division=division, status=status)
        return OfferFactory(organization=organization, district=district, **fields)

    return make


def test_suggestions_say_why_and_what_speaks_against(need, offer, today, huangpu):
    best = offer(capacity=100)
    short = offer(capacity=20, valid_until=today + DAY)
    offer(service="legal", field="children")
    offer(status="revoked")
    offer(district=huangpu)
    offer(valid_until=today - DAY)
    with override("en"):
        found = needs.suggestions(need, today)
    assert [each.offer for each in found] == [best, short]
    assert found[0].reasons == [
        "the same service",
        "the same field",
        "the organization is of the same township",
        "serves 100 people, enough for this need",
        f"holds until the need's last day, {need.until_on}",
    ]
    assert found[0].doubts == []
    assert found[1].doubts == ["serves only 20 people", f"holds only until {today + DAY}"]


def test_what_is_under_way_is_not_suggested_and_what_failed_is_said(need, offer, center, today):
    under_way, failed = offer(), offer()
    MatchFactory(need=need, offer=under_way, center=center)
    MatchFactory(need=need, offer=failed, center=center, status="failed", outcome="人手不足")
    with override("en"):
        (found,) = needs.suggestions(need, today)
    assert found.offer == failed
    assert found.doubts == ["came to nothing for this need before (1 times)"]


def test_a_success_elsewhere_is_a_reason(need, offer, center, wutong, today):
    proven = offer()
    for _ in range(2):
        MatchFactory(
            need=NeedFactory(division=wutong),
            offer=proven,
            center=center,
            status="signed",
            amount_yuan=1,
        )
    with override("en"):
        (found,) = needs.suggestions(need, today)
    assert "led to 2 signed introductions before" in found.reasons


@pytest.mark.parametrize("count", [1, 4])
def test_suggestions_cost_one_query(need, offer, today, count, django_assert_num_queries):
    for _ in range(count):
        offer()
    with django_assert_num_queries(1):
        assert len(needs.suggestions(need, today)) == count


def test_the_list_of_a_township_is_its_own_and_tells_what_ran_out(
    wutong, huangpu, diane, center, today
):
    past = NeedFactory(division=wutong, status="published", until_on=today - DAY, title="旧需求")
    fresh = NeedFactory(division=wutong, status="published", until_on=today, title="新需求")
    closed = NeedFactory(division=wutong, status="closed", close_reason="重复")
    NeedFactory(division=huangpu)

    def listed(**asked):
        return list(needs.of_township(diane, wutong, today, **asked))

    assert listed() == [closed, fresh, past]
    assert listed(status="expired") == [past]
    assert listed(status="open") == [fresh, past]
    assert listed(words="新需") == [fresh]
    assert listed(status="nonsense", service="legal") == []


def test_an_offer_shows_what_it_led_to(offer, wutong, haitang, center, diane, today):
    mine = offer()
    for status, fields in (
        ("signed", {"amount_yuan": 1000}),
        ("signed", {"amount_yuan": 500}),
        ("failed", {"outcome": "价格"}),
    ):
        MatchFactory(
            need=NeedFactory(division=wutong), offer=mine, center=center, status=status, **fields
        )
    (found,) = offers.of_district(diane, haitang.code, today)
    assert (found.introduced, found.signed, found.signed_yuan) == (3, 2, 1500)


def test_offers_that_are_over_are_shown_on_request(offer, haitang, center, diane, today):
    past = offer(valid_until=today - DAY)
    assert list(offers.of_district(diane, haitang.code, today)) == []
    assert list(offers.of_district(diane, haitang.code, today, shown="all")) == [past]
