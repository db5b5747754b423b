"""Desk pages of the register and of the work of centers."""

from organizations.urls import (
    cases,
    inspections,
    organizations,
    reveals,
    teams,
    transfers,
    warnings,
    work,
)

app_name = "work"
urlpatterns = [
    *work.urlpatterns,
    *teams.urlpatterns,
    *organizations.urlpatterns,
    *cases.urlpatterns,
    *inspections.urlpatterns,
    *warnings.urlpatterns,
    *transfers.urlpatterns,
    *reveals.urlpatterns,
]
