"""What will change by itself: the days known today, judged ahead of time.

The facts are read once; between today and a day to come only the date differs. Parameters, packs
and waivers that begin or end on the way are taken from the day they do.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet

from centers.models import Center
from evaluation.models import Waiver
from evaluation.rules import KINDS, comparisons
from evaluation.rules.base import DOUBTS, NO_DATA, OUTSIDE, Outcome, Rule
from evaluation.rules.comparisons import Change
from evaluation.rules.facts import PROFILE, CenterFacts
from evaluation.rules.rollup import roll_up, weighing_classes
from evaluation.selectors import explanations, findings, judgments, parameters
from evaluation.selectors import facts as fact_selectors
from evaluation.selectors.judgments import Judgment
from evaluation.selectors.rows import Place
from evaluation.selectors.summaries import DISTRICT_DIGITS

HORIZONS = (30, 60, 90)
NEW_YEAR = "new_year"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cause:
    """Why a rule turns on a day: a code of a closed set, and what stands in its sentence."""

    code: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class Foreseen:
    """A rule of a center that will stand elsewhere from a day on, if nothing is filed."""

    place: Place
    on: date
    rule: Rule
    change: Change
    causes: Sequence[Cause]
    rollup_was: str
    rollup_now: str
    # Whether the roll-up moves because of this rule, not of another that turns on the same day.
    moves_rollup: bool = False
    # When the center is as well off again as before, within the days looked at.
    healed_on: date | None = None

    @property
    def direction(self) -> str:
        return self.change.direction

    @property
    def begins_anew(self) -> bool:
        """Whether a figure of the year is blank merely because the year is new."""
        is_blank = self.change.now.outcome == NO_DATA
        return is_blank and {cause.code for cause in self.causes} == {NEW_YEAR}


@dataclass(frozen=True)
class Anew:
    """A rule that begins a year without figures: at how many centers, how they stood until then,
    and at how many the roll-up moves because of it."""

    rule: Rule
    on: date
    center_count: int
    stood: Mapping[comparisons.Standing, int]
    moved_count: int


def look_ahead(centers: "QuerySet[Center]", today: date) -> Iterator[Foreseen]:
    """What will change after today, within the longest horizon; by center and day.

    A fixed number of queries per chunk of centers.
    """
    window = Window(today, today + timedelta(days=max(HORIZONS)))
    for places in findings.chunks(centers):
        ids = [place.id for place in places]
        facts = fact_selectors.facts_for(ids, today)
        waivers = _waivers(ids, window)
        for place in places:
            days = _Days(place, facts[place.id], waivers.get(place.id, ()), window)
            yield from days.foreseen()
    window.failures.sum_up()


class Ahead:
    """What was foreseen, put in order: what breaks, what gets better, what else changes; and apart
    from them the figures of a year that begin anew with it."""

    def __init__(self, foreseen: Iterable[Foreseen], today: date, days: int) -> None:
        self.today, self.until = today, today + timedelta(days=days)
        self._all = sorted(foreseen, key=lambda each: (each.on, each.place.code))

    def _of(self, direction: str) -> list[Foreseen]:
        found = [e for e in self._all if e.direction == direction and e.on <= self.until]
        return [e for e in found if not e.begins_anew]

    @cached_property
    def worse(self) -> list[Foreseen]:
        """What breaks within the days, by day."""
        return self._of(comparisons.WORSE)

    @cached_property
    def better(self) -> list[Foreseen]:
        """What gets better within the days, by day."""
        return self._of(comparisons.BETTER)

    @cached_property
    def other(self) -> list[Foreseen]:
        """What changes and is neither."""
        return self._of(comparisons.OTHER)

    @property
    def by_direction(self) -> dict[str, list[Foreseen]]:
        """What breaks, what gets better, what else changes, in this order."""
        parts = (comparisons.WORSE, self.worse), (comparisons.BETTER, self.better)
        return dict((*parts, (comparisons.OTHER, self.other)))

    @cached_property
    def anew(self) -> list[Foreseen]:
        """What begins a year without figures within the days; nothing of it is broken."""
        return [e for e in self._all if e.begins_anew and e.on <= self.until]

    @property
    def anew_by_rule(self) -> list[Anew]:
        """The same by day and rule, in the order of the rules' ids."""
        groups: dict[tuple[date, str], list[Foreseen]] = defaultdict(list)
        for each in self.anew:
            groups[each.on, each.rule.id].append(each)
        return [_anew(groups[key]) for key in sorted(groups)]

    @property
    def break_counts(self) -> dict[int, tuple[int, int]]:
        """Number of breaks within each horizon, and of centers with one."""
        breaks = [
            (each.on, each.place.id)
            for each in self._all
            if each.direction == comparisons.WORSE and not each.begins_anew
        ]
        counts = {}
        for days in HORIZONS:
            centers = [pk for on, pk in breaks if on <= self.today + timedelta(days=days)]
            counts[days] = len(centers), len(set(centers))
        return counts

    @property
    def by_district(self) -> dict[str, tuple[int, int]]:
        """District code → number of breaks, and of centers with one."""
        breaks: Counter[str] = Counter()
        centers: dict[str, set[int]] = defaultdict(set)
        for each in self.worse:
            code = each.place.division_code[:DISTRICT_DIGITS]
            breaks[code] += 1
            centers[code].add(each.place.id)
        return {code: (number, len(centers[code])) for code, number in breaks.items()}


