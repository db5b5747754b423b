"""Records of the work of centers, as the centers entered them."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from organizations.models import WorkRecord
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import CenterDivisionFilter


@admin.register(WorkRecord)
class WorkRecordAdmin(ScopedModelAdmin):
    list_display = [
        *("happened_on", "center", "function", "title", "served", "support_kind"),
        *("is_zero_report", "recorded_by", "voided_at"),
    ]
    list_filter = [
        CenterDivisionFilter,
        ("function", ChoicesDropdownFilter),
        ("happened_on", RangeDateFilter),
    ]
    list_select_related = ["center", "recorded_by"]
    search_fields = ["title", "served", "center__name"]
    ordering = ["-happened_on", "-id"]
