"""A center through time: from when to when each outcome held, and what changed it.

The courses are judged live in the world's time: what happened when, by what is known at one
moment. The ledger is what was recorded: when each change became known, and by what it came.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from centers.models import Center
from evaluation.models import Activation, ParameterOverride, Waiver
from evaluation.rules.base import Rule
from evaluation.rules.facts import SECTIONS, CenterFacts
from evaluation.selectors import facts as fact_selectors
from evaluation.selectors import judgments
from evaluation.selectors.judgments import Failures, Judgment

DAY = timedelta(days=1)


@dataclass(frozen=True)
class State:
    """What holds of one rule, or of the roll-up; equal states are one stretch."""

    outcome: str
    reason: str = ""
    in_grace: bool = False
    is_waived: bool = False


@dataclass(frozen=True)
class Stretch:
    """From when to when a state held, both days inclusive; ``figures`` are of its first day."""

    starts_on: date
    ends_on: date
    state: State
    figures: Mapping[str, Any]

    @property
    def days(self) -> int:
        """How long it held within the span that was asked for."""
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True)
class Course:
    """One rule through time, or the roll-up (``rule`` None)."""

    rule: Rule | None
    stretches: Sequence[Stretch]


@dataclass(frozen=True)
class Span:
    """The days of a time line, both inclusive, and by what was known when."""

    first: date
    last: date
    known_at: datetime | None = None

    def within(self, days: Iterable[date | None]) -> set[date]:
        """Of the days those inside; an open end is none."""
        return {day for day in days if day is not None and self.first < day <= self.last}


def courses(center: Center, span: Span) -> list[Course]:
    """The roll-up and then every rule, judged on every day on which anything can change.

    Facts are loaded once. Pack, parameters and waivers are read once for each stretch of days in
    which they stay the same; no number of filings, rows or years adds a query.
    """
    judged = _Judged(center, span)
    days = sorted(judged.days())
    for earlier, later in pairwise(days):
        judged.refine(earlier, later)
    judged.failures.sum_up()
    found = sorted(judged.by_day.items())
    _day, newest = found[-1]
    rules = {rule.id: rule for _day, each in found for rule in each.setting.pack.center_rules}
    ordered = [rule.id for rule in newest.setting.pack.center_rules]
    ids = [*ordered, *(rule for rule in rules if rule not in ordered)]
    return [
        Course(None, list(_stretches(found, span, _rollup))),
        *(Course(rules[rule], list(_stretches(found, span, _of(rule)))) for rule in ids),
    ]


class _Judged:
    """A center's judgments by day, each made when it is asked for first."""

    def __init__(self, center: Center, span: Span) -> None:
        self.center, self.span = center, span
        found = fact_selectors.facts_for([center.pk], span.last, span.known_at)
        self.facts = found[center.pk]
        self.eras = sorted({span.first, *span.within(_turns(center))}, reverse=True)
        self.settled: dict[date, Judgment] = {}
        self.by_day: dict[date, Judgment] = {}
        self.failures = Failures()

    def days(self) -> set[date]:
        """Days on which something begins or is over, the days before, and firsts of months.

        What else moves an outcome (a period of grace that runs out, a term that is reached) is
        found between two of them by ``refine``.
        """
        turns = {*self.eras, *self.span.within(_row_days(self.facts))}
        eves = {day - DAY for day in turns if day > self.span.first}
        return {self.span.first, self.span.last, *turns, *eves, *_firsts(self.span)}

    def on(self, day: date) -> Judgment:
        if day not in self.by_day:
            era = self._era(next(start for start in self.eras if start <= day))
            facts = replace(self.facts, as_of=day)
            self.by_day[day] = judgments.judge_center(
                self.center.pk, facts, era.setting, era.waivers, self.failures
            )
        return self.by_day[day]

    def _era(self, start: date) -> Judgment:
        """A judgment with the setting and the waivers that hold from a turn on."""
        if start not in self.settled:
            facts = {self.center.pk: replace(self.facts, as_of=start)}
            found = judgments.judge(
                [self.center.pk], start, known_at=self.span.known_at, facts=facts
            )
            self.settled[start] = found[self.center.pk]
        return self.settled[start]

    def refine(self, earlier: date, later: date) -> None:
        """Find the day of every change between two days that differ."""
        if _key(self.on(earlier)) == _key(self.on(later)) or later - earlier <= DAY:
            return
        middle = earlier + (later - earlier) // 2
        self.refine(earlier, middle)
        self.refine(middle, later)


def _turns(center: Center) -> Iterator[date | None]:
    """Days on which pack, parameters or waivers may change. Three queries."""
    yield from Activation.objects.values_list("active_from", flat=True)
    above = center.division.path.rstrip("/").split("/")
    set_above = ParameterOverride.objects.filter(division__code__in=above)
    yield from set_above.values_list("effective_from", flat=True)
    asked = Waiver.objects.filter(center=center)
    for starts_on, ends_on, revoked_on in asked.values_list("starts_on", "ends_on", "revoked_on"):
        yield from (starts_on, ends_on + DAY, revoked_on)


def _row_days(facts: CenterFacts) -> Iterator[date | None]:
    """Days on which a row begins or is over, every other date a row carries, and days of work."""
    for work in facts.casework:
        yield from work.days
    for section in SECTIONS:
        for row in getattr(facts, section) or ():
            for name in type(row).__dataclass_fields__:
                value = getattr(row, name)
                if type(value) is date:
                    yield value
                    yield value + DAY


def _firsts(span: Span) -> Iterator[date]:
    day = span.first.replace(day=1)
    while day <= span.last:
        if day >= span.first:
            yield day
        day = (day + timedelta(days=31)).replace(day=1)


def _key(judgment: Judgment) -> tuple[Any, ...]:
    """What two days have in common when nothing changed between them."""
    return (
        _rollup(judgment),
        {rule: _state(judgment, rule) for rule in judgment.outcomes},
    )


def _state(judgment: Judgment, rule: str) -> State:
    outcome = judgment.outcomes[rule]
    is_waived = rule in judgment.waivers
    return State(outcome.outcome, outcome.reason, outcome.in_grace, is_waived)


def _rollup(judgment: Judgment) -> tuple[State, Mapping[str, Any]]:
    return State("error" if "rollup" in judgment.not_computed else judgment.rollup), {}


def _of(rule: str) -> Any:
    """A reader of one rule's state; None where the pack of the day has no such rule."""

    def read(judgment: Judgment) -> tuple[State, Mapping[str, Any]] | None:
        if rule not in judgment.outcomes:
            return None
        return _state(judgment, rule), judgment.outcomes[rule].figures

    return read


def _stretches(
    found: Sequence[tuple[date, Judgment]], span: Span, read: Any
) -> Iterator[Stretch]:
    """Consecutive days of one state as one; a change begins on its first day."""
    begun: tuple[date, State, Mapping[str, Any]] | None = None
    for day, judgment in found:
        now = read(judgment)
        if begun and (now is None or now[0] != begun[1]):
            yield Stretch(begun[0], day - DAY, *begun[1:])
            begun = None
        if begun is None and now is not None:
            begun = (day, *now)
    if begun:
        yield Stretch(begun[0], span.last, *begun[1:])
