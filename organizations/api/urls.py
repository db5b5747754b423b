"""Addresses of the register and of figures of work."""

from organizations.api import (
    campaigns,
    cases,
    casework,
    inspections,
    organizations,
    teams,
    warnings,
)
from portal.api.views import addresses

urlpatterns = [
    *addresses(organizations.OrganizationList, organizations.OrganizationDetail),
    *addresses(teams.TeamList, teams.TeamDetail),
    *addresses(casework.CaseworkList),
    *addresses(campaigns.CampaignList, campaigns.CampaignDetail),
    *addresses(inspections.InspectionList, inspections.InspectionDetail),
    *addresses(warnings.WarningList, warnings.WarningDetail),
    *addresses(cases.CaseList, cases.CaseDetail),
]
