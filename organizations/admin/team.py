"""Activity teams, as the townships filed them."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from organizations.models import ActivityTeam
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import DivisionFilter


@admin.register(ActivityTeam)
class ActivityTeamAdmin(ScopedModelAdmin):
    list_display = ["name", "division", "neighborhood", "kind", "member_count", "status"]
    list_filter = [
        DivisionFilter,
        ("kind", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_select_related = ["division"]
    search_fields = ["name", "neighborhood", "filing_no"]
    ordering = ["-id"]
