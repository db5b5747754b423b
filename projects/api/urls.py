"""Addresses of projects, procurements, announcements and contracts."""

from portal.api.views import addresses
from projects.api import announcements, contracts, procurements, projects

urlpatterns = [
    *addresses(projects.ProjectList, projects.ProjectDetail),
    *addresses(procurements.ProcurementList, procurements.ProcurementDetail),
    *addresses(announcements.AnnouncementList, announcements.AnnouncementDetail),
    *addresses(contracts.ContractList, contracts.ContractDetail),
]
