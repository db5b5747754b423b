"""Pages on which sealed personal data are shown once."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
