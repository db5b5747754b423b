"""Duties of the district: golden cases, one district of four centers in 2025."""

from datetime import date
from decimal import Decimal

import pytest

from evaluation.rules import KINDS, duties, evaluate_district
from evaluation.rules.duties import DistrictFacts, Event, Money, Record
from evaluation.rules.packs import read_pack
from evaluation.rules.parameters import typed_values
from evaluation.services.packs import FOLDER

PACK = read_pack(FOLDER / "shanghai-2024-1.toml")
CENTERS = {1: "C01", 2: "C02", 3: "C03", 4: "C04"}
YEAR_END, MIDYEAR = date(2025, 12, 31), date(2025, 6, 30)


def district(as_of=YEAR_END, **facts):
    return DistrictFacts(
        **{"as_of": as_of, "year": 2025, "centers": CENTERS, "township_count": 4, **facts}
    )


def judge(rule_id, facts, **changes):
    values = typed_values(PACK.parameters, changes)
    return evaluate_district(facts, PACK.district_rules, values, on_error=_raise)[rule_id]


def _raise(rule_id, error):
    raise error


def record(kind, row=1, starts_on=date(2025, 5, 6), **cells):
    days = {"starts_on": starts_on, "ends_on": starts_on}
    return Record(**{"row": row, "kind": kind} | days | cells)


def event(kind, row=1, held_on=date(2025, 5, 6), centers=(1, 2), **cells):
    return Event(
        **{
            "row": row,
            "kind": kind,
            "held_on": held_on,
            "has_minutes": True,
            "centers": frozenset(centers),
            "townships": frozenset(100 + pk for pk in centers),
        }
        | cells
    )


def money(amount, form="purchase", year=2025, center=1, row=1):
    return Money(row, center, year, form, None if amount is None else Decimal(amount))


def funded(*rows, **facts):
    """The district where every center filed, of either year."""
    centers = {row.center: CENTERS[row.center] for row in rows}
    return district(centers=centers, money=rows, **facts)


# kind of record → the rule it serves
BY_RECORD = {
    "support_policy": "DD-11",
    "guidance": "DD-20",
    "link": "DD-22",
    "resource_agreement": "DD-24",
    "lottery_application": "DD-31",
    "performance_review": "DD-41",
    "disclosure": "DD-42",
}
BY_ENTRY = BY_RECORD | {"exchange": "DD-21", "cooperation": "DD-23"}


@pytest.mark.parametrize(("kind", "rule"), BY_ENTRY.items())
def test_a_year_nobody_entered_anything_for_is_no_data(kind, rule):
    outcome = judge(rule, district())
    assert (outcome.outcome, outcome.reason_code) == ("no_data", "nothing_recorded")
    assert outcome.remedy.code == "record_duty"


@pytest.mark.parametrize(("kind", "rule"), BY_ENTRY.items())
def test_a_year_said_to_have_had_none_is_not_met(kind, rule):
    outcome = judge(rule, district(declared_none=frozenset({kind})))
    assert (outcome.outcome, outcome.reason_code) == ("not_met", "declared_none")
    others = [each for each in BY_ENTRY.values() if each != rule]
    judged = [judge(each, district(declared_none=frozenset({kind}))).outcome for each in others]
    assert set(judged) == {"no_data"}


@pytest.mark.parametrize(("kind", "rule"), BY_RECORD.items())
def test_one_evidenced_record_of_all_centers_meets_the_duty(kind, rule):
    outcome = judge(rule, district(records=(record(kind, centers=frozenset(CENTERS)),)))
    assert outcome.outcome == "met"
    assert outcome.counted == (("records", 1),)


@pytest.mark.parametrize("kind", ["support_policy", "link", "disclosure"])
def test_a_record_without_evidence_does_not_count_and_says_so(kind):
    outcome = judge(BY_RECORD[kind], district(records=(record(kind, is_evidenced=False),)))
    assert (outcome.outcome, outcome.reason_code) == ("not_met", "records_0_of_1")
    assert outcome.uncounted == ((("records", 1), "not_evidenced"),)
    assert outcome.remedy.code == "attach_evidence"


