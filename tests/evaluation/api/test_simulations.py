"""Simulations: the same as the bureau's page says, refused in words, and nothing is kept."""

import json
from datetime import date
from types import SimpleNamespace

import pytest

from centers.models import Center
from evaluation.models import Finding
from evaluation.selectors import parameters, simulations
from evaluation.selectors.simulations import Scenario
from portal.api import limits
from portal.users.models import ApiToken
from tests.api import Api
from tests.factories.portal import RoleAssignmentFactory, UserFactory

PATH = "/api/v1/compliance/simulations/"
DAY = "2025-12-31"


@pytest.fixture
def ask(api_of, alice):
    """Ask as the officer of the bureau; the answer, whose status is as expected."""
    client = api_of(alice).client

    def ask(body, status=200):
        response = client.post(PATH, json.dumps(body), content_type="application/json")
        assert response.status_code == status, response.content.decode()
        return response.json()

    return ask


def test_other_parameters_change_what_the_comparison_says(golden, ask, haitang):
    answer = ask({"division": "310199", "as_of": DAY, "parameters": {"min_area": "60.00"}})
    day = date(2025, 12, 31)
    pack = parameters.pack_in_force(day)
    before, after = Scenario(day, pack), Scenario(day, pack, None, {"min_area": "60.00"})
    sums = simulations.Sums(before, after)
    compared = simulations.compare(Center.objects.all(), before, after)
    changed = [each.place.code for each in simulations.counted(compared, sums)]
    assert [center["code"] for center in answer["centers"]] == changed != []
    assert (answer["center_count"], answer["changed_count"]) == (8, len(changed))
    counted = sums.rollup_counts(is_after=True)
    assert {k: v for k, v in answer["rollups_after"].items() if v} == dict(counted)
    (area,) = [each for each in answer["shortfalls"] if each["rule"] == "ST-08"]
    assert area["after"]["total"] == f"{sums.shortfalls['ST-08'].after.total:f}"
    assert not Finding.objects.exists()


def test_nothing_supposed_changes_nothing(golden, ask):
    answer = ask({"division": "310199", "as_of": DAY})
    assert (answer["changed_count"], answer["centers"]) == (0, [])
    assert answer["rollups_before"] == answer["rollups_after"]


def test_fields_choose_a_part(golden, ask):
    body = {"division": "310199", "as_of": DAY, "fields": "center_count,rollups_after.compliant"}
    answer = ask(body)
    assert list(answer) == ["center_count", "rollups_after"]
    assert list(answer["rollups_after"]) == ["compliant"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"division": "310199", "nonsense": 1}, "nonsense"),
        ({"division": "310199", "as_of": "1999-01-01"}, "as_of"),
        ({"division": "310199", "as_of": 5}, "as_of"),
        ({"division": "nowhere"}, "division"),
        ({}, "division"),
        ([], ""),
        ({"division": "310199", "pack": "shanghai-2024-1 v99"}, "pack"),
        ({"division": "310199", "known_at": "2999-01-01T00:00:00+08:00"}, "known_at"),
        ({"division": "310199", "parameters": {"min_aera": "1"}}, "parameters.min_aera"),
        ({"division": "310199", "parameters": {"min_area": "many"}}, "parameters.min_area"),
        ({"division": "310199", "parameters": []}, "parameters"),
    ],
)
def test_what_is_wrong_is_named(pack, ask, body, field):
    problem = ask(body, 400)
    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert all(fault["message"] for fault in problem["errors"])


def test_division_of_others_is_not_there(golden, ask, huangpu):
    assert ask({"division": "310101"}, 404)["code"] == "not_found"


def test_body_without_end_is_refused(pack, ask):
    assert ask({"division": "x" * 70_000}, 413)["code"] == "body_too_long"


def test_who_sees_sums_gets_no_names(golden, api_of, shanghai):
    viewer = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=viewer, role="municipal_viewer", division=shanghai)
    body = {"division": "310199", "as_of": DAY, "parameters": {"min_area": "60.00"}}
    response = api_of(viewer).client.post(PATH, json.dumps(body), content_type="application/json")
    assert response.json()["centers"] is None
    assert response.json()["changed_count"] > 0


def asked_by_token(issue, division, datasets):
    """Ask with a token of these data sets."""
    client = Api(issue(division, datasets=datasets))

    def ask(body):
        text = json.dumps(body)
        return client.client.post(
            PATH, text, content_type="application/json", headers=client.headers
        )

    return ask


@pytest.mark.parametrize(
    ("datasets", "is_named"), [(["simulation"], False), (["simulation", "compliance"], True)]
)
def test_a_token_is_told_of_single_centers_only_with_compliance(
    golden, issue, haitang, datasets, is_named
):
    body = {"division": "310199", "as_of": DAY, "parameters": {"min_area": "60.00"}}
    answer = asked_by_token(issue, haitang, datasets)(body).json()
    assert answer["changed_count"] > 0
    assert (answer["centers"] is not None) == is_named
    assert ("服务中心" in str(answer)) == is_named


def test_one_client_simulates_one_at_a_time(golden, issue, haitang):
    ask, body = asked_by_token(issue, haitang, ["simulation"]), {"division": "310199", "as_of": DAY}
    token = ApiToken.scoped.get()
    leave = limits.occupy(SimpleNamespace(auth=token, user=token.user), "simulation", 1)
    refused = ask(body)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_at_once")
    assert refused["Retry-After"]
    leave()
    # Each gives its place back.
    assert [ask(body).status_code for _ in range(2)] == [200, 200]
