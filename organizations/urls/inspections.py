"""Pages of annual inspections and of the adviser."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
