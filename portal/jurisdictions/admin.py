"""Divisions, read only: they change by a new list, not by hand."""

from django.contrib import admin

from portal.admin import ScopedModelAdmin
from portal.jurisdictions.models import Division


@admin.register(Division)
class DivisionAdmin(ScopedModelAdmin):
    list_display = ["name", "code", "kind", "parent"]
    list_filter = ["kind"]
    list_select_related = ["parent"]
    search_fields = ["name", "code"]
    ordering = ["path"]
    view_capability = "admin.enter"
