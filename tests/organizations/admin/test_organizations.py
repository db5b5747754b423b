"""The register in the bureau's admin."""

import pytest
from stdnum.cn import uscc

from organizations.admin import OrganizationAdmin
from organizations.models import Organization
from portal.jurisdictions import services as jurisdictions
from portal.registers.paging import BoundedPaginator
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


def test_list_is_searched_by_initials_and_says_when_there_are_too_many(desk, wutong, monkeypatch):
    for number in range(3):
        OrganizationFactory(division=wutong, name=f"甲{number}社", initials=f"j{number}s")
    assert words(desk.get(f"{LIST}?q=j1s")).count("甲") == 1
    monkeypatch.setattr(BoundedPaginator, "limit", 2)
    monkeypatch.setattr(OrganizationAdmin, "list_per_page", 1)
    assert "more than 2 social organizations" in words(desk.get(LIST))
    shown = [desk.get(f"{LIST}?p={number}").context["cl"].result_list for number in (1, 2, 3)]
    assert [[row.name for row in page] for page in shown] == [["甲2社"], ["甲1社"], ["甲0社"]]


def test_hint_about_the_code_is_told_after_saving(desk, wutong):
    body = "52310101MJF100017"
    page = desk.post(
        f"{LIST}add/", typed(wutong, uscc=body + uscc.calc_check_digit(body)), follow=True
    )
    assert "The inner organization code does not check; it may be old." in words(page)
    assert Organization.objects.exists()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("92310101MJF100016", "not issued by a civil-affairs department"),
        ("52990199MJF100016", "The division 990199 in the code is not known."),
    ],
)
def test_odd_code_is_saved_once_it_is_confirmed(desk, wutong, body, said):
    cells = typed(wutong, uscc=body + uscc.calc_check_digit(body))
    page = desk.post(f"{LIST}add/", cells)
    assert said in words(page)
    assert "Nothing is saved yet" in words(page)
    assert not Organization.objects.exists()
    key = page.context["adminform"].form.doubt_key
    assert f'value="{key}"' in page.content.decode()
    desk.post(f"{LIST}add/", cells | {"confirmed": key})
    assert Organization.objects.get().uscc == cells["uscc"]


def test_likely_duplicate_is_named_and_its_confirmation_is_of_no_other(desk, wutong, haitang):
    jurisdictions.add(code="310199002", name="银杏街道", kind="subdistrict", parent=haitang)
    OrganizationFactory(division=wutong, name="海棠区银龄互助服务中心")
    page = desk.post(f"{LIST}add/", typed(wutong))
    assert "海棠区银龄互助服务中心 (梧桐路街道): the same name but for the place" in words(page)
    key = page.context["adminform"].form.doubt_key
    OrganizationFactory(division=wutong, name="银龄互助 服务中心")
    again = desk.post(f"{LIST}add/", typed(wutong, confirmed=key))
    assert "Nothing is saved yet" in words(again)
    assert Organization.objects.count() == 2


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"staff_count": 2, "full_time_count": 3}, "full_time_count"),
        ({"council_starts_on": "2025-01-01", "council_ends_on": "2024-01-01"}, "council_ends_on"),
        ({"can_raise_publicly": "true", "is_charity": "false"}, "can_raise_publicly"),
        ({"grade": "none", "grade_until": "2028-01-01"}, "grade_until"),
        ({"registered_capital_yuan": "-1"}, "registered_capital_yuan"),
        ({"registered_on": "2099-01-01"}, "registered_on"),
        (
            {"registered_on": "2020-01-01", "certificate_ends_on": "2019-12-31"},
            "certificate_ends_on",
        ),
    ],
)
def test_cells_that_contradict_each_other_are_refused_at_their_place(desk, wutong, cells, field):
    page = desk.post(f"{LIST}add/", typed(wutong, **cells))
    assert set(page.context["adminform"].form.errors) == {field}
    assert not Organization.objects.exists()


def test_a_center_by_its_code_becomes_its_own_legal_entity(desk, wutong, center):
    type(center).objects.filter(pk=center.pk).update(uscc="52310199MJF1000166")
    desk.post(f"{LIST}add/", typed(wutong))
    assert Organization.objects.get().center == center


def test_change_of_name_is_entered_with_its_day_and_document(desk, wutong):
    organization = OrganizationFactory(division=wutong, name="银龄社")
    url = f"{LIST}{organization.pk}/rename/"
    cells = {"name": "重阳社", "from_on": "2020-06-01", "doc_no": "海民社〔2020〕6号", "version": 1}
    refused = desk.post(url, cells | {"name": "银龄 社"})
    assert "Type the new name." in words(refused)
    assert 'value="海民社〔2020〕6号"' in refused.content.decode()
    page = desk.post(url, cells, follow=True)
    organization.refresh_from_db()
    assert organization.name == "重阳社"
    assert "2020-05-31 银龄社" in words(page)


def test_change_of_domicile_moves_within_reach_only(desk, wutong, huangpu):
    organization = OrganizationFactory(division=wutong)
    url = f"{LIST}{organization.pk}/relocate/"
    cells = {"address": "梧桐路9号", "from_on": "2020-06-01", "version": 1}
    refused = desk.post(url, cells | {"division": huangpu.pk})
    assert refused.context["form"].errors["division"]
    desk.post(url, cells | {"division": wutong.pk})
    organization.refresh_from_db()
    assert organization.domicile == "梧桐路9号"


def test_contact_is_shown_masked_and_replaced(desk, wutong):
    organization = OrganizationFactory(division=wutong)
    url = f"{LIST}{organization.pk}/contact/"
    desk.post(url, {"name": "王芳", "phone": "138 1234 1234", "version": 1})
    page = desk.get(url)
    assert "138****1234" in words(page)
    assert "13812341234" not in page.content.decode()
    wrong = desk.post(url, {"name": "王芳", "phone": "12", "version": 2})
    assert "This is not a telephone number" in words(wrong)


def test_second_association_of_one_representative_is_asked_back(desk, wutong):
    number = "31019919850101001X"
    first = OrganizationFactory(division=wutong, name="甲会", org_type="association")
    second = OrganizationFactory(division=wutong, name="乙会", org_type="association")
    cells = {"name": "王芳", "id_number": number, "version": 1}
    desk.post(f"{LIST}{first.pk}/legal-rep/", cells)
    url = f"{LIST}{second.pk}/legal-rep/"
    page = desk.post(url, cells)
    assert "represents another association already: 甲会" in words(page)
    second.refresh_from_db()
    assert second.legal_rep_id_sealed is None
    desk.post(url, cells | {"confirmed": page.context["form"].doubt_key})
    second.refresh_from_db()
    assert second.legal_rep_id_sealed is not None
    assert number not in desk.get(url).content.decode()


def test_duplicates_page_shows_those_of_the_own_district(desk, bob_client, wutong):
    for name in ("银龄社", "银龄 社", "重阳社"):
        OrganizationFactory(division=wutong, name=name)
    page = words(desk.get(f"{LIST}duplicates/"))
    assert ("银龄 社" in page, "重阳社" in page) == (True, False)
    assert "银龄" not in words(bob_client.get(f"{LIST}duplicates/"))
