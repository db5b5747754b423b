"""The OpenAPI document: complete, valid, and true of what is answered."""

import io
import json
import re

import pytest
import yaml
from django.core.management import call_command
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from evaluation.models import Shard
from portal.api import openapi
from tests.api import Api
from tests.factories.evaluation import RunFactory

PATHS = {
    "/api/v1/compliance/centers/": "compliance/centers/",
    "/api/v1/compliance/centers/{code}/": "compliance/centers/C04/",
    "/api/v1/compliance/centers/{code}/history/": "compliance/centers/C04/history/",
    "/api/v1/compliance/findings/": "compliance/findings/",
    "/api/v1/compliance/summary/": "compliance/summary/",
    "/api/v1/compliance/districts/": "compliance/districts/",
    "/api/v1/compliance/runs/": "compliance/runs/",
    "/api/v1/compliance/runs/{id}/": "compliance/runs/{run}/",
    "/api/v1/standards/": "standards/",
    "/api/v1/divisions/": "divisions/",
    "/api/v1/divisions/{code}/": "divisions/310199/",
}
STREAMS = {
    f"/api/v1/{name}.{form}"
    for name in ("compliance/findings", "divisions")
    for form in ("ndjson", "csv")
}


@pytest.fixture
def given_up(pack, haitang):
    """A run with a part that failed."""
    run = RunFactory(division=haitang, pack=pack)
    Shard.objects.create(run=run, position=0, center_ids=[], state="failed", error="ValueError: x")
    return run


@pytest.fixture
def document(db):
    return Api().get("schema/").json()


def test_document_is_made_without_a_warning(db):
    written = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=written)
    assert "openapi: 3.1" in written.getvalue()


def test_document_is_given_once_to_who_has_it(db):
    first = Api().get("schema/")
    given = {"If-None-Match": first["ETag"]}
    again = Api().get("schema/", headers=given)
    assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    assert Api().get("schema/", format="yaml", headers=given).status_code == 200
    english = Api().get("schema/", headers=given | {"Accept-Language": "en"})
    assert english.status_code == 200
    assert english.content != first.content
    assert {"Accept", "Accept-Language"} <= set(first["Vary"].split(", "))


def test_document_is_made_once(db, monkeypatch):
    first = Api().get("schema/").content
    monkeypatch.setattr(openapi.Schema, "generator_class", None)
    assert Api().get("schema/").content == first


def test_document_is_valid(document):
    validate(document)
    assert document["openapi"].startswith("3.1")


def test_document_comes_as_yaml_too(document):
    assert yaml.safe_load(Api().get("schema/", format="yaml").content) == document


def test_every_operation_is_complete(document):
    assert {*PATHS, *STREAMS} <= set(document["paths"])
    for path in (*PATHS, *STREAMS):
        operation = document["paths"][path]["get"]
        assert {"200", "400", "401", "403"} <= set(operation["responses"]), path
        assert ("404" in operation["responses"]) == ("{" in path)
        assert {"token": []} in operation["security"]
        assert all(each["description"] for each in operation["parameters"]), path
        contents = operation["responses"]["200"]["content"].values()
        assert all(content["examples"] for content in contents), path
        (problem,) = operation["responses"]["400"]["content"]
        assert problem == "application/problem+json"


def validator(document, path, status="200"):
    content, *_others = document["paths"][path]["get"]["responses"][status]["content"].values()
    return Draft202012Validator({**content["schema"], "components": document["components"]})


@pytest.mark.parametrize("path", PATHS)
def test_answers_and_examples_are_as_described(path, document, standing, given_up, api):
    schema = validator(document, path)
    asked = PATHS[path].format(run=given_up.pk)
    schema.validate(api.json(asked))
    content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
    for example in content["examples"].values():
        schema.validate(example["value"])
        assert keys(example["value"]) <= keys(api.json(asked))


def keys(value):
    """Names of all members, but of those whose members are data."""
    if isinstance(value, list):
        return set().union(*map(keys, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    below = (keys(part) for name, part in value.items() if name not in ("evidence", "overrides"))
    return set(value).union(*below)


def test_problems_are_as_described(document, pack, api):
    schema = validator(document, "/api/v1/compliance/findings/", "400")
    schema.validate(api.refused("compliance/findings/", 400, rule="x", nonsense="1"))


def test_described_parameters_are_the_accepted_ones(document, given_up, api):
    for path, asked in PATHS.items():
        described = {
            parameter["name"]
            for parameter in document["paths"][path]["get"]["parameters"]
            if parameter["in"] == "query"
        }
        problem = api.refused(asked.format(run=given_up.pk), 400, nonsense="1")
        assert set(problem["errors"][0]["accepted"]) == described


def test_page_runs_without_inline_script_or_style(db):
    response = Api().get("docs/")
    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "https://" not in page
    assert (
        "unsafe-inline"
        not in re.search(r"script-src[^;]*", response["Content-Security-Policy"]).group()
    )
    script = Api().get("docs/", script="")
    assert script["Content-Type"].startswith("application/javascript")
    assert json.dumps("/api/v1/schema/")[1:-1] in script.content.decode().replace("\\u002D", "-")
