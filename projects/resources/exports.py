"""The ledger of a place as a workbook: its projects, where their money comes from, how each was
procured, contracted and paid. What is sealed or about a person stays in the portal."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import DecimalField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import translation

from portal.workbooks import Column, SheetContent, write
from projects.models import Contract, FundingSource, Payment, Procurement, Project, Supplement

PROJECTS = (
    Column("project_no", "项目编号", is_text=True),
    Column("name", "项目名称"),
    Column("place", "所在地"),
    Column("field", "领域"),
    Column("purchaser", "采购人"),
    Column("supplier", "承接方"),
    Column("budget_yuan", "预算（元）", is_money=True),
    Column("contract_yuan", "合同金额（元）", is_money=True),
    Column("starts_on", "开始日期"),
    Column("ends_on", "结束日期"),
    Column("beneficiaries", "实际受益人数"),
    Column("status", "状态"),
)
SOURCES = (
    Column("project_no", "项目编号", is_text=True),
    Column("kind", "资金来源"),
    Column("amount_yuan", "金额（元）", is_money=True),
    Column("payer", "出资单位"),
    Column("doc_no", "文号", is_text=True),
)
PROCUREMENTS = (
    Column("procurement_no", "采购编号", is_text=True),
    Column("project_no", "项目编号", is_text=True),
    Column("title", "采购名称"),
    Column("route", "采购方式"),
    Column("category", "预算品目"),
    Column("fiscal_year", "预算年度"),
    Column("budget_yuan", "预算（元）", is_money=True),
    Column("announced_at", "公告时间"),
    Column("deadline_at", "截止时间"),
    Column("status", "状态"),
    Column("failure_reason", "终止原因"),
)
CONTRACTS = (
    Column("contract_no", "合同编号", is_text=True),
    Column("procurement_no", "采购编号", is_text=True),
    Column("project_no", "项目编号", is_text=True),
    Column("supplier", "供应商"),
    Column("uscc", "统一社会信用代码", is_text=True),
    Column("price_yuan", "合同价款（元）", is_money=True),
    Column("supplements_yuan", "补充合同（元）", is_money=True),
    Column("paid_yuan", "已付款（元）", is_money=True),
    Column("starts_on", "开始日期"),
    Column("ends_on", "结束日期"),
    Column("signed_on", "签订日期"),
    Column("published_on", "公告日期"),
    Column("filed_on", "备案日期"),
    Column("status", "状态"),
)
YUAN = DecimalField(max_digits=18, decimal_places=2)


def export(user: Any, within: Q, target: BinaryIO) -> int:
    """Write what ``user`` sees of the projects that ``within`` chooses, in the portal's first
    language whoever asks; how many projects. Four queries."""
    chosen = Project.objects.visible_to(user).filter(within)
    projects = list(chosen.select_related("division", "supplier").order_by("project_no"))
    # Headers and words are read within the language.
    with translation.override(settings.LANGUAGE_CODE):
        sheets = [
            _sheet("项目", PROJECTS, projects, _project),
            _sheet("资金来源", SOURCES, _sources(chosen), _source),
            _sheet("采购", PROCUREMENTS, _procurements(user, chosen), _procurement),
            _sheet("合同", CONTRACTS, _contracts(user, chosen), _contract),
        ]
        write(sheets, target, has_guide=False)
    return len(projects)


def _sheet(
    title: str,
    columns: Iterable[Column],
    rows: Iterable[Any],
    row: Callable[[Any], Mapping[str, Any]],
) -> SheetContent:
    return SheetContent(title, list(columns), [row(each) for each in rows])


def _sources(chosen: QuerySet[Project]) -> QuerySet[FundingSource]:
    found = FundingSource.objects.valid().filter(project__in=chosen)
    return found.select_related("project").order_by("project__project_no", "pk")


def _procurements(user: Any, chosen: QuerySet[Project]) -> QuerySet[Procurement]:
    found = Procurement.objects.visible_to(user).filter(project__in=chosen)
    return found.select_related("project").order_by("procurement_no")


def _contracts(user: Any, chosen: QuerySet[Project]) -> QuerySet[Contract]:
    found = Contract.objects.visible_to(user).filter(project__in=chosen)
    paid = Payment.objects.filter(status=Payment.Status.PAID)
    return (
        found.select_related("project", "procurement", "supplier")
        .annotate(supplements_yuan=_sum(Supplement.objects.all()), paid_yuan=_sum(paid))
        .order_by("contract_no")
    )


def _sum(rows: QuerySet[Any]) -> Coalesce:
    """The amounts of a contract's rows; zero where it has none."""
    of_it = rows.filter(contract=OuterRef("pk")).order_by().values("contract")
    total = of_it.annotate(total=Sum("amount_yuan")).values("total")
    return Coalesce(Subquery(total, output_field=YUAN), Value(Decimal(0), output_field=YUAN))


def _project(project: Project) -> Mapping[str, Any]:
    return {
        "project_no": project.project_no,
        "name": project.name,
        "place": project.division.name,
        "field": str(project.get_field_display()),
        "purchaser": project.purchaser,
        "supplier": project.supplier and project.supplier.name,
        "budget_yuan": project.budget_yuan,
        "contract_yuan": project.contract_yuan,
        "starts_on": project.starts_on,
        "ends_on": project.ends_on,
        "beneficiaries": project.beneficiaries_actual,
        "status": str(project.get_status_display()),
    }


def _source(source: FundingSource) -> Mapping[str, Any]:
    return {
        "project_no": source.project.project_no,
        "kind": str(source.get_kind_display()),
        "amount_yuan": source.amount_yuan,
        "payer": source.payer,
        "doc_no": source.doc_no,
    }


def _procurement(procurement: Procurement) -> Mapping[str, Any]:
    return {
        "procurement_no": procurement.procurement_no,
        "project_no": procurement.project.project_no,
        "title": procurement.title,
        "route": str(procurement.get_route_display()),
        "category": procurement.category,
        "fiscal_year": procurement.fiscal_year,
        "budget_yuan": procurement.budget_yuan,
        "announced_at": procurement.announced_at,
        "deadline_at": procurement.deadline_at,
        "status": str(procurement.get_status_display()),
        "failure_reason": procurement.failure_reason,
    }


def _contract(contract: Any) -> Mapping[str, Any]:
    return {
        "contract_no": contract.contract_no,
        "procurement_no": contract.procurement.procurement_no,
        "project_no": contract.project.project_no,
        "supplier": contract.supplier.name,
        "uscc": contract.supplier.uscc,
        "price_yuan": contract.price_yuan,
        "supplements_yuan": contract.supplements_yuan,
        "paid_yuan": contract.paid_yuan,
        "starts_on": contract.starts_on,
        "ends_on": contract.ends_on,
        "signed_on": contract.signed_on,
        "published_on": contract.published_on,
        "filed_on": contract.filed_on,
        "status": str(contract.get_status_display()),
    }
