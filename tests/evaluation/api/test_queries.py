"""Query parameters: what is unknown or wrong is named, with what would be accepted."""

import pytest
from django.utils import timezone

PATHS = {
    "compliance/centers/": {"as_of", "known_at", "rollup", "cursor", "page_size", "count"},
    "compliance/centers/C01/": {"as_of", "known_at"},
    "compliance/centers/C01/history/": {"rule", "cursor", "page_size", "count"},
    "compliance/findings/": {"rule", "class", "outcome", "changed_since", "as_of", "division"},
    "compliance/findings.ndjson": {"rule", "class", "outcome", "changed_since", "as_of"},
    "compliance/findings.csv": {"rule", "class", "outcome", "changed_since", "as_of"},
    "compliance/summary/": {"level", "rule", "division", "as_of", "known_at"},
    "compliance/runs/": {"status", "trigger", "as_of", "division", "cursor", "count"},
    "standards/": {"as_of"},
    "divisions/": {"division", "kind"},
}


@pytest.mark.parametrize("path", PATHS)
def test_unknown_parameter_is_named_with_the_known_ones(path, pack, api):
    problem = api.refused(path, 400, outcom="met", format="xml")
    assert problem["code"] == "unknown_parameter"
    faults = {fault["field"]: fault for fault in problem["errors"]}
    assert set(faults) == {"outcom", "format"}
    assert faults["outcom"]["value"] == "met"
    assert PATHS[path] <= set(faults["outcom"]["accepted"])
    assert problem["instance"] == f"/api/v1/{path}"
    assert problem["status"] == 400
    assert problem["request_id"] != "-"


@pytest.mark.parametrize(
    ("name", "value", "accepted"),
    [
        ("rule", "ST-99", "ST-08"),
        ("outcome", "failed", "not_met"),
        ("class", "X", "G"),
        ("division", "999999", "310101"),
        ("division", "", "310199"),
    ],
)
def test_unknown_value_is_refused_with_the_accepted_ones(name, value, accepted, pack, api):
    problem = api.refused("compliance/findings/", 400, **{name: value})
    (fault,) = problem["errors"]
    assert (problem["code"], fault["field"], fault["value"]) == ("unknown_value", name, value)
    assert accepted in fault["accepted"]


def test_unknown_rollup_and_level_are_refused(pack, api):
    problem = api.refused("compliance/centers/", 400, rollup="fine")
    assert "basically_compliant" in problem["errors"][0]["accepted"]
    problem = api.refused("compliance/summary/", 400, level="village")
    assert problem["errors"][0]["accepted"] == ["district", "township"]


@pytest.mark.parametrize(
    "as_of",
    ["2999-12-31", "1999-12-31", "2025-02-30", "20251231", "2025-W01-1", "yesterday", "", "0"],
)
def test_unknown_day_is_refused_with_what_is_accepted(as_of, pack, api):
    problem = api.refused("compliance/findings/", 400, as_of=as_of)
    assert problem["code"] == "unknown_as_of"
    assert "2000-01-01" in problem["detail"]
    assert timezone.localdate().isoformat() in problem["detail"]


def test_first_day_and_today_are_accepted(standing, api):
    assert {row["rollup"] for row in api.rows("compliance/centers/", as_of="2000-01-01")} == {
        "not_included"
    }
    today = timezone.localdate().isoformat()
    assert api.rows("compliance/centers/", as_of=today) == api.rows("compliance/centers/")


@pytest.mark.parametrize("time", ["yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", ""])
def test_time_that_is_none_is_refused(time, pack, api):
    problem = api.refused("compliance/findings/", 400, changed_since=time)
    assert problem["errors"][0]["field"] == "changed_since"


def test_known_at_alone_is_refused(pack, api):
    problem = api.refused("compliance/centers/", 400, known_at="2026-01-01T00:00:00Z")
    assert problem["code"] == "known_at_needs_as_of"


def test_repeated_parameter_is_refused(pack, api):
    response = api.client.get(
        "/api/v1/compliance/findings/?rule=ST-01&rule=ST-02", headers=api.headers
    )
    assert response.status_code == 400
    assert response.json()["code"] == "repeated_parameter"


def test_every_fault_is_told_at_once(pack, api):
    problem = api.refused("compliance/findings/", 400, rule="x", as_of="x", page_size="0")
    assert {fault["field"] for fault in problem["errors"]} == {"rule", "as_of", "page_size"}


def test_null_character_is_refused(pack, api):
    assert api.refused("compliance/findings/", 400, center="C\0")["errors"][0]["field"] == "center"


def test_problem_speaks_the_language_asked_for(pack, api):
    response = api.get("compliance/findings/", headers={"Accept-Language": "en"}, rule="x")
    assert response["Content-Language"] == "en"
    assert response.json()["title"] == "The request cannot be answered"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_writing_is_not_allowed(method, pack, api):
    send = getattr(api.client, method)
    response = send("/api/v1/compliance/centers/", headers=api.headers)
    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["compliance/centers/", "compliance/findings.csv"])
def test_other_format_is_not_available(path, pack, api):
    response = api.get(path, headers={"Accept": "application/xml"})
    assert response.status_code == 406
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "not_acceptable"


def test_unreadable_token_is_refused(db, api):
    response = api.client.get(
        "/api/v1/compliance/centers/", headers={"Authorization": "Bearer \xff\xfe"}
    )
    assert response.status_code in (400, 401)
    assert response["Content-Type"] == "application/problem+json"


STRANGE = (
    *("", " ", "%", "'", '"', "\\", "\0", "\ud7ff", "😀", "٣", "NaN", "-1", "1e309", "null", "{}"),
    *("9" * 400, "../../etc", "a" * 3000, "W10", "WyIiXQ", "WyIiLCIiXQ", "[" * 500, "ST-08\n", "T"),
    *("9999-12-31T23:59:59-12:00", "2026-02-30T25:61:00", "0000-00-00", "\uff12\uff10-1-1"),
)


@pytest.mark.parametrize("path", sorted({*PATHS} - {"compliance/centers/C01/"}))
def test_no_value_breaks_the_server(path, golden, api):
    known = api.refused(path, 400, nonsense="")["errors"][0]["accepted"]
    for name in known:
        for value in STRANGE:
            response = api.get(path, **{name: value})
            assert response.status_code in (200, 400), (name, value)
            if response.streaming:
                list(response.streaming_content)


def test_address_below_the_api_that_leads_nowhere_is_a_problem(db, api):
    problem = api.refused("nowhere/", 404)
    assert problem["code"] == "not_found"
    assert problem["instance"] == "/api/v1/nowhere/"
