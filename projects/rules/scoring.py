"""Points and places, reckoned exactly: means are fractions, rounded once at the end.

Points are decimals with two places, prices yuan. Who abstained on a criterion is in no mean of it;
that is not the same as nought.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

PRICE, TECHNICAL = "price", "technical"
CENT, FINE = 2, 4
NOUGHT = Decimal(0)
Vote = Mapping[int, int]


class Criterion(NamedTuple):
    """One criterion: its id, name, kind and the points that it gives at most."""

    pk: int
    name: str
    kind: str
    weight: Decimal


class Offer(NamedTuple):
    """One valid bid and its price."""

    bid: int
    price_yuan: Decimal


class Mark(NamedTuple):
    """What one seat gave a bid for a criterion; None: abstained."""

    seat: int
    bid: int
    criterion: int
    points: Decimal | None


@dataclass(frozen=True)
class Ranked:
    """Where a bid stands. ``total`` and ``technical`` have four places, null where only the price
    decides. ``explanation`` is JSON: every figure as text, seats and criteria by id."""

    bid: int
    rank: int
    total: Decimal | None
    price_points: Decimal | None
    technical_points: Decimal | None
    explanation: dict[str, Any]


@dataclass(frozen=True)
class _Reckoned:
    offer: Offer
    total: Decimal | None
    price_points: Decimal | None
    technical: Decimal | None
    steps: dict[str, Any]

    @property
    def place(self) -> tuple[Decimal, Decimal, Decimal]:
        """Bids are sorted by it: the total, then the price, then the quality of the plan."""
        return -(self.total or NOUGHT), self.offer.price_yuan, -(self.technical or NOUGHT)


def rounded(value: Fraction | Decimal, places: int) -> Decimal:
    """The value with so many places, halves away from nought."""
    exact = Fraction(value)
    unit = 10**places
    doubled = abs(exact) * 2 * unit
    whole = (doubled.numerator + doubled.denominator) // (2 * doubled.denominator)
    return Decimal(whole if exact >= 0 else -whole).scaleb(-places)


def price_points(weight: Decimal, benchmark: Decimal, price: Decimal) -> Decimal:
    """Weight times the lowest price divided by this one, to two places."""
    return rounded(Fraction(weight) * Fraction(benchmark) / Fraction(price), CENT)


def sheet_totals(marks: Iterable[Mark]) -> dict[tuple[int, int], Decimal]:
    """What each seat gave each bid in all: (seat, bid) → points."""
    totals: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for mark in marks:
        totals[mark.seat, mark.bid] += mark.points or NOUGHT
    return dict(totals)


def unscored(
    criteria: Iterable[Criterion], offers: Iterable[Offer], marks: Iterable[Mark]
) -> list[tuple[int, int]]:
    """(bid, criterion) on which nobody gave points: no mean can be reckoned there."""
    given = {(mark.bid, mark.criterion) for mark in marks if mark.points is not None}
    scored = [each for each in criteria if each.kind != PRICE]
    return [
        (offer.bid, each.pk)
        for offer in offers
        for each in scored
        if (offer.bid, each.pk) not in given
    ]


def dropped(marks: Sequence[Mark], drop_from: int | None) -> dict[int, list[int]]:
    """Bid → the seats with the highest and the lowest total for it, where at least ``drop_from``
    seats scored all of it; None drops nobody. Of equal totals the seat with the lower id goes.

    Whoever abstained on a criterion has no total that compares, and is not left out for it.
    """
    partial = {(mark.seat, mark.bid) for mark in marks if mark.points is None}
    by_bid: dict[int, list[tuple[Decimal, int]]] = defaultdict(list)
    for (seat, bid), total in sheet_totals(marks).items():
        if (seat, bid) not in partial:
            by_bid[bid].append((total, seat))
    least = max(drop_from or 0, 3)
    return {
        bid: sorted(_extremes(totals))
        for bid, totals in by_bid.items()
        if drop_from is not None and len(totals) >= least
    }


def _extremes(totals: list[tuple[Decimal, int]]) -> tuple[int, int]:
    _lowest, low = min(totals)
    _highest, high = min((-total, seat) for total, seat in totals if seat != low)
    return low, high


def ranking(
    criteria: Sequence[Criterion],
    offers: Sequence[Offer],
    marks: Sequence[Mark],
    *,
    drop_from: int | None = None,
    votes: Vote | None = None,
) -> list[Ranked]:
    """Every bid by its total; ``unscored`` has to be empty.

    Equal totals are told apart by the lower price, then by the quality of the plan, then by
    ``votes``: bid → the place that the panel gave it among its equals.
    """
    if not offers:
        return []
    benchmark = min(offer.price_yuan for offer in offers)
    left_out = dropped(marks, drop_from)
    reckoned = [
        _reckon(criteria, offer, benchmark, marks, left_out.get(offer.bid, [])) for offer in offers
    ]
    return _placed(reckoned, votes or {})


def by_price(offers: Sequence[Offer], votes: Vote | None = None) -> list[Ranked]:
    """Every bid by its price alone; equal prices by ``votes``."""
    reckoned = [
        _Reckoned(offer, None, None, None, {"price_yuan": _text(offer.price_yuan)})
        for offer in offers
    ]
    return _placed(reckoned, votes or {})


def undecided(ranked: Iterable[Ranked], votes: Vote | None = None) -> list[list[int]]:
    """Bids that nothing but a vote of the panel can tell apart and that ``votes`` does not: one
    list for each place."""
    groups: dict[Any, list[int]] = defaultdict(list)
    for each in ranked:
        if each.explanation["decided_by"] == "vote":
            groups[tuple(each.explanation["equals"])].append(each.bid)
    given = votes or {}
    return [
        bids
        for bids in groups.values()
        if len({given.get(bid) for bid in bids} - {None}) < len(bids)
    ]


def _reckon(
    criteria: Sequence[Criterion],
    offer: Offer,
    benchmark: Decimal,
    marks: Iterable[Mark],
    left_out: Sequence[int],
) -> _Reckoned:
    own = [mark for mark in marks if mark.bid == offer.bid]
    steps: list[dict[str, Any]] = []
    total, technical, priced = Fraction(0), Fraction(0), NOUGHT
    for each in criteria:
        if each.kind == PRICE:
            priced = price_points(each.weight, benchmark, offer.price_yuan)
            total += Fraction(priced)
            steps.append(_price_step(each, priced))
            continue
        step, mean = _step(each, own, left_out)
        steps.append(step)
        total += mean
        technical += mean if each.kind == TECHNICAL else 0
    told = {
        "price_yuan": _text(offer.price_yuan),
        "benchmark_yuan": _text(benchmark),
        "criteria": steps,
        "left_out": list(left_out),
        "exact": str(total),
        "total": str(rounded(total, FINE)),
    }
    return _Reckoned(offer, rounded(total, FINE), priced, rounded(technical, FINE), told)


def _price_step(criterion: Criterion, points: Decimal) -> dict[str, Any]:
    return _named(criterion) | {"mean": str(points)}


def _named(criterion: Criterion) -> dict[str, Any]:
    return {
        "criterion": criterion.pk,
        "name": criterion.name,
        "kind": criterion.kind,
        "weight": _text(criterion.weight),
    }


def _step(
    criterion: Criterion, marks: Iterable[Mark], left_out: Sequence[int]
) -> tuple[dict[str, Any], Fraction]:
    """The mean of a criterion, and how it came about."""
    given = sorted(mark for mark in marks if mark.criterion == criterion.pk)
    counted = [
        mark.points for mark in given if mark.points is not None and mark.seat not in left_out
    ]
    # Where the only points are those of seats left out, they count after all.
    counted = counted or [mark.points for mark in given if mark.points is not None]
    total = sum(counted, NOUGHT)
    mean = Fraction(total) / len(counted)
    step = _named(criterion) | {
        "marks": [
            {"seat": mark.seat, "points": None if mark.points is None else _text(mark.points)}
            for mark in given
        ],
        "sum": _text(total),
        "counted": len(counted),
        "mean": str(rounded(mean, FINE)),
    }
    return step, mean


def _placed(reckoned: Iterable[_Reckoned], votes: Vote) -> list[Ranked]:
    last = len(votes) + 1
    ordered = sorted(
        reckoned, key=lambda each: (*each.place, votes.get(each.offer.bid, last), each.offer.bid)
    )
    return [_ranked(each, rank, ordered, votes) for rank, each in enumerate(ordered, start=1)]


def _ranked(own: _Reckoned, rank: int, everybody: Sequence[_Reckoned], votes: Vote) -> Ranked:
    equals = [each for each in everybody if each.place == own.place]
    same_total = [each for each in everybody if each.place[0] == own.place[0]]
    told = own.steps | {"decided_by": _decided_by(own, equals, same_total)}
    if len(equals) > 1:
        told["equals"] = [each.offer.bid for each in equals]
        told["vote"] = votes.get(own.offer.bid)
    return Ranked(own.offer.bid, rank, own.total, own.price_points, own.technical, told)


def _decided_by(own: _Reckoned, equals: Sequence[Any], same_total: Sequence[_Reckoned]) -> str:
    """What tells a bid apart from the others: total, price, technical or vote."""
    if len(equals) > 1:
        return "vote"
    if own.total is None:
        return "price"
    if len(same_total) == 1:
        return "total"
    same_price = [each for each in same_total if each.place[1] == own.place[1]]
    return "price" if len(same_price) == 1 else "technical"


def _text(value: Decimal) -> str:
    return f"{value:.2f}"
