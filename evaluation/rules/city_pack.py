"""区年度报送 (四(四)-3): the figures that a district sends the municipality of a year, and what the
municipality reads from several of them.

The guidance names no figures; this is the proposed set in ten groups. A figure is None while nobody
said anything of it, and "0" where there was none: the two are never the same. A rate names its
denominator. Each figure lists what proves it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from evaluation.rules.city_pack_facts import PERCENT, Evidence, Figure, YearInputs
from evaluation.rules.city_pack_groups import Found, money, of_year, rounded

GROUPS = (
    *("coverage", "standards", "people", "premises", "money", "functions"),
    *("mechanism", "review", "disclosure", "quality"),
)
# Of two districts the one with less of it is the stronger.
LESS_IS_BETTER = frozenset({"quality.no_data_rate"})
# What does not grow with the size of a district, beside the rates.
COMPARED = frozenset({"premises.area_median"})


@dataclass(frozen=True)
class Suggestion:
    """An exchange: ``strong`` is among the best quarter of a figure, ``weak`` among the last."""

    key: str
    group: str
    strong: str
    strong_value: str
    weak: str
    weak_value: str
    gap: str


def figures(this: YearInputs, last: YearInputs) -> tuple[list[Figure], list[Evidence]]:
    """The figures of a year beside those of the year before, and the index of all that proves
    them, by name."""
    before = {found.figure.key: found for found in of_year(last)}
    index: dict[str, Evidence] = {}
    told = []
    for found in _with_growth(this, last):
        earlier = before.get(found.figure.key)
        proofs = (*found.evidence, *(earlier.evidence if earlier else ()))
        index |= {each.name: each for each in proofs}
        value = found.figure.value
        last_value = earlier.figure.value if earlier else None
        change = None
        if value is not None and last_value is not None:
            change = str(Decimal(value) - Decimal(last_value))
        names = tuple(sorted({each.name for each in proofs}))
        told.append(replace(found.figure, last_year=last_value, change=change, evidence=names))
    return told, [index[name] for name in sorted(index)]


def centers(inputs: YearInputs) -> list[dict[str, Any]]:
    """The verdict of each center on the day, and the outcome of each of the rules that the figures
    count: {code, township, rollup, outcomes}."""
    counted = (*inputs.rules, *inputs.functions)
    return [
        {
            "code": center.code,
            "township": center.township,
            "rollup": center.rollup,
            "outcomes": {
                rule: center.outcomes[rule].outcome for rule in counted if rule in center.outcomes
            },
        }
        for center in inputs.centers
    ]


def keys(standard: Sequence[str], functions: Sequence[str]) -> list[str]:
    """Keys of every figure, by the rules of the standard and of the functions."""
    empty = YearInputs(
        year=0,
        as_of=date.min,
        townships={},
        centers=(),
        rules=tuple(standard),
        functions=tuple(functions),
        duties={},
        duty_evidence={},
    )
    return [found.figure.key for found in _with_growth(empty, empty)]


def strengths(values: Mapping[str, Mapping[str, str | None]]) -> list[Suggestion]:
    """District → (figure → value): who could learn what from whom, the widest gap first.

    Of each figure that does not grow with a district: every district of the last quarter beside the
    strongest. A district without the figure is neither.
    """
    keys = sorted({key for told in values.values() for key in told})
    found = [each for key in keys for each in _of_figure(key, values)]
    return sorted(found, key=lambda each: (-Decimal(each.gap), each.key, each.weak))


def _of_figure(key: str, values: Mapping[str, Mapping[str, str | None]]) -> list[Suggestion]:
    sign = -1 if key in LESS_IS_BETTER else 1
    known = {
        code: Decimal(value) * sign
        for code, told in values.items()
        if (value := told.get(key)) is not None
    }
    if len(known) < 2:
        return []
    ranked = sorted(known.values())
    low, high = (ranked[ceil(len(ranked) * share) - 1] for share in (0.25, 0.75))
    strong = min(known, key=lambda code: (-known[code], code))
    return [
        Suggestion(
            key=key,
            group=key.partition(".")[0],
            strong=strong,
            strong_value=str(values[strong][key]),
            weak=weak,
            weak_value=str(values[weak][key]),
            gap=str(known[strong] - known[weak]),
        )
        for weak in sorted(known)
        if known[weak] <= low < high and known[strong] > known[weak]
    ]


def is_compared(key: str, unit: str) -> bool:
    """Whether the figure says something of districts of different size."""
    return unit == PERCENT or key in COMPARED


def _with_growth(this: YearInputs, last: YearInputs) -> Iterable[Found]:
    """The year's figures, and by how much the purchases grew."""
    key = "money.purchase"
    before = next(found for found in money(last) if found.figure.key == key)
    for found in of_year(this):
        yield found
        if found.figure.key == key:
            yield _growth(found, before)


def _growth(now: Found, before: Found) -> Found:
    value, earlier = now.figure.value, before.figure.value
    percent = None
    if value is not None and earlier is not None and Decimal(earlier):
        percent = rounded((Decimal(value) - Decimal(earlier)) * 100 / Decimal(earlier))
    parts = {"this_year": value, "last_year": earlier}
    figure = Figure("money.purchase_growth", "money", PERCENT, percent, of="purchase", parts=parts)
    return Found(figure, (*now.evidence, *before.evidence))
