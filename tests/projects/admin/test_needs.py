"""Needs, offers and introductions in the bureau's admin."""

import pytest

from organizations.models import WorkRecord
from projects.models import Match, Need, Offer, Project
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import MatchFactory, NeedFactory, OfferFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
NEEDS, OFFERS, MATCHES = (f"/admin/projects/{noun}/" for noun in ("need", "offer", "match"))
TYPED = {
    "title": "高龄独居老人助餐",
    "source": "resident",
    "field": "elderly",
    "service": "meals",
    "target_group": "高龄独居老人",
}


@pytest.fixture
def desk(alice_client):
    return in_english(alice_client)


@pytest.fixture
def offer(wutong, haitang):
    organization = OrganizationFactory(division=wutong, name="银龄服务中心")
    return OfferFactory(organization=organization, district=haitang, title="中央厨房送餐")


def test_a_need_is_entered_and_led_to_its_page(desk, wutong, center):
    answer = desk.post(
        f"{NEEDS}enter/", {**TYPED, "division": wutong.pk, "center": center.pk}, follow=True
    )
    need = Need.objects.get()
    assert answer.redirect_chain == [(f"{NEEDS}{need.pk}/change/", 302)]
    assert need.need_no == f"310199-XQ-{need.entered_at.year}-00001"
    assert need.center == center
    assert "高龄独居老人助餐" in words(answer)


def test_what_is_refused_keeps_what_was_typed(desk, wutong):
    answer = desk.post(
        f"{NEEDS}enter/",
        {**TYPED, "division": wutong.pk, "from_on": "2026-03-02", "until_on": "2026-03-01"},
    )
    assert answer.status_code == 200
    assert "高龄独居老人助餐" in answer.content.decode()
    assert not Need.objects.exists()


def test_a_need_of_another_district_cannot_be_entered(desk, huangpu):
    answer = desk.post(f"{NEEDS}enter/", {**TYPED, "division": huangpu.pk})
    assert list(answer.context["form"].errors) == ["division"]


def test_pages_are_the_own_districts(desk, bob_client, wutong):
    need = NeedFactory(division=wutong, title="老人泡脚")
    assert "老人泡脚" in words(desk.get(NEEDS))
    assert "老人泡脚" not in words(bob_client.get(NEEDS))
    for page in ("change/", "screen/", "close/"):
        assert bob_client.get(f"{NEEDS}{need.pk}/{page}").status_code == 404


def test_the_way_of_a_need_to_a_project(desk, wutong):
    need = NeedFactory(division=wutong, title="助餐")
    for step in ("screen", "publish"):
        need.refresh_from_db()
        desk.post(f"{NEEDS}{need.pk}/{step}/", {"version": need.version, "reason": ""})
    need.refresh_from_db()
    assert need.status == "published"
    typed = {"version": need.version, "name": "助餐项目", "purchaser": "梧桐路街道办事处"}
    answer = desk.post(f"{NEEDS}{need.pk}/adopt/", typed, follow=True)
    assert Project.objects.get().need == need
    assert "助餐项目" in words(answer)


def test_a_correction_on_an_old_page_is_refused_and_says_what_changed(desk, wutong):
    need = NeedFactory(division=wutong)
    url = f"{NEEDS}{need.pk}/correct/"
    desk.post(url, {**TYPED, "title": "助餐送餐", "version": 1})
    need.refresh_from_db()
    assert (need.title, need.version) == ("助餐送餐", 2)
    answer = desk.post(url, {**TYPED, "title": "助浴", "version": 1})
    assert "Nothing was saved" in words(answer)
    need.refresh_from_db()
    assert need.title == "助餐送餐"


def test_closing_asks_why(desk, wutong):
    need = NeedFactory(division=wutong)
    answer = desk.post(f"{NEEDS}{need.pk}/close/", {"version": 1, "reason": ""})
    assert list(answer.context["form"].errors) == ["reason"]
    desk.post(f"{NEEDS}{need.pk}/close/", {"version": 1, "reason": "重复征集"})
    need.refresh_from_db()
    assert need.close_reason == "重复征集"


def test_a_published_need_says_which_offers_fit_and_why(desk, wutong, offer):
    need = NeedFactory(division=wutong, status="published")
    page = words(desk.get(f"{NEEDS}{need.pk}/change/"))
    assert "中央厨房送餐" in page
    assert "the same service; the same field" in page


def test_an_introduction_and_what_came_of_it(desk, wutong, offer, center):
    need = NeedFactory(division=wutong, status="published")
    typed = {
        "offer": offer.offer_no,
        "center": center.pk,
        "happened_on": "2026-03-01",
        "event": "公益集市",
    }
    desk.post(f"{NEEDS}{need.pk}/introduce/", typed)
    match = Match.objects.get()
    assert (match.event, WorkRecord.objects.get().function) == ("公益集市", "FN-23")
    desk.post(f"{MATCHES}{match.pk}/intend/", {"version": 1, "outcome": "月底签约"})
    answer = desk.post(f"{MATCHES}{match.pk}/sign/", {"version": 2, "amount_yuan": ""})
    assert list(answer.context["form"].errors) == ["amount_yuan"]
    desk.post(f"{MATCHES}{match.pk}/sign/", {"version": 2, "amount_yuan": "12000.00"})
    match.refresh_from_db()
    assert (match.status, str(match.amount_yuan)) == ("signed", "12000.00")
    assert "12,000.00" in words(desk.get(f"{OFFERS}{offer.pk}/change/"))


def test_introductions_are_seen_where_the_need_lies(desk, bob_client, wutong, offer, center):
    match = MatchFactory(need=NeedFactory(division=wutong), offer=offer, center=center)
    assert desk.get(f"{MATCHES}{match.pk}/change/").status_code == 200
    assert bob_client.get(f"{MATCHES}{match.pk}/change/").status_code == 404
    assert bob_client.get(f"{MATCHES}{match.pk}/fail/").status_code == 404


def test_an_offer_is_entered_by_the_code_of_the_organization(desk, haitang, wutong, huangpu):
    organization = OrganizationFactory(division=wutong)
    stranger = OrganizationFactory(division=huangpu)
    typed = {
        "district": haitang.pk,
        "title": "送餐",
        "field": "elderly",
        "service": "meals",
    }
    answer = desk.post(f"{OFFERS}enter/", {**typed, "organization": f"O{stranger.pk}"})
    assert list(answer.context["form"].errors) == ["organization"]
    desk.post(f"{OFFERS}enter/", {**typed, "organization": f"o{organization.pk}"})
    assert Offer.objects.get().organization == organization


def test_whoever_only_looks_takes_no_step(client_for, leader, wutong):
    need = NeedFactory(division=wutong)
    client = client_for(leader)
    page = in_english(client).get(f"{NEEDS}{need.pk}/change/")
    assert page.status_code == 200
    assert "Close it" not in words(page)
    assert client.get(f"{NEEDS}{need.pk}/close/").status_code == 403
    assert client.post(f"{NEEDS}{need.pk}/close/", {"version": 1}).status_code == 403
