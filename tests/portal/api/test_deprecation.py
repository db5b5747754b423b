"""What goes away is told in time: in the contract, and in the answers that use it."""

from dataclasses import replace
from datetime import date

import pytest

from portal.api import schema, urls
from portal.api.divisions import DivisionList
from portal.api.resources import Deprecation
from portal.management.commands import api_schema
from portal.users.models import Dataset
from tests.api import Api
from tests.factories.clients import issue
from tests.factories.portal import RoleAssignmentFactory, UserFactory

# The addresses declare what they lead to.
assert urls.urlpatterns
FIELD = Deprecation(date(2026, 1, 1), date(2027, 7, 1), "/api/v1/places/")
PARAMETER = Deprecation(date(2026, 3, 1), date(2027, 3, 1))
FIELD_TOLD = {
    "Deprecation": "@1767225600",
    "Sunset": "Thu, 01 Jul 2027 00:00:00 GMT",
    "Link": '</api/v1/guide/#deprecation>; rel="deprecation", '
    '</api/v1/places/>; rel="successor-version"',
}
PARAMETER_TOLD = {
    "Deprecation": "@1772323200",
    "Sunset": "Mon, 01 Mar 2027 00:00:00 GMT",
    "Link": '</api/v1/guide/#deprecation>; rel="deprecation"',
}
NOTHING = dict.fromkeys(FIELD_TOLD)


@pytest.fixture
def going(monkeypatch):
    """Of divisions the field ``valid_to`` and the parameter ``kind`` go away."""
    resource = DivisionList.resource
    fields = tuple(
        replace(each, deprecated=FIELD) if each.name == "valid_to" else each
        for each in resource.fields
    )
    filters = tuple(
        replace(each, deprecated=PARAMETER) if each.name == "kind" else each
        for each in DivisionList.filters
    )
    monkeypatch.setattr(DivisionList, "resource", replace(resource, fields=fields))
    monkeypatch.setattr(DivisionList, "filters", filters)


@pytest.fixture
def api(going, haitang):
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    return Api(issue(account, Dataset.values))


def told(response):
    return {name: response.get(name) for name in NOTHING}


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("divisions/", {}, FIELD_TOLD),
        ("divisions/310199/", {}, FIELD_TOLD),
        ("divisions.ndjson", {}, FIELD_TOLD),
        ("divisions/", {"fields": "code,valid_to"}, FIELD_TOLD),
        ("divisions/", {"fields": "code,name"}, NOTHING),
        ("divisions/310199/", {"fields": "code"}, NOTHING),
        ("divisions.csv", {"fields": "code"}, NOTHING),
        ("divisions/", {"fields": "code", "kind": "district"}, PARAMETER_TOLD),
        # Of two the one that goes first.
        ("divisions/", {"kind": "district"}, PARAMETER_TOLD),
    ],
)
def test_an_answer_tells_what_goes_away_of_what_it_uses(api, path, query, expected):
    answer = api.get(path, **query)
    assert answer.status_code == 200
    assert told(answer) == expected


def test_an_unchanged_answer_tells_it_too(api):
    tag = api.get("divisions/")["ETag"]
    again = api.get("divisions/", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert told(again) == FIELD_TOLD


@pytest.mark.parametrize("query", [{"kind": "planet"}, {"fields": "nonsense"}, {"nonsense": "1"}])
def test_a_refusal_tells_nothing(api, query):
    answer = api.get("divisions/", **query)
    assert answer.status_code == 400
    assert told(answer) == NOTHING


def test_the_contract_marks_what_goes_away(going, monkeypatch):
    # The shapes of the contract without it may have been made already.
    monkeypatch.setattr(schema, "SHAPES", {})
    document = api_schema.current()
    members = document["components"]["schemas"]["Division"]["properties"]
    assert {name for name, each in members.items() if each.get("deprecated")} == {"valid_to"}
    for path in ("/api/v1/divisions/", "/api/v1/divisions.csv"):
        parameters = document["paths"][path]["get"]["parameters"]
        assert {each["name"] for each in parameters if each.get("deprecated")} == {"kind"}


def test_nothing_goes_away_unsaid(haitang):
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    api = Api(issue(account, Dataset.values))
    assert told(api.get("divisions/", kind="district")) == NOTHING
