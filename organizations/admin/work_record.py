"""Records of the work of centers, as the centers entered them."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateFilter

from organizations.admin.voided import VoidedLast
from organizations.models import WorkRecord
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import CenterDivisionFilter


@admin.register(WorkRecord)
class WorkRecordAdmin(VoidedLast, ScopedModelAdmin):
    when_empty = _(
        "No center recorded work yet. Centers enter it on their desk, and cases enter it by"
        " themselves."
    )
    list_display = [
        *("happened_on", "center", "function", "title", "served", "support_kind"),
        *("nothing_done", "recorded_by", "voided_at"),
    ]
    list_filter = [
        CenterDivisionFilter,
        ("function", ChoicesDropdownFilter),
        ("happened_on", RangeDateFilter),
    ]
    list_select_related = ["center", "recorded_by"]
    search_fields = ["title", "served", "center__name"]
    search_help_text = _("What was done, for whom, or the center")
    ordering = ["-happened_on", "-id"]

    @admin.display(description=_("nothing to do"))
    def nothing_done(self, record):
        """Why the record stands for no work, in words; None where it stands for some."""
        for flag in ("is_zero_report", "is_none_due"):
            if getattr(record, flag):
                return self.opts.get_field(flag).verbose_name
        return None
