"""The bureau's desk: the register of organizations and teams, the work of centers, warnings."""

from organizations.admin.case import CaseAdmin
from organizations.admin.credit_listing import CreditListingAdmin
from organizations.admin.inspection import CampaignAdmin, InspectionAdmin, InspectionCalendarAdmin
from organizations.admin.observation import AnnualFiguresAdmin, ObservationAdmin
from organizations.admin.organization import OrganizationAdmin
from organizations.admin.team import ActivityTeamAdmin
from organizations.admin.transfer import TransferAdmin
from organizations.admin.warning import EarlyWarningAdmin, WatchAdmin
from organizations.admin.work_record import WorkRecordAdmin

__all__ = [
    "ActivityTeamAdmin",
    "AnnualFiguresAdmin",
    "CampaignAdmin",
    "CaseAdmin",
    "CreditListingAdmin",
    "EarlyWarningAdmin",
    "InspectionAdmin",
    "InspectionCalendarAdmin",
    "ObservationAdmin",
    "OrganizationAdmin",
    "TransferAdmin",
    "WatchAdmin",
    "WorkRecordAdmin",
]
