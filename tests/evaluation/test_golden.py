"""The acceptance scenario through filings, database and the real engine (domain §10.4, §10.5,
§10.7)."""

from datetime import date

import pytest

from evaluation.models import Finding, Verdict
from evaluation.selectors import judgments
from evaluation.services import evaluations, waivers
from tests.evaluation import golden_functions as functions

pytestmark = pytest.mark.django_db

YEAR_END = date(2025, 12, 31)
CODES = ("C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08")
WORDS = {"met": "met", "NOT": "not_met", "n/a": "not_applicable"}
# Copied from §10.4; columns are the centers, in order.
TABLE = """
    ST-01  met  met  met  met  met  met  met  met
    ST-02  met  met  met  NOT  met  met  met  NOT
    ST-03  met  met  met  NOT  met  met  met  n/a
    ST-04  met  met  NOT  met  met  met  met  met
    ST-05  met  NOT  NOT  NOT  NOT  NOT  NOT  NOT
    ST-06  met  NOT  met  NOT  met  met  NOT  met
    ST-07  met  met  met  met  met  met  met  met
    ST-08  met  met  met  met  met  met  met  met
    ST-09  met  met  met  met  NOT  met  met  met
    ST-10  met  met  met  met  met  met  met  met
    ST-11  met  met  met  met  met  met  met  met
    ST-12  met  met  met  met  met  NOT  met  met
    ST-13  met  n/a  met  n/a  met  n/a  NOT  met
    ST-14  met  NOT  NOT  met  met  met  NOT  met
    ST-15  met  met  met  met  met  met  met  met
"""
OUTCOMES = {
    (rule, code): WORDS[word]
    for rule, *words in map(str.split, TABLE.strip().splitlines())
    for code, word in zip(CODES, words, strict=True)
} | functions.OUTCOMES
ROLLUPS = {
    "C01": "compliant",
    "C02": "compliant",
    "C03": "basically_compliant",
    "C04": "not_compliant",
    "C05": "not_compliant",
    "C06": "not_compliant",
    "C07": "basically_compliant",
    "C08": "not_compliant",
}
AREAS_M2 = {
    "C01": "110.00",
    "C02": "30.00",
    "C03": "45.00",
    "C04": "60.00",
    "C05": "33.00",
    "C06": "52.50",
    "C07": "40.00",
    "C08": "70.00",
}
REASON_CODES = {
    ("ST-04", "C03"): "fulltime_1_of_2",
    ("ST-02", "C04"): "director_not_fulltime",
    ("ST-03", "C04"): "legal_rep_differs",
    ("ST-08", "C05"): "area_ok",
    ("ST-09", "C05"): "no_signage",
    ("ST-12", "C06"): "no_basic_operation_commitment",
    ("ST-13", "C06"): "no_basic_operation_purchase",
    ("ST-13", "C07"): "contract_184_days",
    ("ST-02", "C08"): "post_vacant_since_2025-10-16",
    ("ST-03", "C08"): "no_director_in_post",
}
PENDING = ("C01", "C02", "C03", "C04", "C05", "C07", "C08")
# §10.7. Per variant: the date, the changes, the outcomes that differ, the roll-ups that differ.
VARIANTS = {
    "V1": (
        YEAR_END,
        {"director_counts_toward_fulltime": True},
        {("ST-04", "C03"): "met"},
        {"C03": "compliant"},
    ),
    "V2": (
        YEAR_END,
        {"shared_area_policy": "exclusive_only"},
        {("ST-08", "C05"): "not_met"},
        {},
    ),
    "V4": (
        YEAR_END,
        {"annual_min_days": 180},
        {("ST-13", "C07"): "met"},
        {"C07": "compliant"},
    ),
    "V5": (
        date(2025, 6, 30),
        {},
        {
            ("ST-04", "C02"): "not_met",
            ("ST-02", "C08"): "met",
            ("ST-03", "C08"): "met",
        },
        {"C02": "basically_compliant", "C08": "compliant"},
    ),
    "V8": (
        YEAR_END,
        {"min_area": "35.00"},
        {("ST-08", "C02"): "not_met", ("ST-08", "C05"): "not_met"},
        {"C02": "basically_compliant"},
    ),
    "V11": (
        date(2026, 1, 1),
        {},
        {(rule, code): "no_data" for rule in ("ST-12", "ST-13") for code in PENDING}
        | {("ST-15", "C02"): "not_met"},
        {
            "C01": "incomplete",
            "C02": "not_compliant",
            "C03": "incomplete",
            "C07": "incomplete",
        },
    ),
}


@pytest.fixture
def district(golden, alice, leader, at):
    """The golden centers with the waiver of C04, by code."""
    waiver = waivers.request(
        basis="理事会决议",
        center=golden["C04"],
        rule="ST-03",
        reason="理事长担任法定代表人，已报区民政局",
        ends_on=date(2026, 6, 30),
        by=alice,
        at=at,
    )
    waivers.approve(waiver=waiver, by=leader, at=at)
    return golden


