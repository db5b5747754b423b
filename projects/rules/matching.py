"""Which offers fit a need, and why.

An offer is suggested for the same service or the same field; everything else moves it up or down
or is said beside it. Reasons are codes, with the figure that they speak of where there is one.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

# Code of a reason → points. Those without points are said as doubts and move nothing up.
POINTS = {
    "same_service": 50,
    "same_field": 20,
    "same_township": 10,
    "enough_capacity": 10,
    "whole_window": 5,
    "signed_before": 5,
    "capacity_short": 0,
    "ends_before": 0,
    "failed_before": 0,
}
DOUBTS = frozenset({"capacity_short", "ends_before", "failed_before"})


class Wanted(NamedTuple):
    """What of a need decides. ``scale`` in people; days inclusive; None: not said."""

    service: str
    field: str
    township: str
    scale: int | None = None
    from_on: date | None = None
    until_on: date | None = None


class Offered(NamedTuple):
    """What of an offer decides. ``capacity`` in people; ``signed`` introductions that led to a
    contract, ``failed`` those of this need that came to nothing."""

    key: int
    service: str
    field: str
    township: str
    capacity: int | None = None
    valid_until: date | None = None
    signed: int = 0
    failed: int = 0


class Reason(NamedTuple):
    """A code of ``POINTS``, and what it speaks of: people, a day, a number of introductions."""

    code: str
    figure: int | date | None = None

    @property
    def is_doubt(self) -> bool:
        """Whether it speaks against the offer."""
        return self.code in DOUBTS


class Suggestion(NamedTuple):
    """An offer by its key, its points (0 to 100) and the reasons, those for it first."""

    offer: int
    points: int
    reasons: tuple[Reason, ...]


def suggest(need: Wanted, offers: Iterable[Offered], on: date) -> list[Suggestion]:
    """The offers that fit a need on a day, the best first; none where its window is over.

    An offer past its day fits nothing. Of the same points, what has no doubts stands first, then
    what was offered earlier.
    """
    if need.until_on is not None and need.until_on < on:
        return []
    fits = (each for each in offers if _holds(each, on) and _is_alike(need, each))
    found = [_judged(need, each) for each in fits]
    return sorted(found, key=lambda each: (-each.points, _doubts(each), each.offer))


def _holds(offer: Offered, on: date) -> bool:
    return offer.valid_until is None or offer.valid_until >= on


def _is_alike(need: Wanted, offer: Offered) -> bool:
    return offer.service == need.service or offer.field == need.field


def _judged(need: Wanted, offer: Offered) -> Suggestion:
    reasons = tuple(
        sorted(
            (*_of_kind(need, offer), *_of_size(need, offer), *_of_time(need, offer)),
            key=lambda reason: reason.is_doubt,
        )
    )
    return Suggestion(offer.key, sum(POINTS[reason.code] for reason in reasons), reasons)


def _of_kind(need: Wanted, offer: Offered) -> Iterable[Reason]:
    if offer.service == need.service:
        yield Reason("same_service")
    if offer.field == need.field:
        yield Reason("same_field")
    if offer.township == need.township:
        yield Reason("same_township")
    if offer.signed:
        yield Reason("signed_before", offer.signed)
    if offer.failed:
        yield Reason("failed_before", offer.failed)


def _of_size(need: Wanted, offer: Offered) -> Iterable[Reason]:
    """Unknown sizes speak neither for the offer nor against it."""
    if need.scale is None or offer.capacity is None:
        return
    is_enough = offer.capacity >= need.scale
    yield Reason("enough_capacity" if is_enough else "capacity_short", offer.capacity)


def _of_time(need: Wanted, offer: Offered) -> Iterable[Reason]:
    """An offer without an end lasts as long as any need; a need without one asks for no day."""
    if need.until_on is None:
        return
    if offer.valid_until is None or offer.valid_until >= need.until_on:
        yield Reason("whole_window", need.until_on)
    else:
        yield Reason("ends_before", offer.valid_until)


def _doubts(suggestion: Suggestion) -> int:
    return sum(reason.is_doubt for reason in suggestion.reasons)
