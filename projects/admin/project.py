"""Projects: listed, entered, corrected, moved along."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from portal.jurisdictions.filters import DivisionFilter
from portal.registers.admin import RegisterAdmin
from projects.forms.projects import ProjectForm
from projects.models import Project
from projects.permissions import can_edit_project
from projects.services import projects


@admin.register(Project)
class ProjectAdmin(RegisterAdmin):
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
    ]
    list_select_related = ["division", "supplier"]
    search_fields = ["project_no", "name", "purchaser", "supplier__name"]
    readonly_fields = ["project_no", "status"]
    ordering = ["-project_no"]

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return ["project_no", *fields] if obj else fields

    def enter(self, **values):
        return projects.enter(**values)

    def correct(self, project, **values):
        return projects.update(project=project, **values)

    def move(self, project, **values):
        return projects.change_status(project=project, **values)
