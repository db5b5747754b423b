"""Invented projects of the demonstration district."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from organizations.models import Organization
from portal.jurisdictions.models import Division
from portal.users.models import User
from projects.models import Project
from projects.services import bidders, projects

Field, Status = Project.Field, Project.Status
# The account of the demonstration that bids for an organization.
CONTACT = bidders.ROLE
# Name, field, year, budget and contract in yuan, status.
PROJECTS = (
    ("独居老人每日问安", Field.ELDERLY, 2025, "180000", "176800", Status.ACCEPTED),
    ("社区助餐送上门", Field.ELDERLY, 2026, "240000", "236000", Status.RUNNING),
    ("困难家庭救助顾问", Field.SOCIAL_ASSISTANCE, 2026, "120000", "118500", Status.RUNNING),
    ("临时困难帮扶基金管理", Field.SOCIAL_ASSISTANCE, 2025, "80000", "80000", Status.ACCEPTED),
    ("残疾人居家康复指导", Field.DISABILITY, 2026, "150000", None, Status.PROCURING),
    ("阳光职业体验营", Field.DISABILITY, 2026, "60000", "58000", Status.RUNNING),
    ("放学后四点半课堂", Field.CHILDREN, 2026, "200000", "195000", Status.RUNNING),
    ("困境儿童陪伴计划", Field.CHILDREN, 2026, "96000", None, Status.PLANNED),
    ("楼组议事厅培育", Field.GOVERNANCE, 2026, "72000", None, Status.TERMINATED),
    ("社区花园共建", Field.OTHER, 2026, None, None, Status.PLANNED),
)
STEPS = {
    Status.PLANNED: (),
    Status.PROCURING: (Status.PROCURING,),
    Status.RUNNING: (Status.PROCURING, Status.RUNNING),
    Status.ACCEPTED: (Status.PROCURING, Status.RUNNING, Status.ACCEPTED),
    Status.TERMINATED: (Status.TERMINATED,),
}


def load(*, district: Division, by: User, at: datetime) -> dict[str, Any]:
    """Enter ten projects of the district's townships, each moved to where it stands; the contact
    bids for the first organization."""
    townships = list(Division.objects.within(district.path).townships().order_by("path"))
    suppliers = list(Organization.objects.within(district).order_by("id"))
    for fields, status in _projects(townships, suppliers):
        project = projects.enter(**fields, by=by, at=at)
        for step in STEPS[status]:
            projects.change_status(
                project=project,
                to=step,
                version=project.version,
                reason="演示数据",
                by=by,
                at=at,
            )
    for contact in User.objects.filter(username=CONTACT):
        bidders.open_account(
            organization=suppliers[0],
            username=contact.username,
            full_name=contact.full_name,
            by=by,
            at=at,
        )
    return {}


def _projects(
    townships: Sequence[Division], suppliers: Sequence[Organization]
) -> Iterator[tuple[dict[str, Any], str]]:
    for position, (name, field, year, budget, contract, status) in enumerate(PROJECTS):
        division = townships[position % len(townships)]
        supplier = suppliers[position % len(suppliers)] if contract and suppliers else None
        yield (
            {
                "name": f"{division.name}{name}",
                "division": division,
                "field": field,
                "purchaser": f"{division.name}办事处".replace("镇办事处", "镇人民政府"),
                "supplier": supplier,
                "budget_yuan": Decimal(budget) if budget else None,
                "contract_yuan": Decimal(contract) if contract else None,
                "starts_on": date(year, 1, 1),
                "ends_on": date(year, 12, 31),
            },
            status,
        )
