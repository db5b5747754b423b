"""The register in the bureau's admin."""

from datetime import date

import pytest
from stdnum.cn import uscc

from organizations.admin import OrganizationAdmin
from organizations.models import Organization
from organizations.services import organizations, registered_changes
from portal.jurisdictions import services as jurisdictions
from portal.registers.paging import BoundedPaginator
from tests.factories.organizations import (
    ActivityTeamFactory,
    InspectionFactory,
    OrganizationFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, sent_by, words

pytestmark = pytest.mark.django_db
LISTS = {
    "/admin/organizations/organization/": OrganizationFactory,
    "/admin/organizations/activityteam/": ActivityTeamFactory,
}
LIST = "/admin/organizations/organization/"
FORM = "organization_form"


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


def test_two_people_change_one_organization_and_nothing_typed_is_lost(desk, wutong, alice, at):
    organization = OrganizationFactory(
        division=wutong, name="甲社", supervising_unit="区民政局", registered_on=date(2015, 4, 1)
    )
    url = f"{LIST}{organization.pk}/change/"
    mine = sent_by(desk.get(url), FORM) | {"name": "我的社", "scope": "我写的很长的业务范围"}
    organizations.update(
        organization=organization,
        version=1,
        name="别人的社",
        supervising_unit="区教育局",
        is_charity=True,
        by=alice,
        at=at,
    )
    page = desk.post(url, mine)
    text = words(page)
    assert "somebody else changed this meanwhile" in text
    assert "Name 甲社 别人的社 yours: 我的社" in text
    assert "Supervising unit 区民政局 区教育局 taken over" in text
    assert "Charitable organization — yes taken over" in text
    assert f"The last change: {alice}, 2026-03-02" in text
    again = sent_by(page, FORM)
    assert (again["name"], again["scope"]) == ("我的社", "我写的很长的业务范围")
    assert (again["supervising_unit"], again["version"]) == ("区教育局", "2")
    organization.refresh_from_db()
    assert organization.name == "别人的社"
    assert desk.post(url, again).status_code == 302
    organization.refresh_from_db()
    assert (organization.name, organization.scope) == ("我的社", "我写的很长的业务范围")
    assert (organization.supervising_unit, organization.is_charity) == ("区教育局", True)


def test_a_page_of_which_nothing_was_shown_is_refused_when_it_is_stale(desk, wutong):
    organization = OrganizationFactory(division=wutong, name="甲社", version=2)
    page = desk.post(f"{LIST}{organization.pk}/change/", typed(wutong, version=1))
    organization.refresh_from_db()
    assert organization.name == "甲社"
    assert "somebody else changed this meanwhile" in words(page)
    assert 'value="银龄互助服务中心"' in page.content.decode()


def test_what_the_service_refuses_is_said_where_it_was_typed(desk, wutong, alice, at):
    organization = organizations.register(
        name="甲社",
        org_type="social_service_institution",
        division=wutong,
        registered_on=date(2015, 4, 1),
        by=alice,
        at=at,
    )
    registered_changes.rename(
        organization=organization, name="乙社", from_on=date(2020, 1, 1), version=1, by=alice, at=at
    )
    url = f"{LIST}{organization.pk}/change/"
    told = {"registered_on": "2021-05-01", "scope": "很长的业务范围"}
    page = desk.post(url, sent_by(desk.get(url), FORM) | told)
    assert "The name or domicile changed after 2019-12-31" in words(page)
    assert "很长的业务范围" in page.content.decode()
    organization.refresh_from_db()
    assert organization.registered_on == date(2015, 4, 1)


@pytest.mark.parametrize(
    ("action", "cells"),
    [
        ("status", {"to": "revoked", "reason": "沪民〔2026〕1号"}),
        ("rename", {"name": "丙社", "from_on": "2020-06-01", "doc_no": "沪民〔2026〕1号"}),
    ],
)
def test_a_step_on_a_stale_page_can_be_taken_after_a_look(desk, wutong, alice, at, action, cells):
    organization = OrganizationFactory(division=wutong, name="甲社")
    organizations.update(organization=organization, version=1, name="乙社", by=alice, at=at)
    url = f"{LIST}{organization.pk}/{action}/"
    page = desk.post(url, {**cells, "version": 1})
    assert "name: 甲社 → 乙社" in words(page)
    assert "沪民〔2026〕1号" in page.content.decode()
    assert 'name="version" value="2"' in page.content.decode()
    assert desk.post(url, {**cells, "version": 2}).status_code == 302


def test_list_says_by_which_former_name_it_found_a_row(desk, wutong, alice, at):
    organization = OrganizationFactory(division=wutong, name="甲社")
    registered_changes.rename(
        organization=organization, name="乙社", from_on=date(2020, 1, 1), version=1, by=alice, at=at
    )
    assert "乙社 formerly 甲社" in words(desk.get(f"{LIST}?q=甲社"))
    assert "formerly" not in words(desk.get(f"{LIST}?q=乙社"))
    InspectionFactory(organization=organization)
    assert "乙社" in words(desk.get("/admin/organizations/inspection/?q=甲社"))


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
