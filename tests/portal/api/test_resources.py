"""Every declared resource keeps the API's manners: one set of tests over the registry."""

import csv
import gzip
import io
import json

import pytest
from django.urls import reverse
from django.utils import translation
from jsonschema import Draft202012Validator

from portal.api import REFERENCE, pages, schema, urls
from portal.api.resources import LISTED, REGISTRY, paths
from portal.management.commands import api_schema
from portal.users.models import Dataset
from tests.portal.api import district

# The addresses declare what they lead to.
assert urls.urlpatterns
NAMES = sorted(REGISTRY)
STREAMED = sorted(name for name in NAMES if REGISTRY[name].streams)
OWN = sorted(name for name in NAMES if REGISTRY[name].dataset != REFERENCE)
# What has an address of its own that says what its row says.
SINGLE = sorted(
    name for name in NAMES if REGISTRY[name].key == ("code",) and not name.startswith("compliance")
)
every = pytest.mark.parametrize("name", NAMES)
every_stream = pytest.mark.parametrize("name", STREAMED)
# A page is compared row by row up to here: enough for every shape.
ROWS = 12


@pytest.fixture(scope="module")
def furnished(golden_once, django_db_blocker):
    with django_db_blocker.unblock():
        district.furnish()


@pytest.fixture
def api(furnished, db):
    return district.client("310199")


@pytest.fixture
def stranger(furnished, db):
    return district.client("310101")


def path(name):
    return REGISTRY[name].path


def stream(name, form):
    return f"{path(name).removesuffix('/')}.{form}"


def body(response):
    assert response.status_code == 200, response
    return b"".join(response.streaming_content) if response.streaming else response.content


def some(api, name, **query):
    rows = api.json(path(name), page_size=ROWS, **query)["results"]
    assert rows, name
    return rows


@every
def test_unknown_parameter_is_refused_with_the_known_ones(name, api):
    problem = api.refused(path(name), 400, nonsense="1")
    assert problem["code"] == "unknown_parameter"
    known = {each.name for each in LISTED[name].filters} | {"fields", "cursor", "page_size"}
    assert known <= set(problem["errors"][0]["accepted"])


@every
def test_unknown_field_is_refused_with_the_known_ones(name, api):
    problem = api.refused(path(name), 400, fields="code,nonsense")
    assert problem["code"] == "unknown_field"
    assert problem["errors"][0]["accepted"] == paths(REGISTRY[name].fields)
    assert api.refused(path(name), 400, fields="")["code"] == "unknown_field"


@every
def test_row_has_the_declared_fields_in_order(name, api):
    declared = [field.name for field in REGISTRY[name].fields]
    for row in some(api, name):
        assert list(row) == declared


@every
def test_each_field_can_be_asked_for_alone(name, api):
    whole = some(api, name)
    for field in REGISTRY[name].fields:
        alone = some(api, name, fields=field.name)
        assert alone == [{field.name: row[field.name]} for row in whole]
        for part in field.fields:
            rows = some(api, name, fields=f"{field.name}.{part.name}")
            assert all(list(row) == [field.name] for row in rows)
            assert all(keys(row[field.name]) <= {part.name} for row in rows)


def keys(value):
    listed = value if isinstance(value, list) else [value] if value else []
    return set().union(*listed)


@every
def test_pages_of_one_are_the_whole(name, api):
    whole = some(api, name)
    page, rows = api.json(path(name), page_size=1), []
    while page and len(rows) < len(whole):
        rows += page["results"]
        page = page["next"] and api.client.get(page["next"], headers=api.headers).json()
    assert rows == whole
    names = REGISTRY[name].key
    keys = [tuple(row[key] for key in names) for row in whole]
    assert len(set(keys)) == len(keys)


@every
def test_count_is_told_on_demand(name, api):
    first = api.json(path(name), page_size=200, count="true")
    assert first["count"] >= len(first["results"]) > 0
    assert "count" not in api.json(path(name))


@every
def test_cursor_of_another_question_is_refused(name, api):
    key = ["1"] * len(REGISTRY[name].key)
    for cursor in (pages.encode(key, "00000000"), pages.encode(key, "")):
        assert api.refused(path(name), 400, cursor=cursor)["code"] == "unknown_cursor"
    following = api.json(path(name), page_size=1)["next"]
    if following and "division" in {each.name for each in LISTED[name].filters}:
        cursor = following.partition("cursor=")[2].partition("&")[0]
        problem = api.refused(path(name), 400, cursor=cursor, division="310199")
        assert problem["code"] == "unknown_cursor"
    for strange in ("x", "W10", "WyIiLCIiXQ"):
        assert api.refused(path(name), 400, cursor=strange)["code"] == "unknown_cursor"


@every_stream
def test_streams_hold_the_rows_of_the_pages(name, api):
    narrow = {"division": "310199"} if name == "divisions" else {}
    whole = api.rows(path(name), **narrow)
    lines = body(api.get(stream(name, "ndjson"), **narrow)).splitlines()
    assert [json.loads(line) for line in lines] == whole
    text = body(api.get(stream(name, "csv"), **narrow)).decode()
    assert text.startswith("\ufeff")
    table = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(table) == len(whole) + 1
    assert {len(line) for line in table} == {len(table[0])}
    first = REGISTRY[name].fields[0].name
    at = table[0].index(first)
    assert [line[at] for line in table[1:]] == [str(row[first]) for row in whole]


