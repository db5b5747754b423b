"""What would change: centers judged twice, as things stand and as somebody supposes.

Nothing is stored. Centers are judged in chunks, and of each only what changes is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from heapq import merge
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import Pack
from evaluation.rules import comparisons
from evaluation.rules.base import Rule
from evaluation.rules.comparisons import Change, Standing
from evaluation.rules.packs import RulePack
from evaluation.rules.parameters import Override, Parameter
from evaluation.selectors import facts, findings, judgments, parameters
from evaluation.selectors.findings import LiveLimitError
from evaluation.selectors.judgments import Judgment
from evaluation.selectors.rows import Place
from evaluation.selectors.summaries import DISTRICT_DIGITS
from portal.jurisdictions.models import Division

# A day that is supposed lies at most so far ahead.
FARTHEST = timedelta(days=3660)


@dataclass(frozen=True)
class Scenario:
    """What is supposed: the day, the pack, what was known, and other parameter values."""

    as_of: date
    pack: Pack
    known_at: datetime | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Compared:
    """One center as it stands and as it would, with the rules that change."""

    place: Place
    before: Judgment
    after: Judgment
    changes: list[Change]

    @property
    def is_changed(self) -> bool:
        return bool(self.changes) or self.before.rollup != self.after.rollup


def supposable(standard: RulePack) -> dict[str, Parameter]:
    """Name → parameter of those that some rule of centers reads, in the order of the rules."""
    order = {rule.id: number for number, rule in enumerate(standard.center_rules)}
    first = {
        name: min(order[rule] for rule in each.rules if rule in order)
        for name, each in standard.parameters.items()
        if order.keys() & set(each.rules)
    }
    return {name: standard.parameters[name] for name in sorted(first, key=first.__getitem__)}


def refuse_too_many(centers: "QuerySet[Center]") -> int:
    """How many centers there are; raises LiveLimitError when one answer cannot judge them."""
    limit = findings.LIVE_LIMIT
    count = centers.order_by()[: limit + 1].count()
    if count > limit:
        raise LiveLimitError(
            _("More than %(limit)s centers would have to be judged at once. Choose one district.")
            % {"limit": limit}
        )
    return count


def compare(
    centers: "QuerySet[Center]", before: Scenario, after: Scenario
) -> Iterator[Compared]:
    """Every center judged twice, by code. A fixed number of queries per chunk."""
    for places in findings.chunks(centers):
        ids = [place.id for place in places]
        is_same_world = (before.as_of, before.known_at) == (after.as_of, after.known_at)
        known = facts.facts_for(ids, before.as_of, before.known_at)
        standing = _judge(ids, before, known)
        supposed = _judge(ids, after, known if is_same_world else None)
        for place in places:
            was, now = standing[place.id], supposed[place.id]
            yield Compared(place, was, now, comparisons.changes(was, now))


def _judge(ids: list[int], scenario: Scenario, known: Any) -> dict[int, Judgment]:
    return judgments.judge(
        ids,
        scenario.as_of,
        pack=scenario.pack,
        known_at=scenario.known_at,
        changes=dict(scenario.values),
        facts=known,
    )


# --- one value about to be set --------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """A value, or the level above's again, that a division would set from a day on."""

    division: Division
    key: str
    value: Any
    is_reset: bool
    day: date


@dataclass(frozen=True)
class Flips:
    """Centers that would stand elsewhere: the first by code, and how many of how many."""

    first: list[Compared]
    count: int
    center_count: int


def flips(centers: "QuerySet[Center]", setting: Setting, limit: int) -> Flips:
    """Which of the centers change on the day by the value set there; nothing is written.

    A district that keeps its own value is not judged by the municipality's. Two queries, and for
    each chunk of centers a fixed number. Raises LiveLimitError.
    """
    count = refuse_too_many(centers)
    pack = parameters.pack_in_force(setting.day)
    as_is = Scenario(setting.day, pack)
    compared = [
        compare(centers.filter(division__in=divisions), as_is, replace(as_is, values=values))
        for values, divisions in _would_hold(centers, setting, pack)
    ]
    first, changed = [], 0
    for each in merge(*compared, key=lambda each: each.place.code):
        if each.is_changed:
            changed += 1
            first.extend([each] if changed <= limit else [])
    return Flips(first, changed, count)


