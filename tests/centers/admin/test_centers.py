"""The register of centers in the bureau's admin."""

import pytest

from centers.models import Section
from tests.factories.centers import CenterFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/centers/center/"


def test_list_shows_the_districts_centers_to_its_officer_only(desk, bob_client, center):
    assert center.name in words(desk.get(LIST))
    assert center.name not in words(in_english(bob_client).get(LIST))


@pytest.mark.parametrize("who", ["charlie_client", "diane_client"])
def test_list_is_closed_to_who_does_not_work_at_a_bureau(request, center, who):
    response = request.getfixturevalue(who).get(LIST)
    assert response.status_code == 302
    assert "login" in response.url


@pytest.mark.parametrize("query", ["q=C90", "q=梧桐", "division=310199001", "division=310199"])
def test_list_finds_by_code_name_and_division(desk, center, query):
    CenterFactory(code="Z01", name="别处的中心", division=center.division.parent)
    assert center.name in words(desk.get(f"{LIST}?{query}"))


def test_list_leaves_out_what_a_filter_leaves_out(desk, center):
    CenterFactory(code="Z01", name="别处的中心", division=center.division.parent)
    assert "别处的中心" not in words(desk.get(f"{LIST}?division=310199001"))
    assert "别处的中心" not in words(desk.get(f"{LIST}?division__kind__exact=subdistrict"))


@pytest.mark.parametrize("code", ["310101", "nonsense"])
def test_division_filter_finds_nothing_outside_ones_reach(desk, center, code):
    assert center.name not in words(desk.get(f"{LIST}?division={code}"))


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, wutong, django_assert_num_queries):
    for _ in range(item_count):
        CenterFactory(division=wutong)
    with django_assert_num_queries(6):
        desk.get(LIST)


def test_page_shows_each_accepted_section_with_its_rows(desk, golden):
    page = words(desk.get(f"{LIST}{golden['C05'].pk}/change/"))
    assert "Exclusive area (m²) Shared area (m²) Share ratio" in page
    assert "18 60 0.2500" in page


def test_page_says_what_was_never_filed(desk, center):
    page = words(desk.get(f"{LIST}{center.pk}/change/"))
    assert page.count("Never filed: nothing is known.") == len(Section.Kind)


def test_page_is_not_there_for_another_district(bob_client, center):
    assert bob_client.get(f"{LIST}{center.pk}/change/").status_code == 404


@pytest.mark.parametrize("code", ["C01", "C05"])
def test_page_query_count(code, desk, golden, django_assert_num_queries):
    with django_assert_num_queries(13):
        desk.get(f"{LIST}{golden[code].pk}/change/")


def test_nothing_is_added_or_deleted_by_form(desk, center):
    assert desk.get(f"{LIST}add/").status_code == 403
    assert desk.post(f"{LIST}{center.pk}/delete/", {"post": "yes"}).status_code == 403
