"""The bureau's desk: the register of organizations and teams."""

from organizations.admin.organization import OrganizationAdmin
from organizations.admin.team import ActivityTeamAdmin

__all__ = ["ActivityTeamAdmin", "OrganizationAdmin"]
