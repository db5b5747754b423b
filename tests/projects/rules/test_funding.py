"""How money is split among its sources, to the hundredth of a percent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules.funding import split

D = Decimal


@pytest.mark.parametrize(
    ("amounts", "shares"),
    [
        (["20", "10"], ["66.67", "33.33"]),
        (["10", "10", "10"], ["33.34", "33.33", "33.33"]),
        (["1", "1", "1", "1", "1", "1"], ["16.67"] * 4 + ["16.66"] * 2),
        (["0.01", "999999.99"], ["0.00", "100.00"]),
        (["5"], ["100.00"]),
        ([], []),
    ],
)
def test_shares(amounts, shares):
    assert split([D(each) for each in amounts], None).shares == tuple(D(each) for each in shares)


@pytest.mark.parametrize(
    ("budget", "gap"), [("30.00", "0.00"), ("45.50", "15.50"), ("20.00", "-10.00")]
)
def test_gap_is_what_the_budget_misses(budget, gap):
    parts = split([D("20.00"), D("10.00")], D(budget))
    assert (parts.total, parts.gap) == (D("30.00"), D(gap))


def test_without_a_budget_no_gap_is_known():
    assert split([D("1.00")], None).gap is None
    assert split([], D("7.00")) == (D("0.00"), (), D("7.00"))


@given(st.lists(st.decimals(D("0.01"), D("99999999.99"), places=2), min_size=1, max_size=12))
def test_shares_are_a_hundred_together_and_never_far_off(amounts):
    parts = split(amounts, None)
    assert sum(parts.shares) == D("100.00")
    for amount, share in zip(amounts, parts.shares, strict=True):
        assert abs(share - amount * 100 / parts.total) < D("0.01")
