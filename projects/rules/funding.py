"""How the money of a project is split among its sources."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

# Hundredths of a percent that all shares together have.
WHOLE = 10_000


class Split(NamedTuple):
    """``total`` in yuan; ``shares`` in percent, in the order of the amounts, together 100; ``gap``
    what is missing to the budget in yuan, negative where there is more than the budget, None
    without a budget."""

    total: Decimal
    shares: tuple[Decimal, ...]
    gap: Decimal | None


def split(amounts: Sequence[Decimal], budget: Decimal | None) -> Split:
    """What part of the whole each amount (yuan, above 0) is, and how far the whole goes.

    The shares have two decimals and are together exactly 100: what rounding leaves goes to those
    that lost most by it, the earlier first.
    """
    total = sum(amounts, Decimal("0.00"))
    return Split(total, _shares(amounts, total), None if budget is None else budget - total)


def _shares(amounts: Sequence[Decimal], total: Decimal) -> tuple[Decimal, ...]:
    if not total:
        return tuple(Decimal("0.00") for _amount in amounts)
    exact = [Fraction(amount) * WHOLE / Fraction(total) for amount in amounts]
    parts = [share.numerator // share.denominator for share in exact]
    left = WHOLE - sum(parts)
    by_loss = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_loss[:left]:
        parts[place] += 1
    return tuple(Decimal(part).scaleb(-2) for part in parts)
