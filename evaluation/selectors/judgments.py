"""The engine without the pen: what the rules say of centers, on any date, with any parameters."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from centers.models import Center
from evaluation import rules
from evaluation.models import Pack, Verdict, Waiver
from evaluation.rules.base import Outcome
from evaluation.rules.facts import CenterFacts
from evaluation.rules.rollup import roll_up, weighing_classes
from evaluation.selectors import facts as fact_selectors
from evaluation.selectors import parameters
from evaluation.selectors.batches import any_of, uncollected

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judgment:
    """What holds for one center: outcome per rule, waivers by rule, roll-up, dimensions."""

    center_id: int
    outcomes: Mapping[str, Outcome]
    waivers: Mapping[str, int]
    rollup: str
    dimensions: Mapping[str, str]
    setting: parameters.Setting


@uncollected()
def judge(
    center_ids: Sequence[int],
    as_of: date,
    *,
    pack: Pack | None = None,
    known_at: datetime | None = None,
    changes: dict[str, Any] | None = None,
    facts: Mapping[int, CenterFacts] | None = None,
) -> dict[int, Judgment]:
    """Judge centers as of a date. Eleven queries, or three when ``facts`` are given.

    ``known_at`` judges by what was known then; ``changes`` tries other parameter values.
    """
    pack = pack or parameters.pack_in_force(as_of, known_at)
    paths = dict(
        Center.objects.filter(any_of("id", center_ids)).values_list("pk", "division__path")
    )
    settings = parameters.settings_for(paths.values(), pack, as_of, known_at, changes)
    if facts is None:
        facts = fact_selectors.facts_for(list(paths), as_of, known_at)
    waivers = _waivers(list(paths), as_of, known_at)
    return {
        pk: _judge(pk, facts[pk], settings[path], waivers.get(pk, {}))
        for pk, path in paths.items()
    }


def _waivers(
    center_ids: Sequence[int], as_of: date, known_at: datetime | None
) -> dict[int, dict[str, int]]:
    """Center id → {rule: waiver id}."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    in_force = Waiver.objects.in_force(as_of, known_at).filter(any_of("center_id", center_ids))
    for pk, center_id, rule in in_force.order_by("id").values_list("id", "center_id", "rule"):
        found[center_id][rule] = pk
    return found


def _judge(
    center_id: int,
    facts: CenterFacts,
    setting: parameters.Setting,
    waivers: Mapping[str, int],
) -> Judgment:
    def alarm(rule_id: str, error: Exception) -> None:
        logger.error("rule %s failed for center %s", rule_id, center_id, exc_info=error)

    outcomes = rules.evaluate(facts, setting.pack.center_rules, setting.values, on_error=alarm)
    dimensions = {
        name: _roll_up(setting, outcomes, waivers, name) for name in Verdict.DIMENSIONS
    }
    return Judgment(
        center_id=center_id,
        outcomes=outcomes,
        waivers={rule: pk for rule, pk in waivers.items() if rule in outcomes},
        rollup=_roll_up(setting, outcomes, waivers),
        dimensions=dimensions,
        setting=setting,
    )


def _roll_up(
    setting: parameters.Setting,
    outcomes: Mapping[str, Outcome],
    waivers: Iterable[str],
    dimension: str | None = None,
) -> str:
    return roll_up(
        (
            (rule.rule_class, outcomes[rule.id], rule.id in waivers)
            for rule in setting.pack.center_rules
            if dimension is None or rule.dimension == dimension
        ),
        weighing_classes(setting.values),
    )
