from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from evaluation.rules.facts import CenterFacts, Funding, Profile

AS_OF = date(2025, 12, 31)
NEW_YEAR = date(2026, 1, 1)


def grant(row=1, **cells):
    values = {
        "fiscal_year": 2025,
        "form": "grant",
        "purpose": "basic_operation",
        "amount_yuan": Decimal(300000),
        "starts_on": date(2025, 1, 1),
        "ends_on": date(2025, 12, 31),
    }
    return Funding(row=row, **values | cells)


def purchase(row=1, **cells):
    return grant(row, **{"form": "purchase", "is_annual_renewal": False} | cells)


def contract(days, row=1, **cells):
    """A purchase that ends on the date of judgment and lasts so many days."""
    return purchase(row, starts_on=AS_OF - timedelta(days=days - 1), ends_on=AS_OF, **cells)


def income(amount, row=1, year=2025):
    amount = None if amount is None else Decimal(amount)
    return Funding(row, year, "earned_income", amount_yuan=amount)


def funded(*funding, as_of=AS_OF):
    return CenterFacts(as_of, funding=funding)


def verdict(outcome):
    return outcome.outcome, outcome.reason_code


# ST-12


def test_funding_never_filed_is_no_data(judged):
    for rule_id in ("ST-12", "ST-13", "ST-14"):
        outcome = judged(CenterFacts(AS_OF), rule_id)
        assert verdict(outcome) == ("no_data", "funding_not_filed")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, ("met", "basic_operation_committed")),
        ({"form": "purchase"}, ("met", "basic_operation_committed")),
        ({"purpose": "mixed"}, ("met", "basic_operation_committed")),
        ({"amount_yuan": Decimal("0.01")}, ("met", "basic_operation_committed")),
        ({"purpose": "project"}, ("not_met", "no_basic_operation_commitment")),
        ({"form": "donation"}, ("not_met", "no_basic_operation_commitment")),
        ({"amount_yuan": Decimal(0)}, ("not_met", "no_basic_operation_commitment")),
        (
            {"purpose": None, "amount_yuan": Decimal(0)},
            ("not_met", "no_basic_operation_commitment"),
        ),
        ({"amount_yuan": None}, ("no_data", "amount_unknown")),
        ({"purpose": None}, ("no_data", "purpose_unknown")),
        ({"ends_on": date(2025, 12, 30)}, ("not_met", "no_basic_operation_commitment")),
    ],
)
def test_basic_operation_funding(judged, cells, expected):
    assert verdict(judged(funded(grant(**cells)), "ST-12")) == expected


def test_basic_operation_funding_filed_as_none_is_a_fact(judged):
    outcome = judged(funded(), "ST-12")
    assert verdict(outcome) == ("not_met", "no_basic_operation_commitment")


def test_basic_operation_funding_says_why_rows_do_not_count(judged):
    facts = funded(purchase(1, purpose="project"), grant(2, form="donation"), income(5, row=3))
    assert judged(facts, "ST-12").uncounted == (
        (("funding", 1), "purpose_is_project"),
        (("funding", 2), "form_not_counted"),
        (("funding", 3), "form_not_counted"),
    )


@pytest.mark.parametrize(("floor", "outcome"), [("300000", "met"), ("300000.01", "not_met")])
def test_basic_operation_funding_reaches_the_floor(judged, floor, outcome):
    facts = funded(grant(1, amount_yuan=Decimal(100000)), grant(2, amount_yuan=Decimal(200000)))
    assert judged(facts, "ST-12", funding_floor=floor).outcome == outcome


def test_basic_operation_funding_below_the_floor_names_what_is_missing(judged):
    outcome = judged(funded(grant()), "ST-12", funding_floor="350000")
    assert outcome.reason_code == "commitment_300000.00_of_350000.00"
    assert outcome.remedy.figures == {"missing_yuan": "50000.00"}


