"""Projects: listed, entered, corrected, moved along; plan and budget have a page of their own."""

import io

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action

from portal.audit import services as audit
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.registers.admin import RegisterAdmin
from portal.users.roles import Capability
from portal.workbooks import XLSX
from projects.forms.projects import ProjectForm
from projects.models import Plan, Project
from projects.permissions import can_edit_project
from projects.resources import exports
from projects.services import projects

# What services and contracts write; shown, never typed.
WRITTEN = ["supplier", "budget_yuan", "contract_yuan"]


class PlanFilter(DropdownFilter):
    """How far the plan is."""

    title = _("project plan")
    parameter_name = "plan"

    def lookups(self, request, model_admin):
        return [("none", _("not begun")), *Plan.Status.choices]

    def queryset(self, request, queryset):
        if self.value() == "none":
            return queryset.filter(plan=None)
        return queryset.filter(plan__status=self.value()) if self.value() else queryset


@admin.register(Project)
class ProjectAdmin(RegisterAdmin):
    when_empty = _(
        "No project yet. Adopt a need that was published, or enter a project here; then its plan"
        " and its budget are written on its own page."
    )
    form = ProjectForm
    may_edit = staticmethod(can_edit_project)
    list_display = [
        "project_no",
        "name",
        "division",
        "field",
        "supplier",
        "budget_yuan",
        "contract_yuan",
        "status",
    ]
    list_display_links = ["project_no", "name"]
    list_filter = [
        DivisionFilter,
        ("field", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        PlanFilter,
    ]
    list_select_related = ["division", "supplier"]
    search_fields = ["project_no", "name", "purchaser", "supplier__name"]
    readonly_fields = ["project_no", "status", *WRITTEN]
    ordering = ["-project_no"]
    actions_detail = ["plan_and_budget", "change_status"]
    actions_list = ["unit_costs", "ledger"]

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return ["project_no", *fields, *WRITTEN] if obj else fields

    @action(description=_("Plan and budget"), url_path="plan")
    def plan_and_budget(self, request, object_id):
        """The page on which the plan is decided and the budget supplied."""
        project = self.scoped_or_404(request, object_id)
        return redirect("projects:project", project.pk)

    @action(description=_("Unit costs"), url_path="unit-costs")
    def unit_costs(self, request):
        """What services cost so far."""
        return redirect("projects:unit-costs")

    def get_urls(self):
        export = self.admin_site.admin_view(self.export)
        name = "projects_project_export"
        return [path("export/<code>/", export, name=name), *super().get_urls()]

    @action(description=_("Ledger"), url_path="ledger")
    def ledger(self, request):
        """The places whose projects can be taken out as a workbook."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        reach = within_reach(request.user, Capability.PROJECT_VIEW).order_by("path")
        # Of a township's reader the township.
        places = list(reach.filter(kind=Division.Kind.DISTRICT)) or list(reach[:1])
        return self.page(
            request, "admin/projects/ledger.html", title=_("Ledger"), places=places
        )

    def export(self, request, code):
        """The projects of a place with their money, procurements and contracts as a workbook; the
        audit trail says who took it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        place = get_object_or_404(within_reach(request.user, Capability.PROJECT_VIEW), code=code)
        stream = io.BytesIO()
        count = exports.export(
            request.user, Q(division__path__startswith=place.path), stream
        )
        audit.record(
            action="projects.project.export",
            by=request.user,
            at=timezone.now(),
            target=place,
            division_path=place.path,
            changes={"projects": [None, count]},
        )
        stream.seek(0)
        name = f"{place.name}-{timezone.localdate().isoformat()}-项目台账.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)

    def enter(self, **values):
        return projects.enter(**values)

    def correct(self, project, **values):
        return projects.update(project=project, **values)

    def move(self, project, **values):
        return projects.change_status(project=project, **values)
