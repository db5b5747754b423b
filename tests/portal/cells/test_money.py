# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Amounts: every line of the reference table, and the dirt around them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cells import CellError, amount_in_words, header_unit, parse_money

UNITS = {"金额": None, "金额（万元）": "ten_thousand", "金额（元）": "yuan"}
ANY = (None, "yuan", "ten_thousand")


def codes(parsed):
    return [warning.code for warning in parsed.warnings]


@pytest.mark.parametrize(
    ("raw", "header", "amount"),
    [
        ("48万元", "金额", "480000.00"),
        ("４８．５万", "金额", "485000.00"),
        ("48", "金额（万元）", "480000.00"),
        ("48万元", "金额（万元）", "480000.00"),
        ("480,000", "金额（元）", "480000.00"),
        ("￥480,000.00", "金额（元）", "480000.00"),
        ("480000元整", "金额（元）", "480000.00"),
        (48, "金额（万元）", "480000.00"),
        (48.5, "金额（万元）", "485000.00"),
        (Decimal("48.5"), "金额（万元）", "485000.00"),
        ("48(万元)", "金额", "480000.00"),
        ("¥ 1,234,567.89", "金额（元）", "1234567.89"),
    ],
)
def test_amount_is_read_in_yuan(raw, header, amount):
    parsed = parse_money(raw, header_unit=header_unit(header))
    assert str(parsed.value) == amount
    assert parsed.warnings == ()


@pytest.mark.parametrize("unit", ANY)
@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("人民币肆拾捌万元整", "480000.00"),
        ("肆拾捌万元", "480000.00"),
        ("四十八万元", "480000.00"),
        ("壹仟零伍元叁角贰分", "1005.32"),
        ("拾万零伍佰元整", "100500.00"),
        ("1.2亿", "120000000.00"),
        ("0", "0.00"),
        (0, "0.00"),
    ],
)
def test_amount_with_its_own_unit_ignores_the_header(raw, amount, unit):
    assert str(parse_money(raw, header_unit=unit).value) == amount


@pytest.mark.parametrize("unit", ANY)
@pytest.mark.parametrize("raw", ["约30万", "大约30万元", "30万元左右", "约人民币30万"])
def test_approximate_amount_is_read_with_a_warning(raw, unit):
    parsed = parse_money(raw, header_unit=unit)
    assert (str(parsed.value), codes(parsed)) == ("300000.00", ["approximate"])


@pytest.mark.parametrize("unit", ANY)
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("30-40万", "range"),
        ("30～40万", "range"),
        ("30万-40万", "range"),
        ("30余万", "inexact"),
        ("三十余万元", "inexact"),
        ("不足30万", "inexact"),
        ("已全部到账", "not_an_amount"),
        ("48万/年", "not_an_amount"),
        ("48.5.5", "not_an_amount"),
        ("4,80", "not_an_amount"),
        ("48万千元", "not_an_amount"),
        ("-48万", "negative"),
        (-48, "negative"),
        ("#REF!", "formula_error"),
        (float("inf"), "not_a_number"),
        (float("nan"), "not_a_number"),
        ("9999999亿", "amount_too_large"),
        (True, "logical_value"),
        (date(2024, 3, 1), "date_in_figure"),
    ],
)
def test_unreadable_amount_is_refused(raw, code, unit):
    with pytest.raises(CellError) as caught:
        parse_money(raw, header_unit=unit)
    assert caught.value.code == code


def test_amount_far_too_large_under_ten_thousand_asks_for_the_unit():
    with pytest.raises(CellError, match=r"4,800,000,000\.00 yuan") as caught:
        parse_money("480000", header_unit="ten_thousand")
    assert caught.value.code == "confirm_unit"


def test_sanity_limit_is_a_parameter_and_inclusive():
    assert parse_money("10000", header_unit="ten_thousand").value == Decimal(100_000_000)
    with pytest.raises(CellError):
        parse_money("101", header_unit="ten_thousand", sanity_max=Decimal(1_000_000))


