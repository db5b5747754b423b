"""Findings: the row's shape, the filters, the streams."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from centers.models import Center
from evaluation.api.findings import FindingList
from evaluation.models import Finding
from evaluation.selectors import findings as selectors
from portal.api.streams import guarded
from tests.conftest import AT
from tests.standard import RULES


def body(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def test_row_is_as_the_reference_has_it(year_end, api):
    (row,) = api.rows("compliance/findings/", as_of="2025-12-31", center="C05", rule="ST-08")
    assert row == {
        "center_code": "C05",
        "center_name": "海棠区桂花镇社会组织服务中心",
        "division_code": "310199",
        "township_code": year_end["C05"].division.code,
        "as_of": "2025-12-31",
        "rule": "ST-08",
        "clause": "三(二)-4",
        "class": "G",
        "clause_text": row["clause_text"],
        "outcome": "met",
        "outcome_label": row["outcome_label"],
        "reason_code": "area_ok",
        "evidence": row["evidence"],
        "waiver": None,
        "in_grace": False,
        "params_version": 0,
        "pack": "shanghai-2024-1 v6",
        "data_version": "2026-03-02T09:00:00+08:00",
        "computed_at": "2026-03-02T09:00:00+08:00",
    }
    assert "30" in row["clause_text"]
    assert row["evidence"]["counted_area_m2"] == "33.00"
    assert row["evidence"]["threshold_m2"] == "30.00"


def test_labels_follow_the_language_and_the_class(standing, api):
    def labels(language):
        response = api.get(
            "compliance/findings/",
            headers={"Accept-Language": language},
            center="C02",
            rule="ST-05",
        )
        assert response["Content-Language"] == language
        return [row["outcome_label"] for row in response.json()["results"]]

    assert labels("en") == ["not adopted"]
    assert len(labels("zh-hans")) == 1


@pytest.mark.parametrize("as_of", [None, "2025-12-31"])
def test_filters_agree_with_the_whole(as_of, standing, api):
    when = {"as_of": as_of} if as_of else {}
    whole = api.rows("compliance/findings/", **when)
    for name, key, values in (
        ("rule", "rule", ["ST-01", "ST-13"]),
        ("class", "class", ["M", "G", "E", "D"]),
        ("outcome", "outcome", ["met", "not_met", "not_applicable", "no_data", "error"]),
        ("center", "center_code", ["C01", "C08", "nowhere"]),
    ):
        for value in values:
            rows = api.rows("compliance/findings/", **{name: value}, **when)
            found = [(row["center_code"], row["rule"]) for row in rows]
            assert found == [
                (row["center_code"], row["rule"]) for row in whole if row[key] == value
            ]


def test_changed_since_includes_its_moment(standing, api):
    assert len(api.rows("compliance/findings/", changed_since=AT.isoformat())) == 8 * RULES
    later = (AT + timedelta(seconds=1)).isoformat()
    assert api.rows("compliance/findings/", changed_since=later) == []
    for moment in ("2026-03-02T09:00:00 08:00", "2026-03-02T09:00:00"):
        assert len(api.rows("compliance/findings/", changed_since=moment)) == 8 * RULES


def test_newest_computed_at_follows_changes_without_loss(standing, api):
    rows = api.rows("compliance/findings/")
    newest = max(row["computed_at"] for row in rows)
    assert len(api.rows("compliance/findings/", changed_since=newest)) == 8 * RULES


def test_series_of_a_date_is_served_without_judging(year_end, api):
    rows = api.rows("compliance/findings/", as_of="2025-12-31")
    assert {row["computed_at"] for row in rows} == {"2026-03-02T09:00:00+08:00"}


def test_live_judging_writes_nothing(golden, api):
    assert len(api.rows("compliance/findings/", as_of="2025-12-31")) == 8 * RULES
    assert not Finding.objects.exists()


def test_ndjson_has_one_line_per_finding(standing, api):
    response = api.get("compliance/findings.ndjson")
    assert response["Content-Type"] == "application/x-ndjson"
    lines = body(response).splitlines()
    assert [json.loads(line) for line in lines] == api.rows("compliance/findings/")
    assert len(lines) == 8 * RULES


def test_streams_take_the_filters_of_the_list(standing, api):
    query = {"outcome": "not_met", "class": "G", "as_of": "2025-12-31"}
    rows = api.rows("compliance/findings/", **query)
    lines = body(api.get("compliance/findings.ndjson", **query)).splitlines()
    cells = list(csv.DictReader(io.StringIO(body(api.get("compliance/findings.csv", **query)))))
    keys = [(row["center_code"], row["rule"]) for row in rows]
    assert [(row["center_code"], row["rule"]) for row in map(json.loads, lines)] == keys
    assert [row["rule"] for row in cells] == [rule for _center, rule in keys]


def test_streams_are_written_in_pieces_of_whole_centers(standing, api, monkeypatch):
    monkeypatch.setattr("portal.api.streams.LINES_PER_WRITE", 3 * RULES)
    pieces = list(api.get("compliance/findings.ndjson").streaming_content)
    assert [piece.count(b"\n") for piece in pieces] == [3 * RULES, 3 * RULES, 2 * RULES]
    assert len(list(api.get("compliance/findings.csv").streaming_content)) == 4


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("query", [{}, {"outcome": "not_met"}, {"as_of": "2025-12-31"}])
def test_what_is_repeated_is_what_would_be_written(language, query, standing, api, monkeypatch):
    headers = {"Accept-Language": language}

    def streams():
        return [
            body(api.get(f"compliance/findings.{form}", headers=headers, **query))
            for form in ("ndjson", "csv")
        ]

    repeated = [*streams(), *streams()]
    monkeypatch.setattr(FindingList, "lines", lambda view, form: None)
    if "as_of" in query:
        repeated = [re.sub(COMPUTED, "", each) for each in repeated]
        assert [re.sub(COMPUTED, "", each) for each in [*streams(), *streams()]] == repeated
    else:
        assert [*streams(), *streams()] == repeated


COMPUTED = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_centers_bring_the_findings_of_the_list(language, standing, api):
    headers = {"Accept-Language": language}
    page = api.get("compliance/centers/", headers=headers, include="findings").json()
    listed = api.get("compliance/findings/", headers=headers, page_size=200).json()["results"]
    brought = [row for center in page["results"] for row in center["findings"]]
    assert brought[:200] == listed
    assert len(brought) == 8 * RULES
    lines = body(api.get("compliance/centers.ndjson", headers=headers, include="findings"))
    assert [json.loads(line) for line in lines.splitlines()] == page["results"]
    tables = csv.DictReader(
        io.StringIO(body(api.get("compliance/centers.csv", headers=headers, include="findings")))
    )
    assert [json.loads(row["findings"]) for row in tables] == [
        center["findings"] for center in page["results"]
    ]


def test_centers_bring_no_findings_unasked(standing, api):
    assert {row["findings"] for row in api.rows("compliance/centers/")} == {None}


def test_a_page_with_findings_has_at_most_a_hundred_centers(standing, api):
    refused = api.refused("compliance/centers/", 400, include="findings", page_size=101)
    assert refused["errors"][0]["field"] == "page_size"


def test_a_page_with_findings_costs_few_queries(standing, api):
    api.get("compliance/centers/", include="findings")
    with CaptureQueriesContext(connection) as asked:
        api.json("compliance/centers/", include="findings")
    assert len(asked) <= 10


def test_stream_of_many_chunks_has_every_center_once(golden, api, monkeypatch):
    monkeypatch.setattr(selectors, "CHUNK", 3)
    lines = body(api.get("compliance/findings.ndjson", as_of="2025-12-31")).splitlines()
    keys = [(row["center_code"], row["rule"]) for row in map(json.loads, lines)]
    assert len(keys) == 8 * RULES
    assert keys == sorted(set(keys))


def test_csv_is_quoted_marked_and_named(standing, api):
    response = api.get("compliance/findings.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="compliance-findings.csv"'
    text = body(response)
    assert text.startswith('\ufeff"center_code",')
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 8 * RULES
    waived = [row for row in rows if row["waiver_id"]]
    assert [(row["center_code"], row["waiver_until"]) for row in waived] == [("C04", "2026-06-30")]
    assert json.loads(rows[7]["evidence"]) == api.rows("compliance/findings/")[7]["evidence"]
    assert {row["in_grace"] for row in rows} == {"false"}


def test_csv_disarms_formulas(standing, api):
    Center.objects.filter(code="C01").update(name='=HYPERLINK("http://evil")')
    text = body(api.get("compliance/findings.csv", center="C01", rule="ST-01"))
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    assert row["center_name"] == '\'=HYPERLINK("http://evil")'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", " ="])
def test_formula_is_guarded(start):
    assert guarded(f"{start}1+1") == f"'{start}1+1"


@pytest.mark.parametrize("value", ["海棠区", "2025-12-31", "", None, -3, "a=1"])
def test_other_values_stay_as_they_are(value):
    assert guarded(value) == value


@pytest.mark.parametrize(
    "path",
    [
        "compliance/findings/",
        "compliance/findings.ndjson",
        "compliance/findings.csv",
        "compliance/centers/",
        "compliance/summary/",
    ],
)
def test_too_many_centers_to_judge_live_need_a_run(path, year_end, api, monkeypatch):
    monkeypatch.setattr(selectors, "LIVE_LIMIT", 7)
    problem = api.refused(path, 400, as_of="2025-06-30")
    assert problem["code"] == "evaluation_needed"
    township = year_end["C01"].division.code
    assert api.get(path, as_of="2025-06-30", division=township).status_code == 200
    assert api.get(path, as_of="2025-12-31").status_code == 200


def test_unchanged_page_is_not_sent_again(standing, api):
    for path in ("compliance/findings/", "compliance/centers/", "compliance/centers/C01/"):
        first = api.get(path)
        assert first["ETag"].startswith('W/"')
        again = api.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "Accept-Language" in again["Vary"]
        other = api.get(path, headers={"If-None-Match": 'W/"other"'})
        assert other.content == first.content


def test_changed_page_is_sent_again(standing, api):
    first = api.get("compliance/centers/")
    Center.objects.filter(code="C01").update(name="海棠区新名社会组织服务中心")
    again = api.get("compliance/centers/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200


@pytest.mark.parametrize("as_of", [None, "2025-12-31"])
def test_group_filter_takes_a_part_of_the_standard(standing, api, as_of):
    query = {"as_of": as_of} if as_of else {}
    rows = api.rows("compliance/findings/", group="functions", center="C05", **query)
    assert len(rows) == 22
    rows = api.rows("compliance/findings/", group="functions", **{"class": "E"}, **query)
    assert {row["rule"] for row in rows} == {"FN-33"}
    refused = api.refused("compliance/findings/", 400, group="safeguards")
    assert "statute" in refused["errors"][0]["accepted"]
