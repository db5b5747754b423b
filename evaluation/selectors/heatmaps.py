"""Compliance as a table of places × rules: rates per division, outcomes per center."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from centers.models import Center
from evaluation.rules.base import Rule
from evaluation.selectors import findings, parameters, summaries
from evaluation.selectors.findings import Moment
from evaluation.selectors.places import Place
from evaluation.selectors.rows import CenterRow
from evaluation.selectors.summaries import Summary
from evaluation.selectors.tallies import Tally
from portal.jurisdictions.models import Division

# A share of met centers falls in a step; the last is for all of them, the first for none.
STEPS = 5
LINES_PER_PAGE = 60


def step_of(met: int, judged: int) -> int | None:
    """0 for none to 4 for all, between them by thirds; None where nothing was judged."""
    if not judged:
        return None
    if met in (0, judged):
        return (STEPS - 1) * (met > 0)
    return 1 + met * (STEPS - 2) // judged


def percent_of(met: int, judged: int) -> str:
    """Whole percent: neither 0 nor 100 while some, but not all, are met."""
    if not judged:
        return ""
    rounded = (200 * met + judged) // (2 * judged)
    return str(min(max(rounded, 1), 99) if 0 < met < judged else rounded)


@dataclass(frozen=True)
class Cell:
    """One rule in one place: its counts, and how many centers have no verdict by it."""

    tally: Tally
    center_count: int

    @property
    def met(self) -> int:
        """The rate's numerator."""
        return self.tally.counts.get("met", 0)

    @property
    def percent(self) -> str:
        """The rate in whole percent; "" where nothing was judged."""
        return percent_of(self.met, self.tally.judged)

    @property
    def errors(self) -> int:
        """Centers for which the rule could not be computed."""
        return self.tally.counts.get("error", 0)

    @property
    def unknown(self) -> int:
        """Centers of which it is not known: no data, not computed, never evaluated."""
        known = self.tally.judged + self.tally.counts.get("not_applicable", 0)
        return self.center_count - known

    @property
    def step(self) -> int | None:
        """0 for none met to 4 for all met; None where nothing was judged."""
        return step_of(self.met, self.tally.judged)

    @property
    def outcome(self) -> str:
        """Of one center its outcome; nothing where several are counted or none was evaluated."""
        found = [outcome for outcome, n in self.tally.counts.items() if n]
        return found[0] if self.center_count == 1 and len(found) == 1 else ""


@dataclass(frozen=True)
class Line:
    """A place with its cells in the order of the rules; ``center`` where it is one center."""

    code: str
    name: str
    center_count: int
    summary: Summary
    cells: Sequence[Cell]
    center: CenterRow | None = None


@dataclass(frozen=True)
class HeatMap:
    """The lines of a place and what they add up to; ``after`` begins the next page."""

    lines: Sequence[Line]
    whole: Line
    after: str


def rules_on(as_of: date, known_at: datetime | None = None) -> tuple[Rule, ...]:
    """The rules that judge centers on a day (by what was known then), in the pack's order."""
    return parameters.parsed(parameters.pack_in_force(as_of, known_at)).center_rules


def heat_map(
    place: Place, rules: Sequence[Rule], moment: Moment, *, is_live: bool, after: str = ""
) -> HeatMap:
    """A page of a place's lines. A fixed number of queries when stored."""
    if place.lines == "center":
        lines, more = _center_lines(place.centers, rules, moment, is_live, after)
    else:
        lines, more = _division_lines(place, rules, moment, is_live, after)
    summary = summaries.total(line.summary for line in lines)
    count = sum(line.center_count for line in lines)
    name = place.division.name
    whole = Line(place.division.code, name, count, summary, _cells(summary, rules, count))
    return HeatMap(lines, whole, lines[-1].code if more else "")


def _cells(summary: Summary, rules: Sequence[Rule], center_count: int) -> list[Cell]:
    return [Cell(Tally(rule, summary.outcomes[rule.id]), center_count) for rule in rules]


def _division_lines(
    place: Place, rules: Sequence[Rule], moment: Moment, is_live: bool, after: str
) -> tuple[list[Line], bool]:
    """Lines of districts or townships, and whether there are more. Five queries when stored."""
    found = summaries.groups(place.centers, place.lines, after=after, limit=LINES_PER_PAGE + 1)
    groups = found[:LINES_PER_PAGE]
    codes = [code for code, _count in groups]
    counted = summaries.summarize(place.centers, place.lines, codes, moment, is_live=is_live)
    names = dict(Division.objects.filter(code__in=codes).values_list("code", "name"))
    only = _only_centers(place.centers, groups) if place.lines == "township" else {}
    lines = []
    for code, count in groups:
        summary = counted.get(code) or Summary()
        cells = _cells(summary, rules, count)
        lines.append(Line(code, names[code], count, summary, cells, only.get(code)))
    return lines, len(found) > LINES_PER_PAGE


def _only_centers(
    centers: "QuerySet[Center]", groups: Sequence[tuple[str, int]]
) -> Mapping[str, CenterRow]:
    """Division code → its center, of divisions with one. One query."""
    alone = [code for code, count in groups if count == 1]
    rows = findings.places_of(centers.filter(division__code__in=alone))
    return {place.division_code: CenterRow(place, None, {}, ()) for place in rows}


def _center_lines(
    centers: "QuerySet[Center]", rules: Sequence[Rule], moment: Moment, is_live: bool, after: str
) -> tuple[list[Line], bool]:
    """Lines of centers, and whether there are more."""
    shown = list(
        centers.filter(code__gt=after)
        .order_by("code")
        .values_list("pk", flat=True)[: LINES_PER_PAGE + 1]
    )
    page = Center.objects.filter(pk__in=shown[:LINES_PER_PAGE])
    rows = findings.centers_with_findings(page, moment, is_live=is_live)
    return [_center_line(row, rules) for row in rows], len(shown) > LINES_PER_PAGE


def _center_line(row: CenterRow, rules: Sequence[Rule]) -> Line:
    summary = Summary()
    for finding in row.findings:
        summary.outcomes[finding.rule] = Counter([finding.outcome])
    if row.verdict:
        verdict = row.verdict
        summary.add_verdicts(verdict.rollup, verdict.dimensions, 1, verdict.as_of)
    return Line(row.place.code, row.place.name, 1, summary, _cells(summary, rules, 1), row)
