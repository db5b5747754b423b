"""Two judgments of one center side by side: what changes, which way, and how much is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple, Protocol

from evaluation.rules.base import ERROR, MET, NO_DATA, NOT_APPLICABLE, NOT_MET, Outcome, Rule

WORSE, BETTER, OTHER = "worse", "better", "other"
DIRECTIONS = (WORSE, BETTER, OTHER)

# Per kind of rule that measures: the figure of its remedy that says how much is missing, and
# the unit it is counted in.
MEASURES = {
    "full_time_staff": ("missing", "people"),
    "council_leadership": ("missing", "members"),
    "floor_area": ("missing_m2", "m2"),
    "basic_operation_funding": ("missing_yuan", "yuan"),
}
UNITS = ("people", "members", "m2", "yuan")


class Judged(Protocol):
    """What was found of one center: outcomes by rule, and the rules it is excused from."""

    @property
    def outcomes(self) -> Mapping[str, Outcome]: ...
    @property
    def waivers(self) -> Mapping[str, int]: ...


class Standing(NamedTuple):
    """Where a rule stands, as far as the roll-up cares; ``outcome`` "" where there is no rule."""

    outcome: str
    is_waived: bool = False
    in_grace: bool = False


NO_RULE = Standing("")


@dataclass(frozen=True, slots=True)
class Change:
    """One rule of one center that stands elsewhere than before."""

    rule: str
    was: Standing
    now: Standing
    before: Outcome | None
    after: Outcome | None

    @property
    def direction(self) -> str:
        """Whether the center is worse off for it, better off, or neither."""
        was, now = _severity(self.was), _severity(self.now)
        if was == now:
            return OTHER
        return WORSE if now > was else BETTER


def standing(judged: Judged, rule: str) -> Standing:
    """Where the rule stands; a waiver, an excuse of the district's reading and a grace matter only
    to what is not met."""
    outcome = judged.outcomes.get(rule)
    if outcome is None:
        return NO_RULE
    if outcome.outcome != NOT_MET:
        return Standing(outcome.outcome)
    is_waived = rule in judged.waivers or outcome.is_excused
    return Standing(NOT_MET, is_waived, outcome.in_grace)


def changes(before: Judged, after: Judged) -> list[Change]:
    """The rules that stand elsewhere afterwards, in the order of the pack judged by.

    A rule only one of two packs has is a change where it is not met, or could not be judged.
    """
    ids = [*after.outcomes, *(rule for rule in before.outcomes if rule not in after.outcomes)]
    found = [_change(rule, before, after) for rule in ids]
    return [change for change in found if change.was != change.now and _is_news(change)]


def _change(rule: str, before: Judged, after: Judged) -> Change:
    return Change(
        rule,
        standing(before, rule),
        standing(after, rule),
        before.outcomes.get(rule),
        after.outcomes.get(rule),
    )


def _is_news(change: Change) -> bool:
    if NO_RULE not in (change.was, change.now):
        return True
    return _severity(change.was) + _severity(change.now) > 0


def _severity(standing: Standing) -> int:
    """How bad it is for the center; what does not apply is as good as met."""
    if standing.outcome == NOT_MET:
        return 1 if standing.is_waived or standing.in_grace else 3
    return {"": 0, MET: 0, NOT_APPLICABLE: 0, NO_DATA: 2, ERROR: 4}[standing.outcome]


def is_no_worse(standing: Standing, than: Standing) -> bool:
    """Whether the center is as well off as it was."""
    return _severity(standing) <= _severity(than)


def missing(rule: Rule, outcome: Outcome | None) -> Decimal | None:
    """How much the center lacks to meet a rule that measures; None while nobody can say."""
    if outcome is None or outcome.outcome in (MET, NOT_APPLICABLE):
        return Decimal(0)
    figure = outcome.remedy and outcome.remedy.figures.get(MEASURES[rule.kind][0])
    return None if figure is None or outcome.outcome != NOT_MET else Decimal(str(figure))