def test_unknown_purpose_may_give_the_whole_amount(judged):
    row = grant(purpose=None, basic_amount_yuan=Decimal(90000))
    assert judged(funded(row), "ST-12", funding_floor="300000").outcome == "no_data"
    assert judged(funded(row), "ST-12", funding_floor="300001").outcome == "not_met"
    unknown = replace(row, amount_yuan=None)
    assert judged(funded(unknown), "ST-12", funding_floor="300001").outcome == "no_data"
    only_part = replace(row, amount_yuan=Decimal(0))
    assert judged(funded(only_part), "ST-12").outcome == "no_data"


def test_basic_part_of_a_wholly_basic_commitment_does_not_lower_it(judged):
    row = grant(basic_amount_yuan=Decimal(90000))
    assert judged(funded(row), "ST-12").figures["counted_yuan"] == "300000.00"


def test_mixed_commitment_counts_its_basic_part(judged):
    row = grant(purpose="mixed", basic_amount_yuan=Decimal(90000))
    assert judged(funded(row), "ST-12").figures["counted_yuan"] == "90000.00"
    whole = judged(funded(replace(row, basic_amount_yuan=None)), "ST-12")
    assert whole.figures["counted_yuan"] == "300000.00"


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (Decimal(1), ("met", "basic_operation_committed")),
        (Decimal(0), ("not_met", "no_basic_operation_commitment")),
        (None, ("no_data", "amount_unknown")),
    ],
)
def test_basic_operation_funding_as_received(judged, received, expected):
    facts = funded(grant(received_yuan=received))
    assert verdict(judged(facts, "ST-12", funding_basis="received")) == expected


@pytest.mark.parametrize(
    ("known", "doubtful", "outcome"),
    [
        (Decimal(100), {"amount_yuan": None}, "met"),
        (Decimal(60), {"amount_yuan": None}, "no_data"),
        (Decimal(60), {"amount_yuan": Decimal(40), "purpose": None}, "no_data"),
        (Decimal(60), {"amount_yuan": Decimal(39), "purpose": None}, "not_met"),
    ],
)
def test_funding_floor_with_rows_in_doubt(judged, known, doubtful, outcome):
    facts = funded(grant(1, amount_yuan=known), grant(2, **doubtful))
    assert judged(facts, "ST-12", funding_floor="100").outcome == outcome


# The new-year grace of ST-12 and ST-13


@pytest.mark.parametrize("rule_id", ["ST-12", "ST-13"])
@pytest.mark.parametrize(
    ("as_of", "is_pending"),
    [(NEW_YEAR, True), (date(2026, 3, 31), True), (date(2026, 4, 1), False)],
)
def test_new_year_grace_ends_after_the_cut_off(judged, rule_id, as_of, is_pending):
    outcome = judged(funded(grant(), as_of=as_of), rule_id)
    assert (outcome.reason_code == "new_fiscal_year_pending") is is_pending
    assert (outcome.outcome == "no_data") is is_pending


def test_new_year_grace_can_be_off(judged):
    facts = funded(grant(), as_of=NEW_YEAR)
    off = {"funding_new_year_grace_until": None}
    assert judged(facts, "ST-12", **off).outcome == "not_met"
    assert judged(facts, "ST-13", **off).outcome == "not_applicable"


@pytest.mark.parametrize(
    "row",
    [
        grant(ends_on=date(2025, 12, 30)),
        grant(purpose="project"),
        grant(amount_yuan=Decimal(0)),
        grant(starts_on=date(2026, 2, 1), ends_on=None),
    ],
)
def test_new_year_grace_needs_cover_on_the_last_31_december(judged, row):
    facts = funded(row, as_of=NEW_YEAR)
    assert judged(facts, "ST-12").outcome == "not_met"
    assert judged(facts, "ST-13").outcome == "not_applicable"


def test_new_year_grace_needs_last_year_to_reach_the_floor(judged):
    facts = funded(grant(), as_of=NEW_YEAR)
    assert judged(facts, "ST-12", funding_floor="300001").outcome == "not_met"
    assert judged(facts, "ST-12", funding_floor="300000").outcome == "no_data"


