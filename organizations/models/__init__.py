"""Tables of the register: organizations with a legal personality, and filed activity teams; and of
the work that centers do for them."""

from organizations.models.organization import DivisionScopedQuerySet, Organization
from organizations.models.team import ActivityTeam
from organizations.models.work_record import WorkRecord

__all__ = ["ActivityTeam", "DivisionScopedQuerySet", "Organization", "WorkRecord"]
