"""Scores of performance by a template: parts with weights that give 100, indicators in them.

Points are rounded half-up to two decimals, each indicator by itself, so that the score is the sum
of what is shown. Spending that is not known gives no score, and never a zero.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

CENT = Decimal("0.01")
WHOLE = Decimal(100)
# The part that is computed from budget and spending.
EXECUTION = "execution"
OUTPUT, BENEFIT = "output", "benefit"
# Least share of output and benefit in an evaluation by the department.
DEPARTMENT_MIN = Decimal(60)
EXCELLENT, GOOD, FAIR, POOR = "excellent", "good", "fair", "poor"
BANDS = ((Decimal(90), EXCELLENT), (Decimal(80), GOOD), (Decimal(60), FAIR))
# How far a target that no figure measures was reached, by the least completion in percent.
REACHED, PARTLY, NOT_REACHED = "reached", "partly", "not_reached"
LEVELS = ((Decimal(80), REACHED), (Decimal(60), PARTLY))
OVERSPENT, LOW_TARGET, NO_SPENDING = "overspent", "low_target", "no_data"
OVERDONE_PERCENT = Decimal(130)


@dataclass(frozen=True)
class Usual:
    """An indicator that a template proposes."""

    name: str
    weight: Decimal
    is_quantitative: bool = True


@dataclass(frozen=True)
class Part:
    """A part of a template and the points that it gives at most."""

    code: str
    name: str
    name_en: str
    weight: Decimal
    indicators: tuple[Usual, ...] = ()


@dataclass(frozen=True)
class Template:
    """How an evaluation of one kind (``self``, ``department``) is scored, and where from."""

    code: str
    kind: str
    name: str
    name_en: str
    source: str
    parts: tuple[Part, ...]

    def weight_of(self, code: str) -> Decimal | None:
        """Points that the part gives at most; None for a part that the template has not."""
        return next((part.weight for part in self.parts if part.code == code), None)


class Indicator(NamedTuple):
    """What was aimed at and how much of it was reached, in percent; None: not known yet."""

    position: int
    part: str
    name: str
    weight: Decimal
    completion: Decimal | None
    is_quantitative: bool = True


class Problem(NamedTuple):
    """What is wrong: ``code``, ``where`` (an indicator or a part), ``value`` and ``needed``."""

    code: str
    where: str
    value: str
    needed: str


class Flag(NamedTuple):
    """A remark beside the score; ``where`` and ``value`` as far as there are any."""

    code: str
    where: str = ""
    value: str = ""


@dataclass(frozen=True)
class Outcome:
    """Points of each indicator by position, of budget execution and of each part, the score and
    its grade. Without spending, execution and score are None and the grade is blank."""

    points: dict[int, Decimal]
    execution: Decimal | None
    parts: dict[str, Decimal | None]
    score: Decimal | None
    grade: str
    flags: tuple[Flag, ...]


def template_problems(template: Template) -> list[Problem]:
    """What is wrong with a template: its weights, or too little for what was achieved."""
    found = []
    total = sum((part.weight for part in template.parts), Decimal(0))
    if total != WHOLE:
        found.append(Problem("weights", template.code, str(total), "100"))
    for part in template.parts:
        usual = sum((each.weight for each in part.indicators), Decimal(0))
        if part.code != EXECUTION and usual != part.weight:
            found.append(Problem("weights", part.code, str(usual), str(part.weight)))
    achieved = sum(template.weight_of(code) or Decimal(0) for code in (OUTPUT, BENEFIT))
    if template.kind == "department" and achieved < DEPARTMENT_MIN:
        found.append(Problem("achieved", template.code, str(achieved), str(DEPARTMENT_MIN)))
    return found


def indicator_problems(template: Template, indicators: Sequence[Indicator]) -> list[Problem]:
    """What is wrong with indicators: a ``part`` that is not there, a ``completion`` that is missing
    or, of one that no figure measures, above 100, and ``weights`` that do not give the part's."""
    found = []
    for each in indicators:
        if each.part == EXECUTION or template.weight_of(each.part) is None:
            found.append(Problem("part", each.name, each.part, ""))
        if each.completion is None:
            found.append(Problem("missing", each.name, "", ""))
        elif not each.is_quantitative and each.completion > WHOLE:
            found.append(Problem("above", each.name, str(each.completion), "100"))
    for part in template.parts:
        if part.code == EXECUTION:
            continue
        given = sum((each.weight for each in indicators if each.part == part.code), Decimal(0))
        if given != part.weight:
            found.append(Problem("weights", part.code, str(given), str(part.weight)))
    return found


def execution_points(weight: Decimal, budget: Decimal, spent: Decimal | None) -> Decimal | None:
    """Points of the execution of a budget in yuan: its share that was spent, at most all of it;
    None where the spending is not known."""
    if spent is None:
        return None
    return _rounded(weight * min(spent, budget) / budget)


def points(indicator: Indicator) -> Decimal:
    """Points of one indicator: its weight times its completion, at most its weight; 0 while
    nothing is known."""
    return _rounded(indicator.weight * min(indicator.completion or Decimal(0), WHOLE) / WHOLE)


def grade(score: Decimal) -> str:
    """The band in which a score of 0 to 100 lies."""
    return next((name for least, name in BANDS if score >= least), POOR)


def level(completion: Decimal) -> str:
    """How far a target that no figure measures was reached, by its completion in percent."""
    return next((name for least, name in LEVELS if completion >= least), NOT_REACHED)


def evaluate(
    template: Template,
    *,
    budget: Decimal,
    spent: Decimal | None,
    indicators: Sequence[Indicator],
    overdone_percent: Decimal = OVERDONE_PERCENT,
) -> Outcome:
    """The score of ``indicators`` that have no problems, for a ``budget`` above 0 in yuan."""
    of_indicators = {each.position: points(each) for each in indicators}
    weight = template.weight_of(EXECUTION)
    execution = None if weight is None else execution_points(weight, budget, spent)
    of_parts: dict[str, Decimal | None] = {
        part.code: execution
        if part.code == EXECUTION
        else sum(
            (of_indicators[each.position] for each in indicators if each.part == part.code),
            Decimal(0),
        )
        for part in template.parts
    }
    score = None
    if spent is not None:
        score = _rounded(sum((each for each in of_parts.values() if each is not None), Decimal(0)))
    return Outcome(
        points=of_indicators,
        execution=execution,
        parts=of_parts,
        score=score,
        grade="" if score is None else grade(score),
        flags=tuple(_flags(budget, spent, indicators, overdone_percent)),
    )


def _flags(
    budget: Decimal,
    spent: Decimal | None,
    indicators: Iterable[Indicator],
    overdone_percent: Decimal,
) -> Iterable[Flag]:
    if spent is None:
        yield Flag(NO_SPENDING)
    elif spent > budget:
        yield Flag(OVERSPENT, value=f"{spent - budget:.2f}")
    for each in indicators:
        overdone = each.completion is not None and each.completion > overdone_percent
        if each.is_quantitative and overdone:
            yield Flag(LOW_TARGET, each.name, f"{each.completion:.2f}")


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)
