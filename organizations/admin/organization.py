"""Organizations: listed, searched, entered, corrected, renamed, moved, changed in status."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from organizations.admin.revealing import Revealing
from organizations.forms.organizations import (
    GROUPS,
    ContactForm,
    LegalRepForm,
    MoveForm,
    OrganizationForm,
    RenameForm,
)
from organizations.models import Organization
from organizations.permissions import can_edit_register
from organizations.selectors import duplicates, search, timelines
from organizations.services import contacts, organizations, registered_changes
from portal.admin import own_page
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.selectors import within_reach
from portal.registers.admin import BoundedChangeList, RegisterAdmin


class FoundChangeList(BoundedChangeList):
    """A list that says by which former name it found a row."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        former = search.former_names(self.result_list, self.query)
        for organization in self.result_list:
            organization.found_by = former.get(organization.pk, [])


@admin.register(Organization)
class OrganizationAdmin(Revealing, RegisterAdmin):
    form = OrganizationForm
    may_edit = staticmethod(can_edit_register)
    find = staticmethod(search.matching)
    paginator = search.FoundPaginator
    change_form_template = "admin/organizations/organization.html"
    actions_list = ["list_duplicates"]
    actions_detail = [
        "rename",
        "relocate",
        "set_contact",
        "set_legal_rep",
        "change_status",
        "reveal",
    ]
    list_display = ["known_as", "uscc", "org_type", "division", "community_kind", "grade", "status"]
    # What no index puts in order is not sorted: the register has hundreds of thousands of rows.
    sortable_by = ["uscc"]
    list_filter = [
        DivisionFilter,
        ("org_type", ChoicesDropdownFilter),
        ("community_kind", ChoicesDropdownFilter),
        ("grade", ChoicesDropdownFilter),
        ("party_unit", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_select_related = ["division"]
    search_fields = ["name", "uscc"]
    search_help_text = _(
        "Part of the name or of a former one, credit code, or initials of the pinyin; several"
        " words."
    )
    ordering = ["-id"]

    def get_changelist(self, request, **kwargs):
        return FoundChangeList

    @admin.display(description=_("name"))
    def known_as(self, organization):
        """Its name, with the former one that it was found by."""
        if not (former := getattr(organization, "found_by", ())):
            return organization.name
        said = gettext("formerly %(names)s") % {"names": "、".join(former)}
        return format_html('{}<br><span class="bureau-quiet">{}</span>', organization.name, said)

    def get_fieldsets(self, request, obj=None):
        groups = [(heading, {"fields": list(fields)}) for heading, fields in GROUPS]
        return [*groups, (_("Status"), {"fields": ["status"]})] if obj else groups

    def enter(self, **values):
        return organizations.register(**values)

    def correct(self, organization, **values):
        return organizations.update(organization=organization, **values)

    def move(self, organization, **values):
        return organizations.change_status(organization=organization, **values)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        for hint in form.hints:
            self.message_user(request, str(hint), messages.INFO)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["organization"] = obj
            context["moments"] = timelines.of_organization(obj, request.user)
            context["names"] = obj.names.all()
            context["domiciles"] = obj.domiciles.select_related("division")
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _ask(self, request, object_id, form_class, service, *, title, **given):
        """One page for one change: asks, calls the service, and keeps what was typed if refused."""
        obj = self.scoped_or_404(request, object_id)
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        return self.ask(
            request,
            form_class(request.POST or None, obj=obj, **given),
            partial(service, organization=obj),
            title=title,
            submit_label=_("Enter"),
            said=gettext("Entered."),
            leads_to=own_page(obj),
            obj=obj,
        )

    @action(description=_("Change of name"), url_path="rename", permissions=["move"])
    def rename(self, request, object_id):
        return self._ask(
            request, object_id, RenameForm, registered_changes.rename, title=_("Change of name")
        )

    @action(description=_("Change of domicile"), url_path="relocate", permissions=["move"])
    def relocate(self, request, object_id):
        within = within_reach(request.user, self.edit_capability).order_by("path")
        return self._ask(
            request,
            object_id,
            MoveForm,
            registered_changes.move,
            title=_("Change of domicile"),
            divisions=within,
        )

    @action(description=_("Contact"), url_path="contact", permissions=["move"])
    def set_contact(self, request, object_id):
        return self._ask(request, object_id, ContactForm, contacts.set_contact, title=_("Contact"))

    @action(description=_("Legal representative"), url_path="legal-rep", permissions=["move"])
    def set_legal_rep(self, request, object_id):
        return self._ask(
            request,
            object_id,
            LegalRepForm,
            contacts.set_legal_rep,
            title=_("Legal representative"),
            today=timezone.localdate(),
        )

    @action(description=_("Likely duplicates"), url_path="duplicates")
    def list_duplicates(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        seen = Organization.objects.visible_to(request.user)
        return self.page(
            request,
            "admin/organizations/duplicates.html",
            title=_("Likely duplicates"),
            groups=duplicates.groups(seen),
        )
