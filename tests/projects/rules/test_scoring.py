"""Points and places, to the cent."""

from decimal import Decimal
from fractions import Fraction
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules.scoring import (
    Criterion,
    Mark,
    Offer,
    by_price,
    dropped,
    price_points,
    ranking,
    rounded,
    sheet_totals,
    undecided,
    unscored,
)

D = Decimal
PRICE = Criterion(1, "报价", "price", D("20"))
PLAN = Criterion(2, "方案", "technical", D("60"))
STANDING = Criterion(3, "业绩", "business", D("20"))
CRITERIA = [PRICE, PLAN, STANDING]
A, B = 11, 12
OFFERS = [Offer(A, D("280000.00")), Offer(B, D("300000.00"))]


def marks(bid, plan, standing=("0", "0", "0")):
    """What three seats gave; None: abstained."""
    return [
        Mark(seat, bid, criterion, None if points is None else D(points))
        for criterion, given_points in ((2, plan), (3, standing))
        for seat, points in enumerate(given_points, start=1)
    ]


@pytest.mark.parametrize(
    ("price", "points"),
    [("280000", "20.00"), ("300000", "18.67"), ("560000", "10.00"), ("299999.99", "18.67")],
)
def test_the_lowest_price_gives_all_points_others_their_part(price, points):
    assert price_points(D("20"), D("280000"), D(price)) == D(points)


def test_halves_are_rounded_up():
    assert rounded(Fraction(1, 200), 2) == D("0.01")
    assert price_points(D("10"), D("1"), D("16")) == D("0.63")


def test_a_total_is_the_sum_of_means_and_price_points():
    first, second = ranking(
        CRITERIA,
        OFFERS,
        marks(A, ("50", "51", "51"), ("18", "17", "17")) + marks(B, ("40", "40", "40")),
    )
    assert (first.bid, first.rank, first.total) == (A, 1, D("88.0000"))
    assert (first.price_points, first.technical_points) == (D("20.00"), D("50.6667"))
    assert (second.bid, second.rank, second.total) == (B, 2, D("58.6700"))


def test_to_abstain_is_not_nought():
    offers = OFFERS[:1]
    [abstained] = ranking(CRITERIA, offers, marks(A, ("50", "40", None)))
    [nought] = ranking(CRITERIA, offers, marks(A, ("50", "40", "0")))
    assert (abstained.total, nought.total) == (D("65.0000"), D("50.0000"))
    plan = abstained.explanation["criteria"][1]
    assert (plan["sum"], plan["counted"], plan["mean"]) == ("90.00", 2, "45.0000")
    assert plan["marks"][2] == {"seat": 3, "points": None}


def test_a_mean_is_rounded_only_once():
    """Three means of a third each: exact 1, not 3 × 0.3333."""
    criteria = [Criterion(n, str(n), "technical", D("10")) for n in (1, 2, 3)]
    given_marks = [
        Mark(seat, A, criterion, D("1") if seat == 1 else D("0"))
        for criterion in (1, 2, 3)
        for seat in (1, 2, 3)
    ]
    [only] = ranking(criteria, OFFERS[:1], given_marks)
    assert only.total == D("1.0000")
    assert only.explanation["exact"] == "1"


def test_where_everybody_abstains_nothing_can_be_reckoned():
    given_marks = marks(A, (None, None, None)) + marks(B, ("1", None, None))
    assert unscored(CRITERIA, OFFERS, given_marks) == [(A, 2)]


def test_equal_totals_go_by_the_lower_price():
    # 18.67 points for the price of B, 20.00 for that of A.
    given_marks = marks(A, ("40", "40", "40")) + marks(B, ("41.33", "41.33", "41.33"))
    first, second = ranking(CRITERIA, OFFERS, given_marks)
    assert first.total == second.total
    assert (first.bid, first.explanation["decided_by"]) == (A, "price")


