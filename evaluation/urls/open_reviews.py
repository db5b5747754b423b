"""Public pages of announced results, and objections to them."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
