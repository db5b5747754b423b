"""Projects with their plans and budgets, as far as they have come."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from portal.jurisdictions.models import Division
from projects.demo.cast import Cast, purchaser_of
from projects.models import CostLine, Need, Plan, PriceSource, Project
from projects.services import budgets, needs, plans, projects
from projects.services.budgets import Line, Source

Field, Kind = Project.Field, CostLine.Kind
APPROVED, SUBMITTED, DRAFT = Plan.Status.APPROVED, Plan.Status.SUBMITTED, Plan.Status.DRAFT
COMPANION = (
    (Kind.ACTIVITY, "陪伴活动", "人次", 240, "300"),
    (Kind.STAFF, "专业督导", "次", 12, "1200"),
    (Kind.MANAGEMENT, "管理费", "项", 1, "9600"),
)
TEXTS = {
    "method": "社工牵头，志愿者参与，按约定频次上门或集中开展，每次留服务记录。",
    "staffing": "专职社工2名，兼职3名，志愿者20名。",
    "schedule": "首月摸底建档，之后按月开展，中期评估一次，期满验收。",
    "risks": "天气和疾病流行时改为电话服务；人员变动时由督导顶岗。",
    "public_opinion": "居委会走访48户，43户赞成；意见主要是希望增加周末服务，已采纳。",
}
# A line is quoted by so many, each a little above the one before.
QUOTES = 3
STEP = Decimal("1.02")


def load(cast: Cast) -> None:
    """A plan that waits for its decision, one that is being drafted, a project that was given up;
    each of the others has an approved plan and is entered where it goes on."""
    companion = entered(cast, "困境儿童陪伴计划", Field.CHILDREN, cast.town, days=20)
    planned(cast, companion, COMPANION, 16, people=24, upto=SUBMITTED, own=True)
    garden = entered(cast, "社区花园共建", Field.OTHER, cast.town, days=8)
    plans.draft(
        project=garden,
        author_center=cast.center,
        target_group="两个小区的居民",
        method="居民认领花箱，组织提供园艺指导。",
        by=cast.director,
        at=cast.ago(6),
    )
    given_up = entered(cast, "楼组议事厅培育", Field.GOVERNANCE, cast.town, days=210)
    projects.change_status(
        project=given_up,
        to=Project.Status.TERMINATED,
        version=given_up.version,
        reason="并入市级议事协商试点，不再单独立项（海民〔2026〕15号）",
        by=cast.officer,
        at=cast.ago(150),
    )


def entered(
    cast: Cast, name: str, field: str, division: Division, *, days: int, need: Need | None = None
) -> Project:
    """A project of a township, entered so many days ago; made of ``need`` where there is one."""
    told: dict[str, Any] = {
        "name": f"{division.name}{name}",
        "purchaser": purchaser_of(division),
        "by": cast.officer,
        "at": cast.ago(days),
    }
    if need is not None:
        return needs.adopt(need=need, version=need.version, **told)
    return projects.enter(division=division, field=field, **told)


def planned(
    cast: Cast,
    project: Project,
    lines: tuple,
    days: int,
    *,
    people: int,
    upto: str = APPROVED,
    own: bool = False,
) -> None:
    """The plan of a project with cost lines, quotes and the basis of its budget.

    ``lines`` are kind, item, unit, quantity and unit price; where ``own``, the center wrote it.
    """
    writer, center = (cast.director, cast.center) if own else (cast.officer, None)
    at = cast.ago(days)
    plan = plans.draft(
        project=project,
        author_center=center,
        target_group="辖区内有需要的居民",
        beneficiaries_planned=people,
        targets=f"服务不少于{people}人，满意度不低于90%。",
        by=writer,
        at=at,
        **TEXTS,
    )
    written = budgets.set_lines(
        project=project,
        lines=[
            Line(kind, item, unit, Decimal(quantity), Decimal(price), _basis(kind))
            for kind, item, unit, quantity, price in lines
        ],
        version=project.version,
        by=writer,
        at=at,
    )
    for line in written:
        budgets.set_sources(
            line=line, sources=_sources(cast, line, at), version=project.version, by=writer, at=at
        )
        project.refresh_from_db()
    budgets.supply(project=project, center=center, version=project.version, by=writer, at=at)
    plans.submit(plan=plan, version=plan.version, by=writer, at=at + timedelta(hours=1))
    if upto == APPROVED:
        plans.decide(
            plan=plan,
            to=APPROVED,
            reason="经会议研究，同意立项",
            doc_no=f"海民项〔{at.year}〕{project.pk}号",
            version=plan.version,
            by=cast.leader,
            at=at + timedelta(2),
        )
    project.refresh_from_db()


def _basis(kind: str) -> str:
    return "按区级标准测算" if kind == Kind.MANAGEMENT else "三家询价取低"


def _sources(cast: Cast, line: CostLine, at: Any) -> list[Source]:
    if line.kind == Kind.MANAGEMENT:
        return [
            Source(
                PriceSource.Kind.STANDARD,
                "海棠区政府购买服务项目管理费标准",
                line.unit_price_yuan,
                (at - timedelta(30)).date(),
                "海财〔2024〕21号",
            )
        ]
    quoted, found = line.unit_price_yuan, []
    for organization in cast.organizations[12 : 12 + QUOTES]:
        found.append(
            Source(PriceSource.Kind.QUOTE, organization.name, quoted, (at - timedelta(9)).date())
        )
        quoted = (quoted * STEP).quantize(Decimal("0.01"))
    return found