def test_what_is_missing_while_the_year_runs_can_still_be_done():
    bare = (record("support_policy", is_evidenced=False),)
    assert judge("DD-11", district(MIDYEAR, records=bare)).in_grace
    assert not judge("DD-11", district(records=bare)).in_grace


def test_a_policy_counts_in_every_year_it_holds_and_not_before():
    lasting = record("support_policy", starts_on=date(2023, 3, 1), ends_on=None)
    assert judge("DD-11", district(records=(lasting,))).outcome == "met"
    ended = record("support_policy", starts_on=date(2023, 3, 1), ends_on=date(2025, 1, 1))
    assert judge("DD-11", district(records=(ended,))).outcome == "met"
    before = record("support_policy", starts_on=date(2023, 3, 1), ends_on=date(2024, 12, 31))
    assert judge("DD-11", district(records=(before,))).outcome == "no_data"
    later = record("support_policy", starts_on=date(2025, 7, 1), ends_on=None)
    assert judge("DD-11", district(MIDYEAR, records=(later,))).outcome == "no_data"


def test_more_records_are_asked_where_the_district_says_so():
    one = district(records=(record("support_policy"),))
    outcome = judge("DD-11", one, dd_min_count=2)
    assert outcome.reason_code == "records_1_of_2"
    assert (outcome.remedy.code, outcome.remedy.figures) == ("record_more", {"missing": 1})


def test_guidance_names_how_many_centers_are_missing():
    """DD-20, golden: two visits reach C01 twice, C02 and C03 once; C04 never."""
    visits = (
        record("guidance", 1, centers=frozenset({1, 2})),
        record("guidance", 2, centers=frozenset({1, 3})),
    )
    outcome = judge("DD-20", district(records=visits))
    assert (outcome.outcome, outcome.reason_code) == ("not_met", "guided_3_of_4")
    assert outcome.figures["missing_centers"] == ["C04"]
    assert outcome.figures["share_percent"] == "75.00"
    assert outcome.remedy.figures == {"missing": 1}
    last = record("guidance", 3, centers=frozenset({4}))
    assert judge("DD-20", district(records=(*visits, last))).reason_code == "centers_guided"
    twice = judge("DD-20", district(records=(*visits, last)), dd_guidance_min_count=2)
    assert twice.figures["missing_centers"] == ["C02", "C03", "C04"]


def test_guidance_of_a_center_the_district_no_longer_has_helps_nobody():
    outcome = judge("DD-20", district(records=(record("guidance", centers=frozenset({99})),)))
    assert outcome.reason_code == "guided_0_of_4"


def test_exchange_needs_two_townships_and_minutes():
    """DD-21, golden: of five events one joins townships and has minutes."""
    events = (
        event("exchange", 1),
        event("visit", 2, centers=(1,)),
        event("training", 3, has_minutes=False),
        event("exchange", 4, held_on=None),
        event("consultation", 5),
    )
    outcome = judge("DD-21", district(events=events))
    assert (outcome.outcome, outcome.reason_code) == ("met", "events_suffice")
    assert outcome.counted == (("events", 1),)
    assert dict(outcome.uncounted) == {
        ("events", 2): "one_township",
        ("events", 3): "minutes_missing",
        ("events", 4): "not_held",
    }
    assert (outcome.figures["townships"], outcome.figures["township_count"]) == (2, 4)
    quarterly = judge("DD-21", district(events=events), dd_exchange_min_count=4)
    assert (quarterly.outcome, quarterly.reason_code) == ("not_met", "events_1_of_4")


def test_exchange_held_after_the_day_is_still_to_come():
    outcome = judge("DD-21", district(MIDYEAR, events=(event("visit", held_on=date(2025, 7, 1)),)))
    assert (outcome.outcome, outcome.in_grace) == ("not_met", True)
    assert outcome.uncounted == ((("events", 1), "not_held"),)


