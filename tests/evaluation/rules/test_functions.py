"""Functions: the year judged, the source that counts, blank and zero."""

from datetime import date

import pytest

from evaluation.rules.facts import Casework, CenterFacts, FunctionFigure

AS_OF = date(2025, 12, 31)


def worked(year, function, count):
    """So many records of the function, on the first days of the year."""
    return Casework(year, function, tuple(date(year, 1, day) for day in range(1, count + 1)))


def reported(*figures, casework=(), as_of=AS_OF):
    """(year, function, count) as filed, and the same of casework."""
    rows = [FunctionFigure(number, *figure) for number, figure in enumerate(figures, start=1)]
    cases = tuple(worked(*each) for each in casework)
    return CenterFacts(as_of, functions=tuple(rows), casework=cases)


def verdict(outcome):
    return outcome.outcome, outcome.reason_code


def test_functions_never_filed_are_no_data(judged):
    outcome = judged(CenterFacts(AS_OF), "FN-13")
    assert verdict(outcome) == ("no_data", "functions_not_filed")
    assert outcome.remedy.figures == {"section": "functions"}


@pytest.mark.parametrize("rule_id", ["FN-11", "FN-13", "FN-24", "FN-33"])
def test_function_without_a_row_or_with_a_blank_one_is_no_data(judged, rule_id):
    assert verdict(judged(reported(), rule_id)) == ("no_data", "function_not_reported")
    blank = judged(reported((2025, rule_id, None)), rule_id)
    assert verdict(blank) == ("no_data", "count_unknown")
    assert blank.uncounted == ((("functions", 1), "count_unknown"),)
    assert blank.figures == {"fiscal_year": 2025}


def test_filed_zero_is_a_failure_or_without_demand_does_not_apply(judged):
    assert verdict(judged(reported((2025, "FN-13", 0)), "FN-13")) == (
        "not_met",
        "function_0_of_1",
    )
    outcome = judged(reported((2025, "FN-11", 0)), "FN-11")
    assert verdict(outcome) == ("not_applicable", "no_demand")
    assert outcome.figures == {
        "fiscal_year": 2025, "count": 0, "minimum": 1, "source": "filed"
    }


def test_which_functions_wait_for_demand_is_a_parameter(judged):
    facts = reported((2025, "FN-11", 0), (2025, "FN-13", 0))
    assert judged(facts, "FN-11", demand_driven_rules=["FN-13"]).outcome == "not_met"
    assert judged(facts, "FN-13", demand_driven_rules=["FN-13"]).outcome == "not_applicable"


def test_demand_that_was_met_too_seldom_is_a_failure(judged):
    outcome = judged(reported((2025, "FN-11", 1)), "FN-11", fn_min_count=2)
    assert verdict(outcome) == ("not_met", "function_1_of_2")
    assert outcome.remedy.figures == {"missing": 1}


@pytest.mark.parametrize(("count", "outcome"), [(1, "met"), (2, "met"), (0, "not_met")])
def test_a_zero_report_counts_as_it_is_filed(judged, count, outcome):
    assert judged(reported((2025, "FN-18", count)), "FN-18").outcome == outcome


@pytest.mark.parametrize(
    ("count", "expected"),
    [(6, ("met", "support_types_offered")), (5, ("not_met", "support_types_5_of_6"))],
)
def test_support_services_are_counted_by_kind(judged, count, expected):
    assert verdict(judged(reported((2025, "FN-24", count)), "FN-24")) == expected
    assert judged(reported((2025, "FN-24", count)), "FN-24", support_service_min_types=5).outcome


def test_casework_wins_over_the_filed_figure_and_is_named(judged):
    facts = reported((2025, "FN-13", 0), casework=[(2025, "FN-13", 3)])
    outcome = judged(facts, "FN-13")
    assert verdict(outcome) == ("met", "function_performed")
    assert (outcome.figures["count"], outcome.figures["source"]) == (3, "casework")
    assert outcome.uncounted == ((("functions", 1), "casework_counts"),)


