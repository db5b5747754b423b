from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.rules.parameters import Parameter, ParameterError, typed_values


def parameter(kind, **options):
    return Parameter(
        "threshold",
        kind,
        default=None,
        clause="三(二)-4",
        rules=(),
        title="阈值",
        title_en="Threshold",
        **options,
    )


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("bool", True, True),
        ("bool", "false", False),
        ("int", 2, 2),
        ("int", "-3", -3),
        ("decimal", "30.00", Decimal("30.00")),
        ("decimal", 30, Decimal(30)),
        ("decimal", Decimal("0.5"), Decimal("0.5")),
        ("choice", "sum", "sum"),
        ("list", ["b", "a", "b"], frozenset({"a", "b"})),
        ("list", '["a"]', frozenset({"a"})),
        ("list", [], frozenset()),
        ("month_day", "03-31", (3, 31)),
    ],
)
def test_parse_gives_the_typed_value(kind, raw, value):
    parsed = parameter(kind).parse(raw)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("bool", 1),
        ("bool", "yes"),
        ("bool", []),
        ("int", True),
        ("int", 2.0),
        ("int", "2.5"),
        ("int", "二"),
        ("int", "٣"),
        ("int", ""),
        ("decimal", 30.1),
        ("decimal", True),
        ("decimal", "NaN"),
        ("decimal", "1e9"),
        ("decimal", Decimal("Infinity")),
        ("decimal", "30,00"),
        ("choice", ""),
        ("choice", 3),
        ("list", "a"),
        ("list", "{}"),
        ("list", [1]),
        ("list", [""]),
        ("month_day", "3-31"),
        ("month_day", "02-29"),
        ("month_day", "13-01"),
        ("month_day", (3, 31)),
    ],
)
def test_parse_refuses_another_type_by_name(kind, raw):
    with pytest.raises(ParameterError) as caught:
        parameter(kind).parse(raw)
    assert caught.value.name == "threshold"
    assert caught.value.problem == "wrong_type"
    assert caught.value.expected == kind


@pytest.mark.parametrize(
    ("options", "kind", "raw", "problem", "expected"),
    [
        ({"minimum": 0}, "int", -1, "below_minimum", "0"),
        ({"maximum": 100}, "int", "101", "above_maximum", "100"),
        ({"minimum": Decimal(0)}, "decimal", "-0.01", "below_minimum", "0"),
        ({"choices": ("sum", "main_only")}, "choice", "all", "not_a_choice", "sum, main_only"),
        ({"choices": ("a", "b")}, "list", ["a", "c"], "not_a_choice", "a, b"),
        ({}, "int", None, "null_not_allowed", "int"),
    ],
)
def test_parse_refuses_what_is_out_of_range(options, kind, raw, problem, expected):
    with pytest.raises(ParameterError) as caught:
        parameter(kind, **options).parse(raw)
    assert (caught.value.problem, caught.value.expected) == (problem, expected)


def test_parse_keeps_the_bounds_inside():
    bounded = parameter("int", minimum=0, maximum=100)
    assert (bounded.parse(0), bounded.parse(100)) == (0, 100)


def test_parse_null_where_allowed():
    assert parameter("decimal", is_nullable=True).parse(None) is None


@given(
    st.one_of(
        st.tuples(st.just("bool"), st.booleans()),
        st.tuples(st.just("int"), st.integers(-(10**17), 10**17)),
        st.tuples(st.just("decimal"), st.decimals(-(10**9), 10**9, places=2)),
        st.tuples(st.just("list"), st.frozensets(st.text(min_size=1))),
        st.tuples(st.just("month_day"), st.tuples(st.integers(1, 12), st.integers(1, 28))),
        st.tuples(st.just("choice"), st.text(min_size=1)),
    )
)
def test_dump_is_read_back(item):
    kind, value = item
    declared = parameter(kind, is_nullable=True)
    assert declared.parse(declared.dump(value)) == value
    assert declared.parse(declared.dump(None)) is None


@given(
    st.sampled_from(["bool", "int", "decimal", "choice", "list", "month_day"]),
    st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.lists(st.text())),
)
def test_parse_any_input_is_read_or_refused(kind, raw):
    declared = parameter(kind)
    try:
        value = declared.parse(raw)
    except ParameterError:
        return
    assert declared.parse(declared.dump(value)) == value


def test_typed_values_overlays_defaults(pack):
    values = typed_values(pack.parameters, {"min_area": "50.00"})
    assert values["min_area"] == Decimal("50.00")
    assert values["min_fulltime_staff"] == 2
    assert values["funding_new_year_grace_until"] == (3, 31)
    assert values["funding_floor"] is None


def test_typed_values_refuses_an_unknown_name(pack):
    with pytest.raises(ParameterError) as caught:
        typed_values(pack.parameters, {"min_aera": "50.00"})
    assert (caught.value.name, caught.value.problem) == ("min_aera", "unknown_parameter")
