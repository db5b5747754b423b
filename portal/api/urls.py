"""The REST API, version 1: one namespace, each app's own addresses by name only."""

from django.urls import include, path

from portal.api import changes, divisions, guide, openapi
from portal.api.views import addresses

app_name = "api"
urlpatterns = [
    path("", include("evaluation.api.urls")),
    path("", include("projects.api.urls")),
    path("", include("centers.api.urls")),
    path("", include("organizations.api.urls")),
    *addresses(divisions.DivisionList, divisions.DivisionDetail),
    path("changes/", changes.Changes.as_view(), name="changes"),
    path("", include("portal.clients.api.urls")),
    path("schema/", openapi.Schema.as_view(), name="schema"),
    path("guide/", guide.guide, name="guide"),
    path("docs/", openapi.Docs.as_view(), name="docs"),
]
