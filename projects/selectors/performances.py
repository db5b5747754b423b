"""What an evaluation of performance comes to, and what keeps it from being submitted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from projects.models import Performance, PerformanceItem
from projects.rules import performance as rules
from projects.selectors import thresholds
from projects.selectors.performance_templates import all_templates, name_of


@dataclass(frozen=True)
class Shown:
    """One part on a page: its name, the points at most, those reached (None: not known) and its
    indicators."""

    name: str
    weight: Decimal
    points: Decimal | None
    items: list[PerformanceItem]


def outcome(performance: Performance, overdone_percent: Decimal) -> rules.Outcome:
    """Points, score and grade as they would be submitted now. One query."""
    return rules.evaluate(
        all_templates()[performance.template],
        budget=performance.budget_yuan,
        spent=performance.spent_yuan,
        indicators=_indicators(performance.items.all()),
        overdone_percent=overdone_percent,
    )


def overdone_percent(performance: Performance, as_of: date) -> Decimal:
    """From which completion in percent a target was set too low, as it holds on the day."""
    division = performance.contract.project.division
    return Decimal(thresholds.for_division(division, as_of)["overdone_percent"])


def template_name(performance: Performance) -> str:
    """The name of its template in the language of the reader."""
    return name_of(all_templates()[performance.template])


def parts_of(performance: Performance, computed: rules.Outcome) -> list[Shown]:
    """The parts of its template with what they come to. One query."""
    items = list(performance.items.all())
    for item in items:
        item.points = computed.points.get(item.position) if item.completion is not None else None
    return [
        Shown(
            name=name_of(part),
            weight=part.weight,
            points=computed.parts[part.code],
            items=[item for item in items if item.part == part.code],
        )
        for part in all_templates()[performance.template].parts
    ]


def refusals(performance: Performance) -> list[str]:
    """What keeps a draft from being submitted, in sentences. One query."""
    template = all_templates()[performance.template]
    names = {part.code: name_of(part) for part in template.parts}
    found = rules.indicator_problems(template, _indicators(performance.items.all()))
    return [_sentence(problem, names) for problem in found]


def _sentence(problem: rules.Problem, names: dict[str, str]) -> str:
    shown: dict[str, Any] = problem._asdict()
    shown["where"] = names.get(problem.where, problem.where)
    if problem.code == "missing":
        return _("“%(where)s”: how much was reached is missing; type a percentage.") % shown
    if problem.code == "above":
        return _("“%(where)s” is judged, not measured: at most 100 %%, not %(value)s.") % shown
    if problem.code == "part":
        return _("“%(where)s” stands in “%(value)s”, which takes no indicators.") % shown
    return _("The indicators of “%(where)s” give %(value)s points instead of %(needed)s.") % shown


def remarks(flags: Iterable[dict[str, str]]) -> list[str]:
    """What is remarked beside a score, in sentences."""
    return [_remark(flag) for flag in flags]


def _remark(flag: dict[str, str]) -> str:
    if flag["code"] == rules.OVERSPENT:
        return _("%(value)s yuan more were spent than budgeted.") % flag
    if flag["code"] == rules.LOW_TARGET:
        return _("“%(where)s” reached %(value)s %%: its target was set too low.") % flag
    return _("What was spent is not known, so there is no score.")


def _indicators(items: Iterable[PerformanceItem]) -> list[rules.Indicator]:
    return [
        rules.Indicator(
            item.position,
            item.part,
            item.name,
            item.weight,
            item.completion,
            item.is_quantitative,
        )
        for item in items
    ]
