"""How a performance review counts: points of an indicator, of a section, the total, the grade.

Everything is exact, as fractions, until the one rounding of the total.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Any

HUNDREDTH = Decimal("0.01")
SCORINGS = ("items", "ratio", "threshold", "boolean", "rubric", "deduct")
# Which ways of scoring count what a source brings.
COUNTED = frozenset({"ratio", "threshold"})
FITTING = {
    "manual": frozenset({"rubric", "boolean", "deduct"}) | COUNTED,
    "findings": frozenset({"items"}),
    "functions": frozenset({"items"}),
    "projects": COUNTED,
    "timeliness": COUNTED,
    "disclosure": COUNTED,
    "feedback": COUNTED,
    "survey": COUNTED,
}
GROUPS = ("organizations", "residents")
PLANNED, ACCEPTED_SHARE, PERFORMANCE_MEAN = "planned", "accepted_share", "performance_mean"
FIGURES = (PLANNED, ACCEPTED_SHARE, PERFORMANCE_MEAN)
SHARES = ("timeliness", "disclosure", "feedback")
ZERO = "zero"
EXCLUDE = "exclude_and_rescale"
MANUAL = "manual"


class Missing(StrEnum):
    """Why an indicator has no points."""

    NOT_APPLICABLE = "not_applicable"
    NO_DATA = "no_data"


NOT_APPLICABLE = Missing.NOT_APPLICABLE
NO_DATA = Missing.NO_DATA
Points = Fraction | Missing


@dataclass(frozen=True, slots=True)
class Figure:
    """What was found for an indicator.

    ``outcomes`` of equal items: ``met``, ``not_met``, ``no_data`` or ``not_applicable``. ``actual``
    the figure itself: a count, a share, for yes or no 1 or 0, for a rubric the name of the level.
    ``target`` where the figure brings its own. Null: not known. ``is_mean``: a mean of the points
    of ``target``, which steps read as it is; of other figures with a target they read the share.
    """

    outcomes: tuple[str, ...] = ()
    actual: Fraction | str | None = None
    target: Fraction | None = None
    is_applicable: bool = True
    is_mean: bool = False


class SettingsWrong(ValueError):
    """Settings by which nothing can be scored: the key, and what is wrong there."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


def fits(scoring: str, source: str) -> bool:
    """Whether a way of scoring can count what a source brings."""
    return scoring in FITTING.get(source, ())


def check_settings(scoring: str, source: str, settings: Mapping[str, Any]) -> None:
    """Raises ``SettingsWrong`` at the first place that a way of scoring, or a source, cannot
    use."""
    _check_source(source, settings)
    if scoring == "ratio" and "target" in settings and _number(settings, "target") <= 0:
        raise SettingsWrong("target", "above 0")
    if scoring == "threshold":
        _check_steps(settings.get("steps"), "steps", most=_most(source, settings))
    if scoring == "rubric":
        _check_steps(settings.get("levels"), "levels")
    if scoring == "deduct" and _number(settings, "per_event") <= 0:
        raise SettingsWrong("per_event", "above 0")
    if scoring == "items" and source in ("findings", "functions"):
        rules = settings.get("rules")
        if not isinstance(rules, list) or not rules or len(set(rules)) < len(rules):
            raise SettingsWrong("rules", "ids, each once")


def _check_source(source: str, settings: Mapping[str, Any]) -> None:
    if source == "survey" and settings.get("group") not in GROUPS:
        raise SettingsWrong("group", "one of " + ", ".join(GROUPS))
    if source == "projects" and settings.get("figure") not in FIGURES:
        raise SettingsWrong("figure", "one of " + ", ".join(FIGURES))


def _most(source: str, settings: Mapping[str, Any]) -> Fraction | None:
    """The largest figure of a source: 1 of a share, 100 of a mean; None where it has no end."""
    figure = settings.get("figure")
    if source in SHARES or figure == ACCEPTED_SHARE:
        return Fraction(1)
    return Fraction(100) if source == "survey" or figure == PERFORMANCE_MEAN else None


def score(
    scoring: str,
    settings: Mapping[str, Any],
    points: Decimal,
    figure: Figure,
    policy: str = ZERO,
) -> Points:
    """The points of an indicator with ``points`` at most, or why it has none.

    Equal items: points × met ÷ applicable. Those without data count below the line under ``zero``
    and are left out under ``exclude_and_rescale``; nothing but these, or under ``manual`` any of
    these, is ``NO_DATA``; nothing applicable at all ``NOT_APPLICABLE``.
    """
    if not figure.is_applicable:
        return NOT_APPLICABLE
    if scoring == "items":
        return _of_items(Fraction(points), Counter(figure.outcomes), policy)
    if figure.actual is None:
        return NO_DATA
    return Fraction(points) * _share(scoring, settings, Fraction(points), figure)


