"""Reads over plans and budgets: what is still wanting, and what a basis of the budget says."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

import orjson

from portal.jurisdictions.models import Division
from projects.models import BudgetBasis, ContractLine, CostLine, Plan, Project
from projects.rules import costs
from projects.selectors import thresholds, unit_costs
from projects.selectors.announced import amount, day

# What the guidance wants a plan to say (domain.md §4.1).
SECTIONS = (
    "target_group",
    "beneficiaries_planned",
    "targets",
    "method",
    "staffing",
    "schedule",
    "risks",
    "public_opinion",
)


class Compared(NamedTuple):
    """A cost line, how its price stands to finished contracts, and the quotes that are wanting."""

    line: CostLine
    comparison: costs.Comparison
    samples: list[ContractLine]
    quotes_missing: int


def plan_of(project: Project) -> Plan | None:
    """The plan of a project, where one was begun."""
    plans = Plan.objects.select_related(
        "project__division", "author_center__division", "submitted_by", "decided_by"
    )
    return plans.filter(project=project).first()


def missing_sections(plan: Plan) -> list[str]:
    """The labels of what a plan does not say yet."""
    fields: list[Any] = [Plan._meta.get_field(name) for name in SECTIONS]
    return [str(field.verbose_name) for field in fields if getattr(plan, field.name) in (None, "")]


def lines_of(project: Project) -> list[CostLine]:
    """The cost lines of a project with their sources. Two queries."""
    return list(project.cost_lines.prefetch_related("sources__document__file"))


def district_of(project: Project) -> Division:
    """The district whose finished contracts a project is compared with."""
    return Division.objects.get(code=project.division.district_code)


def compared(project: Project, on: date) -> list[Compared]:
    """The lines of a project beside the finished contracts of its district as of ``on``. Five
    queries at most."""
    lines = lines_of(project)
    old_years = thresholds.for_division(project.division, on)["unit_cost_old_years"]
    comparable = unit_costs.comparable(lines, district_of(project)) if lines else {}
    return [
        Compared(
            line,
            unit_costs.against(
                line.unit_price_yuan, comparable[line.pk], on=on, old_years=old_years
            ),
            comparable[line.pk],
            costs.quotes_missing(
                costs.Source(each.kind, each.from_whom) for each in line.sources.all()
            ),
        )
        for line in lines
    ]


def figures(lines: Iterable[CostLine]) -> list[costs.Line]:
    """Cost lines as the rules know them."""
    return [costs.Line(line.kind, line.quantity, line.unit_price_yuan) for line in lines]


def totals(lines: Iterable[CostLine]) -> dict[str, str | None]:
    """Total, management cost and its percent, as text with two decimals."""
    known = figures(lines)
    return {
        "total_yuan": amount(costs.total(known)),
        "management_yuan": amount(costs.management_total(known)),
        "management_percent": amount(costs.management_share(known)),
    }


def basis_content(project: Project, on: date) -> dict[str, Any]:
    """What a basis of the budget supplied on ``on`` says, as JSON; amounts as text.

    ``lines``: each with ``sources``, ``quotes_missing`` and ``comparison``, whose ``samples`` are
    for those who see their contracts. ``totals``: total, management and its percent.
    """
    found = compared(project, on)
    return {
        "project_no": project.project_no,
        "name": project.name,
        "division_name": project.division.name,
        "purchaser": project.purchaser,
        "field": project.field,
        "on": on.isoformat(),
        "old_years": thresholds.for_division(project.division, on)["unit_cost_old_years"],
        "lines": [_line(each) for each in found],
        "totals": totals(each.line for each in found),
    }


def _line(each: Compared) -> dict[str, Any]:
    line, found = each.line, each.comparison
    return {
        "position": line.position,
        "kind": line.kind,
        "item": line.item,
        "unit": line.unit,
        "quantity": amount(line.quantity),
        "unit_price_yuan": amount(line.unit_price_yuan),
        "amount_yuan": amount(line.amount_yuan),
        "basis": line.basis,
        "sources": [
            {
                "kind": source.kind,
                "from_whom": source.from_whom,
                "price_yuan": amount(source.price_yuan),
                "on": day(source.on),
                "doc_no": source.doc_no,
                "sha256": source.document.file.sha256 if source.document else None,
            }
            for source in line.sources.all()
        ],
        "quotes_missing": each.quotes_missing,
        "comparison": {
            "n": found.n,
            "low": amount(found.low),
            "median": amount(found.median),
            "high": amount(found.high),
            "place": found.place,
            "is_outlier": found.is_outlier,
            "old_n": found.old_n,
            "samples": [_sample(sample) for sample in each.samples],
        },
    }


def _sample(line: ContractLine) -> dict[str, Any]:
    return {
        "contract": line.contract_id,
        "contract_no": line.contract.contract_no,
        "unit_price_yuan": amount(line.unit_price_yuan),
        "signed_on": day(line.contract.signed_on),
    }


def sha256_of(content: dict[str, Any]) -> str:
    """The hash of a basis: of its JSON with sorted keys, so that it can be reckoned again from the
    stored row."""
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_intact(basis: BudgetBasis) -> bool:
    """Whether a basis says what it said when it was supplied."""
    return sha256_of(basis.content) == basis.sha256
