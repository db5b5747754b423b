"""How long a contract may run, by when it is signed, and how much may be added to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

# Days of the longest contract of one year, and of several.
YEAR_DAYS, YEARS_DAYS = 366, 1096
# What the statute lets be added to a contract; a bureau may allow less.
SUPPLEMENT_PERCENT = 10
CENT = Decimal("0.01")
WHOLE = Decimal(100)
# Units that count people employed instead of services rendered.
HEADS = frozenset({"人", "名", "位", "岗", "岗位", "人月", "人年", "人·月", "人·年"})
STAFF, SERVICE = "staff", "activity"


@dataclass(frozen=True)
class Conditions:
    """The four conditions of a contract of more than a year; the budget is part of the third."""

    is_content_fixed: bool = False
    is_continuous: bool = False
    is_funding_stable: bool = False
    is_price_steady: bool = False

    @property
    def missing(self) -> list[str]:
        """Names of those that do not hold."""
        return [name for name, holds in vars(self).items() if not holds]


class Problem(NamedTuple):
    """What is wrong: ``code``, the ``value`` found and what was ``needed``."""

    code: str
    value: str
    needed: str


class Line(NamedTuple):
    """A line of a contract, as far as its kind goes."""

    kind: str
    item: str
    unit: str


def days_of(starts_on: date, ends_on: date) -> int:
    """Days from the first to the last, both counted."""
    return (ends_on - starts_on).days + 1


def period_problems(starts_on: date, ends_on: date, conditions: Conditions) -> list[Problem]:
    """What is wrong with the days of a contract: ``order``, ``three_years``, and ``conditions``
    where it runs for more than a year and one of the four conditions does not hold."""
    days = days_of(starts_on, ends_on)
    if days < 1:
        return [Problem("order", ends_on.isoformat(), starts_on.isoformat())]
    if days > YEARS_DAYS:
        return [Problem("three_years", str(days), str(YEARS_DAYS))]
    if days > YEAR_DAYS:
        return [Problem("conditions", str(days), name) for name in conditions.missing]
    return []


def operation_problems(lines: Iterable[Line]) -> list[Problem]:
    """What is wrong with the lines by which the operation of a center is bought: it is bought by
    services and quantities (``services``), never by heads (``heads``)."""
    lines = list(lines)
    found = [
        Problem("heads", line.unit, line.item)
        for line in lines
        if line.kind == STAFF and line.unit.strip() in HEADS
    ]
    if not any(line.kind == SERVICE for line in lines):
        found.append(Problem("services", "0", "1"))
    return found


def sign_by(notified_on: date, days: int, is_working_day: Callable[[date], bool]) -> date:
    """The last day on which a contract is signed: ``days`` calendar days after the notice of the
    award, or the next working day where that one is none."""
    last = notified_on + timedelta(days=days)
    while not is_working_day(last):
        last += timedelta(days=1)
    return last


def signable_on(signed_on: date, publicity_until: date | None) -> bool:
    """Whether a contract can be signed on the day: after the last day on which its result is open
    for comment, where it is at all. A challenge that was filed holds the award back by itself."""
    return publicity_until is None or signed_on > publicity_until


def supplement_room(price: Decimal, added: Iterable[Decimal], percent: Decimal | int) -> Decimal:
    """Yuan that may still be added to a contract of ``price``, to the cent; never below 0."""
    share = min(Decimal(percent), Decimal(SUPPLEMENT_PERCENT)) / WHOLE
    room = price * share - sum(added, Decimal(0))
    return max(Decimal(0), room).quantize(CENT, ROUND_DOWN)


def share_gap(shares: Iterable[Decimal]) -> Decimal:
    """How much is missing from the shares of the milestones to 100 %; negative: too much."""
    return WHOLE - sum(shares, Decimal(0))
