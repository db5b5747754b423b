# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Text, keys, placeholders and the errors of Excel."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cells import CellError, match_key, parse_text


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("海棠区 梧桐路街道", "海棠区\u3000梧桐路街道"),
        ("社会组织(服务)中心", "社会组织（服务）中心"),
        ("街镇［甲］", "街镇【甲】"),
        ("2024\u20142025", "2024-2025"),
        ("一——二", "一-二"),
        ("ＡＢＣ公司", "abc公司"),
        ("王 芳", "王芳"),
        ("社工\u200b站", "社工站"),
        ("面积㎡", "面积m2"),
        ("① 组", "1组"),
    ],
)
def test_match_key_unites_spellings_of_one_name(one, other):
    assert match_key(one) == match_key(other)


def test_match_key_tells_different_names_apart():
    assert match_key("梧桐路街道") != match_key("梧桐街道")
    assert match_key("㛃") != match_key("𬱖")


@given(st.text())
def test_match_key_is_stable(text):
    assert match_key(match_key(text)) == match_key(text)


@pytest.mark.parametrize("raw", [None, "", "  ", "/", "—", "-", "——", "无", "暂无", "N/A", "#N/A"])
def test_placeholder_is_null_without_warning(raw):
    parsed = parse_text(raw)
    assert (parsed.value, parsed.warnings) == (None, ())


def test_pending_is_null_with_a_warning():
    parsed = parse_text("待定")
    assert parsed.value is None
    assert [warning.code for warning in parsed.warnings] == ["pending"]


@pytest.mark.parametrize(
    "raw", ["#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!"]
)
def test_formula_error_is_refused(raw):
    with pytest.raises(CellError, match=r"formula") as caught:
        parse_text(raw)
    assert caught.value.code == "formula_error"


def test_formula_without_result_is_refused():
    with pytest.raises(CellError) as caught:
        parse_text("#NOT_CALCULATED!")
    assert caught.value.code == "formula_not_calculated"


def test_text_is_kept_as_typed_on_one_line():
    assert parse_text(" 张三\n李四 ㎡① ").value == "张三 李四 ㎡①"
    assert parse_text("𬱖㛃").value == "𬱖㛃"


def test_text_of_a_number_has_no_exponent_and_no_point():
    assert parse_text(51234567.0).value == "51234567"
    assert parse_text(Decimal("5.0E+3")).value == "5000"


def test_date_in_a_text_column_is_kept_with_a_warning():
    parsed = parse_text(date(2024, 3, 1))
    assert parsed.value == "2024-03-01"
    assert [warning.code for warning in parsed.warnings] == ["date_as_text"]


def test_control_characters_are_dropped():
    assert parse_text("甲\x00乙").value == "甲乙"


@pytest.mark.parametrize("raw", ["甲", "甲" * 61])
def test_length_out_of_bounds_is_refused_with_the_bounds(raw):
    with pytest.raises(CellError, match="from 2 to 60"):
        parse_text(raw, min_length=2, max_length=60)


def test_logical_value_is_refused_as_text():
    with pytest.raises(CellError) as caught:
        parse_text(True)
    assert caught.value.code == "logical_value"
