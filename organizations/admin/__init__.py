"""The bureau's desk: the register of organizations and teams, and the work of centers."""

from organizations.admin.organization import OrganizationAdmin
from organizations.admin.team import ActivityTeamAdmin
from organizations.admin.work_record import WorkRecordAdmin

__all__ = ["ActivityTeamAdmin", "OrganizationAdmin", "WorkRecordAdmin"]
