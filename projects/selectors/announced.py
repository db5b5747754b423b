"""What announcements of a procurement say, whatever their kind."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import override

from organizations.models import Organization
from projects.models import Procurement

# Announcements are read by everybody and stay as they are: their words are the portal's first
# language, whoever publishes.
LANGUAGE = "zh-hans"
CENT = Decimal("0.01")


def facts_of(procurement: Procurement) -> dict[str, Any]:
    """The common part of every announcement: amounts as text with two decimals, days as ISO, times
    with offset, labels in Chinese. Two queries."""
    project = procurement.project
    criteria = procurement.criteria.all()
    with override(LANGUAGE):
        labels = {
            "field_label": str(project.get_field_display()),
            "route_label": str(procurement.get_route_display()),
            "choice_label": str(procurement.get_choice_display()),
            "status_label": str(procurement.get_status_display()),
        }
    return {
        "procurement_no": procurement.procurement_no,
        "project_no": project.project_no,
        "title": procurement.title,
        "purchaser": procurement.purchaser,
        "contact": procurement.contact,
        "division_code": project.division.code,
        "division_name": project.division.name,
        "field": project.field,
        "route": procurement.route,
        "choice": procurement.choice,
        **labels,
        "category": procurement.category,
        "fiscal_year": procurement.fiscal_year,
        "budget_yuan": amount(procurement.budget_yuan),
        "requirement": procurement.requirement,
        "documents_from": day(procurement.documents_from),
        "documents_until": day(procurement.documents_until),
        "questions_until": day(procurement.questions_until),
        "deadline_at": moment(procurement.deadline_at),
        "status": procurement.status,
        "criteria": [
            {"name": each.name, "kind": each.kind, "weight": amount(each.weight)}
            for each in criteria
        ],
    }


def supplier(organization: Organization) -> dict[str, str]:
    """Who supplies or is to: ``code`` stays whatever becomes of name and credit code."""
    return {
        "name": organization.name,
        "uscc": organization.uscc or "",
        "code": f"O{organization.pk}",
    }


def amount(value: Decimal | None) -> str | None:
    """Yuan or points as text with two decimals, halves up as on pages; null stays null."""
    return None if value is None else str(value.quantize(CENT, ROUND_HALF_UP))


def day(value: date | None) -> str | None:
    """A day as ISO text; null stays null."""
    return None if value is None else value.isoformat()


def moment(value: datetime | None) -> str | None:
    """A moment as ISO text with the offset of Shanghai; null stays null."""
    return None if value is None else localtime(value).isoformat()
