"""The contract that was released is kept, and what breaks one is found."""

import copy
import json

import pytest
from django.core.management import CommandError, call_command

from portal.api import compatibility
from portal.management.commands import api_schema

THING = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "open": {"type": "string", "x-extensible-enum": ["a", "b"]},
        "day": {"type": "string", "format": "date"},
        "size": {"type": ["integer", "null"], "minimum": 0, "maximum": 9},
        "parts": {"type": "array", "maxItems": 3, "items": {"$ref": "#/components/schemas/Part"}},
        "title": {"type": "string"},
    },
    "required": ["code", "kind", "open", "day", "size", "parts"],
}
DOCUMENT = {
    "openapi": "3.1.1",
    "info": {"title": "Things", "version": "1.0.0"},
    "paths": {
        "/things/": {
            "get": {
                "operationId": "things",
                "x-dataset": "things",
                "x-scopes": ["<division>:things:read"],
                "security": [{"token": []}],
                "parameters": [
                    {
                        "in": "query",
                        "name": "kind",
                        "schema": {"type": "string", "enum": ["a", "b"]},
                    },
                    {
                        "in": "query",
                        "name": "size",
                        "schema": {"type": "integer", "minimum": 1, "maximum": 200},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "Things.",
                        "headers": {
                            "API-Version": {"required": True, "schema": {"type": "string"}}
                        },
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                            "text/csv": {"schema": {"type": "string"}},
                        },
                    },
                    "404": {"description": "None."},
                },
            },
            "post": {
                "operationId": "things_ask",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "division": {"type": "string", "maxLength": 9},
                                    "names": {
                                        "type": "object",
                                        "additionalProperties": {"type": ["string", "null"]},
                                    },
                                },
                                "required": ["division"],
                            }
                        }
                    }
                },
                "responses": {"200": {"description": "Asked."}},
            },
        },
        "/others/": {"get": {"operationId": "others", "responses": {}}},
    },
    "components": {
        "schemas": {
            "Thing": THING,
            "Part": {
                "type": "object",
                "properties": {"name": {"type": "string"}},
                "required": ["name"],
            },
        }
    },
}
GET, POST = ("paths", "/things/", "get"), ("paths", "/things/", "post")
KIND, SIZE = (*GET, "parameters", 0), (*GET, "parameters", 1)
OK = (*GET, "responses", "200")
BODY = (*POST, "requestBody", "content", "application/json", "schema")
FIELDS = ("components", "schemas", "Thing", "properties")
REQUIRED = ("components", "schemas", "Thing", "required")
GONE = object()


def changed(place, value):
    """The document with one thing changed; GONE takes it out."""
    document = copy.deepcopy(DOCUMENT)
    *way, last = place
    inner = document
    for part in way:
        inner = inner[part]
    if value is GONE:
        del inner[last]
    elif isinstance(inner, list) and last == len(inner):
        inner.append(value)
    else:
        inner[last] = value
    return document


