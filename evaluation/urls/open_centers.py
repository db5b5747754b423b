"""Public pages of centers, and open data."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
