"""Figures of a district's year: what is unknown stays unknown, rates name their denominator, and
the text is the same whoever writes it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules import city_pack
from evaluation.rules.base import MET, NO_DATA, NOT_APPLICABLE, NOT_MET, Outcome
from evaluation.rules.city_pack_facts import Center, Proven, YearInputs, canonical, digest, proven
from evaluation.rules.facts import Funding, Premises, Staff

AS_OF = date(2025, 12, 31)


def proof(name):
    return proven("section", name, name, {"name": name})


def a_center(code="C01", rollup="compliant", **known):
    outcomes = known.pop("outcomes", {})
    return Center(
        code=code,
        township=f"31019900{code[-1]}",
        rollup=rollup,
        outcomes=outcomes,
        evidence={
            name: proof(f"{code}/{name}")
            for name in ("staff", "premises", "funding", "rollup", *outcomes)
        },
        **known,
    )


def a_year(*centers, year=2025, **known):
    townships = known.pop("townships", {f"31019900{n}": proof(f"T{n}") for n in range(1, 5)})
    return YearInputs(
        year=year,
        as_of=AS_OF.replace(year=year),
        townships=townships,
        centers=centers,
        rules=known.pop("rules", ("ST-01",)),
        functions=known.pop("functions", ("FN-11",)),
        duties=known.pop("duties", {}),
        duty_evidence={},
        lists={"centers": proof("centers")},
        **known,
    )


def told(this, last=None):
    """Key → figure."""
    figures, _evidence = city_pack.figures(this, last or a_year(year=2024))
    return {figure.key: figure for figure in figures}


def paid(form, amount, year=2025, row=1, purpose="basic_operation", basic=None):
    yuan, part = (None if each is None else Decimal(each) for each in (amount, basic))
    return Funding(row, year, form, purpose=purpose, amount_yuan=yuan, basic_amount_yuan=part)


# --- unknown is not 0


def test_nobody_filed_money_is_unknown_and_filed_as_none_is_0():
    assert told(a_year(a_center()))["money.total"].value is None
    assert told(a_year(a_center(funding=())))["money.total"].value == "0.00"


def test_money_of_another_year_says_nothing_of_this_one():
    figure = told(a_year(a_center(funding=(paid("grant", 100_000, year=2024),))))["money.total"]
    assert (figure.value, figure.numerator, figure.denominator) == (None, 0, 1)


def test_amounts_that_nobody_knows_are_no_0():
    rows = (paid("donation", None), paid("grant", 50_000, row=2))
    figures = told(a_year(a_center(funding=rows)))
    assert figures["money.donation"].value is None
    assert figures["money.donation"].parts["unknown"] == 1
    assert figures["money.grant"].value == "5.00"
    assert figures["money.earned_income"].value == "0.00"


def test_money_of_projects_is_no_operating_money():
    rows = (
        paid("purchase", 400_000, row=1),
        paid("purchase", 300_000, row=2, purpose="project"),
        paid("purchase", 200_000, row=3, purpose="mixed", basic=50_000),
        paid("grant", 100_000, row=4),
    )
    figures = told(a_year(a_center(funding=rows)))
    total = figures["money.total"]
    assert total.value == "55.00"
    assert (total.parts["purchase"], total.parts["grant"]) == ("45.00", "10.00")
    assert total.parts["unknown"] == 0
    assert figures["money.purchase"].value == "90.00"


@pytest.mark.parametrize("row", [paid("grant", 9, purpose=None), paid("grant", 9, purpose="mixed")])
def test_what_runs_the_center_is_unknown_while_nobody_said(row):
    total = told(a_year(a_center(funding=(row,))))["money.total"]
    assert (total.value, total.parts["unknown"]) == (None, 1)


def test_a_center_with_money_of_projects_alone_has_0_to_run_on():
    rows = (paid("purchase", 300_000, purpose="project"),)
    assert told(a_year(a_center(funding=rows)))["money.total"].value == "0.00"


def test_centers_reviewed_are_those_with_a_grade():
    graded = tuple(
        Proven(proof(f"V{code}"), state="good", of=code) for code in ("C01", "C02", "C09")
    )
    figures = told(a_year(*map(a_center, ("C01", "C02", "C03", "C04")), grades=graded))
    rate = figures["review.reviewed_rate"]
    assert (rate.value, rate.numerator, rate.denominator) == ("50.00", 2, 4)
    unknown = told(a_year(a_center()))["review.reviewed_rate"]
    assert (unknown.value, unknown.numerator) == (None, None)


def test_what_was_never_published_stays_below_the_line():
    states = ("on_time", "late", "missing", "missing")
    due = tuple(Proven(proof(f"D{n}"), state=state) for n, state in enumerate(states))
    rate = told(a_year(a_center(), disclosures=due))["disclosure.on_time_rate"]
    assert (rate.value, rate.parts) == ("25.00", {"on_time": 1, "late": 1, "missing": 2})


def test_people_of_whom_nothing_was_said_are_no_0():
    silent = Staff(1, 11, "staff", is_full_time=None)
    figures = told(a_year(a_center(staff=(silent,))))
    assert figures["people.full_time_staff"].value is None
    assert figures["people.social_workers"].value is None
    known = replace(silent, social_work_certificate="none", is_full_time=False)
    figures = told(a_year(a_center(staff=(known,))))
    assert figures["people.full_time_staff"].value == "0"
    assert figures["people.social_workers"].value == "0"


def test_grades_are_unknown_until_a_round_is_published():
    assert told(a_year(a_center()))["review.excellent"].value is None
    graded = (Proven(proof("V1"), state="good"),)
    figures = told(a_year(a_center(), grades=graded))
    assert (figures["review.excellent"].value, figures["review.good"].value) == ("0", "1")


def test_a_function_reported_of_another_year_is_no_data():
    outcome = Outcome(MET, "function_performed", {"fiscal_year": 2024, "count": 5, "minimum": 1})
    figures = told(a_year(a_center(outcomes={"FN-11": outcome})))
    assert figures["functions.FN-11.count"].value is None
    assert figures["functions.FN-11.rate"].parts["no_data"] == 1


def test_a_duty_nobody_recorded_is_unknown_and_one_declared_none_is_0():
    nothing = {"cooperation": Outcome(NO_DATA, "nothing_recorded", {"year": 2025})}
    assert told(a_year(a_center(), duties=nothing))["mechanism.briefing"].value is None
    none = {"cooperation": Outcome(NOT_MET, "declared_none", {"year": 2025})}
    assert told(a_year(a_center(), duties=none))["mechanism.briefing"].value == "0"


def test_a_rate_without_a_denominator_is_unknown():
    figure = told(a_year())["standards.compliant_rate"]
    assert (figure.value, figure.numerator, figure.denominator) == (None, 0, 0)


# --- counting


def test_a_rate_keeps_no_data_and_not_applicable_outside_its_denominator():
    outcomes = (MET, MET, NOT_MET, NO_DATA, NOT_APPLICABLE)
    centers = [
        a_center(f"C{n}", outcomes={"ST-01": Outcome(outcome, "x")})
        for n, outcome in enumerate(outcomes)
    ]
    figure = told(a_year(*centers))["standards.ST-01"]
    assert (figure.value, figure.numerator, figure.denominator) == ("66.67", 2, 3)
    assert figure.of == "judged"
    assert figure.parts == {"met": 2, "not_met": 1, "no_data": 1, "not_applicable": 1}


def test_a_person_in_two_posts_is_one_person():
    rows = (
        Staff(1, 11, "director", is_full_time=True),
        Staff(2, 11, "finance", is_full_time=True),
        Staff(3, 12, "staff", "seconded_community_worker", is_full_time=True),
        Staff(4, 13, "staff", is_full_time=True, ends_on=date(2025, 12, 30)),
    )
    figures = told(a_year(a_center(staff=rows)))
    assert figures["people.full_time_directors"].value == "1"
    assert figures["people.full_time_staff"].value == "1"
    assert figures["people.community_workers"].value == "1"


def test_people_of_two_centers_with_one_number_are_two():
    row = Staff(1, 11, "staff", is_full_time=True)
    figures = told(a_year(a_center("C01", staff=(row,)), a_center("C02", staff=(row,))))
    assert figures["people.full_time_staff"].value == "2"


@pytest.mark.parametrize(
    ("yuan", "written"), [("49", "0.00"), ("50", "0.01"), ("149.99", "0.01"), ("150", "0.02")]
)
def test_yuan_are_told_in_ten_thousands_half_up(yuan, written):
    figures = told(a_year(a_center(funding=(paid("grant", yuan),))))
    assert figures["money.grant"].value == written


def test_areas_are_summed_and_their_middle_is_exact():
    site = Premises(1, co_location=["charity_shop", "incubation_park"])
    other = Premises(1, co_location=["charity_shop"])
    figures = told(
        a_year(
            a_center("C01", premises=(site,), area_m2=Decimal("30.01")),
            a_center("C02", premises=(other,), area_m2=Decimal("30.02")),
        )
    )
    assert figures["premises.area"].value == "60.03"
    assert figures["premises.area_median"].value == "30.02"
    assert figures["premises.co_located"].value == "2"
    assert figures["premises.co_located"].parts == {"charity_shop": 2, "incubation_park": 1}


def test_coverage_is_of_townships():
    figures = told(a_year(a_center("C01"), a_center("C02"), a_center("C11")))
    assert figures["coverage.rate"].value == "50.00"
    assert figures["coverage.rate"].denominator == 4


def test_items_cancelled_are_not_counted_and_closed_ones_are_of_those_opened():
    states = ("closed", "open", "open", "cancelled")
    items = tuple(Proven(proof(f"Z{n}"), state=state) for n, state in enumerate(states))
    figures = told(a_year(a_center(), items=items))
    assert figures["review.rectifications"].value == "3"
    assert figures["review.rectified_rate"].value == "33.33"


def test_late_filings_are_those_late_and_those_missing():
    states = ("on_time", "late", "missing", "on_time")
    filings = tuple(Proven(proof(f"R{n}"), state=state) for n, state in enumerate(states))
    figures = told(a_year(a_center(), filings=filings))
    assert figures["quality.late_filings"].value == "2"
    assert figures["quality.late_filings"].parts == {"on_time": 2, "late": 1, "missing": 1}
    assert figures["quality.on_time_rate"].value == "50.00"


# --- year on year


def test_a_year_stands_beside_the_one_before():
    last = a_year(a_center(funding=(paid("purchase", 300_000, year=2024),)), year=2024)
    figures = told(a_year(a_center(funding=(paid("purchase", 400_000),))), last)
    bought = figures["money.purchase"]
    assert (bought.value, bought.last_year, bought.change) == ("40.00", "30.00", "10.00")
    assert figures["money.purchase_growth"].value == "33.33"


def test_a_change_from_something_unknown_is_unknown():
    figure = told(a_year(a_center(funding=(paid("purchase", 400_000),))))["money.purchase"]
    assert (figure.last_year, figure.change) == (None, None)
    growth = told(a_year(a_center(funding=(paid("purchase", 400_000),))))["money.purchase_growth"]
    assert growth.value is None


def test_growth_from_nothing_has_no_percentage():
    last = a_year(a_center(funding=()), year=2024)
    figures = told(a_year(a_center(funding=(paid("purchase", 400_000),))), last)
    assert figures["money.purchase_growth"].value is None
    assert figures["money.purchase"].change == "40.00"


# --- evidence


def test_every_name_a_figure_gives_is_in_the_index_once():
    figures, evidence = city_pack.figures(
        a_year(a_center(funding=(paid("grant", 1),), staff=())), a_year(year=2024)
    )
    index = [each.name for each in evidence]
    assert index == sorted(set(index))
    assert {name for figure in figures for name in figure.evidence} == set(index)


def test_groups_stand_in_their_order():
    figures, _evidence = city_pack.figures(a_year(a_center()), a_year(year=2024))
    assert list(dict.fromkeys(figure.group for figure in figures)) == list(city_pack.GROUPS)
    assert len({figure.key for figure in figures}) == len(figures)


# --- the text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def backwards(value):
    """The same, every mapping entered in the opposite order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(list(value))}
    return [backwards(each) for each in value] if isinstance(value, list) else value


