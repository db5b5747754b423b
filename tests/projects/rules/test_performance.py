"""Scores of performance, to the letter of the golden results, and the templates themselves."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules import performance
from projects.rules.performance import Flag, Indicator, Part, Template, Usual
from projects.selectors.performance_templates import all_templates, name_of, of_kind

SELF = all_templates()["performance-2020"]
MAXIMA = {"output": Decimal(50), "benefit": Decimal(30), "satisfaction": Decimal(10)}


def indicators(output, benefit, satisfaction):
    """One indicator a part, that gives these points."""
    given = {"output": output, "benefit": benefit, "satisfaction": satisfaction}
    return [
        Indicator(
            position, part, part, MAXIMA[part], round(Decimal(points) * 100 / MAXIMA[part], 2)
        )
        for position, (part, points) in enumerate(given.items(), start=1)
    ]


@pytest.mark.parametrize(
    ("project", "budget", "spent", "points", "execution", "score", "grade"),
    [
        ("P1", "300000.00", "300000.00", (48, 28, 9), "10.00", "95.00", "excellent"),
        ("P2", "250000.00", "200000.00", (42, 25, 8), "8.00", "83.00", "good"),
        ("P3", "100000.00", "100000.00", (45, 27, 8), "10.00", "90.00", "excellent"),
        ("P4", "200000.00", "199800.00", (40, 22, 8), "9.99", "79.99", "fair"),
        ("P8", "100000.00", None, (45, 25, 9), None, None, ""),
    ],
)
def test_golden_scores(project, budget, spent, points, execution, score, grade):
    found = performance.evaluate(
        SELF,
        budget=Decimal(budget),
        spent=None if spent is None else Decimal(spent),
        indicators=indicators(*points),
    )
    assert list(found.points.values()) == list(map(Decimal, points))
    assert found.execution == (None if execution is None else Decimal(execution))
    assert found.score == (None if score is None else Decimal(score))
    assert found.grade == grade
    assert found.flags == ((Flag("no_data"),) if project == "P8" else ())


@pytest.mark.parametrize(
    ("score", "grade"),
    [
        ("100.00", "excellent"),
        ("90.00", "excellent"),
        ("89.99", "good"),
        ("80.00", "good"),
        ("79.99", "fair"),
        ("60.00", "fair"),
        ("59.99", "poor"),
        ("0.00", "poor"),
    ],
)
def test_bands(score, grade):
    assert performance.grade(Decimal(score)) == grade


@pytest.mark.parametrize(
    ("completion", "level"),
    [("80", "reached"), ("79.99", "partly"), ("60", "partly"), ("59.99", "not_reached")],
)
def test_levels_of_what_no_figure_measures(completion, level):
    assert performance.level(Decimal(completion)) == level


def test_nothing_spent_is_a_zero_and_not_unknown():
    found = performance.evaluate(
        SELF, budget=Decimal(100), spent=Decimal(0), indicators=indicators(48, 28, 9)
    )
    assert (found.execution, found.score, found.grade) == (0, Decimal("85.00"), "good")


def test_overspending_gives_no_more_points_and_is_remarked():
    found = performance.evaluate(
        SELF,
        budget=Decimal("100000.00"),
        spent=Decimal("100000.01"),
        indicators=indicators(45, 27, 8),
    )
    assert found.score == Decimal("90.00")
    assert found.flags == (Flag("overspent", value="0.01"),)


@pytest.mark.parametrize(("completion", "flags"), [("130.00", 0), ("130.01", 1)])
def test_a_target_far_exceeded_gives_full_marks_and_a_remark(completion, flags):
    row = Indicator(1, "output", "服务人次", Decimal(50), Decimal(completion))
    found = performance.evaluate(SELF, budget=Decimal(1), spent=Decimal(1), indicators=[row])
    assert found.points == {1: Decimal(50)}
    assert found.flags == (Flag("low_target", "服务人次", completion),) * flags


def test_indicators_that_do_not_fit():
    rows = [
        Indicator(1, "output", "数量", Decimal(49), Decimal(100)),
        Indicator(2, "benefit", "影响", Decimal(30), Decimal("100.01"), is_quantitative=False),
        Indicator(3, "satisfaction", "满意度", Decimal(10), None),
        Indicator(4, "execution", "执行", Decimal(10), Decimal(100)),
        Indicator(5, "outcome", "其他", Decimal(1), Decimal(100)),
    ]
    found = performance.indicator_problems(SELF, rows)
    assert [(each.code, each.where) for each in found] == [
        ("above", "影响"),
        ("missing", "满意度"),
        ("part", "执行"),
        ("part", "其他"),
        ("weights", "output"),
    ]
    assert performance.indicator_problems(SELF, indicators(48, 28, 9)) == []


@pytest.mark.parametrize("code", ["performance-2020", "performance-2020-department"])
def test_templates_name_where_they_come_from(code):
    assert all_templates()[code].source == "财预〔2020〕10号"


@pytest.mark.parametrize("template", all_templates().values(), ids=lambda each: each.code)
def test_templates_give_100(template):
    assert performance.template_problems(template) == []
    assert template in of_kind(template.kind)
    assert name_of(template)


def test_a_department_looks_at_what_was_achieved():
    parts = (
        Part("process", "", "", Decimal(41), (Usual("a", Decimal(41)),)),
        Part("output", "", "", Decimal(59), (Usual("b", Decimal(58)),)),
    )
    wrong = Template("t", "department", "", "", "", parts)
    found = performance.template_problems(wrong)
    assert [(each.code, each.value, each.needed) for each in found] == [
        ("weights", "58", "59"),
        ("achieved", "59", "60"),
    ]


percents = st.decimals("0", "250", places=2)
yuan = st.decimals("0.01", "9999999.99", places=2)


@given(st.tuples(percents, percents, percents), yuan, yuan | st.just(Decimal(0)))
def test_a_score_is_the_sum_of_what_is_shown(completions, budget, spent):
    rows = [
        Indicator(position, part, part, MAXIMA[part], completion)
        for position, (part, completion) in enumerate(zip(MAXIMA, completions, strict=True), 1)
    ]
    found = performance.evaluate(SELF, budget=budget, spent=spent, indicators=rows)
    assert found.score == sum(found.parts.values()) == sum(found.points.values()) + found.execution
    assert 0 <= found.score <= 100
    assert performance.evaluate(SELF, budget=budget, spent=None, indicators=rows).score is None
