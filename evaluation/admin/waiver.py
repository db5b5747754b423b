"""Waivers: asked for by one person, approved by another."""

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
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from centers.models import Center
from evaluation.admin.filters import RuleFilter
from evaluation.admin.marks import mark, rules_in_force
from evaluation.models import Waiver
from evaluation.permissions import can_approve_waiver, can_request_waiver
from evaluation.selectors import wording
from evaluation.services import waivers
from portal.admin import ScopedModelAdmin, refuse_to_message
from portal.forms import DayInput
from portal.jurisdictions.filters import CenterDivisionFilter
from portal.users.roles import Capability

INTRO = _(
    "A waiver never changes what a rule found; it changes the roll-up of the center until it ends."
)


class ApprovalFilter(DropdownFilter):
    title = _("approval")
    parameter_name = "approval"

    def lookups(self, request, model_admin):
        return [("waiting", _("waiting")), ("approved", _("approved"))]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(approved_at__isnull=self.value() == "waiting")


class WaiverForm(forms.Form):
    """Which center, from which rule, why, and until when."""

    center = forms.ModelChoiceField(
        label=_("Center"), queryset=None, widget=UnfoldAdminSelectWidget
    )
    rule = forms.ChoiceField(label=_("Rule"), widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )
    ends_on = forms.DateField(label=_("Until (inclusive)"), widget=DayInput)

    def __init__(self, *args, user, rules, **kwargs):
        super().__init__(*args, **kwargs)
        centers = Center.objects.visible_to(user, Capability.WAIVER_REQUEST)
        self.fields["center"].queryset = centers.order_by("code")
        self.fields["rule"].choices = [
            (rule.id, f"{rule.id} {wording.rule_title(rule)}") for rule in rules
        ]

    def clean_ends_on(self):
        ends_on = self.cleaned_data["ends_on"]
        if ends_on < timezone.localdate():
            raise forms.ValidationError(_("This day has passed: the waiver would never hold."))
        return ends_on


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
    list_filter = [ApprovalFilter, RuleFilter, CenterDivisionFilter]
    search_fields = ["center__name", "center__code", "reason"]
    ordering = ["-pk"]
    actions_list = ["request_waiver"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("center__division", "requested_by", "approved_by")

    @admin.display(description=_("state"))
    def state(self, waiver):
        if not waiver.approved_at:
            return mark("…", "fair", _("waiting for approval"))
        if waiver.ends_on < timezone.localdate():
            return mark("—", "none", _("expired"))
        return mark("✓", "good", _("approved"))

    def has_request_permission(self, request, object_id=None):
        return can_request_waiver(request.user)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("request/", wrap(self.request_view), name="evaluation_waiver_request"),
            path("<int:pk>/approve/", wrap(self.approve), name="evaluation_waiver_approve"),
            *super().get_urls(),
        ]

    @action(description=_("Request a waiver"), url_path="ask", permissions=["request"])
    def request_waiver(self, request):
        return HttpResponseRedirect(reverse("admin:evaluation_waiver_request"))

    @refuse_to_message
    def request_view(self, request):
        if not self.has_request_permission(request):
            raise PermissionDenied
        form = WaiverForm(
            request.POST or None,
            user=request.user,
            rules=rules_in_force(request),
            initial=request.GET.dict(),
        )
        if form.is_valid():
            waiver = waivers.request(**form.cleaned_data, by=request.user, at=timezone.now())
            self.message_user(
                request, gettext("Requested. Somebody else has to approve it."), messages.SUCCESS
            )
            return HttpResponseRedirect(
                reverse("admin:evaluation_waiver_change", args=[waiver.pk])
            )
        return self.form_page(
            request, form, title=_("Request a waiver"), submit_label=_("Request"), intro=INTRO
        )

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
            may_approve=not waiver.approved_at and can_approve_waiver(request.user, waiver),
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
        return HttpResponseRedirect(reverse("admin:evaluation_waiver_change", args=[waiver.pk]))
