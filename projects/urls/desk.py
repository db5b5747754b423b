"""Desk pages of the projects."""

from projects.urls import contracts, needs, procurements, projects

app_name = "projects"
urlpatterns = [
    *projects.urlpatterns,
    *needs.urlpatterns,
    *procurements.urlpatterns,
    *contracts.urlpatterns,
]
