"""The desk's base for registers that the bureau keeps by form."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.views import ChangeList

from portal.admin import ScopedModelAdmin, own_page
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.registers.forms import StatusForm
from portal.registers.paging import BoundedPaginator


class BoundedChangeList(ChangeList):
    """A list that does not tell a bounded count as if it were the whole."""

    def get_results(self, request):
        super().get_results(request)
        if self.paginator.is_bounded:
            self.full_result_count = self.result_count


class RegisterAdmin(ScopedModelAdmin):
    """Entering, correcting and moving to a status call the service; the form writes nothing.

    A subclass has ``form`` (a ``RegisterForm``), ``may_edit(user, division=None)`` and the verbs
    ``enter``, ``correct`` and ``move``; its model has a division, a version and transitions.
    ``find(queryset, text)`` takes the place of the search in ``search_fields``.
    """

    change_form_template = "admin/register_form.html"
    readonly_fields = ["status"]
    actions_detail = ["change_status"]
    edit_capability = "workbook.import"
    paginator = BoundedPaginator
    find = None

    def has_add_permission(self, request):
        return self.may_edit(request.user)

    def has_change_permission(self, request, obj=None):
        return self.may_edit(request.user, obj and obj.division)

    def has_move_permission(self, request, object_id=None):
        return self.may_edit(request.user)

    def get_changelist(self, request, **kwargs):
        return BoundedChangeList

    def get_search_results(self, request, queryset, search_term):
        if self.find is None:
            return super().get_search_results(request, queryset, search_term)
        return self.find(queryset, search_term), False

    def get_fields(self, request, obj=None):
        fields = self.form.Meta.fields
        return [*fields, "status"] if obj else fields

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """Only what the user sees, and only divisions where they may edit, can be chosen."""
        if db_field.related_model is Division:
            kwargs["queryset"] = within_reach(request.user, self.edit_capability).order_by("path")
        else:
            kwargs["queryset"] = db_field.related_model.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """What the service refuses is said on the page itself, which keeps what was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as refusal:
            request.refusal = refusal
            return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request, obj, form, change):
        values = form.cleaned_data | {"by": request.user, "at": timezone.now()}
        version = values.pop("version")
        if change:
            standing = self.model.objects.select_related("division").get(pk=obj.pk)
            self.correct(standing, version=version, **values)
        else:
            obj.pk = self.enter(**values).pk

    @action(description=_("Change status"), url_path="status", permissions=["move"])
    def change_status(self, request, object_id):
        obj = self.scoped_or_404(request, object_id)
        if not self.has_change_permission(request, obj):
            raise PermissionDenied
        return self.ask(
            request,
            StatusForm(request.POST or None, obj=obj),
            partial(self.move, obj),
            title=_("Change status"),
            said=lambda _done: (
                gettext("“%(name)s” is now “%(status)s”.")
                % {"name": obj, "status": obj.get_status_display()}
            ),
            leads_to=own_page(obj),
            obj=obj,
        )
