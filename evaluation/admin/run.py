"""Runs: asked for, watched, and what became of them."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from evaluation.models import Run, Shard
from evaluation.permissions import can_request_run
from evaluation.services import evaluations
from portal.admin import ScopedModelAdmin, refuse_to_message
from portal.forms import DayInput
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

INTRO = _(
    "Every center of the district is judged as of the day. Of today it moves what stands; of an"
    " earlier day it makes or renews the results of that day."
)


class RunForm(forms.Form):
    """Which division, as of which day."""

    division = forms.ModelChoiceField(
        label=_("District"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    as_of = forms.DateField(label=_("As of"), widget=DayInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = timezone.localdate()
        districts = within_reach(user, Capability.EVALUATION_RUN).filter(
            kind=Division.Kind.DISTRICT
        )
        self.fields["division"].queryset = districts.order_by("path")

    def clean_as_of(self):
        as_of = self.cleaned_data["as_of"]
        if as_of > timezone.localdate():
            raise forms.ValidationError(_("An evaluation cannot be of a day to come."))
        return as_of


def _shards(**condition):
    shards = Shard.objects.filter(run=OuterRef("pk"), **condition).order_by().values("run")
    counted = shards.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@admin.register(Run)
class RunAdmin(ScopedModelAdmin):
    view_capability = "compliance.view"
    list_display = [
        "number",
        "division",
        "as_of",
        "trigger",
        "center_count",
        "progress",
        "requested_by",
        "requested_at",
        "finished_at",
    ]
    list_filter = [
        DivisionFilter,
        ("status", ChoicesDropdownFilter),
        ("trigger", ChoicesDropdownFilter),
    ]
    ordering = ["-pk"]
    actions_list = ["request_run"]

    def get_queryset(self, request):
        found = super().get_queryset(request).select_related("division", "requested_by", "pack")
        return found.defer("pack__content").annotate(
            shard_n=_shards(),
            done_n=_shards(state=Shard.State.DONE),
            failed_n=_shards(state=Shard.State.FAILED),
        )

    @admin.display(description=_("run"), ordering="pk")
    def number(self, run):
        return f"#{run.pk}"

    @admin.display(description=_("progress"))
    def progress(self, run):
        return render_to_string("admin/evaluation/_progress.html", {"run": run})

    def has_request_permission(self, request, object_id=None):
        return can_request_run(request.user)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/progress/", wrap(self.progress_view), name="evaluation_run_progress"),
            *super().get_urls(),
        ]

    def progress_view(self, request, pk):
        """The bar alone; a running one asks for itself again, a finished one for the page."""
        run = self.scoped_or_404(request, pk)
        response = render(request, "admin/evaluation/_progress.html", {"run": run})
        if request.htmx and run.status == Run.Status.DONE:
            response["HX-Refresh"] = "true"
        return response

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self.scoped_or_404(request, object_id)
        failed = run.shards.filter(state=Shard.State.FAILED).order_by("position")
        changed = run.shards.aggregate(n=Sum("changed_count"))["n"]
        return self.page(
            request,
            "admin/evaluation/run.html",
            title=str(run),
            obj=run,
            run=run,
            failed=failed,
            changed_count=changed or 0,
        )

    @action(description=_("Run an evaluation"), url_path="request", permissions=["request"])
    @refuse_to_message
    def request_run(self, request):
        if not self.has_request_permission(request):
            raise PermissionDenied
        form = RunForm(request.POST or None, user=request.user)
        if form.is_valid():
            run = evaluations.request(
                **form.cleaned_data, by=request.user, at=timezone.now()
            )
            return HttpResponseRedirect(reverse("admin:evaluation_run_change", args=[run.pk]))
        return self.form_page(
            request, form, title=_("Run an evaluation"), submit_label=_("Start"), intro=INTRO
        )
