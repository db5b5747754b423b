"""Addresses of the portal and of the peers."""

from django.urls import include, path

from benchmarks.peers import serving

urlpatterns = [
    path("peers/rest/", serving.RestPage.as_view()),
    path("peers/database/", serving.DatabasePage.as_view()),
    path("peers/copied/", serving.CopiedFindings.as_view()),
    path("peers/ninja/", serving.ninja.urls),
    path("", include("portal.urls")),
]
