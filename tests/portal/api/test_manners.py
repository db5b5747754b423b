"""Refusals as problem documents, and the reading of query parameters."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError, OperationalError
from django.http import Http404, QueryDict
from django.test import RequestFactory
from rest_framework import exceptions
from rest_framework.permissions import AllowAny

from portal import api
from portal.api import HasScope, Parameter, Problem, UnreadableError, problem_handler, read_query
from portal.api.nowhere import nowhere
from portal.errors import Conflict, DomainError
from portal.users.models import ApiToken


def handle(exc):
    request = RequestFactory().get("/api/v1/things/?secret=1")
    return problem_handler(exc, {"request": request})


@pytest.mark.parametrize(
    ("exc", "status", "code"),
    [
        (Http404("Center with code X"), 404, "not_found"),
        (exceptions.NotFound("other words"), 404, "not_found"),
        (PermissionDenied(), 403, "permission_denied"),
        (exceptions.PermissionDenied(), 403, "permission_denied"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (exceptions.NotAcceptable(), 406, "not_acceptable"),
        (exceptions.Throttled(wait=7), 429, "throttled"),
        (DomainError("No."), 409, "refused"),
        (Conflict("Meanwhile accepted."), 409, "refused"),
        (ValidationError("Wrong."), 400, "invalid"),
        (exceptions.ValidationError({"name": ["Wrong."]}), 400, "invalid"),
        (OverflowError("too big"), 400, "unreadable_request"),
        (RecursionError(), 400, "unreadable_request"),
        (DataError("bad byte"), 400, "unreadable_request"),
        (OperationalError("connection refused at 10.0.0.7"), 503, "database_unavailable"),
    ],
)
def test_refusal_becomes_a_problem(exc, status, code):
    response = handle(exc)
    problem = json.loads(response.content)
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert response["Content-Type"] == "application/problem+json"
    assert problem["instance"] == "/api/v1/things/"
    assert {"type", "title", "detail", "request_id", "errors"} <= set(problem)
    assert problem["title"]
    assert problem["detail"]


@pytest.mark.parametrize("exc", [Http404("Center X"), OperationalError("host 10.0.0.7")])
def test_problem_keeps_the_inside_to_itself(exc):
    assert str(exc) not in handle(exc).content.decode()


def test_defect_is_not_swallowed():
    assert handle(KeyError("figures")) is None


def test_refusal_of_a_service_is_shown_in_its_words():
    assert json.loads(handle(DomainError("Already accepted.")).content)["detail"] == (
        "Already accepted."
    )


@pytest.mark.parametrize(
    ("exc", "fields"),
    [
        (ValidationError({"name": ["Too long."], "code": ["Taken."]}), {"name", "code"}),
        (ValidationError(["Too long."]), {""}),
        (exceptions.ValidationError({"name": ["Too long."]}), {"name"}),
        (exceptions.ValidationError(["Too long."]), {""}),
    ],
)
def test_validation_names_its_fields(exc, fields):
    problem = json.loads(handle(exc).content)
    assert {fault["field"] for fault in problem["errors"]} == fields
    assert all(fault["message"] for fault in problem["errors"])


def test_waiting_is_told():
    assert handle(exceptions.Throttled(wait=7))["Retry-After"] == "7"
    assert handle(OperationalError())["Retry-After"] == "5"


def test_unknown_address_is_a_problem():
    response = nowhere(RequestFactory().get("/api/v1/nowhere/"))
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
    assert json.loads(response.content)["code"] == "not_found"


def test_unknown_address_and_unknown_object_read_the_same():
    by_address = json.loads(nowhere(RequestFactory().get("/api/v1/things/")).content)
    assert by_address == json.loads(handle(Http404()).content)


def test_failure_of_the_server_is_a_problem():
    response = api.server_error(RequestFactory().get("/api/v1/things/"))
    assert response.status_code == 500
    assert json.loads(response.content)["code"] == "server_error"


def read_even(text):
    if text not in ("2", "4"):
        raise UnreadableError("Not even.", ["2", "4"])
    return int(text)


EVEN = Parameter("even", read_even, "An even number.", {"type": "integer"})
NAME = Parameter("name", str, "A name.", {"type": "string"})


def test_query_is_read_by_its_parameters():
    assert read_query(QueryDict("even=2&name=x"), [EVEN, NAME]) == {"even": 2, "name": "x"}
    assert read_query(QueryDict(""), [EVEN, NAME]) == {"even": None, "name": None}


@pytest.mark.parametrize(
    ("query", "code", "field", "accepted"),
    [
        ("even=3", "unknown_value", "even", ["2", "4"]),
        ("evn=2", "unknown_parameter", "evn", ["even", "name"]),
        ("name=a&name=b", "repeated_parameter", "name", None),
        ("name=%00", "unknown_value", "name", None),
    ],
)
def test_query_is_refused_with_the_fault(query, code, field, accepted):
    with pytest.raises(Problem) as refusal:
        read_query(QueryDict(query), [EVEN, NAME])
    (fault,) = [fault.document() for fault in refusal.value.errors]
    assert refusal.value.get_codes() == code
    assert (fault["field"], fault.get("accepted")) == (field, accepted)


def test_long_values_are_cut_in_the_answer():
    with pytest.raises(Problem) as refusal:
        read_query(QueryDict(f"even={'9' * 5000}"), [EVEN])
    assert len(refusal.value.errors[0].document()["value"]) == 200


class View:
    required_dataset = "compliance"
    required_capability = "compliance.view"

    def __init__(self, opens=True):
        self.opens = opens

    def opens_to(self, user):
        return self.opens


def asked_with(auth=None, is_authenticated=True):
    request = RequestFactory().get("/api/v1/things/")
    request.user = type("Somebody", (), {"is_authenticated": is_authenticated})()
    request.auth = auth
    return request


def test_scope_needs_the_data_set_and_the_capability():
    permission = HasScope()
    token = ApiToken(datasets=["compliance"])
    assert permission.has_permission(asked_with(token), View())
    assert permission.has_permission(asked_with(), View())
    assert not permission.has_permission(asked_with(token), View(opens=False))
    assert not permission.has_permission(asked_with(is_authenticated=False), View())
    with pytest.raises(Problem) as refusal:
        permission.has_permission(asked_with(ApiToken(datasets=["centers"])), View())
    assert refusal.value.get_codes() == "scope_missing"


def test_view_that_declares_nothing_is_closed():
    assert not HasScope().has_permission(asked_with(), type("Bare", (), {})())
    assert HasScope is not AllowAny
