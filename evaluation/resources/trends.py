"""A trend as a workbook: one sheet of roll-ups and dimensions, one of rules."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from evaluation.models import Finding, Verdict
from evaluation.resources.simulations import Line, header_sheet
from evaluation.rules.base import Rule
from evaluation.selectors import trends, wording
from evaluation.selectors.trends import Point, Share
from portal.workbooks import Column, SheetContent, write


def export(
    target: BinaryIO, *, header: Sequence[Line], points: Sequence[Point], rules: Sequence[Rule]
) -> None:
    """Write every month with its counts; a rate stands beside its denominator."""
    sheets = [
        header_sheet(header),
        SheetContent(_("Roll-up and dimensions"), _verdict_columns(), map(_verdict_row, points)),
        SheetContent(_("Rates by rule"), _rule_columns(), _rule_rows(points, rules)),
    ]
    write(sheets, target, has_guide=False)


def _when_columns() -> list[Column]:
    return [Column("month", _("end of month"), is_text=True), Column("source", _("source"))]


def _verdict_columns() -> list[Column]:
    parts = {"rollup": _("roll-up")}
    parts |= {name: str(_field(name).verbose_name) for name in Verdict.DIMENSIONS}
    labels = [(code, str(label)) for code, label in Verdict.Rollup.choices]
    labels += [("judged", _("judged")), ("share", _("compliant or basically, % of the judged"))]
    return [
        *_when_columns(),
        Column("evaluated", _("centers evaluated")),
        *(
            Column(f"{part}_{verdict}", f"{name}/{label}")
            for part, name in parts.items()
            for verdict, label in labels
        ),
    ]


def _field(name: str) -> Any:
    return Verdict._meta.get_field(name)


def _verdict_row(point: Point) -> dict[str, Any]:
    row = {**_when(point), "evaluated": point.evaluated}
    counted = {"rollup": point.summary.rollups}
    counted |= {name: point.summary.dimensions[name] for name in Verdict.DIMENSIONS}
    for part, verdicts in counted.items():
        row |= {f"{part}_{verdict}": verdicts[verdict] for verdict in Verdict.Rollup.values}
        share = trends.share_of(verdicts, "compliant", "basically_compliant")
        row |= {f"{part}_judged": share.judged, f"{part}_share": _figure(share)}
    return row


def _rule_columns() -> list[Column]:
    return [
        *_when_columns(),
        *(Column("rule", _("rule"), is_text=True), Column("title", _("title"), is_text=True)),
        Column("class", _("class")),
        *(Column(outcome, str(label)) for outcome, label in Finding.Outcome.choices),
        *(Column("judged", _("judged")), Column("rate", _("rate, % of the judged"))),
    ]


def _rule_rows(points: Sequence[Point], rules: Sequence[Rule]) -> Iterator[dict[str, Any]]:
    for point in points:
        for rule in rules:
            outcomes = point.summary.outcomes[rule.id]
            rate = trends.rate_of(outcomes)
            yield {
                **_when(point),
                "rule": rule.id,
                "title": wording.rule_title(rule),
                "class": f"{rule.rule_class} {wording.CLASSES[rule.rule_class]}",
                **{outcome: outcomes[outcome] for outcome in Finding.Outcome.values},
                "judged": rate.judged,
                "rate": _figure(rate),
            }


def _when(point: Point) -> dict[str, Any]:
    return {"month": point.on.isoformat(), "source": str(trends.SOURCES[point.source])}


def _figure(share: Share) -> str | None:
    """A percentage as the workbook writes figures; blank where nothing was judged."""
    return None if share.percent is None else f"{share.percent:.1f}"
