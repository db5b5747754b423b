"""What the OpenAPI document says to people: everything is described, in both languages."""

import pytest
from django.conf import settings

from portal.api import openapi

SAID = {
    "en": bool,
    "zh-hans": lambda text: any("\u4e00" <= letter <= "\u9fff" for letter in text),
}


@pytest.fixture(scope="module", params=sorted(SAID))
def spoken(request):
    """(whether a text is said in the language, the document in it)."""
    document, _tag = openapi.written(request.param, settings.API_VERSION)
    return SAID[request.param], document


def operations(document):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def properties(shape, place):
    """(place, property) of a shape and of all that stands in it."""
    for name, each in shape.get("properties", {}).items():
        yield f"{place}.{name}", each
    inner = [*shape.get("properties", {}).values(), shape.get("items"), shape.get("not")]
    inner += [part for way in ("allOf", "anyOf", "oneOf") for part in shape.get(way, ())]
    for part in inner:
        if isinstance(part, dict):
            yield from properties(part, place)


def undescribed(is_said, members):
    return [place for place, each in members if not is_said(str(each.get("description", "")))]


def test_every_operation_is_described(spoken):
    is_said, document = spoken
    assert undescribed(is_said, operations(document)) == []


def test_every_parameter_is_described(spoken):
    is_said, document = spoken
    parameters = [
        (f"{place} {each['name']}", each)
        for place, operation in operations(document)
        for each in operation.get("parameters", ())
    ]
    assert parameters
    assert undescribed(is_said, parameters) == []


def test_every_property_is_described(spoken):
    is_said, document = spoken
    shapes = [*document["components"]["schemas"].items()]
    # Bodies and answers that are no named shape.
    for place, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        contents = [content for body in bodies for content in body.get("content", {}).values()]
        shapes += [(place, content["schema"]) for content in contents]
    found = [each for place, shape in shapes for each in properties(shape, place)]
    assert len(found) > 500
    assert undescribed(is_said, found) == []
