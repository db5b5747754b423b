"""What residents write, and where they find the answer."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
