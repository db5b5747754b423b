"""Desk pages of what a center publishes."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