def test_exchange_that_lacks_only_minutes_is_met_by_writing_them():
    outcome = judge("DD-21", district(events=(event("visit", has_minutes=False),)))
    assert outcome.remedy.code == "write_minutes"


def test_link_is_met_by_one_and_shows_its_coverage():
    outcome = judge("DD-22", district(records=(record("link", centers=frozenset({1})),)))
    assert (outcome.outcome, outcome.figures["share_percent"]) == ("met", "25.00")
    assert outcome.figures["missing_centers"] == ["C02", "C03", "C04"]


def test_cooperation_is_counted_by_center_and_form():
    """DD-23, golden: a consultation at C01 and a briefing at C01 and C02; a visit is neither."""
    events = (
        event("consultation", 1, centers=(1,)),
        event("briefing", 2, centers=(1, 2)),
        event("visit", 3),
    )
    outcome = judge("DD-23", district(events=events))
    figures = outcome.figures
    assert (outcome.outcome, figures["count"], figures["covered"]) == ("met", 2, 2)
    assert (figures["consultation"], figures["briefing"], figures["attendance"]) == (1, 1, 0)


def test_lottery_applications_tell_what_was_approved():
    rows = (
        record("lottery_application", 1, result="approved", amount_yuan=Decimal("120000.50")),
        record("lottery_application", 2, result="refused", amount_yuan=Decimal(80000)),
        record("lottery_application", 3, result="pending"),
    )
    figures = judge("DD-31", district(records=rows)).figures
    assert (figures["count"], figures["approved"], figures["refused"]) == (3, 1, 1)
    assert figures["approved_yuan"] == "120000.50"


@pytest.mark.parametrize(
    ("now", "before", "outcome", "reason"),
    [
        ("500000", "400000", "met", "purchase_grew"),
        ("400000", "400000", "not_met", "purchase_did_not_grow"),
        ("300000", "400000", "not_met", "purchase_did_not_grow"),
        (None, "400000", "no_data", "purchase_amount_unknown"),
        ("500000", None, "no_data", "purchase_amount_unknown"),
    ],
)
def test_purchase_is_compared_with_the_year_before(now, before, outcome, reason):
    rows = (money(now, row=1), money(before, year=2024, row=2), money("9", "grant", row=3))
    judged = judge("DD-32", funded(*rows))
    assert (judged.outcome, judged.reason_code) == (outcome, reason)
    assert ("money", 3) not in judged.counted


def test_purchase_figures_are_exact():
    rows = (
        money("300000.10", row=1),
        money("0.20", row=2, center=2),
        money("200000.00", year=2024, row=3),
    )
    figures = judge("DD-32", funded(*rows)).figures
    assert figures["this_year_yuan"] == "300000.30"
    assert figures["last_year_yuan"] == "200000.00"
    assert (figures["change_yuan"], figures["change_percent"]) == ("100000.30", "50.00")
    assert figures["centers_with_purchase"] == 2


def test_an_unknown_amount_that_cannot_turn_the_comparison_is_let_be():
    grown = (money("500000"), money(None, row=2), money("400000", year=2024, row=3))
    assert judge("DD-32", funded(*grown)).outcome == "met"
    shrunk = (money("300000"), money("400000", year=2024, row=2), money(None, year=2024, row=3))
    assert judge("DD-32", funded(*shrunk)).outcome == "not_met"


def test_purchase_of_the_first_year_has_a_figure_and_no_trend():
    judged = judge("DD-32", funded(money("500000")))
    assert (judged.outcome, judged.reason_code) == ("no_data", "no_funding_of_last_year")
    assert judged.figures["this_year_yuan"] == "500000.00"


def test_a_year_before_funded_otherwise_had_no_purchase():
    rows = (money("500000"), money("400000", "grant", year=2024, row=2))
    judged = judge("DD-32", funded(*rows))
    assert (judged.outcome, judged.figures["last_year_yuan"]) == ("met", "0.00")
    assert "change_percent" not in judged.figures


