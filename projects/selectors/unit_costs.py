"""What services cost so far: the unit prices of finished contracts. There is no table of prices:
each is a line of its contract and leads to it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from portal.jurisdictions.models import Division
from projects.models import Contract, ContractLine, CostLine
from projects.rules.costs import Comparison, Sample, compare, fences, is_old

FINISHED = (Contract.Status.ACCEPTED, Contract.Status.SETTLED)
# Groups that one page shows, and lines it looks through for them.
MOST_GROUPS = 200
MOST_LINES = 2000
# What is shown of a line and of its contract.
SHOWN = (
    *("item", "unit", "kind", "quantity", "unit_price_yuan"),
    *("contract__contract_no", "contract__signed_on", "contract__supplier__name"),
    "contract__project__division__name",
)


class Price(NamedTuple):
    """A line of a finished contract; ``is_old`` and ``is_outlier`` say how it stands to the
    others. One that is too old is not compared."""

    line: ContractLine
    is_old: bool
    is_outlier: bool


class Group(NamedTuple):
    """What one item costs for one unit; ``kind`` is that of the line agreed last."""

    item: str
    unit: str
    kind: str
    comparison: Comparison
    prices: list[Price]


def finished_lines() -> "QuerySet[ContractLine]":
    """Lines of contracts that were accepted on completion, the ones agreed last first."""
    lines = ContractLine.objects.filter(contract__status__in=FINISHED)
    return lines.order_by(F("contract__signed_on").desc(), "-pk")


def comparable(lines: Iterable[CostLine], district: Division) -> dict[int, list[ContractLine]]:
    """Id of a cost line → the lines of finished contracts of the district that call the item and
    its unit the same. One query."""
    wanted = {line.pk: key(line.item, line.unit) for line in lines}
    found = finished_lines().filter(
        contract__project__division__in=Division.objects.within(district.path),
        unit__in={unit for _item, unit in wanted.values()},
    )
    by_key: dict[tuple[str, str], list[ContractLine]] = {}
    for each in found.select_related("contract"):
        by_key.setdefault(key(each.item, each.unit), []).append(each)
    return {pk: by_key.get(known, []) for pk, known in wanted.items()}


def key(item: str, unit: str) -> tuple[str, str]:
    """Under what name a price is looked for: blanks and the case of letters do not matter."""
    return "".join(item.split()).casefold(), unit.strip()


def sample(line: ContractLine) -> Sample:
    """The price of a line of a signed contract and the day of the signature."""
    signed_on = line.contract.signed_on
    if signed_on is None:
        raise ValueError(line.contract_id)
    return Sample(line.unit_price_yuan, signed_on)


def against(
    price: Decimal, lines: Iterable[ContractLine], *, on: date, old_years: int
) -> Comparison:
    """The price beside those of the lines."""
    return compare(price, map(sample, lines), on, old_years)


def library(user: Any, *, on: date, old_years: int, text: str = "", unit: str = "") -> list[Group]:
    """The prices of the contracts that ``user`` sees, by item and unit; at most 200 items, those
    agreed last first, out of the 2,000 lines agreed last. ``text`` is searched for in the items.
    One query."""
    found = finished_lines().filter(contract__in=Contract.objects.visible_to(user))
    if text:
        found = found.filter(item__icontains=text)
    if unit:
        found = found.filter(unit=unit)
    groups: dict[tuple[str, str], list[ContractLine]] = {}
    found = found.select_related("contract__project__division", "contract__supplier")
    for line in found.only(*SHOWN)[:MOST_LINES]:
        groups.setdefault(key(line.item, line.unit), []).append(line)
    return [_group(lines, on, old_years) for lines in list(groups.values())[:MOST_GROUPS]]


def _group(lines: list[ContractLine], on: date, old_years: int) -> Group:
    samples = {line.pk: sample(line) for line in lines}
    usual = fences([each.price for each in samples.values() if not is_old(each, on, old_years)])
    prices = []
    for line in lines:
        old = is_old(samples[line.pk], on, old_years)
        is_usual = old or usual is None or usual[0] <= line.unit_price_yuan <= usual[1]
        prices.append(Price(line, old, not is_usual))
    newest = lines[0]
    found = compare(newest.unit_price_yuan, samples.values(), on, old_years)
    return Group(newest.item, newest.unit, newest.kind, found, prices)
