"""Organizations and teams as machines read them."""

from datetime import date

import pytest

from organizations.api import organizations, teams
from organizations.models import Organization
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(
        division=wutong,
        name="梧桐助老服务社",
        uscc="52310199MJ0000059R",
        registered_on=date(2019, 6, 1),
        community_kind="charity",
        grade="4A",
        grade_until=date(2028, 12, 31),
    )


def test_an_organization_as_the_register_has_it(organization, wutong, api):
    row = api.json(f"organizations/O{organization.pk}/")
    assert list(row) == [field.name for field in organizations.FIELDS]
    assert (row["name"], row["uscc"]) == ("梧桐助老服务社", "52310199MJ0000059R")
    assert (row["division_code"], row["division_name"]) == ("310199", "海棠区")
    assert row["township_code"] == wutong.code
    assert (row["registered_on"], row["grade_until"]) == ("2019-06-01", "2028-12-31")
    assert (row["supervising_unit"], row["is_charity"], row["center_code"]) == (None, None, None)
    assert row["status_label"]
    assert api.json("organizations/")["results"] == [row]


def test_a_code_stays_when_the_credit_code_is_filled_in(wutong, api):
    organization = OrganizationFactory(division=wutong)
    before = api.json(f"organizations/O{organization.pk}/")
    assert before["uscc"] is None
    Organization.objects.filter(pk=organization.pk).update(uscc="52310199MJ0000059R")
    after = api.json("organizations/", uscc="52310199MJ0000059R")["results"]
    assert [row["code"] for row in after] == [before["code"]]


def test_a_center_that_is_an_organization_is_named(center, wutong, api):
    OrganizationFactory(division=wutong, center=center)
    assert api.json("organizations/")["results"][0]["center_code"] == "C90"


def test_organizations_of_a_district_itself_have_no_township(haitang, api):
    OrganizationFactory(division=haitang)
    (row,) = api.rows("organizations/")
    assert (row["division_name"], row["township_code"]) == ("海棠区", None)


@pytest.mark.parametrize(
    "query",
    [
        {"org_type": "social_service_institution"},
        {"status": "normal"},
        {"community_kind": "charity"},
        {"grade": "4A"},
        {"division": "310199001"},
    ],
)
def test_filters_narrow_the_list(organization, haitang, api, query):
    OrganizationFactory(
        division=haitang, org_type="foundation", status="deregistered", community_kind="none"
    )
    assert [row["code"] for row in api.rows("organizations/", **query)] == [f"O{organization.pk}"]


def test_the_list_goes_on_by_number(wutong, api):
    codes = [f"O{OrganizationFactory(division=wutong).pk}" for _ in range(11)]
    assert [row["code"] for row in api.rows("organizations/", page_size=2)] == codes


def test_another_districts_register_is_not_there(organization, stranger):
    assert stranger.rows("organizations/") == []
    assert stranger.refused(f"organizations/O{organization.pk}/", 404)


@pytest.mark.parametrize("code", ["O0", "7", "T1", "O", "O1x", "O99999999999999999999"])
def test_what_is_no_code_is_not_there(organization, api, code):
    assert api.refused(f"organizations/{code}/", 404)["code"] == "not_found"


def test_a_team_as_the_township_has_it_on_file(wutong, api, stranger):
    team = ActivityTeamFactory(division=wutong, name="桂花舞蹈队", member_count=0)
    row = api.json(f"teams/T{team.pk}/")
    assert list(row) == [field.name for field in teams.FIELDS]
    assert (row["name"], row["neighborhood"]) == ("桂花舞蹈队", "东弄居委会")
    assert (row["member_count"], row["filing_no"], row["founded_on"]) == (0, None, None)
    assert api.rows("teams/", kind="culture_sport", status="active") == [row]
    assert api.rows("teams/", status="cleared") == []
    assert stranger.rows("teams/") == []


def test_only_the_fields_asked_for_are_given(organization, api):
    part = api.json("organizations/", fields="code,name")["results"]
    assert part == [{"code": f"O{organization.pk}", "name": "梧桐助老服务社"}]
