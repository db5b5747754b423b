# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Numbers of official documents."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cells import CellError, parse_document_number


def test_correct_number_is_taken_as_it_is():
    parsed = parse_document_number("沪民社服发〔2024〕1号")
    assert (parsed.value, parsed.warnings) == ("沪民社服发〔2024〕1号", ())


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("沪民社管发〔2024〕1 号", "沪民社管发〔2024〕1号"),
        ("沪民规[2024]5号", "沪民规〔2024〕5号"),
        ("沪民规(2024)5号", "沪民规〔2024〕5号"),
        ("沪民规（2024）5号", "沪民规〔2024〕5号"),
        ("沪民规【2024】5号", "沪民规〔2024〕5号"),
        ("沪民规﹝2024﹞5号", "沪民规〔2024〕5号"),
        ("沪民规〔２０２４〕５号", "沪民规〔2024〕5号"),
    ],
)
def test_brackets_and_spaces_are_repaired(raw, number):
    assert parse_document_number(raw).value == number


def test_repair_is_reported():
    parsed = parse_document_number("沪民规[2024]5号")
    assert [warning.code for warning in parsed.warnings] == ["repaired"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("沪民社服发〔2024〕01号", "document_leading_zero"),
        ("沪民社服发〔24〕1号", "document_year"),
        ("沪民社服发〔2024〕第1号", "not_a_document_number"),
        ("沪〔2024〕1号", "not_a_document_number"),
        ("2024年1号文", "not_a_document_number"),
    ],
)
def test_wrong_number_is_refused(raw, code):
    with pytest.raises(CellError) as caught:
        parse_document_number(raw)
    assert caught.value.code == code


@given(
    st.integers(1900, 2099), st.integers(1, 99999), st.sampled_from(["〔〕", "[]", "（）", "【】"])
)
def test_any_brackets_give_the_same_number(year, sequence, brackets):
    raw = f"沪民规{brackets[0]}{year}{brackets[1]}{sequence}号"
    assert parse_document_number(raw).value == f"沪民规〔{year}〕{sequence}号"
