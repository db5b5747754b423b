"""Pages of early warnings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
