"""Pages on which sealed personal data are shown once."""

from django.urls import URLPattern, path

from organizations.views import reveals

urlpatterns: list[URLPattern] = [
    path("reveals/<slug:noun>/<int:pk>/<slug:field>/", reveals.reveal, name="reveal"),
]
