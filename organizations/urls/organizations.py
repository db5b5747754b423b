"""Desk pages of organizations."""

from django.urls import path
from django.urls.resolvers import URLPattern

from organizations.views import organizations

urlpatterns: list[URLPattern] = [
    path("organizations/", organizations.organization_list, name="organizations"),
    path("organizations/<int:pk>/", organizations.organization_detail, name="organization"),
]
