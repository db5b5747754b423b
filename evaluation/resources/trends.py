"""A trend as a workbook: one sheet of roll-ups and dimensions, one of rules."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from evaluation.models import Verdict
from evaluation.rules.base import Rule
from evaluation.selectors import trends
from evaluation.selectors.trends import Point
from portal.workbooks import Column, SheetContent, write

SOURCES = {
    trends.OFFICIAL: "当日正式评估",
    trends.STANDING: "当日现行结果",
    trends.LIVE: "事后测算",
    trends.NONE: "无记录",
}
ROLLUPS = {
    "compliant": "达标",
    "basically_compliant": "基本达标",
    "not_compliant": "未达标",
    "incomplete": "数据不全",
    "not_included": "不纳入",
}
DIMENSIONS = {
    "staffing": "人员配备",
    "premises": "场所",
    "funding": "经费",
    "governance": "治理结构",
}
OUTCOMES = {
    "met": "达标或已采纳",
    "not_met": "未达标或未采纳",
    "not_applicable": "不适用",
    "no_data": "数据缺失",
    "error": "未能计算",
}
WHEN = [Column("month", "月末", is_text=True), Column("source", "数据来源")]


def export(target: BinaryIO, *, points: Sequence[Point], rules: Sequence[Rule]) -> None:
    """Write every month with its counts; a rate stands beside its denominator."""
    write(
        [
            SheetContent("总体结论与维度", _verdict_columns(), map(_verdict_row, points)),
            SheetContent("分规则", _rule_columns(), _rule_rows(points, rules)),
        ],
        target,
    )


def _verdict_columns() -> list[Column]:
    parts = {"rollup": "总体结论", **DIMENSIONS}
    return [
        *WHEN,
        Column("evaluated", "已评估中心数"),
        *(
            Column(f"{part}_{verdict}", f"{name}/{label}")
            for part, name in parts.items()
            for verdict, label in (*ROLLUPS.items(), ("share", "达标和基本达标占比%"))
        ),
    ]


def _verdict_row(point: Point) -> dict[str, Any]:
    row = {**_when(point), "evaluated": point.evaluated}
    counted = {"rollup": point.summary.rollups}
    counted |= {name: point.summary.dimensions[name] for name in Verdict.DIMENSIONS}
    for part, verdicts in counted.items():
        row |= {f"{part}_{verdict}": verdicts[verdict] for verdict in ROLLUPS}
        share = trends.share_of(verdicts, "compliant", "basically_compliant")
        row[f"{part}_share"] = _figure(share.percent)
    return row


def _rule_columns() -> list[Column]:
    return [
        *WHEN,
        Column("rule", "规则编号", is_text=True),
        Column("title", "规则", is_text=True),
        *(Column(outcome, label) for outcome, label in OUTCOMES.items()),
        Column("judged", "达标率分母"),
        Column("rate", "达标率%"),
    ]


def _rule_rows(points: Sequence[Point], rules: Sequence[Rule]) -> Iterator[dict[str, Any]]:
    for point in points:
        for rule in rules:
            outcomes = point.summary.outcomes[rule.id]
            rate = trends.rate_of(outcomes)
            yield {
                **_when(point),
                "rule": rule.id,
                "title": rule.title,
                **{outcome: outcomes[outcome] for outcome in OUTCOMES},
                "judged": rate.judged,
                "rate": _figure(rate.percent),
            }


def _when(point: Point) -> dict[str, Any]:
    return {"month": point.on.isoformat(), "source": SOURCES[point.source]}


def _figure(percent: float | None) -> str | None:
    """A percentage as the workbook writes figures; blank where nothing was judged."""
    return None if percent is None else f"{percent:.1f}"
