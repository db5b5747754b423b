from dataclasses import replace
from datetime import date

import pytest

from evaluation.rules import KINDS, RuleKind, evaluate
from evaluation.rules.facts import Account, CenterFacts, Profile, Staff
from evaluation.rules.rollup import roll_up

AS_OF = date(2025, 12, 31)
CODES = ("C01", "C02", "C03", "C04", "C05", "C06", "C07", "C08")


def words(outcomes):
    return {rule_id: outcome.outcome for rule_id, outcome in outcomes.items()}


def test_outcomes_come_in_the_order_of_the_pack(golden_facts, pack, parameters):
    outcomes = evaluate(golden_facts("C01"), pack.center_rules, parameters())
    assert list(outcomes) == [rule.id for rule in pack.center_rules]


#


@pytest.mark.parametrize(
    "dates",
    [
        {"established_on": date(2026, 1, 1)},
        {"registered_on": date(2026, 1, 1)},
        {"established_on": date(2026, 1, 1), "registered_on": date(2025, 1, 1)},
    ],
)
def test_center_established_later_is_not_included(pack, parameters, dates):
    facts = CenterFacts(AS_OF, profile=(Profile(1, **dates),), staff=(), premises=())
    outcomes = evaluate(facts, pack.center_rules, parameters())
    assert {(o.outcome, o.reason_code) for o in outcomes.values()} == {
        ("not_applicable", "not_established")
    }
    judged = [(rule.rule_class, outcomes[rule.id], False) for rule in pack.center_rules]
    assert roll_up(judged) == "not_included"


def test_center_established_on_the_date_is_judged(pack, parameters):
    facts = CenterFacts(AS_OF, profile=(Profile(1, established_on=AS_OF),), staff=())
    assert evaluate(facts, pack.center_rules, parameters())["ST-02"].outcome == "not_met"


def test_center_with_an_older_profile_row_is_established(pack, parameters):
    rows = (Profile(1, established_on=date(2016, 1, 1)), Profile(2, established_on=None))
    later = replace(rows[1], registered_on=date(2026, 5, 1))
    facts = CenterFacts(AS_OF, profile=(rows[0], later), staff=())
    assert evaluate(facts, pack.center_rules, parameters())["ST-02"].outcome == "not_met"


#


@pytest.fixture
def entrusted():
    return CenterFacts(
        AS_OF,
        profile=(Profile(1, registration_status="unregistered", operating_model="entrusted"),),
        staff=(Staff(1, "P1", "director", "operator_assigned", True),),
        accounts=(Account(1, "受托机构"),),
        governance=(),
    )


def test_entrusted_center_is_kept_and_judged(entrusted, pack, parameters):
    outcomes = words(evaluate(entrusted, pack.center_rules, parameters()))
    assert [outcomes[rule] for rule in ("ST-01", "ST-11", "ST-15")] == ["not_met"] * 3
    assert outcomes["ST-03"] == "not_applicable"
    assert outcomes["ST-02"] == "met"


def test_district_may_exempt_entrusted_centers(entrusted, pack, parameters):
    values = parameters(entrusted_model_exempt_rules=["ST-01", "ST-15"])
    outcomes = evaluate(entrusted, pack.center_rules, values)
    assert outcomes["ST-01"].reason_code == "entrusted_model_exempt"
    assert outcomes["ST-15"].outcome == "not_applicable"
    assert outcomes["ST-11"].outcome == "not_met"


@pytest.mark.parametrize("model", ["self_run", "joint_office", None])
def test_exemption_is_for_entrusted_centers_only(entrusted, pack, parameters, model):
    profile = (replace(entrusted.profile[0], operating_model=model),)
    values = parameters(entrusted_model_exempt_rules=["ST-01"])
    outcomes = evaluate(replace(entrusted, profile=profile), pack.center_rules, values)
    assert outcomes["ST-01"].outcome == "not_met"


# Errors


def test_a_rule_that_raises_fails_alone(golden_facts, pack, parameters, monkeypatch):
    def broken(facts, parameters):
        raise ZeroDivisionError

    monkeypatch.setitem(KINDS, "signage", RuleKind(broken))
    told = []
    outcomes = evaluate(
        golden_facts("C01"),
        pack.center_rules,
        parameters(),
        on_error=lambda rule_id, error: told.append((rule_id, type(error))),
    )
    assert told == [("ST-09", ZeroDivisionError)]
    failed = outcomes["ST-09"]
    assert (failed.outcome, failed.figures["exception"]) == ("error", "ZeroDivisionError")
    assert failed.reason_code == f"rule_failed_{failed.figures['trace_id']}"
    statute = {rule.id for rule in pack.center_rules if rule.rule_class == "L"}
    assert {word for rule_id, word in words(outcomes).items() if rule_id not in statute} == {
        "met",
        "error",
    }


def test_a_rule_that_raises_is_logged_by_default(golden_facts, pack, parameters, caplog):
    values = parameters()
    del values["min_area"]
    outcomes = evaluate(golden_facts("C01"), pack.center_rules, values)
    assert outcomes["ST-08"].outcome == "error"
    assert [(record.getMessage(), record.exc_info[0]) for record in caplog.records] == [
        ("Rule ST-08 failed to compute.", KeyError)
    ]


# What the kinds promise


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("as_of", [AS_OF, date(2026, 1, 1)])
def test_kinds_read_only_the_parameters_they_declare(golden_facts, parameters, code, as_of):
    values = parameters()
    facts = golden_facts(code, as_of)
    for kind in KINDS.values():
        if kind.level != "center":
            continue
        declared = {name: values[name] for name in (*kind.parameters, *kind.options)}
        subject = kind.subjects[:1]
        assert kind.judge(facts, declared, *subject) == kind.judge(facts, values, *subject)


def test_kinds_carry_the_policy_sentence():
    assert [name for name, kind in KINDS.items() if not kind.judge.__doc__] == []
