"""Runs: asked for, watched, and what became of them."""

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from evaluation.models import Run, Shard
from evaluation.permissions import can_request_run, can_steer_run
from evaluation.selectors import parameters, wording
from evaluation.selectors import progress as selectors
from evaluation.services import evaluations
from portal.admin import ScopedModelAdmin, mark, refuse_to_message, version_on_page
from portal.forms import DayInput
from portal.jurisdictions.filters import DivisionFilter
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability

INTRO = _(
    "Every center of the district is judged as of the day. Of today it moves what stands; of an"
    " earlier day it makes or renews the results of that day."
)


FAILED_SHOWN = 20
# Mark of a run by its status; one with failed parts is an alarm, whatever its status.
STATES = {
    Run.Status.RUNNING: ("…", "fair"),
    Run.Status.DONE: ("✓", "good"),
    Run.Status.CANCELLED: ("—", "none"),
}


class RunForm(forms.Form):
    """Which division, as of which day."""

    division = forms.ModelChoiceField(
        label=_("District"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    as_of = forms.DateField(label=_("As of"), widget=DayInput)

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        districts = within_reach(user, Capability.EVALUATION_RUN).filter(
            kind=Division.Kind.DISTRICT
        )
        self.fields["division"].queryset = districts = districts.order_by("path")
        first = districts.first()
        today = timezone.localdate()
        self.fields["as_of"].initial = first and parameters.proposed_day(first.path, today)

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
            path("<int:pk>/state/", wrap(self.state_view), name="evaluation_run_state"),
            path("<int:pk>/cancel/", wrap(self.cancel), name="evaluation_run_cancel"),
            path("<int:pk>/resume/", wrap(self.resume), name="evaluation_run_resume"),
            *super().get_urls(),
        ]

    def progress_view(self, request, pk):
        """The bar alone; a running one asks for itself again, a finished one for the page."""
        run = self.scoped_or_404(request, pk)
        response = render(request, "admin/evaluation/_progress.html", {"run": run})
        if request.htmx and run.status != Run.Status.RUNNING:
            response["HX-Refresh"] = "true"
        return response

    def state_view(self, request, pk):
        """The part of the run's page that moves; when nothing moves any more, the page anew."""
        run = self.scoped_or_404(request, pk)
        context = self._state(run)
        response = render(request, "admin/evaluation/_run_state.html", context)
        if request.htmx and context["progress"].is_final:
            response["HX-Refresh"] = "true"
        return response

    def _state(self, run):
        """How far the run is, in words. Two queries."""
        progress = selectors.of_run(run, timezone.now())
        pace, remaining = progress.centers_per_second, progress.remaining
        failed = run.shards.filter(state=Shard.State.FAILED).defer("center_ids")
        return {
            "run": run,
            "progress": progress,
            "mark": self._mark(run, progress.failed),
            "elapsed": wording.duration(progress.elapsed),
            "remaining": "" if remaining is None else wording.duration(remaining),
            "pace": "" if pace is None else f"{pace:.1f}",
            "failed": failed.order_by("position")[:FAILED_SHOWN],
        }

    @staticmethod
    def _mark(run, failed_count):
        if failed_count and run.status == Run.Status.DONE:
            return mark("!", "alarm", _("done, a part failed"))
        return mark(*STATES[run.status], run.get_status_display())

    def change_view(self, request, object_id, form_url="", extra_context=None):
        run = self.scoped_or_404(request, object_id)
        state = self._state(run)
        may_steer = can_steer_run(request.user, run)
        is_running = run.status == Run.Status.RUNNING
        is_open = run.status == Run.Status.CANCELLED or state["progress"].failed > 0
        return self.page(
            request,
            "admin/evaluation/run.html",
            title=str(run),
            obj=run,
            may_cancel=may_steer and is_running,
            may_resume=may_steer and is_open and not is_running,
            **state,
        )

    @method_decorator(require_POST)
    @refuse_to_message
    def cancel(self, request, pk):
        run = self._steered(request, pk)
        evaluations.cancel(
            run=run,
            by=request.user,
            at=timezone.now(),
            reason=request.POST.get("reason", ""),
            version=version_on_page(request),
        )
        return self._to(run)

    @method_decorator(require_POST)
    @refuse_to_message
    def resume(self, request, pk):
        run = self._steered(request, pk)
        evaluations.resume(
            run=run, by=request.user, at=timezone.now(), version=version_on_page(request)
        )
        return self._to(run)

    def _steered(self, request, pk):
        """The run, for who may stop it and let it go on."""
        run = self.scoped_or_404(request, pk)
        if not can_steer_run(request.user, run):
            raise PermissionDenied
        return run

    @staticmethod
    def _to(run):
        return HttpResponseRedirect(reverse("admin:evaluation_run_change", args=[run.pk]))

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
            return self._to(run)
        return self.form_page(
            request, form, title=_("Run an evaluation"), submit_label=_("Start"), intro=INTRO
        )
