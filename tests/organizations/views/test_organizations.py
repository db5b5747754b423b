"""Organizations on the desk of a center."""

import re
from datetime import date

import pytest

from organizations.selectors.names import initials_of
from organizations.services import contacts, registered_changes
from portal.registers.paging import BoundedPaginator
from tests.factories.organizations import InspectionFactory, OrganizationFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/desk/organizations/"
PAGE_QUERIES = 15
# Session, user, roles, memberships; rows counted and read, and their former names.
LIST_QUERIES = 7


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


@pytest.fixture
def named(wutong):
    """(name) → an organization of 梧桐路街道."""

    def make(name, **fields):
        return OrganizationFactory(
            **{"name": name, "division": wutong, "initials": initials_of(name), **fields}
        )

    return make


def test_a_center_sees_its_own_township_and_nothing_else(desk, named, haitang, huangpu):
    own = named("银龄社")
    others = [named("重阳社", division=haitang), named("晨曦社", division=huangpu)]
    page = words(desk.get(LIST))
    assert ("银龄社" in page, "重阳社" in page, "晨曦社" in page) == (True, False, False)
    assert desk.get(f"{LIST}{own.pk}/").status_code == 200
    assert {desk.get(f"{LIST}{each.pk}/").status_code for each in others} == {404}


def test_search_keeps_what_was_typed_and_says_when_nothing_is_found(desk, named):
    named("银龄社")
    named("重阳社")
    for asked in ("银龄", "yl", "YLS"):
        page = words(desk.get(LIST, {"q": asked}))
        assert ("银龄社" in page, "重阳社" in page) == (True, False)
    response = desk.get(LIST, {"q": "不存在"})
    assert "Nothing found" in words(response)
    assert 'value="不存在"' in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_list_says_by_which_former_name_it_found_a_row(
    count, desk, named, alice, at, django_assert_num_queries
):
    for number in range(count):
        registered_changes.rename(
            organization=named(f"银龄{number}社"),
            name=f"重阳{number}社",
            from_on=date(2020, 6, 1),
            version=1,
            by=alice,
            at=at,
        )
    with django_assert_num_queries(LIST_QUERIES):
        page = words(desk.get(LIST, {"q": "银龄"}))
    assert "重阳0社 formerly 银龄0社" in page
    assert "formerly" not in words(desk.get(LIST, {"q": "重阳"}))


def test_pages_of_a_search_keep_the_search(desk, named, monkeypatch):
    for number in range(51):
        named(f"银龄{number}社")
    page = desk.get(LIST, {"q": "银龄"})
    assert "?q=%E9%93%B6%E9%BE%84&amp;page=2" in page.content.decode()
    assert len(desk.get(LIST, {"q": "银龄", "page": 2}).context["page"].object_list) == 1


def test_a_list_too_long_says_so(desk, named, monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "limit", 2)
    for number in range(3):
        named(f"银龄{number}社")
    assert "More than 2 organizations" in words(desk.get(LIST))


def test_page_lists_its_inspections_and_leads_to_the_check_before_a_grading(desk, named):
    organization = named("银龄社")
    page = words(desk.get(f"{LIST}{organization.pk}/"))
    assert "No annual inspection of it is noted yet." in page
    InspectionFactory(organization=organization, year=2023, status="exempt", exempt_reason="other")
    latest = InspectionFactory(
        organization=organization,
        year=2024,
        status="concluded",
        conclusion="basically_qualified",
        concluded_on=date(2025, 7, 1),
        doc_no="海民社〔2025〕8号",
    )
    InspectionFactory(organization=named("重阳社"), year=2022)
    page = desk.get(f"{LIST}{organization.pk}/")
    text = words(page)
    assert text.index("2024") < text.index("basically qualified") < text.index("2023")
    assert text.index("2023") < text.index("for another reason")
    assert "2022" not in text
    assert f"/desk/inspections/{latest.pk}/" in page.content.decode()
    check = f"{LIST}{organization.pk}/grading/"
    assert check in page.content.decode()
    assert desk.get(check).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_page_asks_the_same_of_the_database_for_many_inspections(
    count, desk, named, django_assert_num_queries
):
    organization = named("银龄社")
    for year in range(count):
        InspectionFactory(organization=organization, year=2020 + year)
    with django_assert_num_queries(PAGE_QUERIES):
        desk.get(f"{LIST}{organization.pk}/")


def test_a_center_is_not_led_to_the_check_of_itself(desk, named, center):
    own = named("中心", center=center)
    page = desk.get(f"{LIST}{own.pk}/")
    assert "grading" not in page.content.decode()


def test_page_shows_names_by_day_and_the_phone_masked(desk, named, alice, at):
    organization = named("银龄社", registered_on=date(2015, 4, 1))
    contacts.set_contact(
        organization=organization, name="王芳", phone="13812341234", version=1, by=alice, at=at
    )
    registered_changes.rename(
        organization=organization,
        name="重阳社",
        from_on=date(2020, 6, 1),
        doc_no="海民社〔2020〕6号",
        version=2,
        by=alice,
        at=at,
    )
    page = desk.get(f"{LIST}{organization.pk}/")
    text = words(page)
    assert "138****1234" in text
    assert "13812341234" not in page.content.decode()
    assert re.search("2015-04-01 . 2020-05-31 银龄社", text)
    assert "2020-06-01 renamed to “重阳社”" in text
    assert "海民社〔2020〕6号" in text