def _of_items(points: Fraction, found: Counter[str], policy: str) -> Points:
    known, unknown = found["met"] + found["not_met"], found["no_data"]
    if not known or (unknown and policy == MANUAL):
        return NO_DATA if unknown else NOT_APPLICABLE
    applicable = known + unknown if policy == ZERO else known
    return points * found["met"] / applicable


def _share(scoring: str, settings: Mapping[str, Any], points: Fraction, figure: Figure) -> Fraction:
    """Which part of the points, from 0 to 1."""
    if scoring == "rubric":
        return _level(settings, figure.actual)
    actual = Fraction(figure.actual or 0)
    if scoring == "ratio":
        target = figure.target if figure.target is not None else _number(settings, "target", "1")
        share = actual / target if target else Fraction(1)
    elif scoring == "threshold":
        share = _step(settings, actual, None if figure.is_mean else figure.target)
    elif scoring == "boolean":
        share = Fraction(1 if actual else 0)
    else:
        share = 1 - _number(settings, "per_event") * actual / points
    return min(Fraction(1), max(Fraction(0), share))


def _step(settings: Mapping[str, Any], actual: Fraction, target: Fraction | None) -> Fraction:
    value = actual / target if target else actual
    reached = [Fraction(share) for start, share in settings["steps"] if value >= _of(start)]
    return reached[-1] if reached else Fraction(0)


def _level(settings: Mapping[str, Any], name: Any) -> Fraction:
    found = {level: Fraction(share) for level, share in settings["levels"]}
    if name not in found:
        raise SettingsWrong("levels", f"no level {name}")
    return found[name]


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator as it counts: its code, the points it could give, and what it got."""

    code: str
    points: Decimal
    got: Points


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its code, its weight of the 100, its indicators."""

    code: str
    weight: Decimal
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class SectionTotal:
    """``got`` of ``max`` applicable points of the section, and ``score`` of its weight (exact);
    null: nothing of it applied. ``left_out`` names the indicators that do not count."""

    code: str
    weight: Decimal
    got: Fraction
    max: Fraction
    score: Fraction | None
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """``base`` is the exact sum of the sections, of 100; ``total`` with the bonus, rounded once."""

    sections: tuple[SectionTotal, ...]
    base: Fraction
    bonus: Decimal
    vetoes: tuple[str, ...]
    total: Decimal
    grade: str


