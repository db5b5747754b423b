"""Who planned a project, and so may not win it."""

from collections.abc import Callable

from centers.models import Center
from centers.selectors import sections
from organizations.models import Organization
from portal.cells.text import match_key
from projects.models import Plan, Project


def is_planner(organization: Organization, project: Project) -> bool:
    """Whether the organization is the center that wrote the plan of the project, or operates it."""
    return planned_by(project)(organization)


def planned_by(project: Project) -> Callable[[Organization], bool]:
    """``is_planner`` for many organizations, which asks the database no more."""
    plan = Plan.objects.select_related("author_center").filter(project=project).first()
    center = plan.author_center if plan else None
    return run_by(center) if center else lambda _organization: False


def run_by(center: Center) -> Callable[[Organization], bool]:
    """Whether an organization is the center or operates it; asks the database no more.

    Compared by the entry in the register, by credit code, and by the operator's name in the profile
    of the center that was accepted last.
    """
    names = {match_key(name) for name in operators_of(center)}

    def is_it(organization: Organization) -> bool:
        is_the_center = organization.center_id == center.pk or (
            bool(center.uscc) and organization.uscc == center.uscc
        )
        return is_the_center or match_key(organization.name) in names

    return is_it


def operators_of(center: Center) -> set[str]:
    """Names of whoever operates the center, by the profile that was accepted last."""
    profile = sections.accepted_sections(center).get("profile")
    rows = sections.rows_of(profile) if profile else []
    return {row.operator_name for row in rows if row.operator_name}
