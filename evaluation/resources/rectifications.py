"""Items of rectifications of a district as a workbook; whoever answered is not named."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.timezone import localdate

from evaluation.models import Rectification, RectificationItem
from portal.jurisdictions.models import Division
from portal.workbooks import Column, SheetContent, write

COLUMNS = (
    Column("rectification_no", "整改编号", is_text=True),
    Column("title", "整改事由"),
    Column("center_code", "中心编码", is_text=True),
    Column("center", "中心"),
    Column("township", "街镇"),
    Column("source", "来源"),
    Column("position", "事项"),
    Column("rule", "规则", is_text=True),
    Column("clause", "条款", is_text=True),
    Column("fact", "事实"),
    Column("requirement", "整改要求"),
    Column("issued_on", "下发日期"),
    Column("first_due_on", "首次期限"),
    Column("due_on", "现期限"),
    Column("status", "状态"),
    Column("responses", "回复次数"),
    Column("closed_how", "销号方式"),
    Column("closed_on", "销号日期"),
    Column("reopened", "再次不达标次数"),
    Column("escalation", "逾期级别"),
)


def export(user: Any, place: Division, target: BinaryIO) -> int:
    """Write the items of issued rectifications that ``user`` sees in ``place``, in the portal's
    first language whoever asks; how many. Two queries."""
    seen = Rectification.objects.visible_to(user).exclude(issued_at=None)
    found = RectificationItem.objects.filter(
        rectification__in=seen, center__division__path__startswith=place.path
    )
    items = found.select_related("rectification", "center__division").prefetch_related("responses")
    rows = list(items.order_by("rectification__rectification_no", "position"))
    with translation.override(settings.LANGUAGE_CODE):
        sheet = SheetContent("整改事项", list(COLUMNS), [_row(item) for item in rows])
        write([sheet], target, has_guide=False)
    return len(rows)


def _row(item: RectificationItem) -> Mapping[str, Any]:
    notice = item.rectification
    return {
        "rectification_no": notice.rectification_no,
        "title": notice.title,
        "center_code": item.center.code,
        "center": item.center.name,
        "township": item.center.division.name,
        "source": str(notice.get_source_display()),
        "position": item.position,
        "rule": item.rule or item.basis.get("indicator", ""),
        "clause": item.basis.get("clause", ""),
        "fact": item.fact,
        "requirement": item.requirement,
        "issued_on": notice.issued_at and localdate(notice.issued_at),
        "first_due_on": item.first_due_on,
        "due_on": item.due_on,
        "status": str(item.get_status_display()),
        "responses": len(item.responses.all()),
        "closed_how": str(item.get_closed_how_display()),
        "closed_on": item.closed_at and localdate(item.closed_at),
        "reopened": item.reopened,
        "escalation": item.escalation,
    }
