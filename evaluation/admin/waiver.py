"""Waivers: asked for by one person, decided by another."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from centers.models import Center
from evaluation.admin.filters import RuleFilter
from evaluation.admin.marks import mark, rules_in_force
from evaluation.forms import WaiverForm
from evaluation.models import Waiver
from evaluation.permissions import can_approve_waiver, can_request_waiver
from evaluation.selectors import wording
from evaluation.services import waivers
from portal.admin import ScopedModelAdmin, own_page, refuse_to_message
from portal.errors import DomainError
from portal.evidence.inspection import EvidenceRefused
from portal.forms import DayInput
from portal.jurisdictions.filters import CenterDivisionFilter
from portal.users.roles import Capability

INTRO = _(
    "A waiver never changes what a rule found; it changes the roll-up of the center until it ends."
)


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [*Waiver.Status.choices, ("ended", _("run out"))]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        if self.value() == "ended":
            return queryset.filter(status=Waiver.Status.APPROVED, ends_on__lt=today)
        if self.value() == Waiver.Status.APPROVED:
            return queryset.filter(status=Waiver.Status.APPROVED, ends_on__gte=today)
        return queryset.filter(status=self.value()) if self.value() else queryset


class BureauWaiverForm(WaiverForm):
    """For which center and from which rule, too."""

    center = forms.ModelChoiceField(
        label=_("Center"), queryset=None, widget=UnfoldAdminSelectWidget
    )
    rule = forms.ChoiceField(label=_("Rule"), widget=UnfoldAdminSelectWidget)
    field_order = ["center", "rule"]

    def __init__(self, *args, user, rules, **kwargs):
        super().__init__(*args, **kwargs)
        centers = Center.objects.visible_to(user, Capability.WAIVER_REQUEST)
        self.fields["center"].queryset = centers.order_by("code")
        self.fields["rule"].choices = [
            (rule.id, f"{rule.id} {wording.rule_title(rule)}")
            for rule in rules
            if rule.rule_class in waivers.WAIVABLE
        ]
        self.fields["reason"].widget = UnfoldAdminTextareaWidget(attrs={"rows": 4})
        self.fields["basis"].widget = UnfoldAdminTextInputWidget()
        self.fields["starts_on"].widget = self.fields["ends_on"].widget = DayInput()


class ClosingForm(forms.Form):
    """Why an exception is refused or revoked."""

    reason = forms.CharField(
        label=_("Reason"), max_length=500, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


MARKS = {
    Waiver.Status.REQUESTED: ("…", "fair"),
    Waiver.Status.APPROVED: ("✓", "good"),
    Waiver.Status.REFUSED: ("✕", "bad"),
    Waiver.Status.WITHDRAWN: ("—", "none"),
    Waiver.Status.REVOKED: ("✕", "none"),
}


@admin.register(Waiver)
class WaiverAdmin(ScopedModelAdmin):
    view_capability = "compliance.view"
    list_display = [
        "rule",
        "center",
        "state",
        "starts_on",
        "ends_on",
        "requested_by",
        "approved_by",
    ]
    list_filter = [StateFilter, RuleFilter, CenterDivisionFilter]
    search_fields = ["center__name", "center__code", "reason"]
    ordering = ["-pk"]
    actions_list = ["request_waiver"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related(
            "center__division", "evidence", "requested_by", "approved_by", "closed_by"
        )

    @admin.display(description=_("state"), ordering="status")
    def state(self, waiver):
        if waiver.status == Waiver.Status.APPROVED and waiver.ends_on < timezone.localdate():
            return mark("—", "none", _("run out"))
        return mark(*MARKS[waiver.status], waiver.get_status_display())

    def has_request_permission(self, request, object_id=None):
        return can_request_waiver(request.user)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("request/", wrap(self.request_view), name="evaluation_waiver_request"),
            path("<int:pk>/approve/", wrap(self.approve), name="evaluation_waiver_approve"),
            path("<int:pk>/refuse/", wrap(self.refuse), name="evaluation_waiver_refuse"),
            path("<int:pk>/revoke/", wrap(self.revoke), name="evaluation_waiver_revoke"),
            *super().get_urls(),
        ]

    @action(description=_("Request a waiver"), url_path="ask", permissions=["request"])
    def request_waiver(self, request):
        return HttpResponseRedirect(reverse("admin:evaluation_waiver_request"))

    @refuse_to_message
    def request_view(self, request):
        if not self.has_request_permission(request):
            raise PermissionDenied
        asked = {"user": request.user, "rules": rules_in_force(request)}
        if request.method == "POST":
            form = BureauWaiverForm(request.POST, request.FILES, **asked)
        else:
            form = BureauWaiverForm(initial=request.GET.dict(), **asked)
        waiver = self._requested(request, form) if form.is_valid() else None
        if waiver:
            self.message_user(
                request, gettext("Requested. Somebody else has to decide on it."), messages.SUCCESS
            )
            return HttpResponseRedirect(own_page(waiver))
        return self.form_page(
            request, form, title=_("Request a waiver"), submit_label=_("Request"), intro=INTRO
        )

    def _requested(self, request, form):
        """The waiver, or None with the refusal in the form."""
        try:
            return waivers.request(**form.cleaned_data, by=request.user, at=timezone.now())
        except EvidenceRefused as refusal:
            form.add_error("upload", str(refusal))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        return None

    def change_view(self, request, object_id, form_url="", extra_context=None):
        waiver = self.scoped_or_404(request, object_id)
        rule = next((r for r in rules_in_force(request) if r.id == waiver.rule), None)
        return self.page(
            request,
            "admin/evaluation/waiver.html",
            title=str(waiver),
            obj=waiver,
            waiver=waiver,
            rule=rule,
            rule_title=wording.rule_title(rule) if rule else "",
            state=self.state(waiver),
            may_decide=can_approve_waiver(request.user, waiver),
            is_own=waiver.requested_by_id == request.user.pk,
        )

    @method_decorator(require_POST)
    @refuse_to_message
    def approve(self, request, pk):
        waiver = self.scoped_or_404(request, pk)
        if not can_approve_waiver(request.user, waiver):
            raise PermissionDenied
        waivers.approve(waiver=waiver, by=request.user, at=timezone.now())
        self.message_user(
            request, gettext("Approved. The center is evaluated again."), messages.SUCCESS
        )
        return HttpResponseRedirect(own_page(waiver))

    def refuse(self, request, pk):
        return self._close(
            request,
            pk,
            waivers.refuse,
            title=_("Refuse the exception"),
            done=_("Refused. Whoever asked for it is told why."),
        )

    def revoke(self, request, pk):
        return self._close(
            request,
            pk,
            waivers.revoke,
            title=_("Revoke the exception from today on"),
            done=_("Revoked. The center is evaluated again."),
        )

    def _close(self, request, pk, close, *, title, done):
        """Ask why, and close it."""
        waiver = self.scoped_or_404(request, pk)
        if not can_approve_waiver(request.user, waiver):
            raise PermissionDenied
        return self.ask(
            request,
            ClosingForm(request.POST if request.method == "POST" else None),
            partial(close, waiver=waiver),
            title=title,
            said=done,
            leads_to=own_page(waiver),
            obj=waiver,
        )
