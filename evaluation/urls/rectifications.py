"""Desk pages of rectification, and of feedback that was handed to a center."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