def test_casework_wins_also_where_it_is_less(judged):
    facts = reported((2025, "FN-13", 9), casework=[(2025, "FN-13", 1)])
    assert judged(facts, "FN-13", fn_min_count=2).reason_code == "function_1_of_2"


def test_a_function_without_casework_is_read_from_the_filing(judged):
    facts = reported((2025, "FN-13", 2), casework=[(2025, "FN-12", 3)])
    assert judged(facts, "FN-13").figures["source"] == "filed"


def test_casework_alone_judges_its_function_and_no_other(judged):
    facts = CenterFacts(AS_OF, casework=(worked(2025, "FN-13", 2),))
    assert judged(facts, "FN-13").outcome == "met"
    assert judged(facts, "FN-12").reason_code == "functions_not_filed"


def test_year_before_is_judged_until_anything_is_known_of_this_one(judged):
    new_year = date(2026, 1, 1)
    facts = reported((2025, "FN-13", 2), as_of=new_year)
    assert judged(facts, "FN-13").figures["fiscal_year"] == 2025
    begun = reported((2025, "FN-13", 2), (2026, "FN-12", 1), as_of=new_year)
    outcome = judged(begun, "FN-13")
    assert verdict(outcome) == ("no_data", "function_not_reported")
    assert outcome.uncounted == ((("functions", 1), "other_fiscal_year"),)
    worked = reported((2025, "FN-13", 2), casework=[(2026, "FN-13", 1)], as_of=new_year)
    assert judged(worked, "FN-13").figures["fiscal_year"] == 2026


def test_records_count_from_their_day(judged):
    facts = reported(casework=[(2025, "FN-13", 3)], as_of=date(2025, 1, 2))
    assert judged(facts, "FN-13").figures["count"] == 2


def test_figures_of_years_to_come_are_left_alone(judged):
    facts = reported((2025, "FN-13", 0), (2026, "FN-13", 5))
    assert judged(facts, "FN-13").reason_code == "function_0_of_1"


def test_functions_never_weigh_on_the_roll_up(pack):
    functions = [rule for rule in pack.center_rules if rule.dimension == "functions"]
    assert {rule.rule_class for rule in functions} == {"D", "E"}


def none_due(*figures, since=date(2025, 1, 6), count=0, as_of=AS_OF):
    """The facts where the records say since a day that nobody was due in 2025."""
    days = worked(2025, "FN-12", count).days
    rows = [FunctionFigure(number, *figure) for number, figure in enumerate(figures, start=1)]
    cases = (Casework(2025, "FN-12", days, since),)
    return CenterFacts(as_of, functions=tuple(rows) or None, casework=cases)


@pytest.mark.parametrize("figures", [(), ((2025, "FN-12", 0),), ((2025, "FN-12", None),)])
def test_where_nobody_was_due_there_was_nothing_to_help_with(judged, figures):
    outcome = judged(none_due(*figures), "FN-12")
    assert verdict(outcome) == ("not_applicable", "none_due")
    assert outcome.figures == {"fiscal_year": 2025}


def test_help_that_was_given_all_the_same_counts(judged):
    assert verdict(judged(none_due(count=2), "FN-12")) == ("met", "function_performed")
    filed = judged(none_due((2025, "FN-12", 3)), "FN-12")
    assert (filed.outcome, filed.figures["source"]) == ("met", "filed")


def test_that_nobody_was_due_says_nothing_of_other_years_functions_and_earlier_days(judged):
    zero = (2025, "FN-12", 0)
    assert judged(none_due(zero, since=date(2026, 1, 1)), "FN-12").outcome == "not_met"
    assert judged(none_due((2025, "FN-13", 0)), "FN-13").outcome == "not_met"
    known = none_due((2024, "FN-12", 0), (2025, "FN-13", None))
    assert judged(known, "FN-12").figures["fiscal_year"] == 2025
    last_year = none_due((2026, "FN-12", 0), as_of=date(2026, 12, 31))
    assert judged(last_year, "FN-12").outcome == "not_met"
