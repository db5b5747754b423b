"""The register of centers, and what was accepted of each."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from centers import selectors
from centers.admin.workbook import WorkbookPages
from centers.models import Center, Section
from centers.selectors import comparisons
from portal.admin import ScopedModelAdmin
from portal.jurisdictions.filters import DivisionFilter


@admin.register(Center)
class CenterAdmin(WorkbookPages, ScopedModelAdmin):
    list_display = ["code", "name", "division", "district", "uscc"]
    list_display_links = ["code", "name"]
    list_filter = [DivisionFilter, ("division__kind", ChoicesDropdownFilter)]
    list_select_related = ["division__parent"]
    search_fields = ["name", "code", "uscc"]
    ordering = ["code"]

    @admin.display(description=_("district"))
    def district(self, center):
        division = center.division
        return division if division.kind == division.Kind.DISTRICT else division.parent

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """What holds of the center: every section accepted last, with its rows."""
        center = self.scoped_or_404(request, object_id)
        standing = selectors.accepted_sections(center)
        rows = selectors.rows_by_section(standing.values())
        tables = {
            kind: comparisons.plain(section, rows[section.pk])
            for kind, section in standing.items()
        }
        sections = [(label, tables.get(kind)) for kind, label in Section.Kind.choices]
        filings = reverse("admin:centers_filing_changelist")
        return self.page(
            request,
            "admin/centers/center.html",
            title=center.name,
            obj=center,
            center=center,
            sections=sections,
            filings_url=f"{filings}?status=all&q={center.code}",
        )
