"""Desk pages of performance reviews."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
