"""Organizations on the desk of a center."""

import re
from datetime import date

import pytest

from organizations.selectors.names import initials_of
from organizations.services import contacts, registered_changes
from portal.registers.paging import BoundedPaginator
from tests.factories.organizations import OrganizationFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/desk/organizations/"


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
