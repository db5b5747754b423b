"""What announcements say."""

from decimal import Decimal

import pytest

from projects.selectors.announced import amount


@pytest.mark.parametrize(
    ("value", "told"),
    [("85.1250", "85.13"), ("85.1249", "85.12"), ("0", "0.00"), ("4000000.005", "4000000.01")],
)
def test_amounts_are_rounded_as_on_pages(value, told):
    assert amount(Decimal(value)) == told


def test_nothing_stays_nothing():
    assert amount(None) is None
