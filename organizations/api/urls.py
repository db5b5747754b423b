"""Addresses of the register and of figures of work."""

<<<<<<< HEAD
from organizations.api import casework, organizations, teams, warnings
=======
from organizations.api import casework, inspections, organizations, teams
>>>>>>> 7959a94 (The desk and the bureau's pages of annual inspections, their addresses for machines, reminders, and the adviser before a registration)
from portal.api.views import addresses

urlpatterns = [
    *addresses(organizations.OrganizationList, organizations.OrganizationDetail),
    *addresses(teams.TeamList, teams.TeamDetail),
    *addresses(casework.CaseworkList),
<<<<<<< HEAD
    *addresses(warnings.WarningList, warnings.WarningDetail),
=======
    *addresses(inspections.InspectionList, inspections.InspectionDetail),
>>>>>>> 7959a94 (The desk and the bureau's pages of annual inspections, their addresses for machines, reminders, and the adviser before a registration)
]
