# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Areas, counts and ratios."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cells import CellError, parse_area, parse_count, parse_ratio


@pytest.mark.parametrize(
    "raw", ["30平", "30㎡", "30m2", "30M²", "３０平方米", "30 平方米", "30", 30, 30.0, "30平米"]
)
def test_area_is_read_in_square_metres(raw):
    parsed = parse_area(raw)
    assert (str(parsed.value), parsed.warnings) == ("30.00", ())


def test_area_keeps_its_note():
    parsed = parse_area("30 平方米（与党群中心共用）")
    assert (parsed.value, parsed.note, parsed.warnings) == (Decimal(30), "与党群中心共用", ())


@pytest.mark.parametrize("raw", ["约30", "约30平", "30平左右"])
def test_approximate_area_is_read_with_a_warning(raw):
    parsed = parse_area(raw)
    assert parsed.value == Decimal(30)
    assert [warning.code for warning in parsed.warnings] == ["approximate"]


def test_full_width_brackets_around_a_number_are_ignored_with_a_warning():
    parsed = parse_area("（３０）")
    assert parsed.value == Decimal(30)
    assert [warning.code for warning in parsed.warnings] == ["brackets"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("一层30，二层20", "several"),
        ("5×6", "several"),
        ("30、20", "several"),
        ("30-40", "range"),
        ("30余平方米", "inexact"),
        ("2亩", "not_an_area"),
        ("-30", "negative"),
        (-30, "negative"),
        ("1000000", "area_too_large"),
        ("#DIV/0!", "formula_error"),
    ],
)
def test_unreadable_area_is_refused(raw, code):
    with pytest.raises(CellError) as caught:
        parse_area(raw)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("raw", "count"), [("2人", 2), ("2 名", 2), ("２", 2), (2.0, 2), ("1,200人次", 1200), (0, 0)]
)
def test_count_is_read(raw, count):
    parsed = parse_count(raw)
    assert (parsed.value, parsed.warnings) == (count, ())


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("20余人", "inexact"),
        ("10多人", "inexact"),
        ("2.5", "not_whole"),
        ("20-30人", "range"),
        ("-1", "negative"),
        ("若干", "not_a_count"),
        ("不定期", "not_a_count"),
        ("99999999999", "not_whole"),
    ],
)
def test_unreadable_count_is_refused(raw, code):
    with pytest.raises(CellError) as caught:
        parse_count(raw)
    assert caught.value.code == code


@pytest.mark.parametrize("parse", [parse_area, parse_count, parse_ratio])
@pytest.mark.parametrize("raw", [None, "", "无", "/", "#N/A"])
def test_blank_measure_is_null_and_never_zero(parse, raw):
    assert parse(raw).value is None


@pytest.mark.parametrize(
    ("raw", "ratio"),
    [
        ("25%", "0.25"),
        ("２５％", "0.25"),
        ("0.25", "0.25"),
        (0.25, "0.25"),
        (1, "1"),
        ("100%", "1"),
    ],
)
def test_ratio_is_read(raw, ratio):
    assert parse_ratio(raw).value == Decimal(ratio)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("25", "confirm_ratio"),
        (25, "confirm_ratio"),
        ("120%", "ratio_too_large"),
        ("一半", "not_a_ratio"),
    ],
)
def test_unclear_ratio_is_refused(raw, code):
    with pytest.raises(CellError) as caught:
        parse_ratio(raw)
    assert caught.value.code == code


@given(st.decimals(min_value=0, max_value=Decimal("999999.99"), places=2))
def test_formatted_area_reads_back(area):
    assert parse_area(f"{area} 平方米").value == area == parse_area(float(area)).value


@given(st.integers(0, 2_147_483_647))
def test_formatted_count_reads_back(count):
    assert parse_count(f"{count:,}人").value == count == parse_count(float(count)).value