def _anew(alike: Sequence[Foreseen]) -> Anew:
    return Anew(
        alike[0].rule,
        alike[0].on,
        center_count=len({each.place.id for each in alike}),
        stood=Counter(each.change.was for each in alike),
        moved_count=sum(each.moves_rollup for each in alike),
    )


def center_count(foreseen: Iterable[Foreseen]) -> int:
    """Of how many centers it is told."""
    return len({each.place.id for each in foreseen})


def together(foreseen: Iterable[Foreseen]) -> list[list[Foreseen]]:
    """Rules of one center that turn alike, on one day and for one reason, told once: a new year
    empties twenty functions at a time. Whether they move the roll-up is part of it."""
    groups: dict[Any, list[Foreseen]] = {}
    for each in foreseen:
        after = each.change.after
        said = after and (after.reason, str(after.remedy), str(after.figures))
        causes = str([(cause.code, dict(cause.figures)) for cause in each.causes])
        turn = (each.place.id, each.on, each.change.was, each.change.now, each.healed_on)
        kind = (each.rule.rule_class, each.rule.dimension, each.moves_rollup)
        groups.setdefault((turn, kind, said, causes), []).append(each)
    return list(groups.values())


class Window:
    """The days looked at, with the packs and parameters that hold on each of them."""

    def __init__(self, today: date, until: date) -> None:
        self.today, self.until = today, until
        self.failures = judgments.Failures()
        self._packs = dict(parameters.packs_from(today))
        self._overrides = parameters.dated_overrides(until)
        self._days: dict[str, list[date]] = {}
        self._settings: dict[tuple[str, date], parameters.Setting] = {}

    def turns(self, path: str) -> list[date]:
        """Today, and the days on which a pack or a parameter of the division begins to hold."""
        if path not in self._days:
            begun = {day for day, each in self._overrides if path.startswith(each.level)}
            coming = {day for day in (*begun, *self._packs) if self.today < day <= self.until}
            self._days[path] = [self.today, *sorted(coming)]
        return self._days[path]

    def setting(self, path: str, day: date) -> parameters.Setting:
        """What holds in a division on a day; between two turns it is the same object."""
        since = max(turn for turn in self.turns(path) if turn <= day)
        if (path, since) not in self._settings:
            pack = self._packs[max(turn for turn in self._packs if turn <= since)]
            applied = [
                each
                for begins, each in self._overrides
                if begins <= since and path.startswith(each.level)
            ]
            made = parameters.setting(parameters.parsed(pack), applied, {})
            self._settings[path, since] = made
        return self._settings[path, since]


def _waivers(center_ids: Sequence[int], window: Window) -> dict[int, list[Waiver]]:
    found: dict[int, list[Waiver]] = {}
    between = Waiver.objects.in_force_between(window.today, window.until)
    for waiver in between.filter(center__in=center_ids).order_by("id"):
        found.setdefault(waiver.center_id, []).append(waiver)
    return found


@dataclass
class _Days:
    """One center on the days on which something turns."""

    place: Place
    facts: CenterFacts
    waivers: Sequence[Waiver]
    window: Window

    def foreseen(self) -> list[Foreseen]:
        found: list[Foreseen] = []
        last = self._judge(self.window.today)
        for day in self._days():
            now = self._judge(day)
            changes = comparisons.changes(last, now)
            movers = _movers([change.rule for change in changes], last, now)
            found += [
                self._foresee(day, change, last, now, moves_rollup=change.rule in movers)
                for change in changes
            ]
            last = now
        return [self._with_healing(each, found) for each in found]

    def _days(self) -> list[date]:
        window, path = self.window, self.place.division_path
        days = set(window.turns(path))
        for day in window.turns(path):
            turnings = window.setting(path, day).turnings
            days |= turnings.days(self.facts, window.today, window.until)
        for waiver in self.waivers:
            days |= waiver.turning_days
        return sorted(day for day in days if window.today < day <= window.until)

    def _judge(self, day: date) -> Judgment:
        return judgments.judge_center(
            self.place.id,
            replace(self.facts, as_of=day),
            self.window.setting(self.place.division_path, day),
            {waiver.rule: waiver.pk for waiver in self.waivers if waiver.holds_on(day)},
            self.window.failures,
        )

    def _foresee(
        self, day: date, change: Change, was: Judgment, now: Judgment, *, moves_rollup: bool
    ) -> Foreseen:
        rules = {
            rule.id: rule for judged in (was, now) for rule in judged.setting.pack.center_rules
        }
        rule = rules[change.rule]
        return Foreseen(
            self.place,
            day,
            rule,
            replace(change, before=_bare(change.before), after=_bare(change.after)),
            _Causes(day, rule, change, was, now, self.facts).all,
            was.rollup,
            now.rollup,
            moves_rollup,
        )

    def _with_healing(self, broken: Foreseen, found: Sequence[Foreseen]) -> Foreseen:
        if broken.direction != comparisons.WORSE:
            return broken
        later = (
            each.on
            for each in found
            if each.on > broken.on
            and each.rule.id == broken.rule.id
            and comparisons.is_no_worse(each.change.now, broken.change.was)
        )
        return replace(broken, healed_on=next(later, None))


