"""Centers by REST: the golden results, the list, the detail and the time line."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localdate, now
from rest_framework.renderers import JSONRenderer

from centers.models import Filing
from centers.services import imports
from centers.services.imports import Declaration
from evaluation.api.centers import CenterList
from evaluation.models import Run
from evaluation.services import evaluations
from organizations.services import work_records
from tests.conftest import AT
from tests.evaluation import golden_functions as functions
from tests.factories.organizations import WorkRecordFactory
from tests.standard import PACK, RULES

MET, NOT, NA, ND = "met", "not_met", "not_applicable", "no_data"
# Domain reference §10.4; columns C01 to C08.
GOLDEN = {
    "ST-01": [MET] * 8,
    "ST-02": [MET, MET, MET, NOT, MET, MET, MET, NOT],
    "ST-03": [MET, MET, MET, NOT, MET, MET, MET, NA],
    "ST-04": [MET, MET, NOT, MET, MET, MET, MET, MET],
    "ST-05": [MET, NOT, NOT, NOT, NOT, NOT, NOT, NOT],
    "ST-06": [MET, NOT, MET, NOT, MET, MET, NOT, MET],
    "ST-07": [MET] * 8,
    "ST-08": [MET] * 8,
    "ST-09": [MET, MET, MET, MET, NOT, MET, MET, MET],
    "ST-10": [MET] * 8,
    "ST-11": [MET] * 8,
    "ST-12": [MET, MET, MET, MET, MET, NOT, MET, MET],
    "ST-13": [MET, NA, MET, NA, MET, NA, NOT, MET],
    "ST-14": [MET, NOT, NOT, MET, MET, MET, NOT, MET],
    "ST-15": [MET] * 8,
}
CODES = [f"C0{n}" for n in range(1, 9)]
ROLLUPS = dict(
    zip(
        CODES,
        [
            *("compliant", "compliant", "basically_compliant", "not_compliant"),
            *("not_compliant", "not_compliant", "basically_compliant", "not_compliant"),
        ],
        strict=True,
    )
)
REASONS = {
    ("C03", "ST-04"): "fulltime_1_of_2",
    ("C04", "ST-02"): "director_not_fulltime",
    ("C04", "ST-03"): "legal_rep_differs",
    ("C05", "ST-09"): "no_signage",
    ("C06", "ST-12"): "no_basic_operation_commitment",
    ("C06", "ST-13"): "no_basic_operation_purchase",
    ("C07", "ST-13"): "contract_184_days",
    ("C08", "ST-02"): "post_vacant_since_2025-10-16",
    ("C08", "ST-03"): "no_director_in_post",
}
V5 = {("C02", "ST-04"): NOT, ("C08", "ST-02"): MET, ("C08", "ST-03"): MET}
V11 = {("C02", "ST-15"): NOT} | {
    (code, rule): ND for code in CODES for rule in ("ST-12", "ST-13") if code != "C06"
}


def outcomes(rows):
    """Of the scenario; it says nothing of the statute."""
    return {
        (row["center_code"], row["rule"]): row["outcome"]
        for row in rows
        if row["class"] != "L"
    }


def expected(changes=None):
    table = {
        (code, rule): column[n] for rule, column in GOLDEN.items() for n, code in enumerate(CODES)
    }
    by_functions = {(code, rule): value for (rule, code), value in functions.OUTCOMES.items()}
    return table | by_functions | (changes or {})


@pytest.fixture
def live(golden, waived):
    """Nothing is stored for the dates asked: everything is judged on demand."""


@pytest.mark.parametrize("results", ["live", "year_end"])
def test_findings_of_year_end_are_golden(results, request, api):
    request.getfixturevalue(results)
    rows = api.rows("compliance/findings/", as_of="2025-12-31")
    assert outcomes(rows) == expected()
    reasons = {(row["center_code"], row["rule"]): row["reason_code"] for row in rows}
    assert {key: reasons[key] for key in REASONS} == REASONS


@pytest.mark.parametrize("results", ["live", "year_end"])
def test_functions_of_year_end_are_golden(results, request, api):
    request.getfixturevalue(results)
    rows = api.rows("compliance/findings/", as_of="2025-12-31")
    counts = {
        (row["rule"], row["center_code"]): (row["evidence"]["count"], row["evidence"]["source"])
        for row in rows
        if row["rule"].startswith("FN-")
    }
    assert counts == {key: (count, "filed") for key, count in functions.COUNTS.items()}
    centers = api.rows("compliance/centers/", as_of="2025-12-31")
    assert {
        row["code"]: f"{row['functions']['met']}/{row['functions']['applicable']}"
        for row in centers
    } == functions.MET_OF_APPLICABLE


@pytest.mark.parametrize("results", ["live", "year_end"])
def test_rollups_of_year_end_are_golden(results, request, api):
    request.getfixturevalue(results)
    rows = api.rows("compliance/centers/", as_of="2025-12-31")
    assert {row["code"]: row["rollup"] for row in rows} == ROLLUPS
    assert {row["as_of"] for row in rows} == {"2025-12-31"}


def test_center_row_is_the_same_stored_and_live(golden, waived, api, year_end_later):
    live = api.rows("compliance/centers/", as_of="2025-12-31")
    live_findings = api.rows("compliance/findings/", as_of="2025-12-31")
    year_end_later()
    stored = api.rows("compliance/centers/", as_of="2025-12-31")
    stored_findings = api.rows("compliance/findings/", as_of="2025-12-31")
    assert without(stored, "computed_at") == without(live, "computed_at")
    assert without(stored_findings, "computed_at") == without(live_findings, "computed_at")


@pytest.fixture
def year_end_later(request):
    return lambda: request.getfixturevalue("year_end")


def without(rows, key):
    return [{name: value for name, value in row.items() if name != key} for row in rows]


@pytest.mark.parametrize(
    ("as_of", "changes", "rollups"),
    [
        ("2025-06-30", V5, {"C02": "basically_compliant", "C08": "compliant"}),
        (
            "2026-01-01",
            V11,
            {"C01": "incomplete", "C02": "not_compliant", "C03": "incomplete", "C07": "incomplete"},
        ),
    ],
)
def test_variants_of_the_date_change_only_what_the_reference_names(
    as_of, changes, rollups, live, api
):
    rows = api.rows("compliance/findings/", as_of=as_of)
    assert outcomes(rows) == expected(changes)
    centers = api.rows("compliance/centers/", as_of=as_of)
    assert {row["code"]: row["rollup"] for row in centers} == ROLLUPS | rollups


def test_list_row_has_the_whole_shape(standing, api):
    row = api.rows("compliance/centers/", center="C05")[0]
    assert row["name"] == "海棠区桂花镇社会组织服务中心"
    assert (row["division_code"], row["division_name"]) == ("310199", "海棠区")
    assert row["township_name"] == "桂花镇"
    assert row["township_code"].startswith("310199")
    assert row["rollup_label"]
    assert set(row["dimensions"]) == {"staffing", "premises", "funding", "governance"}
    assert row["dimensions"]["premises"] == "not_compliant"
    assert sum(row["counts"].values()) == 15
    assert row["functions"] == {
        "met": 21, "not_met": 1, "not_applicable": 0, "no_data": 0, "error": 0,
        "applicable": 22,
    }
    assert row["computed_at"] == "2026-03-02T09:00:00+08:00"
    assert row["as_of"] == "2026-03-02"


def test_center_never_evaluated_is_listed_without_a_verdict(golden, api):
    row = api.rows("compliance/centers/", center="C01")[0]
    assert (row["rollup"], row["as_of"], row["computed_at"]) == (None, None, None)
    assert set(row["counts"].values()) == {0}
    assert api.json("compliance/centers/C01/")["findings"] == []


def test_rollup_filter_selects_stored_and_live_alike(year_end, api):
    for as_of in ("2025-12-31", "2025-12-30"):
        rows = api.rows("compliance/centers/", as_of=as_of, rollup="not_compliant")
        assert "C08" in {row["code"] for row in rows}
        assert {row["rollup"] for row in rows} == {"not_compliant"}


def test_division_filter_takes_a_township(standing, api):
    township = api.rows("compliance/centers/", center="C05")[0]["township_code"]
    rows = api.rows("compliance/centers/", division=township)
    assert [row["code"] for row in rows] == ["C05"]


def test_standing_results_speak_of_the_newest_run_over_the_division(
    standing, api, haitang, alice, computed
):
    later = AT + timedelta(days=3)
    computed(evaluations.request(division=haitang, as_of=later.date(), by=alice, at=later), later)
    row = api.json("compliance/centers/C01/")
    assert row["as_of"] == "2026-03-05"
    finding = row["findings"][0]
    assert finding["as_of"] == "2026-03-05"
    assert finding["computed_at"] == "2026-03-02T09:00:00+08:00"


def test_a_run_that_failed_in_part_confirms_nothing(standing, api, haitang, alice):
    later = AT + timedelta(days=3)
    run = evaluations.request(division=haitang, as_of=later.date(), by=alice, at=later)
    run.shards.update(state="failed")
    Run.objects.filter(pk=run.pk).update(status="done", finished_at=later)
    assert api.json("compliance/centers/C01/")["as_of"] == "2026-03-02"


def test_detail_lists_the_work_records_behind_a_figure(year_end, api, diane):
    counted, wrong = (
        WorkRecordFactory(
            center=year_end["C03"],
            function="FN-24",
            happened_on=date(2025, 5, day),
            title=f"人才服务第{day}期",
            served="张阿姨",
            support_kind="talent",
        )
        for day in (1, 2)
    )
    work_records.void(record=wrong, reason="张阿姨没有来", by=diane, at=AT)
    center = api.json("compliance/centers/C03/", as_of="2025-12-31", known_at=AT.isoformat())
    (finding,) = (each for each in center["findings"] if each["rule"] == "FN-24")
    assert finding["evidence"]["source"] == "casework"
    (row,) = finding["explanation"]["counted"]
    assert (row["section"], row["position"], row["note"]) == ("work_records", counted.pk, "")
    kind = str(counted.get_support_kind_display())
    assert row["label"] == f"2025-05-01 · {kind}"
    _filed, voided = finding["explanation"]["uncounted"]
    assert (voided["position"], voided["label"]) == (wrong.pk, f"2025-05-02 · {kind}")
    assert localdate(AT).isoformat() in voided["note"]
    assert "阿姨" not in str(center)
    assert "人才服务第" not in str(center)


def test_the_feed_reads_findings_only_where_it_tells_them(standing, rf, alice):
    request = rf.get("/")
    request.user, request.accepted_renderer = alice, JSONRenderer()
    for wanted, is_read in ({"code": None}, False), (None, True):
        with CaptureQueriesContext(connection) as asked:
            found = CenterList.reading(request, wanted).documents(["C01", "C02"])
        assert list(found) == ["C01", "C02"]
        assert ("findings" in found["C01"]) == is_read
        assert any("figures" in query["sql"] for query in asked) == is_read


def test_detail_explains_each_finding(year_end, api):
    center = api.json("compliance/centers/C03/", as_of="2025-12-31")
    by_rule = {finding["rule"]: finding for finding in center["findings"]}
    staff = by_rule["ST-04"]
    assert list(by_rule) == sorted(rule.id for rule in PACK.center_rules)
    assert (staff["clause"], staff["class"]) == ("三(一)-2", "G")
    explanation = staff["explanation"]
    assert explanation["measured"]
    assert explanation["required"]
    assert explanation["remedy"]
    assert len(explanation["counted"]) == 1
    assert {note["section"] for note in explanation["uncounted"]} == {"staff"}
    assert all(note["note"] for note in explanation["uncounted"])
    assert by_rule["ST-08"]["explanation"]["remedy"] is None


def test_detail_shows_the_waiver(year_end, api):
    center = api.json("compliance/centers/C04/", as_of="2025-12-31")
    waivers = {row["rule"]: row["waiver"] for row in center["findings"] if row["waiver"]}
    assert list(waivers) == ["ST-03"]
    assert waivers["ST-03"]["until"] == "2026-06-30"
    assert waivers["ST-03"]["reason"] == "理事长担任法定代表人"
    assert waivers["ST-03"]["requested_as"] == "district_officer"
    assert waivers["ST-03"]["approved_as"] == "district_leader"
    assert waivers["ST-03"]["approved_at"].endswith("+08:00")


def test_detail_of_a_special_code_is_not_found(standing, api):
    assert api.refused("compliance/centers/C01%00/", 404)["code"] == "not_found"


def test_known_at_judges_by_what_was_known_then(golden, waived, api, alice):
    declare_signage(golden["C05"], alice)
    before = {"as_of": "2025-12-31", "known_at": AT.isoformat()}
    assert signage(api, as_of="2025-12-31") == "met"
    assert signage(api, **before) == "not_met"
    detail = api.json("compliance/centers/C05/", **before)
    assert {row["rule"]: row["outcome"] for row in detail["findings"]}["ST-09"] == "not_met"
    assert detail["findings"][0]["data_version"] == "2026-03-02T09:00:00+08:00"


def signage(api, **query):
    (row,) = api.rows("compliance/findings/", center="C05", rule="ST-09", **query)
    return row["outcome"]


def declare_signage(center, by):
    row = {"exclusive_area_m2": "33.00", "area_basis": "usable", "has_signage": True}
    declaration = Declaration(
        name=center.name, division=center.division, uscc=center.uscc, sections={"premises": [row]}
    )
    imports.accept_declarations(declarations=[declaration], by=by, at=AT + timedelta(days=1))


def test_history_tells_outcomes_newest_first(standing, api, alice, computed):
    declare_signage(standing["C05"], alice)
    later = AT + timedelta(days=1)
    for run in Run.objects.filter(status="running"):
        computed(run, later)
    rows = api.rows("compliance/centers/C05/history/", rule="ST-09")
    assert [(row["outcome"], row["reason_code"]) for row in rows] == [
        ("met", "signage_in_place"),
        ("not_met", "no_signage"),
    ]
    assert rows[0]["to"] is None
    assert rows[1]["to"] == rows[0]["from"] == "2026-03-03T09:00:00+08:00"
    assert rows[1]["as_of"] == "2026-03-02"
    filing = Filing.objects.filter(center=standing["C05"]).latest("pk")
    assert rows[0]["cause"] == {"kind": "filing", "reference": str(filing.pk)}
    assert rows[1]["cause"] == {"kind": "first", "reference": None}


def test_history_is_told_as_it_was_recorded_by_then(standing, api, alice, computed):
    """What was superseded since still holds, and what came since is not there."""
    declare_signage(standing["C05"], alice)
    later = AT + timedelta(days=1)
    for run in Run.objects.filter(status="running"):
        computed(run, later)

    def told(known_at):
        path = "compliance/centers/C05/history/"
        rows = api.rows(path, rule="ST-09", known_at=known_at.isoformat(), count="true")
        return [(row["outcome"], row["to"]) for row in rows]

    assert told(AT - timedelta(seconds=1)) == []
    assert told(AT) == [("not_met", None)]
    assert told(later - timedelta(seconds=1)) == [("not_met", None)]
    assert told(later) == [("met", None), ("not_met", "2026-03-03T09:00:00+08:00")]
    ahead = (now() + timedelta(days=1)).isoformat()
    problem = api.refused("compliance/centers/C05/history/", 400, known_at=ahead)
    assert problem["code"] == "unknown_known_at"


def test_history_walks_in_pages(standing, api):
    whole = api.rows("compliance/centers/C01/history/")
    assert len(whole) == RULES
    first = api.json("compliance/centers/C01/history/", page_size=RULES - 1)
    rest = api.client.get(first["next"], headers=api.headers).json()
    assert first["results"] + rest["results"] == whole
    assert rest["next"] is None


def test_detail_tells_what_is_recorded_without_an_outcome(year_end, api):
    center = api.json("compliance/centers/C05/", as_of="2025-12-31")
    items = {each["item"]: each for each in center["information"]}
    assert list(items) == [f"INFO-0{number}" for number in range(1, 6)]
    assert items["INFO-04"]["clause"] == "三(二)-7"
    assert items["INFO-04"]["figures"]["area_m2"] == "33.00"
    assert not any("outcome" in each for each in items.values())
    assert not any(finding["rule"].startswith("INFO") for finding in center["findings"])


def test_statute_is_counted_apart(year_end, api):
    (row,) = api.rows("compliance/centers/", as_of="2025-12-31", center="C05")
    assert sum(row["statute"].values()) == 10
    assert row["statute"]["not_met"] == 0
