"""Statutory duties: whom they bind, what was done, by when."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from evaluation.rules import evaluate
from evaluation.rules.facts import CenterFacts, Council, Premises, Profile, Statutory
from evaluation.rules.rollup import roll_up, weighing_classes

AS_OF = date(2025, 12, 31)
LX = [f"LX-{number:02d}" for number in range(1, 11)]
CHANGED = date(2025, 6, 1)
REGISTERED = Profile(row=1, registration_status="registered", registered_on=date(2017, 9, 1))


def registered(*statutory, **sections):
    rows = tuple(replace(row, row=number) for number, row in enumerate(statutory, start=1))
    return CenterFacts(AS_OF, profile=(REGISTERED,), statutory=rows, **sections)


def matter(name, **cells):
    return Statutory(0, name, **cells)


def verdict(outcome):
    return outcome.outcome, outcome.reason_code


@pytest.mark.parametrize("rule_id", LX)
def test_who_is_no_legal_entity_has_no_such_duty(judged, rule_id):
    facts = registered()
    unregistered = replace(REGISTERED, registration_status="unregistered")
    outcome = judged(replace(facts, profile=(unregistered,)), rule_id)
    assert verdict(outcome) == ("not_applicable", "not_a_legal_entity")


@pytest.mark.parametrize("rule_id", LX)
def test_while_registration_is_unknown_nothing_is_said(judged, rule_id):
    assert judged(replace(registered(), profile=None), rule_id).outcome == "no_data"


@pytest.mark.parametrize("rule_id", LX)
def test_what_was_never_filed_is_no_data(judged, rule_id):
    assert judged(CenterFacts(AS_OF, profile=(REGISTERED,)), rule_id).outcome == "no_data"


@pytest.mark.parametrize("rule_id", ["LX-02", "LX-07", "LX-08", "LX-10"])
def test_a_matter_that_is_not_mentioned_is_no_data(judged, rule_id):
    assert verdict(judged(registered(), rule_id)) == ("no_data", "matter_not_declared")


# LX-01


@pytest.mark.parametrize(
    ("has_supervisor", "expected"),
    [
        (True, ("met", "supervisor_in_place")),
        (False, ("not_met", "no_supervisor")),
        (None, ("no_data", "supervisor_unknown")),
    ],
)
def test_supervisory_organ(judged, has_supervisor, expected):
    council = Council(1, 5, has_supervisor=has_supervisor)
    assert verdict(judged(registered(governance=(council,)), "LX-01")) == expected


# LX-02


@pytest.mark.parametrize(
    ("seal", "account", "expected"),
    [
        ({"done_on": CHANGED}, {"is_so": True}, ("met", "filed_with_authority")),
        ({"is_so": True}, {"is_so": False}, ("not_met", "not_filed_with_authority")),
        ({"is_so": True}, {}, ("no_data", "answer_unknown")),
        ({"is_so": True}, None, ("no_data", "matter_not_declared")),
        ({"done_on": date(2026, 1, 1)}, {"is_so": True}, ("not_met", "not_filed_with_authority")),
    ],
)
def test_seal_and_account_are_both_filed(judged, seal, account, expected):
    rows = [matter("seal_filing", **seal)]
    rows += [] if account is None else [matter("account_filing", **account)]
    assert verdict(judged(registered(*rows), "LX-02")) == expected


# LX-03


@pytest.mark.parametrize(
    ("done_on", "expected"),
    [
        (date(2025, 7, 1), ("met", "changes_applied_for")),
        (date(2025, 7, 2), ("not_met", "change_applied_late")),
        (None, ("not_met", "change_applied_late")),
    ],
)
@pytest.mark.parametrize("name", ["registered_change", "articles_change"])
def test_changes_are_applied_for_within_thirty_days(judged, name, done_on, expected):
    change = matter(name, occurred_on=CHANGED, done_on=done_on)
    assert verdict(judged(registered(change), "LX-03")) == expected


def test_one_late_change_fails_the_rule_and_is_counted(judged):
    in_time = matter("registered_change", occurred_on=CHANGED, done_on=CHANGED)
    late = matter("articles_change", occurred_on=CHANGED, done_on=date(2025, 9, 1))
    outcome = judged(registered(in_time, late), "LX-03")
    assert outcome.figures == {"changes": 2, "late": 1}
    assert outcome.uncounted == ((("statutory", 2), "done_late"),)


def test_a_change_still_in_time_is_not_late(judged):
    change = matter("registered_change", occurred_on=date(2025, 12, 1))
    outcome = judged(registered(change), "LX-03")
    assert verdict(outcome) == ("not_applicable", "no_change")
    assert outcome.uncounted == ((("statutory", 1), "within_deadline"),)


# LX-04


@pytest.mark.parametrize(
    ("conclusion", "expected"),
    [
        ("qualified", ("met", "inspection_qualified")),
        ("unqualified", ("met", "inspection_unqualified")),
        ("absent", ("not_met", "inspection_absent")),
        ("exempt", ("not_applicable", "inspection_exempt")),
        (None, ("no_data", "inspection_unknown")),
    ],
)
def test_annual_inspection_was_attended(judged, conclusion, expected):
    profile = replace(REGISTERED, last_inspection=conclusion)
    assert verdict(judged(replace(registered(), profile=(profile,)), "LX-04")) == expected


# LX-05, LX-07, LX-08


@pytest.mark.parametrize(
    ("rule_id", "name", "good", "reasons"),
    [
        ("LX-05", "donation_use", True, ("donations_in_order", "donations_not_in_order")),
        ("LX-07", "branches", False, ("no_branch", "has_branches")),
        ("LX-08", "profit_making", False, ("within_purpose", "profit_making")),
    ],
)
def test_declarations_are_taken_at_their_word(judged, rule_id, name, good, reasons):
    assert verdict(judged(registered(matter(name, is_so=good)), rule_id)) == ("met", reasons[0])
    bad = registered(matter(name, is_so=good), matter(name, is_so=not good))
    assert verdict(judged(bad, rule_id)) == ("not_met", reasons[1])
    unsaid = registered(matter(name, is_so=good), matter(name))
    assert verdict(judged(unsaid, rule_id)) == ("no_data", "answer_unknown")


def test_without_a_donation_there_is_none_to_use(judged):
    assert verdict(judged(registered(), "LX-05")) == ("not_applicable", "no_donation")


def test_a_declaration_that_ended_says_nothing_of_today(judged):
    ended = matter("branches", is_so=True, ends_on=date(2025, 12, 30))
    now = matter("branches", is_so=False, starts_on=AS_OF)
    assert judged(registered(ended, now), "LX-07").outcome == "met"


# LX-06


@pytest.mark.parametrize(
    ("done_on", "expected"),
    [
        (date(2025, 5, 1), ("met", "head_changes_audited")),
        (date(2025, 7, 1), ("met", "head_changes_audited")),
        (None, ("not_met", "head_change_not_audited")),
    ],
)
def test_a_change_at_the_head_is_audited(judged, done_on, expected):
    change = matter("head_change_audit", occurred_on=CHANGED, done_on=done_on)
    assert verdict(judged(registered(change), "LX-06")) == expected


def test_without_a_change_at_the_head_nothing_is_audited(judged):
    assert verdict(judged(registered(), "LX-06")) == ("not_applicable", "no_head_change")


# LX-09


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"right_kind": "owned"}, ("met", "right_of_a_year")),
        (
            {
                "right_kind": "leased", "right_from_on": date(2025, 1, 1),
                "right_to_on": date(2025, 12, 31),
            },
            ("met", "right_of_a_year"),
        ),
        (
            {
                "right_kind": "free_use", "right_from_on": date(2025, 1, 1),
                "right_to_on": date(2025, 12, 30),
            },
            ("not_met", "right_too_short"),
        ),
        ({"right_kind": "leased", "right_from_on": CHANGED}, ("no_data", "right_unknown")),
        ({}, ("no_data", "right_unknown")),
    ],
)
def test_domicile_is_owned_or_held_for_a_year(judged, cells, expected):
    assert verdict(judged(registered(premises=(Premises(1, **cells),)), "LX-09")) == expected


def test_without_premises_there_is_no_domicile(judged):
    assert judged(registered(premises=()), "LX-09").reason_code == "no_premises_with_right"


# LX-10


@pytest.mark.parametrize("share", ["0.00", "0.50", "1.00"])
def test_start_up_funds_are_recorded_and_not_judged(judged, share):
    outcome = judged(registered(matter("capital", non_state_share=Decimal(share))), "LX-10")
    assert verdict(outcome) == ("not_applicable", "recorded_only")
    assert outcome.figures == {"non_state_share": share}


# The roll-up


@pytest.mark.parametrize(
    ("is_included", "rollup"), [(False, "not_included"), (True, "not_compliant")]
)
def test_statute_weighs_only_where_the_district_includes_it(pack, parameters, is_included, rollup):
    values = parameters(include_statutory_checks=is_included)
    rules = [rule for rule in pack.center_rules if rule.dimension == "statute"]
    found = evaluate(registered(matter("branches", is_so=True)), rules, values)
    judged = [(rule.rule_class, found[rule.id], False) for rule in rules]
    assert roll_up(judged, weighing_classes(values)) == rollup
    waived = [(each, outcome, outcome.outcome == "not_met") for each, outcome, _ in judged]
    assert roll_up(waived, weighing_classes(values)) == (
        "incomplete" if is_included else "not_included"
    )
