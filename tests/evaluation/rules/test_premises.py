from datetime import date
from decimal import Decimal

import pytest

from evaluation.rules.base import Remedy
from evaluation.rules.facts import CenterFacts, Premises

AS_OF = date(2025, 12, 31)


def site(row=1, exclusive="30.00", **cells):
    area = None if exclusive is None else Decimal(exclusive)
    return Premises(row=row, exclusive_area_m2=area, **cells)


def shared_site(exclusive, shared, ratio, row=1):
    ratio = None if ratio is None else Decimal(ratio)
    return site(row, exclusive, shared_area_m2=Decimal(shared), share_ratio=ratio)


def housed(*premises):
    return CenterFacts(AS_OF, premises=premises)


def verdict(outcome):
    return outcome.outcome, outcome.reason_code


@pytest.mark.parametrize("rule_id", ["ST-07", "ST-08", "ST-09", "ST-10"])
def test_premises_never_filed_is_no_data(judged, rule_id):
    outcome = judged(CenterFacts(AS_OF), rule_id)
    assert verdict(outcome) == ("no_data", "premises_not_filed")


@pytest.mark.parametrize("rule_id", ["ST-07", "ST-08", "ST-09", "ST-10"])
@pytest.mark.parametrize("premises", [(), (site(ends_on=date(2025, 12, 30)),)])
def test_no_premises_in_force_is_a_fact(judged, rule_id, premises):
    outcome = judged(housed(*premises), rule_id)
    assert verdict(outcome) == ("not_met", "no_premises_in_force")


@pytest.mark.parametrize(
    ("rule_id", "cell", "yes", "no", "reasons"),
    [
        (
            "ST-07",
            "adequacy",
            "satisfies",
            "basically",
            ("premises_adequate", "premises_not_adequate", "adequacy_not_reviewed"),
        ),
        (
            "ST-07",
            "adequacy",
            "satisfies",
            "fails",
            ("premises_adequate", "premises_not_adequate", "adequacy_not_reviewed"),
        ),
        (
            "ST-09",
            "has_signage",
            True,
            False,
            ("signage_in_place", "no_signage", "signage_unknown"),
        ),
        (
            "ST-10",
            "has_equipment",
            True,
            False,
            ("equipment_in_place", "no_equipment", "equipment_unknown"),
        ),
    ],
)
def test_one_site_suffices_and_unknown_stays_unknown(judged, rule_id, cell, yes, no, reasons):
    met, not_met, unknown = reasons

    def judge_answers(*answers):
        rows = [site(row, **{cell: answer}) for row, answer in enumerate(answers, start=1)]
        return verdict(judged(housed(*rows), rule_id))

    assert judge_answers(no, None, yes) == ("met", met)
    assert judge_answers(no, None) == ("no_data", unknown)
    assert judge_answers(no, no) == ("not_met", not_met)


def test_what_the_bureau_has_to_judge_is_not_asked_of_the_center(judged):
    unjudged = judged(housed(site(1, adequacy=None)), "ST-07")
    assert unjudged.remedy == Remedy("ask_to_judge")
    unknown = judged(housed(site(1, has_signage=None)), "ST-09")
    assert unknown.remedy == Remedy("complete_section", {"section": "premises"})


@pytest.mark.parametrize(
    ("exclusive", "expected"),
    [
        ("30.00", ("met", "area_ok")),
        ("29.99", ("not_met", "area_29.99_of_30.00")),
        ("29.999", ("not_met", "area_29.999_of_30.00")),
        ("3E1", ("met", "area_ok")),
        ("0", ("not_met", "area_0.00_of_30.00")),
    ],
)
def test_floor_area_boundary_is_exact(judged, exclusive, expected):
    assert verdict(judged(housed(site(1, exclusive)), "ST-08")) == expected


def test_floor_area_is_never_rounded_up(judged):
    # 29.99 + 0.05 x 0.1999 = 29.999995
    outcome = judged(housed(shared_site("29.99", "0.05", "0.1999")), "ST-08")
    assert verdict(outcome) == ("not_met", "area_29.999995_of_30.00")
    assert outcome.remedy == Remedy("add_area", {"missing_m2": "0.000005"})


@pytest.mark.parametrize(
    ("policy", "area"),
    [("exclusive_only", "18.00"), ("apportioned", "33.00"), ("full_shared", "78.00")],
)
def test_floor_area_by_shared_area_policy(judged, policy, area):
    facts = housed(shared_site("18.00", "60.00", "0.25"))
    outcome = judged(facts, "ST-08", shared_area_policy=policy)
    assert outcome.figures["counted_area_m2"] == area
    assert outcome.figures["policy"] == policy


def test_floor_area_without_ratio_counts_no_shared_area(judged):
    outcome = judged(housed(shared_site("18.00", "60.00", None)), "ST-08")
    assert verdict(outcome) == ("not_met", "area_18.00_of_30.00")


def test_floor_area_of_several_sites(judged):
    facts = housed(
        site(3, "16.00"),
        site(2, "14.00"),
        site(1, "99.00", ends_on=date(2025, 12, 30)),
    )
    assert judged(facts, "ST-08").figures["counted_area_m2"] == "30.00"
    outcome = judged(facts, "ST-08", area_site_policy="main_only")
    assert verdict(outcome) == ("not_met", "area_14.00_of_30.00")
    assert outcome.uncounted == (
        (("premises", 1), "ended_before"),
        (("premises", 3), "not_main_site"),
    )


def test_floor_area_unknown_main_site_is_no_data_whatever_the_others(judged):
    facts = housed(site(1, None), site(2, "99.00"))
    assert judged(facts, "ST-08").outcome == "met"
    outcome = judged(facts, "ST-08", area_site_policy="main_only")
    assert verdict(outcome) == ("no_data", "exclusive_area_unknown")


def test_floor_area_on_another_basis_is_in_doubt(judged):
    facts = housed(site(1, "40.00", area_basis="built"))
    assert verdict(judged(facts, "ST-08")) == ("no_data", "other_area_basis")
    assert judged(facts, "ST-08", area_basis="built").outcome == "met"


def test_floor_area_without_basis_is_on_the_basis_of_the_clause(judged):
    facts = housed(site(1, "40.00"))
    assert judged(facts, "ST-08", area_basis="built").outcome == "met"


def test_floor_area_certain_area_suffices(judged):
    facts = housed(site(1, "30.00"), site(2, None))
    outcome = judged(facts, "ST-08")
    assert outcome.outcome == "met"
    assert outcome.uncounted == ((("premises", 2), "exclusive_area_unknown"),)


def test_floor_area_unknown_area_could_decide(judged):
    facts = housed(site(1, "29.00"), site(2, None))
    outcome = judged(facts, "ST-08")
    assert verdict(outcome) == ("no_data", "exclusive_area_unknown")
    assert outcome.remedy == Remedy("complete_section", {"section": "premises"})
