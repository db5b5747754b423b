"""Tables of the register: organizations with a legal personality, and filed activity teams."""

from organizations.models.organization import DivisionScopedQuerySet, Organization
from organizations.models.team import ActivityTeam

__all__ = ["ActivityTeam", "DivisionScopedQuerySet", "Organization"]
