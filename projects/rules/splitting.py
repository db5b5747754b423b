"""Whether one need is cut into several purchases, so that none is put out to tender.

What one purchaser buys under one budget item in one fiscal year without a tender is added up.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

TENDERS = frozenset({"open_tender", "invited_tender"})
# Money given, nothing bought.
NOT_BOUGHT = frozenset({"grant", "venture_grant"})
# Nothing was bought by it, or not yet.
NOT_COUNTED = frozenset({"draft", "failed", "void", "terminated"})


class Bought(NamedTuple):
    """One procurement of the purchaser, the budget item and the year. Amounts in yuan."""

    budget_yuan: Decimal
    route: str
    status: str


def total_of(bought: Iterable[Bought]) -> Decimal:
    """What was bought without a tender, in yuan."""
    counted = (
        each.budget_yuan
        for each in bought
        if each.status not in NOT_COUNTED and each.route not in TENDERS | NOT_BOUGHT
    )
    return sum(counted, Decimal(0))