def _bare(outcome: Outcome | None) -> Outcome | None:
    """Without the rows: of thousands of centers only the sentence is kept."""
    return outcome and replace(outcome, counted=(), uncounted=())


def _movers(turned: Sequence[str], was: Judgment, now: Judgment) -> Set[str]:
    """The rules that move the roll-up: turned alone one makes it what it becomes, or without its
    turn it would become something else. All of them where that holds of none."""
    if was.rollup == now.rollup:
        return frozenset()
    movers = {
        rule
        for rule in turned
        if _rollup_where(was, now, rule) == now.rollup
        or _rollup_where(now, was, rule) != now.rollup
    }
    return movers or set(turned)


def _rollup_where(judged: Judgment, other: Judgment, turned: str) -> str:
    """The roll-up of ``judged`` if the ``turned`` rule stood as it does in ``other``."""
    weighing = weighing_classes(judged.setting.values)
    parts = []
    for rule in judged.setting.pack.center_rules:
        if rule.rule_class in weighing:
            source = other if rule.id == turned and rule.id in other.outcomes else judged
            outcome = source.outcomes[rule.id]
            is_excused = rule.id in source.waivers or outcome.is_excused
            parts.append((rule.rule_class, outcome, is_excused))
    return roll_up(parts, weighing)


@dataclass
class _Causes:
    """Why a rule turns on a day."""

    day: date
    rule: Rule
    change: Change
    was: Judgment
    now: Judgment
    facts: CenterFacts

    @cached_property
    def all(self) -> tuple[Cause, ...]:
        """Every cause that is known; the passing of days where no other is."""
        found = (*self._rows(), *self._waiver(), *self._grace(), *self._setting())
        return found or self._profile() or (self._calendar(),)

    def _rows(self) -> Iterator[Cause]:
        """Rows that ended, first of all those that counted or might have; and rows that begin."""
        before, after = self.change.before, self.change.after
        if before is None or after is None:
            return
        codes = dict(before.uncounted)
        within = [*after.counted, *(row for row, code in after.uncounted if code not in OUTSIDE)]
        ended = [
            row
            for row, code in after.uncounted
            if code == "ended_before" and codes.get(row) not in OUTSIDE
        ]
        weighty = [row for row in ended if row in before.counted or codes.get(row) in DOUBTS]
        yield from (self._row("row_ended", *row) for row in weighty or ended)
        yield from (self._row("row_began", *row) for row in within if codes.get(row) in OUTSIDE)

    def _row(self, code: str, section: str, position: int) -> Cause:
        row = next(each for each in getattr(self.facts, section) if each.row == position)
        day = row.ends_on if code == "row_ended" else row.starts_on
        label = explanations.row_label(section, row)
        return Cause(code, {"section": section, "row": label, "on": day})

    def _waiver(self) -> Iterator[Cause]:
        had, has = (self.rule.id in judged.waivers for judged in (self.was, self.now))
        if had and not has:
            yield Cause("waiver_ended", {"on": self.day - ONE_DAY})
        if has and not had:
            yield Cause("waiver_began", {"on": self.day})

    def _grace(self) -> Iterator[Cause]:
        """A grace of the center's own, or a yearly deadline of the district."""
        was = self.change.was
        if was.in_grace and not self.change.now.in_grace:
            yield Cause("grace_ended", {"on": self.day - ONE_DAY})
        last = (self.day - ONE_DAY).timetuple()[1:3]
        values = self.was.setting.values
        if any(values.get(name) == last for name in KINDS[self.rule.kind].parameters):
            yield Cause("deadline_passed", {"on": self.day - ONE_DAY})

    def _setting(self) -> Iterator[Cause]:
        old, new = self.was.setting, self.now.setting
        if old.pack is not new.pack:
            yield Cause("pack_changed", {"pack": f"{new.pack.code} v{new.pack.version}"})
        for name in KINDS[self.rule.kind].parameters:
            if old.values.get(name) != new.values.get(name) and name in new.pack.parameters:
                yield Cause("parameter_changed", {"parameter": new.pack.parameters[name]})

    def _profile(self) -> tuple[Cause, ...]:
        """Every rule reads the profile, and few say which row of it."""
        yesterday = self.day - ONE_DAY
        rows = self.facts.profile or ()
        ended = [self._row("row_ended", PROFILE, r.row) for r in rows if r.ends_on == yesterday]
        began = [self._row("row_began", PROFILE, r.row) for r in rows if r.starts_on == self.day]
        return (*ended, *began)

    def _calendar(self) -> Cause:
        is_new_year = (self.day.month, self.day.day) == (1, 1)
        return Cause(NEW_YEAR if is_new_year else "day_reached", {"on": self.day})
