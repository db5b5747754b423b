"""Properties of every rule, over arbitrary filings of a center."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.rules import EXCLUSIONS, REASONS, REMEDIES, evaluate
from evaluation.rules.facts import (
    SECTIONS,
    Account,
    CenterFacts,
    Council,
    FunctionFigure,
    Funding,
    Premises,
    Profile,
    Staff,
    Statutory,
)
from evaluation.rules.turnings import Turnings

NAMES = ("甲中心", "乙中心", "甲 中心")
DATES = (
    date(2024, 1, 1),
    date(2025, 1, 1),
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 12, 31),
)
AMOUNTS = (Decimal(0), Decimal(60), Decimal(100))


def maybe(*values):
    return st.sampled_from((None, *values))


PERIOD = {"starts_on": maybe(*DATES), "ends_on": maybe(*DATES)}
ROWS = {
    "profile": st.builds(
        Profile,
        row=st.just(0),
        name=maybe(*NAMES),
        uscc=maybe("52310199MJF1000241", "51310199MJF1000241"),
        registration_status=maybe("registered", "registered", "preparing"),
        registered_on=maybe(date(2020, 1, 1), date(2026, 6, 1)),
        established_on=maybe(date(2020, 1, 1)),
        operating_model=maybe("self_run", "entrusted"),
        legal_representative=maybe("P1", "P2"),
        last_inspection=maybe("qualified", "absent", "exempt"),
        basic_cost_yuan=maybe(*AMOUNTS),
        is_legal_representative_chair=maybe(True, False),
        **PERIOD,
    ),
    "staff": st.builds(
        Staff,
        row=st.just(0),
        person=st.sampled_from(("P1", "P2", "P3", "P4")),
        post=st.sampled_from(("director", "acting_director", "staff", "finance")),
        employment_type=maybe("labour_contract", "seconded_community_worker", "part_time"),
        is_full_time=maybe(True, True, False),
        is_council_appointed=maybe(True, False),
        is_openly_recruited=maybe(True, False),
        **PERIOD,
    ),
    "premises": st.builds(
        Premises,
        row=st.just(0),
        exclusive_area_m2=maybe(Decimal("15.00"), Decimal("30.00")),
        shared_area_m2=maybe(Decimal("60.00")),
        share_ratio=maybe(Decimal("0.25")),
        area_basis=maybe("usable", "built"),
        adequacy=maybe("satisfies", "basically", "fails"),
        has_signage=maybe(True, False),
        has_equipment=maybe(True, False),
        right_kind=maybe("owned", "leased"),
        right_from_on=maybe(*DATES),
        right_to_on=maybe(*DATES),
        **PERIOD,
    ),
    "accounts": st.builds(
        Account, row=st.just(0), holder=st.sampled_from((*NAMES, "街道办事处")), **PERIOD
    ),
    "funding": st.builds(
        Funding,
        row=st.just(0),
        fiscal_year=maybe(2024, 2025, 2026),
        form=st.sampled_from(("grant", "purchase", "purchase", "donation", "earned_income")),
        purpose=maybe("basic_operation", "basic_operation", "mixed", "project"),
        amount_yuan=maybe(*AMOUNTS),
        basic_amount_yuan=maybe(Decimal(40)),
        received_yuan=maybe(*AMOUNTS),
        is_annual_renewal=maybe(True, False),
        **PERIOD,
    ),
    "governance": st.builds(
        Council,
        row=st.just(0),
        member_count=maybe(2, 3, 5),
        has_supervisor=maybe(True, False),
        **PERIOD,
    ),
    "functions": st.builds(
        FunctionFigure,
        row=st.just(0),
        fiscal_year=st.sampled_from((2024, 2025, 2026)),
        function=st.sampled_from(("FN-11", "FN-13", "FN-24", "FN-33")),
        count=maybe(0, 1, 6),
    ),
    "statutory": st.builds(
        Statutory,
        row=st.just(0),
        matter=st.sampled_from(
            (
                *("seal_filing", "account_filing", "registered_change", "donation_use"),
                *("head_change_audit", "branches", "capital"),
            )
        ),
        occurred_on=maybe(*DATES),
        done_on=maybe(*DATES),
        is_so=maybe(True, False),
        non_state_share=maybe(Decimal(0), Decimal("0.5")),
        **PERIOD,
    ),
}
# A section holds one figure per year and function.
KEYS = {"functions": lambda row: (row.fiscal_year, row.function)}


@st.composite
def sections(draw, kind):
    rows = draw(st.none() | st.lists(ROWS[kind], max_size=4, unique_by=KEYS.get(kind, id)))
    if rows is None:
        return None
    return tuple(replace(row, row=number) for number, row in enumerate(rows, start=1))


FACTS = st.builds(
    CenterFacts,
    as_of=st.sampled_from((date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 1))),
    **{kind: sections(kind) for kind in SECTIONS},
)
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "director_counts_toward_fulltime": st.just(True),
        "acting_director_counts": st.just(False),
        "director_vacancy_grace_days": st.just(30),
        "shared_area_policy": st.sampled_from(("exclusive_only", "full_shared")),
        "area_site_policy": st.just("main_only"),
        "account_name_match": st.just("strict"),
        "funding_floor": st.just("100"),
        "funding_basis": st.just("received"),
        "funding_new_year_grace_until": st.none(),
        "multi_year_with_annual_renewal_counts": st.just(False),
        "entrusted_model_exempt_rules": st.just(["ST-01", "ST-11", "ST-15"]),
        "funding_cost_coverage_ratio": st.just("1"),
        "legal_rep_chair_auto_waiver": st.just(True),
        "fn_min_count": st.just(2),
        "support_service_min_types": st.just(5),
        "demand_driven_rules": st.just(["FN-13", "FN-24"]),
    },
)

# None in these cells is a statement, not an unknown value: an open period, the basis of the
# clause, no separate basic part (the whole amount), what is not done.
STATED_BY_BLANK = {"starts_on", "ends_on", "area_basis", "basic_amount_yuan", "done_on"}
# And these have a default reading, which may fail or meet a rule but never fills a gap: a missing
# credit code is accepted, a missing shared area or ratio adds nothing, and the establishment of
# the center is read from what there is.
DEFAULTED = {"uscc", "shared_area_m2", "share_ratio", "established_on", "registered_on"}
NEVER_BLANK = {"row", "person", "post", "form", "holder", "function", "matter", "co_location"}
# A figure without its year is none; an amount may be of an unknown year.
NEVER_BLANK_IN = {"functions": {"fiscal_year"}}


def removals(facts):
    """(cell or section, the facts without it), for every input that is there."""
    for kind in SECTIONS:
        rows = getattr(facts, kind)
        if rows is None:
            continue
        yield kind, replace(facts, **{kind: None})
        for row in rows:
            kept = NEVER_BLANK | STATED_BY_BLANK | NEVER_BLANK_IN.get(kind, set())
            for cell in {field.name for field in fields(row)} - kept:
                if getattr(row, cell) is None:
                    continue
                poorer = tuple(replace(r, **{cell: None}) if r is row else r for r in rows)
                yield cell, replace(facts, **{kind: poorer})


@pytest.fixture(scope="session")
def outcomes_of(pack, parameters):
    def raise_on_error(rule_id, error):
        raise AssertionError(rule_id) from error

    def evaluate_all(facts, overrides):
        return evaluate(facts, pack.center_rules, parameters(**overrides), raise_on_error)

    return evaluate_all


@settings(max_examples=150, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES)
def test_removing_input_never_decides_a_rule(outcomes_of, facts, overrides):
    before = outcomes_of(facts, overrides)
    for removed, poorer in removals(facts):
        after = outcomes_of(poorer, overrides)
        for rule_id, outcome in before.items():
            if outcome.outcome == "no_data":
                assert after[rule_id].outcome not in ("met", "not_met"), (rule_id, removed)


@settings(max_examples=150, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES)
def test_removing_input_never_turns_a_verdict_round(outcomes_of, facts, overrides):
    before = outcomes_of(facts, overrides)
    opposite = {"met": "not_met", "not_met": "met"}
    for removed, poorer in removals(facts):
        if removed in DEFAULTED:
            continue
        after = outcomes_of(poorer, overrides)
        for rule_id, outcome in before.items():
            assert after[rule_id].outcome != opposite.get(outcome.outcome), (rule_id, removed)


@settings(max_examples=100, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES, data=st.data())
def test_order_of_rows_changes_nothing(outcomes_of, facts, overrides, data):
    shuffled = {
        kind: tuple(data.draw(st.permutations(rows)))
        for kind in SECTIONS
        if (rows := getattr(facts, kind)) is not None
    }
    assert outcomes_of(replace(facts, **shuffled), overrides) == outcomes_of(facts, overrides)


@settings(max_examples=100, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES)
def test_same_input_gives_the_same_outcomes(outcomes_of, facts, overrides):
    assert outcomes_of(facts, overrides) == outcomes_of(facts, overrides)


@settings(max_examples=100, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES)
def test_codes_are_of_the_closed_sets(outcomes_of, facts, overrides):
    for outcome in outcomes_of(facts, overrides).values():
        assert outcome.reason in REASONS
        assert {code for _, code in outcome.uncounted} <= EXCLUSIONS
        assert outcome.remedy is None or outcome.remedy.code in REMEDIES


@settings(max_examples=100, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES)
def test_remedy_is_there_when_there_is_something_to_do(outcomes_of, facts, overrides):
    for outcome in outcomes_of(facts, overrides).values():
        assert (outcome.remedy is not None) == (outcome.outcome in ("not_met", "no_data"))


@settings(max_examples=100, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES)
def test_figures_are_json_and_fill_the_reason(outcomes_of, facts, overrides):
    for outcome in outcomes_of(facts, overrides).values():
        figures = [outcome.figures] + ([outcome.remedy.figures] if outcome.remedy else [])
        assert json.loads(json.dumps(figures)) == figures
        assert all(isinstance(item, Mapping) for item in figures)
        assert "{" not in outcome.reason_code


@settings(max_examples=100, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES)
def test_every_row_is_accounted_for_once(outcomes_of, facts, overrides):
    for rule_id, outcome in outcomes_of(facts, overrides).items():
        named = list(outcome.counted) + [row for row, _ in outcome.uncounted]
        assert len(named) == len(set(named))
        for kind in {section for section, _ in named}:
            positions = sorted(position for section, position in named if section == kind)
            # Of functions and statutory matters a rule knows its own.
            own = [row.row for row in getattr(facts, kind) if is_own(row, rule_id)]
            assert positions == own


MATTERS = {
    "LX-02": ("seal_filing", "account_filing"),
    "LX-03": ("registered_change", "articles_change"),
    "LX-05": ("donation_use",),
    "LX-06": ("head_change_audit",),
    "LX-07": ("branches",),
    "LX-08": ("profit_making",),
    "LX-10": ("capital",),
}


def is_own(row, rule_id):
    if hasattr(row, "matter"):
        return row.matter in MATTERS[rule_id]
    return getattr(row, "function", rule_id) == rule_id


@settings(max_examples=60, deadline=None)
@given(facts=FACTS, overrides=OVERRIDES, days=st.lists(st.integers(1, 400), min_size=4, max_size=8))
def test_nothing_turns_before_the_next_turning_day(
    outcomes_of, parameters, facts, overrides, days
):
    until = Turnings(parameters(**overrides)).next(facts, facts.as_of)
    before = said(outcomes_of(facts, overrides))
    for offset in days:
        day = facts.as_of + timedelta(days=offset)
        if day < until:
            assert said(outcomes_of(replace(facts, as_of=day), overrides)) == before


def said(outcomes):
    """What is stored of outcomes."""
    return {
        rule: (o.outcome, o.reason, {k: v for k, v in o.figures.items() if k != "days_vacant"})
        for rule, o in outcomes.items()
    }
