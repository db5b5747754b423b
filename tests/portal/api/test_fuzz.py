"""Every operation asked with what the contract allows and with what it does not."""

from collections import Counter

import pytest
import schemathesis
from django.core import signals
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis import checks as general
from schemathesis.specs.openapi import checks as openapi

from portal.management.commands import api_schema
from portal.wsgi import application
from tests.portal.api import district

CHECKS = [
    general.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_headers_conformance,
    openapi.response_schema_conformance,
]
# Values that exist in the golden district: most random ones lead to refusals alone.
REAL = ({}, {"division": "310199"}, {"page_size": 1}, {"division": "310199", "count": "true"})
# Keys of things that are there, by the address's parameter.
THINGS = {"code": "C05", "id": "1"}
# The same of what is asked with a body.
BODIES = {
    "compliance_simulations": (
        {"division": "310199"},
        {"division": "310199", "parameters": {"min_area": "35.00"}, "pack": "shanghai-2024-1 v2"},
        {"division": "310199", "as_of": "2030-06-30", "base_as_of": "2024-08-01"},
        {"division": "310199", "known_at": "2024-08-01T00:00:00+08:00", "parameters": {}},
    )
}
# How many questions of each kind; a body can go wrong in more ways.
EXAMPLES = {"get": 5, "post": 40}
ask = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def served(environ, start_response):
    """The application, read to the end and closed, as a server does."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


@pytest.fixture(scope="module")
def operations():
    """The operations of the contract."""
    contract = schemathesis.openapi.from_dict(api_schema.current())
    contract.app = served
    return [each.ok() for each in contract.get_all_operations()]


@pytest.fixture
def kept_open():
    """The test's connection outlives each request, as Django's own client has it."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def headers(golden_once, db, kept_open):
    district.furnish()
    return district.client("310199").headers


def answer(case, headers):
    """The answer to a case; what is wrong with it fails the test."""
    case.headers = {**(case.headers or {}), **headers, "Accept-Encoding": "identity"}
    response = case.call()
    case.validate_response(response, checks=CHECKS)
    return response.status_code


def without_fields(members):
    """Answers of “fields” hold a part of the shape: test_resources has them."""
    if not isinstance(members, dict):
        return members
    return {name: value for name, value in members.items() if name != "fields"}


def real(operation):
    """Questions about what is there, as the operation takes them."""
    for body in BODIES.get(operation.definition.raw["operationId"], ()):
        yield operation.Case(body=body, media_type="application/json")
    names = {each.name for each in operation.path_parameters}
    known = {each.name for each in operation.query}
    if operation.method == "get" and names <= set(THINGS):
        things = {name: THINGS[name] for name in names}
        for query in REAL:
            if set(query) <= known:
                yield operation.Case(query=dict(query), path_parameters=things)


def test_every_operation_is_asked(operations):
    assert {each.method for each in operations} == set(EXAMPLES)
    with_bodies = [each for each in operations if each.method == "post"]
    assert {each.definition.raw["operationId"] for each in with_bodies} == set(BODIES)


def test_no_question_makes_the_api_break_its_contract(operations, headers):
    answered = Counter()
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(ask, max_examples=EXAMPLES[operation.method])
            @given(operation.as_strategy(generation_mode=mode))
            def try_it(case):
                case.query, case.body = without_fields(case.query), without_fields(case.body)
                answered[case.operation.label, answer(case, headers)] += 1

            try_it()
        for case in real(operation):
            answered[operation.label, answer(case, headers)] += 1
    reached = {label for label, status in answered if status == 200}
    lists = {each.label for each in operations if not list(each.path_parameters)}
    assert lists <= reached, sorted(lists - reached)