BREAKING = {
    "address removed": (("paths", "/others/"), GONE),
    "method removed": (POST, GONE),
    "operation renamed": ((*GET, "operationId"), "list_things"),
    "data set changed": ((*GET, "x-dataset"), "secrets"),
    "scope widened": ((*GET, "x-scopes", 1), "<division>:secrets:read"),
    "way to log in removed": ((*GET, "security"), []),
    "parameter removed": (KIND, GONE),
    "parameter becomes required": ((*KIND, "required"), True),
    "required parameter added": (
        (*GET, "parameters", 2),
        {"in": "query", "name": "new", "required": True, "schema": {"type": "string"}},
    ),
    "value of a parameter removed": ((*KIND, "schema", "enum"), ["a"]),
    "values of a parameter listed": ((*SIZE, "schema", "enum"), [1, 2]),
    "type of a parameter changed": ((*SIZE, "schema", "type"), "string"),
    "bound of a parameter tightened": ((*SIZE, "schema", "maximum"), 100),
    "format of a parameter demanded": ((*KIND, "schema", "format"), "uuid"),
    "status removed": ((*GET, "responses", "404"), GONE),
    "media type removed": ((*OK, "content", "text/csv"), GONE),
    "header no longer promised": ((*OK, "headers", "API-Version", "required"), False),
    "field removed": ((*FIELDS, "code"), GONE),
    "field no longer always there": (REQUIRED, ["code", "kind", "open", "day", "size"]),
    "type of a field changed": ((*FIELDS, "code", "type"), "integer"),
    "field may be null": ((*FIELDS, "code", "type"), ["string", "null"]),
    "format of a field changed": ((*FIELDS, "day", "format"), "date-time"),
    "value added to a closed list": ((*FIELDS, "kind", "enum"), ["a", "b", "c"]),
    "closed list opened": ((*FIELDS, "kind"), {"type": "string"}),
    "bound of a field loosened": ((*FIELDS, "size", "maximum"), 99),
    "longer lists": ((*FIELDS, "parts", "maxItems"), 4),
    "field of a part removed": (("components", "schemas", "Part", "properties", "name"), GONE),
    "body required": ((*POST, "requestBody", "required"), True),
    "field of a body removed": ((*BODY, "properties", "names"), GONE),
    "field of a body required": ((*BODY, "required"), ["division", "names"]),
    "field of a body shortened": ((*BODY, "properties", "division", "maxLength"), 6),
    "null in a body refused": (
        (*BODY, "properties", "names", "additionalProperties", "type"),
        "string",
    ),
    "shape of a choice changed": (
        (*FIELDS, "code", "oneOf"),
        [{"type": "string"}, {"type": "integer"}],
    ),
}
ADDITIVE = {
    "address added": (("paths", "/new/"), {"get": {"operationId": "new", "responses": {}}}),
    "method added": (("paths", "/others/", "post"), {"operationId": "o", "responses": {}}),
    "optional parameter added": (
        (*GET, "parameters", 2),
        {"in": "query", "name": "new", "schema": {"type": "string"}},
    ),
    "value of a parameter added": ((*KIND, "schema", "enum"), ["a", "b", "c"]),
    "bound of a parameter loosened": ((*SIZE, "schema", "maximum"), 500),
    "parameter also takes null": ((*SIZE, "schema", "type"), ["integer", "null"]),
    "status added": ((*GET, "responses", "410"), {"description": "Gone."}),
    "media type added": ((*OK, "content", "text/plain"), {"schema": {"type": "string"}}),
    "way to log in added": ((*GET, "security", 1), {"other": []}),
    "field added": ((*FIELDS, "new"), {"type": "string"}),
    "field always there": (REQUIRED, [*THING["required"], "title"]),
    "field never null": ((*FIELDS, "size", "type"), "integer"),
    "value added to an open list": ((*FIELDS, "open", "x-extensible-enum"), ["a", "b", "c"]),
    "value removed from an answer": ((*FIELDS, "kind", "enum"), ["a"]),
    "bound of a field tightened": ((*FIELDS, "size", "maximum"), 5),
    "field deprecated": ((*FIELDS, "code", "deprecated"), True),
    "optional field of a body added": ((*BODY, "properties", "more"), {"type": "string"}),
    "field of a body no longer required": ((*BODY, "required"), []),
    "header added": ((*OK, "headers", "ETag"), {"schema": {"type": "string"}}),
}
WORDS = {
    "description of an answer": ((*OK, "description"), "All things."),
    "summary of an operation": ((*GET, "summary"), "Things"),
    "title of the document": (("info", "title"), "All things"),
    "description of a field": ((*FIELDS, "code", "description"), "Its code."),
}


def test_a_document_keeps_its_own_promises():
    assert compatibility.compare(DOCUMENT, copy.deepcopy(DOCUMENT)) == []
    assert compatibility.is_same(DOCUMENT, copy.deepcopy(DOCUMENT))


