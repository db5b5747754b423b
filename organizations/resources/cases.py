"""Cases as a workbook: a sheet for each kind that has any, with what that kind knows. Who asked is
left out: what is sealed stays in the portal."""

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from django.conf import settings
from django.db import models
from django.db.models import BinaryField, QuerySet
from django.utils import translation

from organizations.models import DETAIL_MODELS, Case, Detail
from organizations.selectors.cases import words_of
from portal.workbooks import Column, SheetContent, write

COMMON = (
    Column("case_no", "编号", is_text=True),
    Column("center", "中心"),
    Column("title", "事项"),
    Column("subject", "服务对象"),
    Column("opened_on", "开始日期"),
    Column("status", "状态"),
    Column("closed_on", "办结日期"),
    Column("result", "结果"),
    Column("doc_no", "文号", is_text=True),
)
NOTHING = "无业务"


def export(found: "QuerySet[Case]", target: BinaryIO) -> int:
    """Write the cases, in the portal's first language whoever asks; how many. One query for each
    kind that has any, and one that finds which."""
    kinds = set(found.order_by().values_list("kind", flat=True).distinct())
    count = 0
    # Headers and words are the columns' own, so they are read within.
    with translation.override(settings.LANGUAGE_CODE):
        sheets = []
        for kind, label in Case.Kind.choices:
            if kind in kinds:
                rows = [_row(case) for case in _of_kind(found, kind)]
                sheets.append(SheetContent(str(label), [*COMMON, *_columns(kind)], rows))
                count += len(rows)
        write(sheets or [SheetContent(NOTHING, COMMON)], target, has_guide=False)
    return count


def _of_kind(found: "QuerySet[Case]", kind: str) -> Iterable[Case]:
    detail = str(DETAIL_MODELS[kind]._meta.model_name)
    near = found.filter(kind=kind).select_related("center", "organization", "team", detail)
    return near.order_by("case_no")


def _known(model: type[Detail]) -> list[Any]:
    """Columns of the kind that may be read."""
    return [
        field
        for field in model._meta.fields
        if not field.primary_key and not isinstance(field, BinaryField)
    ]


def _columns(kind: str) -> list[Column]:
    fields = _known(DETAIL_MODELS[kind])
    return [Column(f"of_kind_{field.name}", str(field.verbose_name)) for field in fields]


def _row(case: Case) -> Mapping[str, Any]:
    model = DETAIL_MODELS[case.kind]
    detail = getattr(case, str(model._meta.model_name))
    subject = case.organization or case.team
    row: dict[str, Any] = {
        "case_no": case.case_no,
        "center": case.center.name,
        "title": case.title,
        "subject": subject and subject.name,
        "opened_on": case.opened_on,
        "status": case.get_status_display(),
        "closed_on": case.closed_on,
        "result": case.result,
        "doc_no": case.doc_no,
    }
    return row | {f"of_kind_{field.name}": _cell(detail, field) for field in _known(model)}


def _cell(detail: Detail, field: Any) -> Any:
    value = words_of(detail, field)
    if isinstance(value, list):
        return "、".join(str(each) for each in value)
    return str(value) if isinstance(value, models.Model) else value
