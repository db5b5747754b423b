"""Needs, offers, introductions and lottery money at the desk of a center, and an organization's own
offers."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate

from organizations.models import WorkRecord
from projects.models import LotteryApplication, Match, Need, Offer
from tests.factories.centers import CenterFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    BidderFactory,
    LotteryApplicationFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
)
from tests.factories.projects import ProjectFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
DESK = "/desk/centers/C90/"
TYPED = {
    "title": "高龄独居老人送餐",
    "source": "government",
    "field": "elderly",
    "service": "meals",
    "target_group": "高龄独居老人",
}


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


@pytest.fixture
def offer(wutong, haitang):
    organization = OrganizationFactory(division=wutong, name="银龄服务中心")
    return OfferFactory(organization=organization, district=haitang, title="中央厨房送餐")


def test_needs_stand_beside_the_casework(desk, center):
    for page in (f"{DESK}work/", f"{DESK}projects/"):
        assert f'href="{DESK}needs/"' in desk.get(page).content.decode()
    assert f'href="{DESK}projects/"' in desk.get(f"{DESK}needs/").content.decode()


def test_a_need_goes_its_way_at_the_desk(desk, center, offer):
    answer = desk.post(f"{DESK}needs/enter/", TYPED, follow=True)
    need = Need.objects.get()
    assert answer.redirect_chain == [(f"/desk/needs/{need.pk}/", 302)]
    assert (need.center, need.division) == (center, center.division)
    for version, step in enumerate(("screen", "publish"), start=1):
        desk.post(f"/desk/needs/{need.pk}/{step}/", {"version": version})
    page = words(desk.get(f"/desk/needs/{need.pk}/offers/"))
    assert "中央厨房送餐" in page
    assert "the same service; the same field" in page
    typed = {"offer": offer.offer_no, "center": center.pk, "happened_on": localdate()}
    desk.post(f"/desk/needs/{need.pk}/introduce/", typed)
    match = Match.objects.get()
    assert WorkRecord.objects.get().function == "FN-42"
    refused = desk.post(f"/desk/matches/{match.pk}/fail/", {"version": 1, "outcome": ""})
    assert list(refused.context["form"].errors) == ["outcome"]
    answer = desk.post(
        f"/desk/matches/{match.pk}/fail/", {"version": 1, "outcome": "人手不足"}, follow=True
    )
    assert "人手不足" in words(answer)


def test_what_is_refused_keeps_what_was_typed(desk, center):
    typed = {**TYPED, "from_on": "2026-03-02", "until_on": "2026-03-01"}
    answer = desk.post(f"{DESK}needs/enter/", typed)
    assert answer.status_code == 200
    assert "高龄独居老人送餐" in answer.content.decode()
    assert not Need.objects.exists()


def test_an_old_page_overwrites_nothing(desk, center, wutong):
    need = NeedFactory(division=wutong, version=3)
    answer = desk.post(f"/desk/needs/{need.pk}/correct/", {**TYPED, "version": 2})
    assert "Nothing was saved" in words(answer)
    need.refresh_from_db()
    assert need.version == 3


def test_another_township_is_not_there(desk, center, haitang, wutong, huangpu, offer):
    need = NeedFactory(division=huangpu)
    match = MatchFactory(need=need, offer=offer, center=center)
    for path in (
        f"needs/{need.pk}/",
        f"needs/{need.pk}/offers/",
        f"needs/{need.pk}/introduce/",
        f"needs/{need.pk}/close/",
        f"matches/{match.pk}/fail/",
    ):
        assert desk.get(f"/desk/{path}").status_code == 404
    other = CenterFactory(division=huangpu)
    for page in ("needs", "offers", "lotteries"):
        assert desk.get(f"/desk/centers/{other.code}/{page}/").status_code == 404


def test_offers_are_listed_with_what_came_of_them(desk, center, wutong, offer):
    MatchFactory(
        need=NeedFactory(division=wutong),
        offer=offer,
        center=center,
        status="signed",
        amount_yuan=1200,
    )
    page = words(desk.get(f"{DESK}offers/"))
    assert "1, of which 1 signed" in page
    assert "1,200.00" in page


def test_a_center_enters_what_an_organization_offers(desk, center, haitang, wutong):
    organization = OrganizationFactory(division=wutong)
    desk.post(
        f"{DESK}offers/enter/",
        {
            "organization": f"O{organization.pk}",
            "district": haitang.pk,
            "title": "助浴上门",
            "field": "elderly",
            "service": "care",
        },
    )
    assert Offer.objects.get().organization == organization


def test_a_center_applies_and_somebody_else_recommends(desk, center, wutong, client_for):
    project = ProjectFactory(division=wutong, name="助餐项目")
    typed = {
        "project": project.pk,
        "center": center.pk,
        "year": 2026,
        "purpose": "elderly",
        "amount_yuan": "50000",
    }
    desk.post(f"{DESK}lotteries/apply/", typed)
    application = LotteryApplication.objects.get()
    assert "助餐项目" in words(desk.get(f"{DESK}lotteries/"))
    assert desk.get(f"/desk/lotteries/{application.pk}/recommend/").status_code == 403
    reviewer = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=reviewer, role="township_reviewer", division=wutong)
    client_for(reviewer).post(f"/desk/lotteries/{application.pk}/recommend/", {"version": 1})
    application.refresh_from_db()
    assert application.status == "recommended"


def test_lotteries_of_another_district_are_not_there(bob_client, center, wutong):
    application = LotteryApplicationFactory(
        project=ProjectFactory(division=wutong), center=center
    )
    assert bob_client.get(f"/desk/lotteries/{application.pk}/").status_code == 404
    assert bob_client.get(f"/desk/lotteries/{application.pk}/refuse/").status_code == 404


def test_an_organization_keeps_its_own_offers_and_no_others(client_for, wutong, haitang, offer):
    user = UserFactory()
    RoleAssignmentFactory(user=user, role="org_contact", division=haitang)
    mine = BidderFactory(user=user, organization=OrganizationFactory(division=wutong)).organization
    client = client_for(user)
    client.post("/bid/offers/enter/", {"title": "助洁", "field": "elderly", "service": "care"})
    own = Offer.objects.get(organization=mine)
    assert own.district == haitang
    page = words(client.get("/bid/offers/"))
    assert "助洁" in page
    assert "中央厨房送餐" not in page
    assert client.get(f"/bid/offers/{offer.pk}/withdraw/").status_code == 404
    client.post(f"/bid/offers/{own.pk}/withdraw/", {"version": 1})
    own.refresh_from_db()
    assert own.status == "withdrawn"


@pytest.fixture
def contact(client_for, wutong, haitang):
    """Somebody of an organization of 梧桐路街道."""
    user = UserFactory()
    RoleAssignmentFactory(user=user, role="org_contact", division=haitang)
    BidderFactory(user=user, organization=OrganizationFactory(division=wutong))
    return client_for(user)


def test_an_organization_reads_the_published_needs_of_its_district(contact, wutong, huangpu):
    given = {"division": wutong, "source_name": "第三居委会"}
    for status in ("collected", "published", "matching", "closed"):
        reason = {"close_reason": "重复"} if status == "closed" else {}
        NeedFactory(status=status, title=f"需求 {status}", **given, **reason)
    NeedFactory(status="published", title="过期需求", until_on="2020-01-01", **given)
    NeedFactory(status="published", title="外区需求", division=huangpu)
    page = words(contact.get("/bid/needs/"))
    assert "需求 published" in page
    assert "需求 matching" in page
    for hidden in ("需求 collected", "需求 closed", "过期需求", "外区需求", "第三居委会"):
        assert hidden not in page


def test_published_needs_cost_the_same_for_one_and_three(
    contact, wutong, django_assert_num_queries
):
    NeedFactory(division=wutong, status="published")
    contact.get("/bid/needs/")
    with CaptureQueriesContext(connection) as one:
        contact.get("/bid/needs/")
    for _each in range(2):
        NeedFactory(division=wutong, status="published")
    with django_assert_num_queries(len(one)):
        contact.get("/bid/needs/")


def test_whoever_has_no_account_of_an_organization_has_no_offers(diane_client):
    for path in ("offers/", "offers/enter/", "needs/"):
        assert diane_client.get(f"/bid/{path}").status_code == 403
