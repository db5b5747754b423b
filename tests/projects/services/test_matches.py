"""Introductions: what they count for, what is refused, and what came of each."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localdate

from organizations.models import WorkRecord
from portal.errors import Conflict, ReasonMissing
from projects.models import Match, Need
from projects.services import matches, needs
from tests.factories.centers import CenterFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import NeedFactory, OfferFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
DAY = timedelta(days=1)


@pytest.fixture
def today(at):
    return localdate(at)


@pytest.fixture
def need(wutong):
    return NeedFactory(division=wutong, status="published", title="老人助餐")


@pytest.fixture
def offer(wutong, haitang):
    organization = OrganizationFactory(division=wutong, name="银龄服务中心")
    return OfferFactory(organization=organization, district=haitang)


@pytest.fixture
def introduce(center, diane, at, today):
    def make(need, offer, **fields):
        fields = {"center": center, "happened_on": today, **fields}
        return matches.introduce(need=need, offer=offer, by=diane, at=at, **fields)

    return make


@pytest.fixture
def by(diane, at):
    return {"by": diane, "at": at}


@pytest.mark.parametrize(
    ("source", "function"),
    [
        ("resident", "FN-23"),
        ("neighborhood", "FN-23"),
        ("organization", "FN-23"),
        ("government", "FN-42"),
    ],
)
def test_an_introduction_counts_as_work_of_the_center(
    wutong, offer, introduce, center, today, source, function
):
    need = NeedFactory(division=wutong, status="published", source=source, title="助餐")
    match = introduce(need, offer, happened_on=today - DAY, event="供需对接会")
    record = WorkRecord.objects.get()
    assert (record.center, record.function, record.happened_on, record.title) == (
        center,
        function,
        today - DAY,
        "助餐 ↔ 银龄服务中心",
    )
    assert match.contributions.get().record == record
    need.refresh_from_db()
    assert need.status == "matching"


def test_an_introduction_of_tomorrow_is_refused(need, offer, introduce, today):
    with pytest.raises(matches.IntroductionStillToCome):
        introduce(need, offer, happened_on=today + DAY)
    assert not Match.objects.exists()
    assert not WorkRecord.objects.exists()


def test_an_introduction_before_the_need_was_entered_is_refused(need, offer, introduce):
    with pytest.raises(matches.IntroducedTooEarly):
        introduce(need, offer, happened_on=localdate(need.entered_at) - DAY)
    assert not WorkRecord.objects.exists()
    assert introduce(need, offer, happened_on=localdate(need.entered_at)).pk


@pytest.mark.parametrize("status", ["revoked", "withdrawn", "deregistered"])
def test_an_organization_that_is_no_more_is_not_introduced(need, offer, introduce, status):
    type(offer.organization).objects.filter(pk=offer.organization_id).update(status=status)
    with pytest.raises(matches.OfferNotOpen, match="银龄服务中心"):
        introduce(need, offer)
    assert not Match.objects.exists()


@pytest.mark.parametrize("status", ["collected", "screened", "adopted", "completed"])
def test_only_published_needs_are_introduced(wutong, offer, introduce, status):
    with pytest.raises(matches.NeedNotOpen):
        introduce(NeedFactory(division=wutong, status=status), offer)


def test_needs_and_offers_expire(wutong, haitang, offer, introduce, today):
    last_day = NeedFactory(division=wutong, status="published", until_on=today)
    assert introduce(last_day, offer).pk
    past = NeedFactory(division=wutong, status="published", until_on=today - DAY)
    with pytest.raises(matches.NeedNotOpen):
        introduce(past, offer)
    fresh = NeedFactory(division=wutong, status="published")
    over = OfferFactory(
        organization=offer.organization, district=haitang, valid_until=today - DAY
    )
    with pytest.raises(matches.OfferNotOpen):
        introduce(fresh, over)
    assert introduce(fresh, over, happened_on=today - DAY).pk


def test_withdrawn_offers_are_not_introduced(need, offer, introduce):
    type(offer).objects.filter(pk=offer.pk).update(status="withdrawn")
    with pytest.raises(matches.OfferNotOpen):
        introduce(need, offer)


def test_all_three_lie_in_one_district(need, offer, introduce, huangpu):
    with pytest.raises(matches.DistrictsDiffer):
        introduce(need, offer, center=CenterFactory(division=huangpu))
    other = OfferFactory(organization=offer.organization, district=huangpu)
    with pytest.raises(matches.DistrictsDiffer):
        introduce(need, other)


def test_the_same_two_meet_again_only_after_it_came_to_nothing(need, offer, introduce, by):
    first = introduce(need, offer)
    with pytest.raises(matches.IntroducedAlready):
        introduce(need, offer)
    matches.fail(match=first, outcome="价格谈不拢", version=1, **by)
    assert introduce(need, offer).status == "introduced"


def test_one_offer_shows_every_project_it_led_to(wutong, offer, introduce, by):
    for title in ("助餐", "助浴", "助洁"):
        found = introduce(NeedFactory(division=wutong, status="published", title=title), offer)
        matches.intend(match=found, version=1, **by)
        matches.sign(match=found, amount_yuan=Decimal("1000.00"), version=2, **by)
    signed = offer.matches.filter(status="signed").order_by("id")
    assert [each.need.title for each in signed] == ["助餐", "助浴", "助洁"]


def test_what_was_signed_has_an_amount(need, offer, introduce, by):
    match = introduce(need, offer)
    with pytest.raises(Conflict):
        matches.sign(match=match, amount_yuan=Decimal("1.00"), version=1, **by)
    matches.intend(match=match, version=1, **by)
    for amount in (None, Decimal("-0.01")):
        with pytest.raises(matches.AmountWrong):
            matches.sign(match=match, amount_yuan=amount, version=2, **by)
    matches.sign(match=match, amount_yuan=Decimal("0.00"), outcome="志愿服务", version=2, **by)
    match.refresh_from_db()
    assert (match.status, match.amount_yuan, match.outcome) == (
        "signed",
        Decimal("0.00"),
        "志愿服务",
    )


def test_what_came_to_nothing_says_why_and_frees_the_need(
    need, offer, introduce, by, wutong, haitang
):
    other = OfferFactory(organization=OrganizationFactory(division=wutong), district=haitang)
    first, second = introduce(need, offer), introduce(need, other)
    with pytest.raises(ReasonMissing):
        matches.fail(match=first, outcome=" ", version=1, **by)
    matches.fail(match=first, outcome="人手不足", version=1, **by)
    need.refresh_from_db()
    assert need.status == "matching"
    matches.fail(match=second, outcome="场地不合", version=1, **by)
    need.refresh_from_db()
    assert need.status == "published"
    assert WorkRecord.objects.filter(voided_at=None).count() == 2


def test_what_was_entered_by_mistake_counts_nowhere(need, offer, introduce, by):
    match = introduce(need, offer)
    matches.retract(match=match, reason="录错单位", version=1, **by)
    record = WorkRecord.objects.get()
    assert (record.void_reason, match.status) == ("录错单位", "failed")
    need.refresh_from_db()
    assert need.status == "published"


def test_a_need_that_became_a_project_stays_one(need, offer, introduce, by):
    match = introduce(need, offer)
    need.refresh_from_db()
    needs.adopt(need=need, name="助餐", purchaser="街道", version=need.version, **by)
    matches.fail(match=match, outcome="改走采购", version=1, **by)
    need.refresh_from_db()
    assert need.status == "adopted"


@pytest.mark.django_db(transaction=True)
def test_closing_and_introducing_at_once_leaves_no_open_introduction_on_a_closed_need(
    need, offer, center, diane, alice, at, today
):
    def introduce():
        matches.introduce(
            need=need, offer=offer, center=center, happened_on=today, by=diane, at=at
        )

    def close():
        mine = Need.objects.select_related("division").get(pk=need.pk)
        needs.close(need=mine, reason="重复", version=1, by=alice, at=at)

    _done, refusal = sorted(at_once([introduce, close]), key=lambda each: each is not None)
    assert isinstance(refusal, Conflict | matches.NeedNotOpen)
    need.refresh_from_db()
    assert (need.status, Match.objects.count()) in {("closed", 0), ("matching", 1)}
