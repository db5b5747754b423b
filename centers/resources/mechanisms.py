"""Minimum, planned and done of a district's centers, as one sheet."""

from collections.abc import Sequence
from typing import Any, BinaryIO

from centers.models import Mechanism
from centers.selectors.mechanisms import CenterLine, KindTotal
from portal.workbooks import Column, SheetContent, write

NOT_SET = "未设定"
HEADERS = {
    Mechanism.CONSULTATION: "会商",
    Mechanism.BRIEFING: "情况专报",
    Mechanism.ATTENDANCE: "列席会议",
    Mechanism.EXCHANGE: "交流",
    Mechanism.TRAINING: "培训",
    Mechanism.VISIT: "互访",
}
FIGURES = {
    "minimum": "年度最低次数",
    "planned": "计划",
    "without_minutes": "其中已举办未附纪要",
    "done": "完成",
}
WHOLE = "全区合计（同一活动只计一次）"


def columns() -> list[Column]:
    """Who, then four columns of each mechanism."""
    who = [
        Column("code", "中心编号", is_text=True),
        Column("center", "中心名称", is_text=True),
        Column("township", "街镇", is_text=True),
    ]
    return who + [
        Column(f"{kind}_{figure}", f"{header}/{name}")
        for kind, header in HEADERS.items()
        for figure, name in FIGURES.items()
    ]


def export(
    target: BinaryIO, *, year: int, lines: Sequence[CenterLine], totals: Sequence[KindTotal]
) -> None:
    """Write the lines and, below them, the district's own; "未设定" where no minimum is set."""
    rows = [*map(_line, lines), _total(totals)]
    write([SheetContent(f"{year}年协同活动", columns(), rows)], target)


def _line(line: CenterLine) -> dict[str, Any]:
    center = line.center
    row: dict[str, Any] = {
        "code": center.code,
        "center": center.name,
        "township": center.division.name,
    }
    for triple in line.triples:
        row |= {f"{triple.kind}_{figure}": getattr(triple, figure) for figure in FIGURES}
        row[f"{triple.kind}_minimum"] = _minimum(triple.minimum)
    return row


def _total(totals: Sequence[KindTotal]) -> dict[str, Any]:
    row: dict[str, Any] = {"center": WHOLE}
    for total in totals:
        row |= {f"{total.kind}_planned": total.planned, f"{total.kind}_done": total.done}
        row[f"{total.kind}_minimum"] = _minimum(total.minimum)
    return row


def _minimum(minimum: int | None) -> int | str:
    return NOT_SET if minimum is None else minimum
