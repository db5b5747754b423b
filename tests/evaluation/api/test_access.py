"""Who gets which answer: scope, data sets, capabilities, and no persons at all."""

import logging
from datetime import date, timedelta

import pytest
from django.utils import timezone

from centers.models import Person
from centers.services import imports
from centers.services.imports import Declaration
from evaluation.api import urls
from portal.users.models import ApiToken, Dataset, User
from portal.users.roles import Capability
from tests.api import Api
from tests.conftest import AT
from tests.factories.organizations import WorkRecordFactory
from tests.factories.portal import RoleAssignmentFactory
from tests.standard import RULES

LISTS = (
    *("compliance/centers/", "compliance/findings/", "compliance/summary/"),
    "compliance/districts/",
)
DETAILS = ("compliance/centers/C01/", "compliance/centers/C01/history/")
STREAMS = tuple(
    f"compliance/{name}.{form}"
    for name in ("centers", "findings", "summary", "districts", "runs")
    for form in ("ndjson", "csv")
)
RUNS = ("compliance/runs/",)
REFERENCE = ("standards/", "divisions/")
OURS = (*LISTS, *DETAILS, *STREAMS, *RUNS)
EVERYTHING = (*OURS, *REFERENCE)
CANARIES = ("王金丝雀", "P-CANARY", "金丝雀来访")


