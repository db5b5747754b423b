"""Pages of activity teams."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
