"""The register in the bureau's admin."""

import pytest

from organizations.models import Organization
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LISTS = {
    "/admin/organizations/organization/": OrganizationFactory,
    "/admin/organizations/activityteam/": ActivityTeamFactory,
}
LIST = "/admin/organizations/organization/"


@pytest.fixture
def desk(alice_client):
    return in_english(alice_client)


def typed(division, **cells):
    fields = {
        "name": "银龄互助服务中心",
        "org_type": "social_service_institution",
        "uscc": "52310199MJF1000166",
        "division": division.pk,
    }
    return fields | cells


@pytest.mark.parametrize("url", LISTS)
@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, url, desk, wutong, django_assert_num_queries):
    for _ in range(item_count):
        LISTS[url](division=wutong)
    with django_assert_num_queries(6):
        desk.get(url)


@pytest.mark.parametrize("url", LISTS)
def test_list_and_page_are_the_own_districts(desk, bob_client, wutong, url):
    row = LISTS[url](division=wutong)
    assert row.name in words(desk.get(url))
    assert row.name not in words(bob_client.get(url))
    assert desk.get(f"{url}{row.pk}/change/").status_code == 200
    assert bob_client.get(f"{url}{row.pk}/change/").status_code == 404


def test_list_is_searched_by_name_and_code(desk, wutong):
    OrganizationFactory(division=wutong, name="甲社", uscc="52310199MJF1000166")
    OrganizationFactory(division=wutong, name="乙社")
    for query in ("q=甲", "q=MJF1000166", "org_type__exact=social_service_institution&q=甲"):
        page = words(desk.get(f"{LIST}?{query}"))
        assert ("甲社" in page, "乙社" in page) == (True, False)


def test_add_registers(desk, wutong):
    desk.post(f"{LIST}add/", typed(wutong))
    organization = Organization.objects.get()
    assert (organization.name, organization.division) == ("银龄互助服务中心", wutong)


def test_add_tells_what_is_wrong_with_the_code_at_its_field(desk, wutong):
    response = desk.post(f"{LIST}add/", typed(wutong, uscc="52310199MJF1000167"))
    assert "should be 6" in str(response.context["adminform"].form.errors["uscc"])
    assert not Organization.objects.exists()


def test_add_in_another_district_is_refused(desk, wutong, huangpu):
    response = desk.post(f"{LIST}add/", typed(huangpu))
    assert response.context["adminform"].form.errors["division"]


def test_change_corrects_and_cannot_touch_the_status(desk, wutong):
    organization = OrganizationFactory(division=wutong)
    url = f"{LIST}{organization.pk}/change/"
    desk.post(url, typed(wutong, version=1, status="revoked"))
    organization.refresh_from_db()
    assert (organization.name, organization.status) == ("银龄互助服务中心", "normal")


def test_change_on_a_stale_page_is_refused(desk, wutong):
    organization = OrganizationFactory(division=wutong, name="甲社", version=2)
    url = f"{LIST}{organization.pk}/change/"
    page = desk.post(url, typed(wutong, version=1), follow=True, headers={"Referer": url})
    organization.refresh_from_db()
    assert organization.name == "甲社"
    assert "somebody else changed this meanwhile" in words(page)


def test_status_moves_by_its_own_page_with_a_reason(desk, wutong):
    organization = OrganizationFactory(division=wutong)
    url = f"{LIST}{organization.pk}/status/"
    offered = dict(desk.get(url).context["form"].fields["to"].choices)
    assert set(offered) == {"deregistering", "deregistered", "withdrawn", "revoked"}
    desk.post(url, {"to": "revoked", "reason": "沪民〔2026〕1号", "version": 1})
    organization.refresh_from_db()
    assert organization.status == "revoked"


def test_reader_changes_nothing(client_for, wutong):
    reader = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=reader, role="township_reviewer", division=wutong)
    organization = OrganizationFactory(division=wutong)
    client = client_for(reader)
    assert client.get(f"{LIST}{organization.pk}/change/").status_code == 200
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{organization.pk}/change/", typed(wutong)).status_code == 403
    assert client.get(f"{LIST}{organization.pk}/status/").status_code == 403
