"""Citizen identity numbers."""

from datetime import date

import pytest

from portal.cells import CellError, mask_identity_number, parse_identity_number

AS_OF = date(2025, 12, 31)


@pytest.mark.parametrize(
    "number", ["11010519491231002X", "31019919850101001X", "310199198501010028"]
)
def test_valid_number_is_accepted(number):
    assert parse_identity_number(number.lower(), as_of=AS_OF).value == number


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("310199199002290015", "no_such_day"),
        ("310199198501010029", "identity_check"),
        ("31019919850101001", "identity_pattern"),
        (310199198501010028, "precision_lost"),
        ("3.10101E+17", "precision_lost"),
    ],
)
def test_wrong_number_is_refused(raw, code):
    with pytest.raises(CellError) as caught:
        parse_identity_number(raw, as_of=AS_OF)
    assert caught.value.code == code


def test_number_of_the_unborn_is_refused():
    with pytest.raises(CellError) as caught:
        parse_identity_number("31019919850101001X", as_of=date(1984, 12, 31))
    assert caught.value.code == "identity_birth_date"


def test_number_is_masked():
    assert mask_identity_number("31019919850101001X") == "3101**********001X"
