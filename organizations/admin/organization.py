"""Organizations: listed, entered, corrected, moved to another status."""

from django.contrib import admin
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from organizations.forms.organizations import OrganizationForm
from organizations.models import Organization
from organizations.permissions import can_edit_register
from organizations.services import organizations
from portal.jurisdictions.filters import DivisionFilter
from portal.registers.admin import RegisterAdmin


@admin.register(Organization)
class OrganizationAdmin(RegisterAdmin):
    form = OrganizationForm
    may_edit = staticmethod(can_edit_register)
    list_display = ["name", "uscc", "org_type", "division", "community_kind", "grade", "status"]
    list_filter = [
        DivisionFilter,
        ("org_type", ChoicesDropdownFilter),
        ("community_kind", ChoicesDropdownFilter),
        ("grade", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_select_related = ["division"]
    search_fields = ["name", "uscc"]
    ordering = ["-id"]

    def enter(self, **values):
        return organizations.register(**values)

    def correct(self, organization, **values):
        return organizations.update(organization=organization, **values)

    def move(self, organization, **values):
        return organizations.change_status(organization=organization, **values)