def test_new_year_grace_ends_with_the_new_commitment(judged):
    new = grant(2, starts_on=NEW_YEAR, ends_on=date(2026, 12, 31))
    facts = funded(grant(1), new, as_of=NEW_YEAR)
    assert judged(facts, "ST-12").outcome == "met"
    assert judged(facts, "ST-13").outcome == "not_applicable"
    small = judged(
        funded(grant(1), replace(new, amount_yuan=Decimal(1)), as_of=NEW_YEAR),
        "ST-12",
        funding_floor="300000",
    )
    assert verdict(small) == ("not_met", "commitment_1.00_of_300000.00")


def test_new_year_grace_stays_open_when_last_year_is_unknown(judged):
    facts = funded(grant(amount_yuan=None), as_of=NEW_YEAR)
    assert verdict(judged(facts, "ST-12")) == ("no_data", "new_fiscal_year_pending")


# ST-13


@pytest.mark.parametrize(
    ("days", "cells", "expected"),
    [
        (330, {}, ("met", "annual_purchase")),
        (366, {}, ("met", "annual_purchase")),
        (329, {}, ("not_met", "contract_329_days")),
        (367, {}, ("not_met", "contract_367_days")),
        (367, {"is_annual_renewal": True}, ("met", "annual_purchase")),
        (1096, {"is_annual_renewal": True}, ("met", "annual_purchase")),
        (1097, {"is_annual_renewal": True}, ("not_met", "contract_1097_days")),
        (1096, {"is_annual_renewal": None}, ("no_data", "annual_renewal_unknown")),
        (1097, {"is_annual_renewal": None}, ("not_met", "contract_1097_days")),
        # Renewal makes an annual form of several years, not of half a year.
        (184, {"is_annual_renewal": True}, ("not_met", "contract_184_days")),
        (184, {"is_annual_renewal": None}, ("not_met", "contract_184_days")),
        (334, {"purpose": "mixed"}, ("met", "annual_purchase")),
        (365, {"purpose": "project"}, ("not_applicable", "no_basic_operation_purchase")),
        (365, {"form": "grant"}, ("not_applicable", "no_basic_operation_purchase")),
        (365, {"purpose": None}, ("no_data", "purpose_unknown")),
        (184, {"purpose": None}, ("no_data", "purpose_unknown")),
    ],
)
def test_annual_purchase(judged, days, cells, expected):
    assert verdict(judged(funded(contract(days, **cells)), "ST-13")) == expected


def test_multi_year_renewal_counts_by_parameter(judged):
    facts = funded(contract(1096, is_annual_renewal=True))
    outcome = judged(facts, "ST-13", multi_year_with_annual_renewal_counts=False)
    assert verdict(outcome) == ("not_met", "contract_1096_days")


@pytest.mark.parametrize("dates", [{"ends_on": None}, {"starts_on": None}])
def test_annual_purchase_of_unknown_length_is_no_data(judged, dates):
    outcome = judged(funded(purchase(**dates)), "ST-13")
    assert verdict(outcome) == ("no_data", "contract_dates_missing")


def test_annual_purchase_one_of_several_suffices(judged):
    outcome = judged(funded(contract(184), contract(365, row=2)), "ST-13")
    assert verdict(outcome) == ("met", "annual_purchase")
    assert outcome.counted == (("funding", 2),)
    assert outcome.uncounted == ((("funding", 1), "not_annual"),)


def test_annual_purchase_names_the_longest_in_force(judged):
    ended = purchase(3, ends_on=date(2025, 12, 30))
    outcome = judged(funded(contract(100), contract(200, row=2), ended), "ST-13")
    assert outcome.reason_code == "contract_200_days"
    assert outcome.figures == {"days": 200, "annual_min_days": 330, "annual_max_days": 366}