class Unmarked(ValueError):
    """Indicators without a figure, which the scheme wants somebody to decide: their codes."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = tuple(codes)


def total(
    sections: Iterable[Section],
    policy: str,
    bonus: Iterable[Decimal],
    bonus_max: Decimal,
    vetoes: Iterable[str],
    bands: Sequence[tuple[str, Decimal]],
) -> Total:
    """The total of a review and its grade; raises ``Unmarked`` under ``manual``.

    A section is weight × got ÷ applicable; one of which nothing applies is left out and the others
    stand for the 100. A veto gives the lowest grade, whatever the total.
    """
    found = list(sections)
    if policy == MANUAL:
        unmarked = [line.code for section in found for line in section.lines if line.got is NO_DATA]
        if unmarked:
            raise Unmarked(unmarked)
    totals = tuple(_section(section, policy) for section in found)
    counted = [each for each in totals if each.score is not None]
    weights = sum((Fraction(each.weight) for each in counted), Fraction(0))
    reached = sum((each.score for each in counted if each.score is not None), Fraction(0))
    base = reached * 100 / weights if weights else Fraction(0)
    extra = min(sum(bonus, Decimal(0)), bonus_max)
    against = tuple(vetoes)
    rounded = half_up(base + Fraction(extra))
    return Total(totals, base, extra, against, rounded, grade_of(rounded, bands, against))


def _section(section: Section, policy: str) -> SectionTotal:
    got = possible = Fraction(0)
    left_out = []
    for line in section.lines:
        if isinstance(line.got, Missing) and (line.got is NOT_APPLICABLE or policy != ZERO):
            left_out.append(line.code)
            continue
        possible += Fraction(line.points)
        got += Fraction(0) if isinstance(line.got, Missing) else line.got
    reached = Fraction(section.weight) * got / possible if possible else None
    return SectionTotal(section.code, section.weight, got, possible, reached, tuple(left_out))


def level_points(settings: Mapping[str, Any], points: Decimal) -> dict[str, Decimal]:
    """Level of a rubric → its points, as marks are kept."""
    return {
        str(name): _thousandths(Fraction(points) * Fraction(str(share)))
        for name, share in settings["levels"]
    }


def events_of(settings: Mapping[str, Any], points: Decimal, given: Decimal) -> int | None:
    """How many events leave ``given`` of the points: the fewest, where nothing is left; None where
    no number of them does."""
    events = (Fraction(points) - Fraction(given)) / _number(settings, "per_event")
    whole = ceil(events)
    return whole if not given or whole == events else None


def takes(scoring: str, settings: Mapping[str, Any], points: Decimal, given: Decimal) -> bool:
    """Whether a person may give this many of the points: of a rubric those of its levels, of yes or
    no all or nothing, of events what some number of them leaves, else any from 0 on."""
    if not 0 <= given <= points:
        return False
    if scoring == "rubric":
        return given in level_points(settings, points).values()
    if scoring == "boolean":
        return given in (0, points)
    return scoring != "deduct" or events_of(settings, points, given) is not None


def _thousandths(value: Fraction) -> Decimal:
    return (Decimal(floor(value * 1000 + Fraction(1, 2))) / 1000).quantize(Decimal("0.001"))


def half_up(value: Fraction) -> Decimal:
    """The value with two decimals, a half away from 0."""
    cents = value * 100
    whole = floor(abs(cents) + Fraction(1, 2))
    return (Decimal(whole if value >= 0 else -whole) / 100).quantize(HUNDREDTH, ROUND_HALF_UP)


def grade_of(
    points: Decimal, bands: Sequence[tuple[str, Decimal]], vetoes: Sequence[str] = ()
) -> str:
    """The grade of rounded points: the highest that begins at or below them; a veto, the lowest."""
    ordered = sorted(bands, key=lambda band: band[1])
    if vetoes:
        return ordered[0][0]
    return [grade for grade, start in ordered if points >= start][-1]


def next_below(grade: str, bands: Sequence[tuple[str, Decimal]]) -> str:
    """The grade of a scheme that begins next below another; the lowest has none below it."""
    ordered = [name for name, _start in sorted(bands, key=lambda band: band[1])]
    return ordered[max(ordered.index(grade) - 1, 0)]


def quota(totals: Mapping[Any, Decimal], share: Decimal | None, reviewed: int) -> set[Any]:
    """Which of the excellent ``totals`` fall to the next grade where at most ``share`` of all that
    were ``reviewed`` may be excellent. Of a tie that does not fit nobody is let in."""
    if share is None:
        return set()
    places = floor(Fraction(share) * reviewed)
    ordered = sorted(totals.values(), reverse=True)
    if len(ordered) <= places:
        return set()
    # The first that has no place; who is level with it has none either.
    last = ordered[places]
    return {key for key, points in totals.items() if points <= last}


def _check_steps(steps: Any, key: str, *, most: Fraction | None = None) -> None:
    """Pairs of a name or, of ``steps``, of where it begins, at ``most``; and of a share."""
    if not isinstance(steps, list) or not steps:
        raise SettingsWrong(key, "a list of pairs")
    for step in steps:
        if not isinstance(step, list | tuple) or len(step) != 2:
            raise SettingsWrong(key, "a list of pairs")
        if not 0 <= _of(step[1], key) <= 1:
            raise SettingsWrong(key, "shares from 0 to 1")
    names = [step[0] for step in steps]
    if len(set(names)) < len(names):
        raise SettingsWrong(key, "each level once")
    if key == "steps":
        _check_starts([_of(name, key) for name in names], most)


def _check_starts(starts: Sequence[Fraction], most: Fraction | None) -> None:
    if list(starts) != sorted(set(starts)):
        raise SettingsWrong("steps", "ascending")
    if most is not None and starts[-1] > most:
        raise SettingsWrong("steps", f"at most {most}")


def _number(settings: Mapping[str, Any], key: str, default: str = "") -> Fraction:
    return _of(settings.get(key, default), key)


def _of(value: Any, key: str = "steps") -> Fraction:
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError) as error:
        raise SettingsWrong(key, "a number") from error
