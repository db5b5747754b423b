"""What a project costs, and how prices stand to those of comparable contracts. In yuan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median, quantiles

from projects.rules.periods import years_before

CENT = Decimal("0.01")
MANAGEMENT = "management"
QUOTES_NEEDED = 3
# Fewer prices say nothing about what is unusual.
ENOUGH_FOR_OUTLIERS = 4
FENCE = Decimal("1.5")


@dataclass(frozen=True)
class Line:
    """One thing that is paid for: ``kind`` as in ``CostLine.Kind``."""

    kind: str
    quantity: Decimal
    unit_price: Decimal

    @property
    def amount(self) -> Decimal:
        """Quantity by unit price, to the cent, half a cent up."""
        return cents(self.quantity * self.unit_price)


@dataclass(frozen=True)
class Source:
    """Where a price comes from: ``kind`` as in ``PriceSource.Kind``."""

    kind: str
    from_whom: str


@dataclass(frozen=True)
class Sample:
    """A unit price that a finished contract paid, and the day on which it was agreed."""

    price: Decimal
    on: date


@dataclass(frozen=True)
class Comparison:
    """A unit price beside those of ``n`` comparable contract lines; ``old_n`` more are too old.

    ``low``, ``median`` and ``high`` are null without prices. ``place`` is "below", "inside" or
    "above" their range, "" without prices. ``is_outlier``: so far outside the middle half that it
    needs an explanation; never where there are too few prices to say.
    """

    n: int
    low: Decimal | None
    median: Decimal | None
    high: Decimal | None
    place: str
    is_outlier: bool
    old_n: int


def cents(value: Decimal) -> Decimal:
    """To the cent, half a cent away from zero, as the database rounds."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def total(lines: Iterable[Line]) -> Decimal:
    """The sum of the rounded amounts."""
    return sum((line.amount for line in lines), Decimal("0.00"))


def management_total(lines: Iterable[Line]) -> Decimal:
    """What of it is management cost."""
    return total(line for line in lines if line.kind == MANAGEMENT)


def management_share(lines: Sequence[Line]) -> Decimal | None:
    """Management cost in percent of the total, two decimals; null where the total is zero."""
    whole = total(lines)
    return cents(management_total(lines) * 100 / whole) if whole else None


def quotes_missing(sources: Iterable[Source]) -> int:
    """How many price quotes are wanting: three by different suppliers, or one official standard."""
    known = list(sources)
    if any(source.kind == "standard" for source in known):
        return 0
    asked = {source.from_whom.strip() for source in known if source.kind == "quote"}
    return max(0, QUOTES_NEEDED - len(asked))


def price_basis_gaps(lines: Sequence[Sequence[Source]]) -> dict[int, int]:
    """Index of a line → quotes that are wanting, for the lines that lack some."""
    missing = {index: quotes_missing(sources) for index, sources in enumerate(lines)}
    return {index: count for index, count in missing.items() if count}


def is_old(sample: Sample, on: date, old_years: int) -> bool:
    """Whether the price was agreed more than ``old_years`` years before ``on``."""
    return sample.on < years_before(on, old_years)


def fences(prices: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Between which prices nothing is unusual: the middle half and one and a half times its width
    on either side. Null for fewer than four prices."""
    if len(prices) < ENOUGH_FOR_OUTLIERS:
        return None
    lower, _middle, upper = quantiles(prices, n=4, method="inclusive")
    width = FENCE * (upper - lower)
    return lower - width, upper + width


def compare(price: Decimal, samples: Iterable[Sample], on: date, old_years: int) -> Comparison:
    """The unit price beside those agreed in the last ``old_years`` years before ``on``."""
    known = list(samples)
    prices = sorted(sample.price for sample in known if not is_old(sample, on, old_years))
    old_n = len(known) - len(prices)
    if not prices:
        return Comparison(0, None, None, None, "", is_outlier=False, old_n=old_n)
    low, high = prices[0], prices[-1]
    place = "below" if price < low else "above" if price > high else "inside"
    usual = fences(prices)
    is_outlier = usual is not None and not usual[0] <= price <= usual[1]
    middle = cents(median(prices))
    return Comparison(len(prices), low, middle, high, place, is_outlier=is_outlier, old_n=old_n)