@pytest.mark.parametrize("unit", ANY)
@pytest.mark.parametrize("raw", ["/", "—", "", None, "-"])
def test_blank_amount_is_null_and_never_zero(raw, unit):
    parsed = parse_money(raw, header_unit=unit)
    assert (parsed.value, parsed.warnings) == (None, ())


def test_none_in_words_asks_whether_it_is_zero():
    parsed = parse_money("无", header_unit="yuan")
    assert (parsed.value, codes(parsed)) == (None, ["zero_or_unknown"])


def test_bare_number_without_any_unit_is_yuan_with_a_warning():
    parsed = parse_money("48", header_unit=None)
    assert (parsed.value, codes(parsed)) == (Decimal(48), ["unit_assumed"])


def test_yuan_in_the_cell_wins_over_the_header_with_a_warning():
    parsed = parse_money("480000元", header_unit="ten_thousand")
    assert (parsed.value, codes(parsed)) == (Decimal(480000), ["unit_differs"])


def test_note_in_brackets_is_kept():
    parsed = parse_money("48万元（含税）", header_unit=None)
    assert (parsed.value, parsed.note) == (Decimal(480000), "含税")


def test_fractions_of_a_fen_are_rounded_with_a_warning():
    parsed = parse_money("1.005", header_unit="yuan")
    assert (str(parsed.value), codes(parsed)) == ("1.01", ["rounded"])


def test_noise_of_binary_fractions_is_not_a_figure():
    assert parse_money(1.1 * 3, header_unit="ten_thousand").warnings == ()
    assert str(parse_money(1.1 * 3, header_unit="ten_thousand").value) == "33000.00"


def test_negative_amount_is_read_in_an_adjustment():
    assert parse_money("-4.8万", header_unit=None, allow_negative=True).value == Decimal(-48000)


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("金额（万元）", "ten_thousand"),
        ("金额\n(单位：万元)", "ten_thousand"),
        ("金额 (元)", "yuan"),
        ("金额", None),
        ("美元汇率", None),
    ],
)
def test_header_names_the_unit(header, unit):
    if header == "美元汇率":
        with pytest.raises(CellError):
            header_unit(header)
    else:
        assert header_unit(header) == unit


@pytest.mark.parametrize("header", ["金额（千元）", "金额（亿元）", "金额（百万元）"])
def test_header_with_another_unit_is_refused(header):
    with pytest.raises(CellError) as caught:
        header_unit(header)
    assert caught.value.code == "header_unit"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("480000", "肆拾捌万元整"),
        ("0", "零元整"),
        ("10", "壹拾元整"),
        ("100005", "壹拾万零伍元整"),
        ("1050.30", "壹仟零伍拾元叁角整"),
        ("120000000", "壹亿贰仟万元整"),
        ("100000001.05", "壹亿零壹元零伍分"),
        ("20010.99", "贰万零壹拾元玖角玖分"),
    ],
)
def test_amount_is_written_in_words(amount, words):
    assert amount_in_words(Decimal(amount)) == words


def test_amount_in_words_is_refused_below_zero():
    with pytest.raises(ValueError, match="0 to"):
        amount_in_words(Decimal(-1))


amounts = st.decimals(min_value=0, max_value=Decimal("999999999999.99"), places=2)


@given(amounts)
def test_words_read_back_as_the_same_amount(amount):
    words = "人民币" + amount_in_words(amount)
    assert parse_money(words, header_unit="ten_thousand").value == amount


@given(amounts)
def test_formatted_amount_reads_back(amount):
    for text in (f"{amount:,.2f}", f"￥{amount:,.2f}", f"{amount}元", f"{amount / 10000:f}万元"):
        assert parse_money(text, header_unit="yuan").value == amount


@given(amounts.filter(lambda amount: amount <= 100_000_000))
def test_number_under_ten_thousand_is_exact(amount):
    assert parse_money(float(amount / 10000), header_unit="ten_thousand").value == amount