def body(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.parametrize("path", LISTS)
def test_token_of_another_district_finds_nothing(path, standing, stranger):
    assert stranger.rows(path) == []
    assert stranger.rows(path, as_of="2025-12-31") == []
    assert stranger.rows(path, division="310199") == []


@pytest.mark.parametrize("path", STREAMS)
def test_stream_for_another_district_is_empty(path, standing, stranger):
    assert "C01" not in body(stranger.get(path)).decode()


@pytest.mark.parametrize("suffix", ["", "history/"])
def test_foreign_center_is_answered_like_one_that_does_not_exist(suffix, standing, stranger):
    foreign = stranger.refused(f"compliance/centers/C01/{suffix}", 404)
    nothing = stranger.refused(f"compliance/centers/C999/{suffix}", 404)
    for answer in (foreign, nothing):
        answer.pop("request_id")
        answer.pop("instance")
    assert foreign == nothing


@pytest.mark.parametrize("path", OURS)
def test_token_without_the_data_set_is_refused(path, issue, haitang):
    client = Api(issue(haitang, datasets=("centers",)))
    assert client.refused(path, 403)["code"] == "scope_missing"


@pytest.mark.parametrize("path", REFERENCE)
def test_what_is_the_same_for_everybody_opens_to_every_token(path, pack, issue, haitang):
    assert Api(issue(haitang, role="auditor", datasets=("centers",))).json(path)


@pytest.mark.parametrize("path", EVERYTHING)
def test_user_without_a_role_is_refused(path, api_of, charlie):
    assert api_of(charlie).refused(path, 403)["code"] == "permission_denied"


@pytest.mark.parametrize("path", EVERYTHING)
def test_anonymous_is_asked_for_a_token(path, db):
    response = Api().get(path)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response.json()["code"] == "not_authenticated"


def test_expired_token_is_refused(standing, issue, haitang):
    client = Api(issue(haitang))
    ApiToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert client.refused("compliance/centers/", 401)["code"] == "token_expired"


def test_wrong_token_is_refused(standing):
    client = Api("ssp_00000000000000000000")
    assert client.refused("compliance/centers/", 401)["code"] == "authentication_failed"


def test_disabled_account_is_refused_at_once(standing, api):
    assert api.rows("compliance/centers/")
    User.objects.filter(is_service=True).update(is_active=False)
    assert api.refused("compliance/centers/", 401)


def test_token_remembers_its_use(standing, api):
    api.rows("compliance/centers/")
    used = ApiToken.objects.get().last_used_at
    assert timedelta(0) <= timezone.now() - used < timedelta(minutes=2)


def test_township_role_sees_its_township_only(standing, issue):
    township = standing["C01"].division
    client = Api(issue(township, role="township_reviewer"))
    assert [row["code"] for row in client.rows("compliance/centers/")] == ["C01"]
    assert {row["center_code"] for row in client.rows("compliance/findings/")} == {"C01"}
    assert client.refused("compliance/centers/C02/", 404)


def test_director_sees_the_own_center_by_session(standing, api_of, diane):
    client = api_of(diane)
    assert [row["code"] for row in client.rows("compliance/centers/")] == ["C90"]
    assert client.refused("compliance/centers/C01/", 404)
    assert client.refused("compliance/summary/", 403)


def test_municipal_viewer_sees_sums_and_no_center(standing, issue, shanghai):
    client = Api(issue(shanghai, role="municipal_viewer"))
    (row,) = client.rows("compliance/summary/")
    assert row["division_code"] == "310199"
    assert client.refused("compliance/centers/", 403)["code"] == "permission_denied"
    assert client.refused("compliance/findings/", 403)


def test_session_of_an_officer_is_not_bound_to_data_sets(standing, api_of, alice, bob):
    assert len(api_of(alice).rows("compliance/centers/")) == 8
    assert api_of(bob).rows("compliance/centers/") == []


def test_every_view_declares_what_opens_it():
    for pattern in urls.urlpatterns:
        view = pattern.callback.cls
        view = getattr(view, "list_view", view)
        assert view.resource.dataset in {*Dataset.values, "reference"}, pattern.name
        assert view.required_capability in set(Capability), pattern.name


def test_every_view_of_the_api_is_tried_here():
    covered = {path.replace("C01", "<str:code>") for path in (*OURS, "standards/")}
    covered |= {f"standards/versions{end}" for end in ("/", ".ndjson", ".csv")}
    # Tried in test_reference and test_simulations.
    covered |= {"standards/versions/<str:code>/<int:version>/", "compliance/simulations/"}
    # One run has a number: test_runs tries it.
    covered.add("compliance/runs/<int:pk>/")
    # Each has tests of its own.
    for name in ("reviews", "rectifications", "publications", "city-packs"):
        covered |= {f"{name}{end}" for end in ("/", ".ndjson", ".csv", "/<str:code>/")}
    patterns = {str(pattern.pattern) for pattern in urls.urlpatterns}
    assert patterns == covered


@pytest.mark.parametrize("path", ["schema/", "docs/"])
def test_documentation_is_open(path, db):
    assert Api().get(path).status_code == 200


@pytest.fixture
def named(standing, alice):
    """Everybody of the golden district carries a name that must not leave the house."""
    Person.objects.update(name=CANARIES[0])
    for number, person in enumerate(Person.objects.order_by("pk")):
        Person.objects.filter(pk=person.pk).update(code=f"{CANARIES[1]}{number}")
    User.objects.update(full_name=CANARIES[0])
    for day in (date(2025, 3, 1), date(2026, 2, 1)):
        WorkRecordFactory(center=standing["C01"], happened_on=day, title=CANARIES[2])


@pytest.mark.parametrize("query", [{}, {"as_of": "2025-12-31"}])
def test_no_person_is_named(query, named, api):
    for path in EVERYTHING:
        # What was asked for on that day is another question than how things stood on it.
        is_undated = any(name in path for name in ("history", "divisions", "runs"))
        dated = {} if is_undated else query
        text = body(api.get(path, **dated)).decode()
        assert len(text) > 100, path
        assert not [canary for canary in CANARIES if canary in text], path


def test_account_holder_is_not_told(standing, api, alice):
    row = {"holder": CANARIES[0], "starts_on": "2020-01-01"}
    declaration = Declaration(
        name=standing["C01"].name,
        division=standing["C01"].division,
        uscc=standing["C01"].uscc,
        sections={"accounts": [row]},
    )
    imports.accept_declarations(declarations=[declaration], by=alice, at=AT)
    center = api.json("compliance/centers/C01/", as_of="2025-12-31")
    (finding,) = [row for row in center["findings"] if row["rule"] == "ST-11"]
    assert finding["outcome"] == "not_met"
    assert finding["explanation"]["uncounted"][0]["label"] is None
    assert CANARIES[0] not in str(center)


def test_reads_and_denials_are_logged(standing, api, stranger, caplog):
    with caplog.at_level(logging.INFO):
        api.rows("compliance/findings/", center="C01")
        list(api.get("compliance/findings.ndjson").streaming_content)
        stranger.get("compliance/centers/C01/")
        Api().get("compliance/centers/")
    messages = [record.getMessage() for record in caplog.records if " path=" in record.message]
    assert f"rows={RULES}" in messages[0]
    assert "center=C01" in messages[0]
    assert "/platform" in messages[0]
    assert f"rows={8 * RULES}" in messages[1]
    assert "api denied" in messages[2]
    assert "status=404" in messages[2]
    assert "status=401" in messages[3]


def test_role_taken_away_closes_the_next_request(standing, api, haitang):
    assert api.rows("compliance/centers/")
    account = ApiToken.objects.get().user
    account.assignments.all().delete()
    assert api.refused("compliance/centers/", 403)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    assert api.rows("compliance/centers/")