@pytest.mark.parametrize("rule", ["DD-32", "DD-33"])
def test_money_is_no_data_until_a_center_files_it(rule):
    assert judge(rule, district()).reason_code == "funding_not_filed"
    assert judge(rule, district(money=())).reason_code == "no_funding_of_the_year"
    last_year = district(money=(money("1", year=2024),))
    assert judge(rule, last_year).reason_code == "no_funding_of_the_year"


def test_sources_with_money_are_counted_once_each():
    """DD-33, golden: purchases twice and a donation are two sources; nothing given is none."""
    rows = (
        money("100", row=1),
        money("200", row=2, center=2),
        money("50", "donation", row=3),
        money("0", "community_foundation", row=4),
        money("70", "grant", year=2024, row=5),
    )
    outcome = judge("DD-33", funded(*rows))
    assert (outcome.outcome, outcome.figures["count"]) == ("met", 2)
    assert outcome.figures["sources_yuan"] == {"donation": "50.00", "purchase": "300.00"}
    three = judge("DD-33", funded(*rows), min_fund_sources=3)
    assert three.reason_code == "sources_2_of_3"
    assert dict(three.uncounted)["money", 4] == "no_money"


def test_a_source_of_unknown_amount_leaves_the_count_open():
    rows = (money("100"), money(None, "donation", row=2))
    judged = judge("DD-33", funded(*rows))
    assert (judged.outcome, judged.reason_code) == ("no_data", "source_amount_unknown")
    known = (*rows, money("5", "grant", row=3))
    assert judge("DD-33", funded(*known)).outcome == "met"


def test_a_center_that_filed_nothing_of_a_year_is_unknown_and_not_nothing():
    """DD-32, golden: C01 filed both years, C02 the year before alone."""
    two, silent = {1: "C01", 2: "C02"}, money("300000", year=2024, center=2, row=3)
    rows = (money("500000"), money("400000", year=2024, row=2), silent)
    judged = judge("DD-32", district(centers=two, money=rows))
    assert (judged.outcome, judged.reason_code) == ("no_data", "funding_incomplete")
    assert (judged.figures["silent"], judged.figures["silent_year"]) == (1, 2025)
    assert judged.remedy.code == "ask_for_funding"
    more = (money("800000", row=4), *rows)
    assert judge("DD-32", district(centers=two, money=more)).outcome == "met"


def test_a_center_that_filed_nothing_of_the_year_before_leaves_growth_unknown():
    rows = (
        money("500000"),
        money("9", center=2, row=2),
        money("400000", year=2024, row=3),
    )
    both = {"centers": {1: "C01", 2: "C02"}, "money": rows}
    known = judge("DD-32", district(**both, centers_before=frozenset({1})))
    assert known.outcome == "met"
    judged = judge("DD-32", district(**both, centers_before=frozenset({1, 2})))
    assert (judged.reason_code, judged.figures["silent_year"]) == ("funding_incomplete", 2024)


def test_sources_of_a_center_that_filed_nothing_leave_the_count_open():
    two, one = {1: "C01", 2: "C02"}, money("100")
    judged = judge("DD-33", district(centers=two, money=(one,)))
    assert (judged.outcome, judged.reason_code) == ("no_data", "funding_incomplete")
    enough = (one, money("5", "grant", row=2))
    assert judge("DD-33", district(centers=two, money=enough)).outcome == "met"
    assert judge("DD-33", funded(one)).reason_code == "sources_1_of_2"


def test_reviews_cover_the_share_the_district_set():
    reviewed = district(
        records=(record("performance_review", centers=frozenset({1, 2, 3})),)
    )
    assert judge("DD-41", reviewed).outcome == "met"
    assert judge("DD-41", reviewed, dd_review_min_share="0.75").outcome == "met"
    outcome = judge("DD-41", reviewed, dd_review_min_share="0.76")
    assert (outcome.outcome, outcome.reason_code) == ("not_met", "reviewed_3_of_4")
    assert outcome.remedy.figures == {"missing": 1}


