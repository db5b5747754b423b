"""The bureau's desk: the register of organizations and teams, the work of centers, warnings."""

<<<<<<< HEAD
from organizations.admin.credit_listing import CreditListingAdmin
from organizations.admin.observation import AnnualFiguresAdmin, ObservationAdmin
=======
from organizations.admin.inspection import CampaignAdmin, InspectionAdmin, InspectionCalendarAdmin
>>>>>>> 7959a94 (The desk and the bureau's pages of annual inspections, their addresses for machines, reminders, and the adviser before a registration)
from organizations.admin.organization import OrganizationAdmin
from organizations.admin.team import ActivityTeamAdmin
from organizations.admin.transfer import TransferAdmin
from organizations.admin.warning import EarlyWarningAdmin, WatchAdmin
from organizations.admin.work_record import WorkRecordAdmin

__all__ = [
    "ActivityTeamAdmin",
<<<<<<< HEAD
    "AnnualFiguresAdmin",
    "CreditListingAdmin",
    "EarlyWarningAdmin",
    "ObservationAdmin",
    "OrganizationAdmin",
    "TransferAdmin",
    "WatchAdmin",
=======
    "CampaignAdmin",
    "InspectionAdmin",
    "InspectionCalendarAdmin",
    "OrganizationAdmin",
>>>>>>> 7959a94 (The desk and the bureau's pages of annual inspections, their addresses for machines, reminders, and the adviser before a registration)
    "WorkRecordAdmin",
]