@given(JSON)
def test_the_text_does_not_depend_on_the_order_of_keys(content):
    text = canonical(content)
    assert text == canonical(backwards(content))
    assert text.endswith("\n")
    assert text.count("\n") == 1


@pytest.mark.parametrize("content", [0.5, [1, 2.0], {"a": {"b": [0.0]}}])
def test_a_float_is_refused(content):
    with pytest.raises(TypeError, match="decimals as text"):
        canonical(content)


def test_a_hash_is_that_of_the_text():
    said = {"b": date(2025, 12, 31), "a": Decimal("1.50")}
    assert digest(said) == sha256(b'{"a":"1.50","b":"2025-12-31"}\n').hexdigest()


# --- districts side by side


def test_each_of_the_last_quarter_may_learn_from_the_strongest():
    rates = {"A": "90.00", "B": "80.00", "C": "70.00", "D": "40.00"}
    found = city_pack.strengths({code: {"coverage.rate": rate} for code, rate in rates.items()})
    assert [(each.strong, each.weak, each.gap) for each in found] == [("A", "D", "50.00")]
    assert (found[0].strong_value, found[0].weak_value) == ("90.00", "40.00")


def test_of_missing_data_less_is_stronger():
    shares = {"A": "5.00", "B": "30.00"}
    values = {code: {"quality.no_data_rate": share} for code, share in shares.items()}
    found = city_pack.strengths(values)
    assert [(each.strong, each.weak, each.gap) for each in found] == [("A", "B", "25.00")]


def test_an_unknown_figure_is_neither_strong_nor_weak():
    values = {"A": {"coverage.rate": "90.00"}, "B": {"coverage.rate": None}, "C": {}}
    assert city_pack.strengths(values) == []


def test_districts_that_are_alike_have_nothing_to_exchange():
    values = {code: {"coverage.rate": "90.00"} for code in "ABCD"}
    assert city_pack.strengths(values) == []


@given(
    st.dictionaries(
        st.sampled_from("ABCDEFGH"),
        st.fixed_dictionaries(
            {"x.rate": st.none() | st.decimals("0", "100", places=2).map(str)}
        ),
    )
)
def test_whoever_is_strong_is_not_weak_in_the_same(values):
    for each in city_pack.strengths(values):
        assert each.strong != each.weak
        assert Decimal(each.gap) > 0
        assert Decimal(each.strong_value) - Decimal(each.weak_value) == Decimal(each.gap)