def test_disclosure_counts_in_time_and_tells_of_complaints():
    rows = (
        record("disclosure", 1, due_on=date(2025, 5, 6), centers=frozenset({1})),
        record("disclosure", 2, due_on=date(2025, 5, 5), centers=frozenset({2})),
        record("complaint", 3, result="handled"),
        record("complaint", 4, result="pending", is_evidenced=False),
    )
    outcome = judge("DD-42", district(records=rows))
    assert (outcome.outcome, outcome.counted) == ("met", (("records", 1),))
    assert dict(outcome.uncounted) == {("records", 2): "published_late"}
    figures = outcome.figures
    assert (figures["late"], figures["complaints"], figures["complaints_handled"]) == (1, 2, 1)


@pytest.mark.parametrize(
    ("kind", "rule", "place"),
    [
        ("lottery_application", "DD-31", "lotteries"),
        ("performance_review", "DD-41", "rounds"),
    ],
)
def test_what_happened_in_the_portal_counts_there_alone(kind, rule, place):
    result = {"result": "approved"} if kind == "lottery_application" else {}
    both = frozenset({1, 2})
    there = record(kind, row=1, centers=both, place=place, **result)
    other_day = date(2025, 9, 1)
    by_hand = record(kind, row=2, starts_on=other_day, centers=frozenset({1}), **result)
    of_others = record(kind, row=3, starts_on=other_day, centers=frozenset({2, 3}), **result)
    found = judge(rule, district(records=(by_hand, there, of_others)))
    assert set(found.counted) == {(place, 1), ("records", 3)}
    assert found.uncounted == ((("records", 2), "counted_elsewhere"),)


def test_a_publication_entered_by_hand_as_well_counts_once():
    one = frozenset({1})
    there = record("disclosure", row=1, centers=one, place="publications")
    same_day = record("disclosure", row=2, centers=one)
    another = record("disclosure", row=3, starts_on=date(2025, 5, 7), centers=one)
    found = judge("DD-42", district(records=(there, same_day, another)))
    assert set(found.counted) == {("publications", 1), ("records", 3)}
    assert found.uncounted == ((("records", 2), "counted_elsewhere"),)
    # What does not count where it happened counts by the record, and no record without centers.
    gone = record("disclosure", row=1, centers=one, place="publications", is_withdrawn=True)
    found = judge("DD-42", district(records=(gone, same_day)))
    assert found.counted == (("records", 2),)


def test_a_district_without_centers_owes_nothing_yet():
    values = typed_values(PACK.parameters)
    outcomes = evaluate_district(district(centers={}), PACK.district_rules, values)
    assert len(outcomes) == 11
    assert {outcome.reason_code for outcome in outcomes.values()} == {"no_centers"}


def test_a_rule_that_breaks_is_an_error_of_its_own_and_told():
    told = []
    broken = district(records=(record("guidance", centers=None),))
    outcomes = evaluate_district(
        broken,
        PACK.district_rules,
        typed_values(PACK.parameters),
        on_error=lambda rule_id, _error: told.append(rule_id),
    )
    assert outcomes["DD-20"].outcome == "error"
    assert told == ["DD-20"]
    assert outcomes["DD-11"].outcome == "no_data"


def test_every_code_is_of_the_closed_sets():
    """What the cases above produce, by every rule, speaks only in declared codes."""
    kinds = {rule.kind for rule in PACK.district_rules}
    assert kinds == {name for name, kind in KINDS.items() if kind.level == "district"}
    facts = district(
        MIDYEAR,
        records=tuple(record(kind, row, is_evidenced=False) for row, kind in enumerate(BY_RECORD)),
        events=(event("visit", centers=(1,)), event("briefing", 2, has_minutes=False)),
        money=(money("0"), money(None, "grant", row=2)),
    )
    for outcome in evaluate_district(
        facts, PACK.district_rules, typed_values(PACK.parameters), on_error=_raise
    ).values():
        assert outcome.reason in duties.REASONS
        assert {code for _row, code in outcome.uncounted} <= duties.EXCLUSIONS
        assert outcome.remedy is None or outcome.remedy.code in duties.REMEDIES