@pytest.mark.parametrize("name", BREAKING)
def test_broken_promise_is_found_at_its_place(name):
    place, value = BREAKING[name]
    found = compatibility.compare(DOCUMENT, changed(place, value))
    assert found, name
    for fault in found:
        assert fault.pointer.startswith("#/")
        assert fault.advice
    assert api_schema.faults(DOCUMENT, changed(place, value))


@pytest.mark.parametrize("name", ADDITIVE)
def test_addition_breaks_nothing_and_raises_the_version(name):
    document = changed(*ADDITIVE[name])
    assert compatibility.compare(DOCUMENT, document) == []
    assert not compatibility.is_same(DOCUMENT, document)
    (fault,) = api_schema.faults(DOCUMENT, document)
    assert "1.1.0" in fault
    document["info"]["version"] = "1.1.0"
    assert api_schema.faults(DOCUMENT, document) == []


@pytest.mark.parametrize("name", WORDS)
def test_words_may_be_mended(name):
    assert api_schema.faults(DOCUMENT, changed(*WORDS[name])) == []


def test_wrapping_of_a_shape_is_no_change():
    """A reference gets an ``allOf`` around it with its first words."""
    part = {"$ref": "#/components/schemas/Part"}
    before = changed((*FIELDS, "part"), part)
    after = changed((*FIELDS, "part"), {"allOf": [part], "description": "A part."})
    assert compatibility.compare(before, after) == []
    nullable = changed((*FIELDS, "part"), {"oneOf": [part, {"type": "null"}]})
    assert {
        fault.pointer.rpartition("/")[2] for fault in compatibility.compare(before, nullable)
    } == {"type"}
    assert compatibility.compare(nullable, before) == []


def test_field_named_like_a_word_is_a_field():
    """Renaming ``title`` is no mending of words."""
    place = (*FIELDS, "title")
    assert compatibility.compare(DOCUMENT, changed(place, GONE))
    assert not compatibility.is_same(DOCUMENT, changed((*FIELDS, "tags"), {"type": "string"}))


def test_shape_used_by_question_and_answer_is_judged_as_both():
    document = copy.deepcopy(DOCUMENT)
    document["paths"]["/things/"]["post"]["requestBody"]["content"]["application/json"][
        "schema"
    ] = {"$ref": "#/components/schemas/Part"}
    after = copy.deepcopy(document)
    after["components"]["schemas"]["Part"]["required"] = []
    (fault,) = compatibility.compare(document, after)
    assert "/responses/" in fault.pointer
    after["components"]["schemas"]["Part"]["required"] = ["name"]
    after["components"]["schemas"]["Part"]["properties"]["more"] = {"type": "string"}
    assert compatibility.compare(document, after) == []


@pytest.mark.django_db
def test_released_contract_is_kept():
    """Where this fails: keep what clients were told, or raise API_VERSION, and
    ``manage.py api_schema --release``."""
    call_command("api_schema", "--check")


def test_contract_is_written_the_same_each_time(tmp_path):
    for name in ("one.json", "two.json"):
        call_command("api_schema", "--write", tmp_path / name)
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()


def test_broken_contract_is_not_released(tmp_path, monkeypatch, capsys):
    document = api_schema.current()
    path = next(iter(document["paths"]))
    document["paths"]["/api/v1/vanished/"] = document["paths"][path]
    file = tmp_path / "v1.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    monkeypatch.setattr(api_schema, "RELEASED", file)
    with pytest.raises(CommandError):
        call_command("api_schema", "--release")
    assert "vanished" in capsys.readouterr().err
    assert json.loads(file.read_text()) == document


def test_first_contract_is_released_on_purpose(tmp_path, monkeypatch):
    monkeypatch.setattr(api_schema, "RELEASED", tmp_path / "v1.json")
    with pytest.raises(CommandError, match="first"):
        call_command("api_schema", "--check")
    call_command("api_schema", "--release", "--first")
    call_command("api_schema", "--check")
