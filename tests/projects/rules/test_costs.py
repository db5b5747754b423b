"""What projects cost, and prices beside those of comparable contracts."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from projects.rules.costs import (
    Comparison,
    Line,
    Sample,
    Source,
    compare,
    management_share,
    management_total,
    price_basis_gaps,
    quotes_missing,
    total,
)
from projects.rules.periods import years_before

ON = date(2026, 3, 1)
MONEY = st.decimals("0.00", "9999999.99", places=2)
DAYS = st.dates(date(2015, 1, 1), ON)
SAMPLES = st.lists(st.builds(Sample, price=MONEY, on=DAYS), max_size=12)


def line(kind, quantity, price):
    return Line(kind, Decimal(quantity), Decimal(price))


def samples(*prices, on=date(2025, 6, 1)):
    return [Sample(Decimal(price), on) for price in prices]


def test_half_a_cent_goes_up_and_the_total_is_the_sum_of_what_is_printed():
    lines = [line("activity", "0.50", "0.01"), line("staff", "3.33", "0.50")]
    assert [each.amount for each in lines] == [Decimal("0.01"), Decimal("1.67")]
    assert total(lines) == Decimal("1.68")


def test_management_cost_is_told_in_percent_of_the_whole():
    lines = [line("activity", "10", "100"), line("management", "1", "80")]
    assert management_total(lines) == Decimal("80.00")
    assert management_share(lines) == Decimal("7.41")


def test_no_share_of_nothing():
    assert management_share([]) is None
    assert management_share([line("management", "1", "0")]) is None


def test_three_suppliers_or_one_standard():
    quotes = [Source("quote", name) for name in ("甲", "乙", "乙 ")]
    assert quotes_missing(quotes) == 1
    assert quotes_missing([*quotes, Source("quote", "丙")]) == 0
    assert quotes_missing([Source("standard", "市财政局")]) == 0
    assert quotes_missing([Source("market", "网上价格"), Source("comparable", "某项目")]) == 3
    assert price_basis_gaps([quotes, [Source("standard", "市财政局")], []]) == {0: 1, 2: 3}


def test_golden_of_a_range():
    found = compare(Decimal("120.00"), samples("90", "100", "110", "121"), ON, 3)
    assert found == Comparison(
        n=4,
        low=Decimal("90"),
        median=Decimal("105.00"),
        high=Decimal("121"),
        place="inside",
        is_outlier=False,
        old_n=0,
    )


def test_golden_of_an_outlier():
    # Quartiles 97.5 and 112.75: usual is 74.625 to 135.625.
    prices = samples("90", "100", "110", "121")
    assert compare(Decimal("135.62"), prices, ON, 3).is_outlier is False
    high = compare(Decimal("135.63"), prices, ON, 3)
    assert (high.place, high.is_outlier) == ("above", True)
    low = compare(Decimal("74.62"), prices, ON, 3)
    assert (low.place, low.is_outlier) == ("below", True)


def test_too_few_prices_make_no_outlier_but_have_a_range():
    found = compare(Decimal("500"), samples("90", "100", "110"), ON, 3)
    assert (found.place, found.is_outlier) == ("above", False)


def test_prices_of_more_than_three_years_ago_are_counted_apart():
    known = [*samples("100", on=date(2023, 3, 1)), *samples("10", on=date(2023, 2, 28))]
    found = compare(Decimal("100"), known, ON, 3)
    assert (found.n, found.low, found.old_n) == (1, Decimal("100"), 1)


def test_only_old_prices_are_no_range():
    found = compare(Decimal("100"), samples("100", on=date(2020, 1, 1)), ON, 3)
    assert found == Comparison(0, None, None, None, "", is_outlier=False, old_n=1)


def test_the_leap_day_has_its_day_in_other_years():
    assert years_before(date(2024, 2, 29), 3) == date(2021, 2, 28)


@given(MONEY, SAMPLES)
def test_every_price_is_counted_once_and_the_figures_are_in_order(price, known):
    found = compare(price, known, ON, 3)
    assert found.n + found.old_n == len(known)
    assert (found.low is None) == (found.n == 0) == (found.place == "")
    if found.low is not None:
        assert found.low <= found.median <= found.high
        assert (found.place == "inside") == (found.low <= price <= found.high)
    if found.is_outlier:
        assert found.n >= 4


@given(MONEY, SAMPLES, st.randoms())
def test_the_order_of_the_prices_does_not_matter(price, known, random):
    shuffled = random.sample(known, len(known))
    assert compare(price, known, ON, 3) == compare(price, shuffled, ON, 3)


@given(SAMPLES)
def test_what_is_in_the_middle_is_never_an_outlier(known):
    middle = compare(Decimal(0), known, ON, 3).median
    if middle is not None:
        assert not compare(middle, known, ON, 3).is_outlier


@given(st.lists(st.builds(Line, st.sampled_from(["staff", "management"]), MONEY, MONEY)))
def test_management_cost_is_a_part_of_the_whole(lines):
    assert Decimal(0) <= management_total(lines) <= total(lines)