@pytest.fixture
def judged(district):
    """(as_of, changes) → judgments by center code."""

    def judge(as_of=YEAR_END, changes=None):
        ids = {center.pk: code for code, center in district.items()}
        found = judgments.judge(list(ids), as_of, changes=changes)
        return {ids[pk]: judgment for pk, judgment in found.items()}

    return judge


def outcomes(judged):
    return {
        (rule, code): outcome.outcome
        for code, judgment in judged.items()
        for rule, outcome in judgment.outcomes.items()
        # The scenario says nothing of the statute.
        if not rule.startswith("LX-")
    }


def rollups(judged):
    return {code: judgment.rollup for code, judgment in judged.items()}


def test_golden_outcomes(judged):
    assert outcomes(judged()) == OUTCOMES


def test_golden_functions(judged):
    found = judged()
    counts = {
        (rule, code): found[code].outcomes[rule].figures["count"] for rule, code in functions.COUNTS
    }
    assert counts == functions.COUNTS
    assert {
        code: functions.met_of_applicable(outcomes(found), code) for code in CODES
    } == functions.MET_OF_APPLICABLE


def test_golden_rollups(judged):
    assert rollups(judged()) == ROLLUPS


def test_golden_counted_areas(judged):
    areas = {code: j.outcomes["ST-08"].figures["counted_area_m2"] for code, j in judged().items()}
    assert areas == AREAS_M2


def test_golden_reason_codes(judged):
    found = judged()
    codes = {(rule, code): found[code].outcomes[rule].reason_code for rule, code in REASON_CODES}
    assert codes == REASON_CODES


def test_golden_vacancy_counts_both_ends(judged):
    assert judged()["C08"].outcomes["ST-02"].figures == {"since": "2025-10-16", "days_vacant": 77}


def test_golden_waiver_covers_a_failure_without_changing_it(judged):
    c04 = judged()["C04"]
    assert list(c04.waivers) == ["ST-03"]
    assert c04.outcomes["ST-03"].outcome == "not_met"


def test_golden_encouragements_never_change_a_rollup(judged):
    c02 = judged()["C02"]
    not_adopted = {rule for rule, outcome in c02.outcomes.items() if outcome.outcome == "not_met"}
    assert not_adopted == {"ST-05", "ST-06", "ST-14", "FN-25", "FN-33"}
    assert c02.rollup == "compliant"


@pytest.mark.parametrize("variant", VARIANTS)
def test_variant_changes_only_what_the_reference_says(judged, variant):
    as_of, changes, other_outcomes, other_rollups = VARIANTS[variant]
    found = judged(as_of, changes)
    assert outcomes(found) == OUTCOMES | other_outcomes
    assert rollups(found) == ROLLUPS | other_rollups


def test_exclusive_only_leaves_own_area(judged):
    found = judged(changes={"shared_area_policy": "exclusive_only"})
    assert found["C05"].outcomes["ST-08"].reason_code == "area_18.00_of_30.00"
    assert found["C01"].outcomes["ST-08"].figures["counted_area_m2"] == "86.00"


def test_new_year_reasons(judged):
    found = judged(date(2026, 1, 1))
    pending = {
        found[code].outcomes[rule].reason_code for rule in ("ST-12", "ST-13") for code in PENDING
    }
    assert pending == {"new_fiscal_year_pending"}
    assert found["C02"].outcomes["ST-15"].reason_code == "council_term_ended_2025-12-31"


def test_golden_run_stores_what_the_engine_says(district, haitang, alice, at, computed):
    run = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)
    computed(run)
    codes = {center.pk: code for code, center in district.items()}
    findings = list(Finding.objects.standing(YEAR_END).exclude(rule__startswith="LX-"))
    assert {(f.rule, codes[f.center_id]): f.outcome for f in findings} == OUTCOMES
    assert {
        (f.rule, codes[f.center_id]): f.reason_code
        for f in findings
        if (f.rule, codes[f.center_id]) in REASON_CODES
    } == REASON_CODES
    assert {
        codes[f.center_id]: f.figures["counted_area_m2"] for f in findings if f.rule == "ST-08"
    } == AREAS_M2
    assert {(f.rule, codes[f.center_id]) for f in findings if f.waiver_id} == {("ST-03", "C04")}
    verdicts = Verdict.objects.standing(YEAR_END)
    assert {codes[v.center_id]: v.rollup for v in verdicts} == ROLLUPS


def test_golden_dimensions(judged):
    dimensions = {
        code: tuple(judgment.dimensions[name] for name in Verdict.DIMENSIONS)
        for code, judgment in judged().items()
    }
    yes, basic, no = "compliant", "basically_compliant", "not_compliant"
    # Staffing, premises, funding, governance: from the classes and outcomes of §10.4.
    assert dimensions == {
        "C01": (yes, yes, yes, yes),
        "C02": (yes, yes, yes, yes),
        "C03": (basic, yes, yes, yes),
        "C04": (no, yes, yes, yes),
        "C05": (yes, no, yes, yes),
        "C06": (yes, yes, no, yes),
        "C07": (yes, yes, basic, yes),
        "C08": (no, yes, yes, yes),
    }
