"""Where the parts of a chart stand, as texts for SVG: percent of the width, pixels of the height.

What is drawn is said in words and figures beside it; nothing here is the only place of a fact.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from evaluation.rules.base import ERROR
from evaluation.selectors import wording
from evaluation.selectors.timelines import Course, Span, State
from evaluation.selectors.trends import Share

SHAPES = {
    "met": "✓",
    "not_met": "✕",
    "no_data": "?",
    "not_applicable": "—",
    "error": "!",
    "not_adopted": "○",
    "compliant": "✓",
    "basically_compliant": "◐",
    "not_compliant": "✕",
    "incomplete": "?",
    "not_included": "—",
}
# A piece narrower than this, in percent, carries no shape.
WIDTH_FOR_A_SHAPE = 3
# Months between two marks of the axis, by the length of the span in years.
TICK_MONTHS = {1: 2, 2: 3, 3: 6}


@dataclass(frozen=True)
class Piece:
    """One stretch as drawn and as said."""

    starts_on: date
    ends_on: date
    days: int
    fill: str
    shape: str
    label: str
    reason: str
    start: str
    width: str
    middle: str
    is_wide: bool


@dataclass(frozen=True)
class Bar:
    """A course as drawn and as said; the last piece is what holds at the end."""

    rule_id: str
    title: str
    pieces: Sequence[Piece]


def bars(courses: Iterable[Course], span: Span) -> list[Bar]:
    """Every course as a bar over the span."""
    return [
        Bar(
            course.rule.id if course.rule else "",
            wording.rule_title(course.rule) if course.rule else "",
            list(_pieces(course, span)),
        )
        for course in courses
    ]


def _pieces(course: Course, span: Span) -> Iterator[Piece]:
    total = (span.last - span.first).days + 1
    for stretch in course.stretches:
        start = _percent((stretch.starts_on - span.first).days, total)
        width = _percent(stretch.days, total)
        fill, label = _look(course, stretch.state)
        reason = wording.reason_text(stretch.state.reason, stretch.figures)
        yield Piece(
            stretch.starts_on,
            stretch.ends_on,
            stretch.days,
            fill,
            SHAPES.get(fill, SHAPES[stretch.state.outcome]),
            label,
            reason if course.rule else "",
            f"{start:.2f}",
            f"{width:.2f}",
            f"{start + width / 2:.2f}",
            width >= WIDTH_FOR_A_SHAPE,
        )


def _look(course: Course, state: State) -> tuple[str, str]:
    """(fill, word) of a state."""
    if course.rule is None:
        return state.outcome, wording.rollup_label(
            state.outcome, is_computed=state.outcome != ERROR
        )
    rule_class = course.rule.rule_class
    label = wording.outcome_label(rule_class, state.outcome)
    if state.outcome == "not_met" and rule_class == "E":
        return "not_adopted", label
    if state.outcome == "not_met" and (state.is_waived or state.in_grace):
        eased = _("waived") if state.is_waived else _("in grace")
        return "waived", f"{label} · {eased}"
    return state.outcome, label


def ticks(span: Span) -> list[tuple[str, str]]:
    """(position, month) along the axis."""
    total = (span.last - span.first).days + 1
    step = TICK_MONTHS.get(round(total / 365), 12)
    found = []
    day = (span.first.replace(day=1) + timedelta(days=31)).replace(day=1)
    while day <= span.last:
        if (day.month - 1) % step == 0:
            position = _percent((day - span.first).days, total)
            found.append((f"{position:.2f}", f"{day:%Y-%m}"))
        day = (day + timedelta(days=31)).replace(day=1)
    return found


def _percent(part: int, whole: int) -> Decimal:
    return Decimal(part) * 100 / whole


# --- lines ----------------------------------------------------------------------------------------

CHART_WIDTH, CHART_HEIGHT = 720, 240
LEFT, RIGHT, TOP, BOTTOM = 40, 190, 14, 26
# Each line has a marker of its own, so that lines are told apart without colour.
MARKERS = ("circle", "square", "triangle", "diamond", "cross", "star")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 2", "1 2")
LABEL_GAP = 15


@dataclass(frozen=True)
class Dot:
    """One value: where it stands, and whether it was recorded (filled) or judged since (hollow)."""

    x: str
    y: str
    is_recorded: bool
    said: str
    # Whether the value rests on fewer centers than have no data.
    is_thin: bool = False


@dataclass
class Line:
    """Values through time with a label at the last one."""

    label: str
    marker: str
    dash: str
    dots: Sequence[Dot]
    paths: Sequence[str]
    label_y: float

    @property
    def label_x(self) -> int:
        """Where the label begins."""
        return CHART_WIDTH - RIGHT + 12


def lines(series: Iterable[tuple[str, Sequence[Share]]], recorded: Sequence[bool]) -> list[Line]:
    """Lines over the same months; a month without a value breaks its line."""
    drawn = [
        _line(number, label, shares, recorded) for number, (label, shares) in enumerate(series)
    ]
    _spread([line for line in drawn if line.dots])
    return drawn


def _line(number: int, label: str, shares: Sequence[Share], recorded: Sequence[bool]) -> Line:
    dots: list[Dot] = []
    paths: list[list[str]] = []
    path: list[str] = []
    for index, share in enumerate(shares):
        if share.percent is None:
            paths, path = [*paths, path], []
            continue
        x, y = column(index, len(shares)), level(share.percent)
        said = f"{label} {share_text(share)}"
        dots.append(Dot(f"{x:.1f}", f"{y:.1f}", recorded[index], said, share.is_thin))
        path.append(f"{x:.1f},{y:.1f}")
    joined = [" ".join(each) for each in (*paths, path) if len(each) > 1]
    last = float(dots[-1].y) if dots else 0.0
    marker = MARKERS[number % len(MARKERS)]
    return Line(label, marker, DASHES[number % len(DASHES)], dots, joined, last)


def share_text(share: Share) -> str:
    """A rate with what it rests on, and how many have no data."""
    text = f"{share.percent:g}% ({share.met}/{share.judged})"
    if not share.unknown:
        return text
    return _("%(rate)s, no data: %(unknown)s") % {"rate": text, "unknown": share.unknown}


def column(index: int, count: int) -> float:
    """Where a month stands."""
    return LEFT + (CHART_WIDTH - LEFT - RIGHT) * (index / (count - 1) if count > 1 else 0.5)


def level(percent: float) -> float:
    """How high a percentage stands; SVG counts downwards."""
    return CHART_HEIGHT - BOTTOM - (CHART_HEIGHT - TOP - BOTTOM) * percent / 100


def _spread(drawn: Sequence[Line]) -> None:
    """Move labels apart that would cover each other, keeping their order."""
    lowest = float(CHART_HEIGHT - BOTTOM)
    ordered = sorted(drawn, key=lambda line: line.label_y, reverse=True)
    for line in ordered:
        line.label_y = min(line.label_y, lowest)
        lowest = line.label_y - LABEL_GAP
    overflow = TOP - min((line.label_y for line in drawn), default=TOP)
    if overflow > 0:
        for line in ordered:
            line.label_y += overflow


SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 150, 26, 5


def spark(shares: Sequence[Share], recorded: Sequence[bool]) -> dict[str, Any]:
    """A line small enough for a row of a table: one dot per month, joined where months follow."""
    dots: list[Dot | None] = []
    for index, share in enumerate(shares):
        if share.percent is None:
            dots.append(None)
            continue
        x = SPARK_EDGE + (SPARK_WIDTH - 2 * SPARK_EDGE) * index / max(len(shares) - 1, 1)
        y = SPARK_HEIGHT - SPARK_EDGE - (SPARK_HEIGHT - 2 * SPARK_EDGE) * share.percent / 100
        said = share_text(share)
        dots.append(Dot(f"{x:.1f}", f"{y:.1f}", recorded[index], said, share.is_thin))
    return {
        "dots": [dot for dot in dots if dot],
        "links": [(one, other) for one, other in pairwise(dots) if one and other],
    }
