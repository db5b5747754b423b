"""What may be paid of a contract, and when."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal

CENT = Decimal("0.01")
# On signing, after the mid-term review, after acceptance: usual, no official figure.
USUAL_SHARES = (Decimal(40), Decimal(40), Decimal(20))
AFTER_ACCEPTANCE, AFTER_REVIEW = "acceptance", "midterm"


def price_gap(price: Decimal, planned: Iterable[Decimal]) -> Decimal:
    """Yuan by which the planned payments fall short of the price; negative: they exceed it."""
    return price - sum(planned, Decimal(0))


def room(price: Decimal, supplements: Iterable[Decimal], standing: Iterable[Decimal]) -> Decimal:
    """Yuan that can still be planned: the price with its supplements, less every payment that is
    not cancelled. Negative where there is too much already."""
    return price + sum(supplements, Decimal(0)) - sum(standing, Decimal(0))


def parts(price: Decimal, shares: Sequence[Decimal] = USUAL_SHARES) -> list[Decimal]:
    """The price cut by shares that give 100, to the cent; the last takes what rounding leaves."""
    first = [(price * share / 100).quantize(CENT, ROUND_DOWN) for share in shares[:-1]]
    return [*first, price - sum(first, Decimal(0))]


def is_due_for(
    stage: str, paid_on: date, *, accepted_on: date | None, reviewed_on: date | None
) -> bool:
    """Whether the stage of a payment was reached on the day it is paid: what is paid after
    acceptance waits for the day of the acceptance that was passed, what is paid after the mid-term
    review for the day of the first one; None where there is none."""
    if stage == AFTER_ACCEPTANCE:
        return accepted_on is not None and accepted_on <= paid_on
    if stage == AFTER_REVIEW:
        return reviewed_on is not None and reviewed_on <= paid_on
    return True
