"""Tables of the register: organizations with a legal personality, and filed activity teams; and of
the work that centers do for them."""

from organizations.models.case import STATES, Case, CaseStep
from organizations.models.organization import (
    DivisionScopedQuerySet,
    Organization,
    OrganizationDomicile,
    OrganizationName,
    RegisterQuerySet,
)
from organizations.models.series import Series
from organizations.models.team import ActivityTeam, TeamStep
from organizations.models.work_record import WorkRecord

__all__ = [
    "STATES",
    "ActivityTeam",
    "Case",
    "CaseStep",
    "DivisionScopedQuerySet",
    "Organization",
    "OrganizationDomicile",
    "OrganizationName",
    "RegisterQuerySet",
    "Series",
    "TeamStep",
    "WorkRecord",
]