def _would_hold(
    centers: "QuerySet[Center]", setting: Setting, pack: Pack
) -> list[tuple[dict[str, Any], list[int]]]:
    """(the value that would hold, the divisions in which it is another than now)."""
    rules = parameters.parsed(pack)
    parameter = rules.parameters[setting.key]
    known = [override for _day, override in parameters.dated_overrides(setting.day)]
    version = max((override.version for override in known), default=0) + 1
    level = setting.division.path
    tried = Override(version, level, setting.key, setting.value, setting.is_reset)
    # From the top level down: a path sorts before those below it.
    supposed = sorted([*known, tried], key=attrgetter("level"))
    found: dict[str, tuple[dict[str, Any], list[int]]] = {}
    for pk, path in centers.order_by().values_list("division", "division__path").distinct():
        was, now = (
            parameters.setting(rules, [o for o in each if path.startswith(o.level)], {})
            for each in (known, supposed)
        )
        if was.values[setting.key] != now.values[setting.key]:
            raw = parameter.dump(now.values[setting.key])
            found.setdefault(repr(raw), ({setting.key: raw}, []))[1].append(pk)
    return list(found.values())


# --- sums -----------------------------------------------------------------------------------


@dataclass
class Amount:
    """How much is missing, in how many centers; of how many others nobody can say."""

    total: Decimal = Decimal(0)
    center_count: int = 0
    unknown_count: int = 0

    def add(self, missing: Decimal | None) -> None:
        """Count one center."""
        if missing is None:
            self.unknown_count += 1
        elif missing:
            self.total += missing
            self.center_count += 1


@dataclass
class Shortfall:
    """What centers lack to meet one rule, before and after."""

    rule: Rule
    unit: str
    before: Amount = field(default_factory=Amount)
    after: Amount = field(default_factory=Amount)
    # Centers whose shortfall afterwards nobody can say, with the reason.
    unknown: list[tuple[Place, str, Mapping[str, Any]]] = field(default_factory=list)

    @property
    def difference(self) -> Decimal:
        return self.after.total - self.before.total


@dataclass
class DistrictSum:
    """What changes in one district."""

    center_count: int = 0
    changed_count: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)


class Sums:
    """What changes, counted while the centers are judged."""

    def __init__(self, before: Scenario, after: Scenario) -> None:
        old, new = (parameters.parsed(scenario.pack).center_rules for scenario in (before, after))
        self.rules = {rule.id: rule for rule in (*new, *old)} | {rule.id: rule for rule in new}
        self.added = [rule for rule in new if rule.id not in {each.id for each in old}]
        self.removed = [rule for rule in old if rule.id not in {each.id for each in new}]
        self.center_count = 0
        self.changed_count = 0
        self.rollups: Counter[tuple[str, str]] = Counter()
        self.moves: dict[str, Counter[tuple[Standing, Standing]]] = defaultdict(Counter)
        self.districts: dict[str, DistrictSum] = defaultdict(DistrictSum)
        self.shortfalls = {
            rule.id: Shortfall(rule, comparisons.MEASURES[rule.kind][1])
            for rule in self.rules.values()
            if rule.kind in comparisons.MEASURES
        }

    def add(self, compared: Compared) -> None:
        """Count one center."""
        self.center_count += 1
        self.changed_count += compared.is_changed
        was, now = compared.before.rollup, compared.after.rollup
        self.rollups[was, now] += 1
        district = self.districts[compared.place.division_code[:DISTRICT_DIGITS]]
        district.center_count += 1
        district.changed_count += compared.is_changed
        district.before[was] += 1
        district.after[now] += 1
        for rule in self.rules:
            move = tuple(comparisons.standing(each, rule) for each in _both(compared))
            if move[0] != move[1]:
                self.moves[rule][move[0], move[1]] += 1
        for shortfall in self.shortfalls.values():
            _add_missing(shortfall, compared)

    def rollup_counts(self, *, is_after: bool) -> Counter[str]:
        """Roll-up → number of centers, before or after."""
        counts: Counter[str] = Counter()
        for pair, n in self.rollups.items():
            counts[pair[is_after]] += n
        return counts


def _both(compared: Compared) -> tuple[Judgment, Judgment]:
    return compared.before, compared.after


def _add_missing(shortfall: Shortfall, compared: Compared) -> None:
    rule = shortfall.rule
    was, now = (judged.outcomes.get(rule.id) for judged in _both(compared))
    shortfall.before.add(comparisons.missing(rule, was))
    lacking = comparisons.missing(rule, now)
    shortfall.after.add(lacking)
    if lacking is None and now is not None:
        shortfall.unknown.append((compared.place, now.reason, now.figures))


def counted(compared: Iterable[Compared], sums: Sums) -> Iterator[Compared]:
    """The centers that change, every center counted on the way."""
    for each in compared:
        sums.add(each)
        if each.is_changed:
            yield each
