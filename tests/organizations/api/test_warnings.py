"""Warnings over the API: only for tokens that were given them, and never what was written."""

import pytest
from django.test import Client

from organizations.models import EarlyWarning
from portal.users.models import Dataset
from tests.factories.clients import issue
from tests.factories.organizations import (
    ActivityTeamFactory,
    EarlyWarningFactory,
    OrganizationFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_with(haitang):
    """(data sets) → a client of 海棠区 whose token opens them."""

    def open_account(*datasets):
        user = UserFactory(is_service=True)
        RoleAssignmentFactory(user=user, role="api_client", division=haitang)
        return Client(headers={"authorization": f"Bearer {issue(user, datasets)}"})

    return open_account


def rows(client, query=""):
    answer = client.get(f"/api/v1/warnings/{query}")
    assert answer.status_code == 200
    return answer.json()["results"]


def test_a_token_without_the_data_set_gets_nothing(client_with, wutong):
    warning = EarlyWarningFactory(organization=OrganizationFactory(division=wutong))
    others = client_with(*(set(Dataset.values) - {"warnings"}))
    for path in ("", ".ndjson", ".csv"):
        assert others.get(f"/api/v1/warnings{path or '/'}").status_code == 403
    assert others.get(f"/api/v1/warnings/W{warning.pk}/").status_code == 403


def test_a_warning_says_what_stands_and_not_what_was_written(client_with, wutong, center, diane):
    organization = OrganizationFactory(division=wutong, name="海棠区某中心")
    warning = EarlyWarningFactory(
        organization=organization,
        source="reported",
        center=center,
        opened_by=diane,
        text="负责人张三失联",
        figures={"net_assets_yuan": "-5.00"},
    )
    answer = client_with("warnings").get(f"/api/v1/warnings/W{warning.pk}/")
    assert answer.json() == {
        "code": f"W{warning.pk}",
        "organization_code": f"O{organization.pk}",
        "team_code": None,
        "division_code": "310199",
        "division_name": "海棠区",
        "township_code": "310199001",
        "kind": "W-07",
        "kind_label": "届满未换届",
        "level": "general",
        "level_label": "一般",
        "status": "clue",
        "status_label": "线索",
        "source": "reported",
        "since_on": "2026-02-11",
        "opened_on": "2026-03-01",
        "ack_due_on": "2026-03-13",
        "acknowledged_at": None,
        "escalated_at": None,
        "ceased_on": None,
        "closed_on": None,
    }
    text = answer.content.decode()
    assert not [word for word in ("张三", "某中心", "-5.00") if word in text]


def test_teams_have_codes_of_their_own(client_with, wutong):
    team = ActivityTeamFactory(division=wutong)
    EarlyWarningFactory(team=team, code="W-17")
    (row,) = rows(client_with("warnings"))
    assert (row["organization_code"], row["team_code"]) == (None, f"T{team.pk}")
    assert row["township_code"] == "310199001"


def test_a_list_is_narrowed_by_each_filter(client_with, wutong, haitang):
    first = EarlyWarningFactory(organization=OrganizationFactory(division=wutong))
    second = EarlyWarningFactory(
        organization=OrganizationFactory(division=haitang), code="W-10", level="urgent"
    )
    client = client_with("warnings")
    codes = {
        query: [row["code"] for row in rows(client, query)]
        for query in (
            "",
            "?kind=W-10",
            "?level=general",
            "?status=warned",
            "?source=reported",
            f"?division={wutong.code}",
        )
    }
    one, two = f"W{first.pk}", f"W{second.pk}"
    assert list(codes.values()) == [[one, two], [two], [one], [], [], [one]]
    assert client.get("/api/v1/warnings/?kind=W-99").status_code == 400


def test_what_lies_elsewhere_is_not_there(client_with, huangpu):
    warning = EarlyWarningFactory(organization=OrganizationFactory(division=huangpu))
    client = client_with("warnings")
    assert rows(client) == []
    assert client.get(f"/api/v1/warnings/W{warning.pk}/").status_code == 404


def test_no_page_that_is_public_names_a_warning(wutong):
    EarlyWarningFactory(
        organization=OrganizationFactory(division=wutong, name="海棠区某中心"), code="W-10"
    )
    for path in ("/", "/open/", "/api/v1/schema/"):
        answer = Client().get(path, follow=True)
        assert "某中心" not in answer.content.decode()
    assert Client().get("/api/v1/warnings/").status_code == 401
    assert EarlyWarning.objects.count() == 1