def test_equal_totals_and_prices_go_by_the_plan_then_by_vote():
    offers = [Offer(A, D("280000")), Offer(B, D("280000"))]
    given_marks = marks(A, ("40",) * 3, ("10",) * 3) + marks(B, ("41",) * 3, ("9",) * 3)
    first, _second = ranking(CRITERIA, offers, given_marks)
    assert (first.bid, first.explanation["decided_by"]) == (B, "technical")
    equal = marks(A, ("40",) * 3) + marks(B, ("40",) * 3)
    tied = ranking(CRITERIA, offers, equal)
    assert [each.explanation["decided_by"] for each in tied] == ["vote", "vote"]
    assert undecided(tied) == [[A, B]]
    votes = {B: 1, A: 2}
    voted = ranking(CRITERIA, offers, equal, votes=votes)
    assert [(each.bid, each.rank) for each in voted] == [(B, 1), (A, 2)]
    assert undecided(voted, votes) == []
    assert undecided(voted, {A: 1, B: 1}) == [[B, A]]


def test_prices_alone_decide_where_the_route_says_so():
    first, second = by_price([Offer(B, D("2")), Offer(A, D("1"))])
    assert (first.bid, first.total, second.bid) == (A, None, B)
    assert len(undecided(by_price([Offer(B, D("1")), Offer(A, D("1"))]))) == 1


def test_the_highest_and_the_lowest_sheet_are_left_out_where_that_is_asked():
    given_marks = [Mark(seat, A, 2, D(points)) for seat, points in enumerate((9, 1, 5, 5), 1)]
    assert dropped(given_marks, None) == {}
    assert dropped(given_marks, 5) == {}
    assert dropped(given_marks, 4) == {A: [1, 2]}
    [only] = ranking([PLAN], OFFERS[:1], given_marks, drop_from=4)
    assert only.total == D("5.0000")
    assert only.explanation["left_out"] == [1, 2]


def test_who_abstained_is_not_left_out_as_the_lowest():
    """Seat 1 gives 40 and abstains on the other criterion; 40 is no total of all."""
    given_marks = [
        *(Mark(1, A, 2, D(40)), Mark(1, A, 3, None)),
        *(Mark(2, A, 2, D(30)), Mark(2, A, 3, D(30))),
        *(Mark(3, A, 2, D(35)), Mark(3, A, 3, D(35))),
        *(Mark(4, A, 2, D(32)), Mark(4, A, 3, D(32))),
    ]
    assert dropped(given_marks, 3) == {A: [2, 3]}
    assert dropped(given_marks, 4) == {}


def test_totals_of_sheets():
    totals = sheet_totals(marks(A, ("50", "40", None), ("1", None, "2")))
    assert totals == {(1, A): D("51"), (2, A): D("40"), (3, A): D("2")}


points = st.one_of(st.none(), st.integers(0, 6000).map(lambda cents: D(cents) / 100))


@given(
    sheets=st.lists(points, min_size=1, max_size=9).filter(lambda s: any(p is not None for p in s)),
    prices=st.lists(st.integers(1, 10**8), min_size=1, max_size=6),
)
def test_totals_are_what_the_statistics_module_reckons(sheets, prices):
    offers = [Offer(number, D(price)) for number, price in enumerate(prices)]
    given_marks = [
        Mark(seat, offer.bid, 2, each) for offer in offers for seat, each in enumerate(sheets)
    ]
    expected = mean(Fraction(each) for each in sheets if each is not None)
    ranked = ranking([PRICE, PLAN], offers, given_marks)
    assert [each.rank for each in ranked] == list(range(1, len(prices) + 1))
    for each in ranked:
        assert each.total == rounded(expected + Fraction(each.price_points), 4)
        assert 0 < each.price_points <= 20 or each.price_points == 0
    # With equal sheets, the cheaper never stands behind the dearer.
    places = [{o.bid: o.price_yuan for o in offers}[each.bid] for each in ranked]
    assert places == sorted(places)
