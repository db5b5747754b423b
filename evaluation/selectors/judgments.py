"""The engine without the pen: what the rules say of centers, on any date, with any parameters."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from centers.models import Center
from evaluation import rules
from evaluation.models import Pack, Verdict, Waiver
from evaluation.rules.base import ERROR, Outcome
from evaluation.rules.facts import CenterFacts
from evaluation.rules.rollup import INCOMPLETE, roll_up, weighing_classes
from evaluation.rules.traces import trace_id
from evaluation.selectors import facts as fact_selectors
from evaluation.selectors import parameters
from portal.batches import any_of, uncollected

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judgment:
    """What holds for one center: outcome per rule, waivers by rule, roll-up, dimensions; and the
    setting and facts it was judged by."""

    center_id: int
    outcomes: Mapping[str, Outcome]
    waivers: Mapping[str, int]
    rollup: str
    dimensions: Mapping[str, str]
    setting: parameters.Setting
    facts: CenterFacts
    # "rollup" and dimensions that are incomplete because a rule failed.
    not_computed: Sequence[str] = ()


class Failures:
    """Logs what rules raise: each defect once with its traceback, and how often it was met. A rule
    broken for a whole country must not fill the disk with one traceback."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def note(self, center_id: int, rule_id: str, error: Exception) -> None:
        """One center's rule raised."""
        key = rule_id, trace_id(error)
        self.counts[key] += 1
        if self.counts[key] == 1:
            logger.error("rule %s failed, trace %s, center %s", *key, center_id, exc_info=error)

    def sum_up(self) -> None:
        """Every center was judged."""
        for (rule_id, trace), count in self.counts.items():
            if count > 1:
                logger.error("rule %s failed, trace %s, %s centers", rule_id, trace, count)


class Ground:
    """What judging centers as of a date rests on besides the rows they filed: where they lie, what
    is set there, what they are excused from. Three queries, and one for the sections if asked for.
    """

    def __init__(
        self,
        center_ids: Sequence[int],
        as_of: date,
        pack: Pack,
        known_at: datetime | None = None,
        changes: dict[str, Any] | None = None,
    ) -> None:
        self.pack, self.as_of, self._known_at = pack, as_of, known_at
        self.paths: dict[int, str] = dict(
            Center.objects.filter(any_of("id", center_ids)).values_list("pk", "division__path")
        )
        self.settings = parameters.settings_for(
            self.paths.values(), pack, as_of, known_at, changes
        )
        self.waivers = waivers_in_force(list(self.paths), as_of, known_at)

    @cached_property
    def sections(self) -> list[tuple[int, str, int]]:
        """(section id, kind, center id) of what counts of the centers."""
        return fact_selectors.sections_accepted_last(list(self.paths), self._known_at)


@uncollected()
def judge(
    center_ids: Sequence[int],
    as_of: date,
    *,
    pack: Pack | None = None,
    known_at: datetime | None = None,
    changes: dict[str, Any] | None = None,
    facts: Mapping[int, CenterFacts] | None = None,
    ground: Ground | None = None,
) -> dict[int, Judgment]:
    """Judge centers as of a date. Twelve queries, or three when ``facts`` are given; three less
    when the ``ground``, which is of that date and pack, was read before.

    ``known_at`` judges by what was known then; ``changes`` tries other parameter values.
    """
    if ground is None:
        pack = pack or parameters.pack_in_force(as_of, known_at)
        ground = Ground(center_ids, as_of, pack, known_at, changes)
    ids = [pk for pk in center_ids if pk in ground.paths]
    if facts is None:
        facts = fact_selectors.facts_for(ids, as_of, known_at, ground.sections)
    settings, waivers, failures = ground.settings, ground.waivers, Failures()
    judged = {
        pk: judge_center(pk, facts[pk], settings[ground.paths[pk]], waivers.get(pk, {}), failures)
        for pk in ids
    }
    failures.sum_up()
    return judged


def waivers_in_force(
    center_ids: Sequence[int], as_of: date, known_at: datetime | None = None
) -> dict[int, dict[str, int]]:
    """Center id → {rule: waiver id}. One query."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    in_force = Waiver.objects.in_force(as_of, known_at).filter(any_of("center_id", center_ids))
    for pk, center_id, rule in in_force.order_by("id").values_list("id", "center_id", "rule"):
        found[center_id][rule] = pk
    return found


def judge_center(
    center_id: int,
    facts: CenterFacts,
    setting: parameters.Setting,
    waivers: Mapping[str, int],
    failures: Failures,
) -> Judgment:
    """Judge one center by what is given: its facts, the setting, its waivers by rule."""

    def alarm(rule_id: str, error: Exception) -> None:
        failures.note(center_id, rule_id, error)

    outcomes = rules.evaluate(facts, setting.pack.center_rules, setting.values, on_error=alarm)
    rollup, dimensions = _rolled_up(setting, outcomes, waivers)
    return Judgment(
        center_id=center_id,
        outcomes=outcomes,
        waivers={rule: pk for rule, pk in waivers.items() if rule in outcomes},
        rollup=rollup,
        dimensions=dimensions,
        setting=setting,
        facts=facts,
        not_computed=_not_computed(setting, outcomes, {"rollup": rollup, **dimensions}),
    )


def _not_computed(
    setting: parameters.Setting, outcomes: Mapping[str, Outcome], verdicts: Mapping[str, str]
) -> list[str]:
    if INCOMPLETE not in verdicts.values():
        return []
    weighing = weighing_classes(setting.values)
    failed = {
        rule.dimension
        for rule in setting.pack.center_rules
        if rule.rule_class in weighing and outcomes[rule.id].outcome == ERROR
    }
    return [
        name
        for name, verdict in verdicts.items()
        if failed and verdict == INCOMPLETE and (name == "rollup" or name in failed)
    ]


def _rolled_up(
    setting: parameters.Setting, outcomes: Mapping[str, Outcome], waivers: Iterable[str]
) -> tuple[str, dict[str, str]]:
    """The verdict over all rules that weigh, and one per dimension."""
    weighing = weighing_classes(setting.values)
    whole: list[tuple[str, Outcome, bool]] = []
    parts: dict[str, list[tuple[str, Outcome, bool]]] = {name: [] for name in Verdict.DIMENSIONS}
    for rule in setting.pack.center_rules:
        if rule.rule_class in weighing:
            outcome = outcomes[rule.id]
            judged = (rule.rule_class, outcome, rule.id in waivers or outcome.is_excused)
            whole.append(judged)
            parts.get(rule.dimension, []).append(judged)
    return roll_up(whole, weighing), {name: roll_up(part, weighing) for name, part in parts.items()}
