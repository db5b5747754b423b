"""A district's duties of a year as a workbook: the outcomes, and what they rest on."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from evaluation.selectors.duty_pages import DutyLine, DutyPage
from portal.workbooks import Column, SheetContent, write

DUTIES = (
    Column("rule", "规则", is_text=True),
    Column("title", "职责", is_text=True),
    Column("clause", "条款", is_text=True),
    Column("quote", "条款原文", is_text=True),
    Column("outcome", "结果", is_text=True),
    Column("in_grace", "年内仍可完成", is_text=True),
    Column("reason", "说明", is_text=True),
    Column("measured", "实际", is_text=True),
    Column("required", "要求", is_text=True),
    Column("remedy", "如何落实", is_text=True),
    Column("missing", "未覆盖的中心", is_text=True),
)
EVIDENCE = (
    Column("rule", "规则", is_text=True),
    Column("title", "职责", is_text=True),
    Column("label", "记录", is_text=True),
    Column("counted", "是否计入", is_text=True),
    Column("note", "未计入原因", is_text=True),
)
YES, NO = "是", "否"


def export(target: BinaryIO, *, page: DutyPage, year: int) -> None:
    """One sheet of outcomes, one of everything that was looked at."""
    duties = [_duty(line) for line in page.lines]
    evidence = [row for line in page.lines for row in _evidence(line)]
    sheets = [
        SheetContent(f"{year}年履职情况", DUTIES, duties),
        SheetContent("佐证记录", EVIDENCE, evidence),
    ]
    notes = [
        ("评估日期", page.as_of.isoformat()),
        ("依据", f"{page.pack.issuer} {page.pack.doc_no}"),
    ]
    write(sheets, target, notes=notes)


def _duty(line: DutyLine) -> dict[str, Any]:
    return {
        "rule": line.rule.id,
        "title": line.title,
        "clause": line.rule.clause,
        "quote": line.rule.quote,
        "outcome": line.outcome_label,
        "in_grace": YES if line.in_grace else "",
        "reason": line.reason,
        "measured": line.measured,
        "required": line.required,
        "remedy": line.remedy,
        "missing": "、".join(line.missing_centers),
    }


def _evidence(line: DutyLine) -> Iterator[dict[str, Any]]:
    for is_counted, notes in ((True, line.counted), (False, line.uncounted)):
        for note in notes:
            yield {
                "rule": line.rule.id,
                "title": line.title,
                "label": note.label,
                "counted": YES if is_counted else NO,
                "note": note.note,
            }