@pytest.mark.parametrize(("days", "outcome"), [(365, "no_data"), (184, "not_met")])
def test_annual_purchase_beside_one_of_unknown_purpose(judged, days, outcome):
    facts = funded(contract(100), contract(days, row=2, purpose=None))
    assert judged(facts, "ST-13").outcome == outcome


def test_annual_purchase_filed_as_none_does_not_apply(judged):
    outcome = judged(funded(), "ST-13")
    assert verdict(outcome) == ("not_applicable", "no_basic_operation_purchase")


# ST-14


@pytest.mark.parametrize(
    ("rows", "expected", "year"),
    [
        ([income(1)], ("met", "earned_income"), 2025),
        ([income(0)], ("not_met", "no_earned_income"), 2025),
        ([income(0), income(7, 2, 2024)], ("not_met", "no_earned_income"), 2025),
        ([income(7, year=2024)], ("met", "earned_income"), 2024),
        ([income(0, year=2024)], ("not_met", "no_earned_income"), 2024),
        ([income(0), income(7, 2)], ("met", "earned_income"), 2025),
        ([income(None)], ("no_data", "amount_unknown"), 2025),
        ([income(None), income(7, 2)], ("met", "earned_income"), 2025),
        ([income(None), income(0, 2)], ("no_data", "amount_unknown"), 2025),
        ([income(7, year=None)], ("no_data", "fiscal_year_unknown"), 2024),
        (
            [income(7, year=2024), income(0, 2, None)],
            ("no_data", "fiscal_year_unknown"),
            2024,
        ),
    ],
)
def test_earned_income(judged, rows, expected, year):
    outcome = judged(funded(*rows), "ST-14")
    assert verdict(outcome) == expected
    assert outcome.figures["fiscal_year"] == year


def test_earned_income_of_a_closed_year_counts_after_its_end(judged):
    row = replace(income(7), starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    outcome = judged(funded(row, as_of=date(2026, 2, 1)), "ST-14")
    assert verdict(outcome) == ("met", "earned_income")
    assert outcome.counted == (("funding", 1),)


@pytest.mark.parametrize("rows", [(), (grant(),), (income(7, year=2023),)])
def test_earned_income_blank_is_no_data(judged, rows):
    outcome = judged(funded(*rows), "ST-14")
    assert verdict(outcome) == ("no_data", "earned_income_not_filed")


# The share of the basic cost


@pytest.mark.parametrize(
    ("cost", "ratio", "expected"),
    [
        (None, None, ("met", "basic_operation_committed")),
        (Decimal(400_000), "0.75", ("met", "basic_operation_committed")),
        (Decimal(400_000), "0.76", ("not_met", "commitment_300000.00_of_304000.00")),
        (None, "0.75", ("no_data", "basic_cost_unknown")),
    ],
)
def test_commitments_cover_a_share_of_the_basic_cost(judged, cost, ratio, expected):
    facts = replace(funded(grant()), profile=(Profile(1, basic_cost_yuan=cost),))
    outcome = judged(facts, "ST-12", funding_cost_coverage_ratio=ratio)
    assert (outcome.outcome, outcome.reason_code) == expected


def test_unknown_cost_is_asked_for_in_the_profile_and_excuses_no_lack_of_money(judged):
    facts = replace(funded(grant()), profile=(Profile(1),))
    outcome = judged(facts, "ST-12", funding_cost_coverage_ratio="1")
    assert outcome.remedy.figures == {"section": "profile"}
    assert outcome.figures["basic_cost_yuan"] is None
    without = judged(funded(), "ST-12", funding_cost_coverage_ratio="1")
    assert without.outcome == "not_met"


def test_the_higher_of_floor_and_share_counts(judged):
    facts = replace(funded(grant()), profile=(Profile(1, basic_cost_yuan=Decimal(100_000)),))
    asked = {"funding_cost_coverage_ratio": "1", "funding_floor": "300001"}
    assert judged(facts, "ST-12", **asked).reason_code == "commitment_300000.00_of_300001.00"
