# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Telephone numbers."""

import pytest

from portal.cells import CellError, mask_phone, parse_phone


@pytest.mark.parametrize(
    ("raw", "phone"),
    [
        ("13812341234", "13812341234"),
        (13812341234, "13812341234"),
        (13812341234.0, "13812341234"),
        ("138 1234 1234", "13812341234"),
        ("138-1234-1234", "13812341234"),
        ("+86 13812341234", "13812341234"),
        ("１３８１２３４１２３４", "13812341234"),
        ("021-51234567", "021-51234567"),
        ("02151234567", "021-51234567"),
        ("51234567", "021-51234567"),
        ("(021)51234567", "021-51234567"),
        ("021\u201451234567", "021-51234567"),
        ("021-51234567转801", "021-51234567-801"),
        ("51234567-8012", "021-51234567-8012"),
        ("400-820-1234", "4008201234"),
        ("8008201234", "8008201234"),
    ],
)
def test_phone_is_normalised(raw, phone):
    parsed = parse_phone(raw)
    assert (parsed.value, parsed.warnings) == (phone, ())


@pytest.mark.parametrize(
    "raw", ["12812341234", "1381234123", "021-11234567", "0512-51234567", "张三", "2024-03-01"]
)
def test_wrong_phone_is_refused(raw):
    with pytest.raises(CellError) as caught:
        parse_phone(raw)
    assert caught.value.code == "not_a_phone"


def test_short_number_is_for_organizations():
    assert parse_phone("12345", is_organization=True).value == "12345"
    with pytest.raises(CellError):
        parse_phone("12345")


@pytest.mark.parametrize("raw", ["021-51234567/13800000000", "021-51234567 13800000000"])
def test_first_of_two_phones_is_kept_and_the_second_noted(raw):
    parsed = parse_phone(raw)
    assert (parsed.value, parsed.note) == ("021-51234567", "13800000000")
    assert [warning.code for warning in parsed.warnings] == ["several_phones"]


def test_area_code_is_a_parameter():
    assert parse_phone("0571-88888888", area_code="0571").value == "0571-88888888"


def test_blank_phone_is_null():
    assert parse_phone("暂无").value is None


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13812341234", "138****1234"),
        ("021-51231234", "021-****1234"),
        ("021-51231234-801", "021-****1234"),
        ("12345", "12345"),
    ],
)
def test_phone_is_masked(phone, masked):
    assert mask_phone(phone) == masked