@every_stream
def test_accept_asks_for_a_stream_too(name, api):
    narrow = {"division": "310199"} if name == "divisions" else {}
    accept = {"Accept": "application/x-ndjson"}
    asked = body(api.get(path(name), headers=accept, **narrow))
    assert asked == body(api.get(stream(name, "ndjson"), **narrow))
    refused = api.get(path(name), headers=accept, page_size=1)
    assert (refused.status_code, refused.json()["code"]) == (400, "not_with_streams")


@every
def test_head_tells_what_get_would(name, api):
    got = api.get(path(name))
    head = api.client.head(f"/api/v1/{path(name)}", headers=api.headers)
    assert head.status_code == 200
    assert head.content == b""
    for header in ("Content-Type", "ETag", "API-Version"):
        assert head[header] == got[header]


@every
def test_unchanged_answer_is_not_sent_again(name, api):
    first = api.get(path(name))
    again = api.get(path(name), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["API-Version"] == first["API-Version"]
    other = api.get(path(name), headers={"If-None-Match": first["ETag"], "Accept-Language": "en"})
    assert (other.status_code == 304) == (other["ETag"] == first["ETag"])


@every
def test_long_answer_is_sent_compressed(name, api):
    plain = api.get(path(name))
    small = api.get(path(name), headers={"Accept-Encoding": "gzip"})
    # Below that the padding against guessing may weigh more than what is saved.
    if len(plain.content) >= 1000:
        assert small["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.content) == plain.content
        assert small["ETag"] == plain["ETag"]


@pytest.mark.parametrize("name", OWN)
def test_token_of_another_district_sees_nothing_of_this_one(name, api, stranger):
    assert some(api, name)
    assert stranger.rows(path(name)) == []
    if REGISTRY[name].streams:
        assert body(stranger.get(stream(name, "ndjson"))) == b""


@pytest.mark.parametrize("name", OWN)
def test_token_without_the_data_set_is_refused(name, furnished, db):
    others = [each for each in Dataset.values if each != REGISTRY[name].dataset]
    without = district.client("310199", others)
    assert without.refused(path(name), 403)["code"] == "scope_missing"


@every
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_is_written(name, method, api):
    answer = getattr(api.client, method)(f"/api/v1/{path(name)}", headers=api.headers)
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


@every
def test_no_person_is_named(name, api):
    asked = [path(name), *(stream(name, form) for form in ("ndjson", "csv"))]
    for address in asked if REGISTRY[name].streams else asked[:1]:
        text = body(api.get(address)).decode()
        assert len(text) > 20
        assert district.CANARY not in text, address


@every
def test_labels_follow_the_language_of_the_client(name, api):
    chinese = some(api, name)
    labelled = [field for field in chinese[0] if field.endswith("_label")]
    answer = api.get(path(name), headers={"Accept-Language": "en"}, page_size=ROWS).json()
    for one, other in zip(chinese, answer["results"], strict=True):
        for field in labelled:
            assert (one[field] is None) == (other[field] is None)
            assert one[field] is None or one[field] != other[field], field


@pytest.mark.parametrize("name", SINGLE)
def test_one_thing_is_the_row_of_its_list(name, api):
    resource = REGISTRY[name]
    row = some(api, name)[0]
    address = reverse(f"api:{name.removesuffix('s')}", args=[row["code"]])
    one = api.json(address.removeprefix("/api/v1/"))
    assert {field: one[field] for field in row} == row
    assert api.refused(f"{resource.path}nothing-such/", 404)["code"] == "not_found"


def described(fields):
    for field in fields:
        yield field
        yield from described(field.fields)


@every
def test_every_field_is_explained_in_both_languages(name):
    for field in described(REGISTRY[name].fields):
        with translation.override("en"):
            english = str(schema.words(field))
        with translation.override("zh-hans"):
            chinese = str(schema.words(field))
        assert english.isascii() or "“" in english or "m²" in english or "÷" in english, english
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese), field.name


@pytest.fixture(scope="module")
def document():
    return api_schema.current()


def closed(value):
    """A schema that bears nothing it does not name."""
    if isinstance(value, dict):
        strict = {name: closed(each) for name, each in value.items()}
        if value.get("type") == "object" and "properties" in value:
            strict.setdefault("additionalProperties", False)
        return strict
    return [closed(each) for each in value] if isinstance(value, list) else value


@every
def test_answer_and_example_are_as_described(name, api, document):
    operation = document["paths"][f"/api/v1/{path(name)}"]["get"]
    content = operation["responses"]["200"]["content"]["application/json"]
    strict = closed(
        {**content["schema"], "components": {"schemas": document["components"]["schemas"]}}
    )
    Draft202012Validator(strict).validate(api.json(path(name), page_size=ROWS))
    for example in content["examples"].values():
        Draft202012Validator(strict).validate(example["value"])
