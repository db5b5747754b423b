"""Welfare-lottery applications and sources of money at the bureau's desk."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from portal.admin import mark
from projects.admin.filters import ProjectDivisionFilter
from projects.admin.need import PlanningAdmin
from projects.forms.dressing import for_bureau
from projects.forms.funding import ApplyForm, RemoveForm, SourceForm
from projects.forms.steps import LOTTERY_STEPS
from projects.models import FundingSource, LotteryApplication, Project
from projects.permissions import can_plan
from projects.selectors import funding as reading
from projects.services import funding, lotteries

MARKS = {
    "draft": ("○", "none"),
    "recommended": ("◔", "fair"),
    "screened": ("◑", "fair"),
    "reviewed": ("◕", "fair"),
    "granted": ("●", "good"),
    "paid": ("●", "good"),
    "evaluated": ("✓", "good"),
    "refused": ("✕", "poor"),
}


@admin.register(LotteryApplication)
class LotteryApplicationAdmin(PlanningAdmin):
    when_empty = _(
        "Nobody asked for welfare-lottery money yet. Enter an application for a project; the street"
        " or town recommends it, then it goes on to the district and the municipality."
    )
    STEPS = LOTTERY_STEPS
    list_display = [
        *("year", "project_name", "center", "purpose", "amount_yuan", "granted_yuan", "paid_yuan"),
        *("state", "mark_shown", "use_published_on"),
    ]
    list_display_links = ["year", "project_name"]
    list_filter = [
        ProjectDivisionFilter,
        ("status", ChoicesDropdownFilter),
        ("purpose", ChoicesDropdownFilter),
    ]
    search_fields = ["project__name", "project__project_no", "center__name"]
    ordering = ["-year", "-id"]
    actions_list = ["apply"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("project__division", "center__division", "entered_by")

    @admin.display(description=_("project"), ordering="project")
    def project_name(self, application):
        return application.project.name

    @admin.display(description=_("status"), ordering="status")
    def state(self, application):
        return mark(*MARKS[application.status], application.get_status_display())

    @action(
        description=_("Apply for welfare-lottery money"), url_path="apply", permissions=["plan"]
    )
    def apply(self, request):
        form = ApplyForm(
            request.POST or None,
            projects=_projects(self, request),
            centers=self.centers(request),
            today=timezone.localdate(),
        )
        return self.ask(
            request,
            for_bureau(form),
            lotteries.apply,
            title=_("Apply for welfare-lottery money"),
            said=gettext("Entered. Somebody else of the street or town recommends it next."),
        )

    def facts(self, application):
        amounts = (application.amount_yuan, application.granted_yuan, application.paid_yuan)
        asked, granted, paid = ("—" if each is None else each for each in amounts)
        return [
            (_("status"), application.get_status_display()),
            (_("project"), application.project),
            (_("applicant"), application.center),
            (_("year"), application.year),
            (_("purpose"), application.get_purpose_display()),
            (_("asked for (yuan)"), asked),
            (_("granted (yuan)"), granted),
            (_("paid out (yuan)"), paid),
            (_("lottery mark shown"), _("yes") if application.mark_shown else _("no")),
            (_("use of the money published on"), application.use_published_on or "—"),
            (_("entered by"), application.entered_by),
        ]


@admin.register(FundingSource)
class FundingSourceAdmin(PlanningAdmin):
    when_empty = _(
        "No source of money was entered yet. Enter who pays which part of a project: its page then"
        " says what part of the budget is covered."
    )
    list_display = [
        *("project_name", "kind", "amount_yuan", "payer", "doc_no", "entered_by", "voided_at"),
    ]
    list_filter = [ProjectDivisionFilter, ("kind", ChoicesDropdownFilter)]
    search_fields = ["project__name", "project__project_no", "payer", "doc_no"]
    ordering = ["-id"]
    actions_list = ["add_source"]
    actions_detail = ["remove"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("project__division", "entered_by", "voided_by")

    @admin.display(description=_("project"), ordering="project")
    def project_name(self, source):
        return source.project.name

    @action(description=_("Enter a source of money"), url_path="enter", permissions=["plan"])
    def add_source(self, request):
        form = SourceForm(request.POST or None, projects=_projects(self, request))
        return self.ask(
            request,
            for_bureau(form),
            funding.add,
            title=_("Enter a source of money"),
            said=gettext("Entered: %(step)s.") % {"step": gettext("source of money")},
        )

    @action(description=_("Remove the source"), url_path="remove", permissions=["plan"])
    def remove(self, request, object_id):
        source = self.scoped_or_404(request, object_id)
        if not can_plan(request.user, source.project.division):
            raise PermissionDenied
        return self.ask(
            request,
            for_bureau(RemoveForm(request.POST or None)),
            lambda **values: funding.remove(source=source, **values),
            title=_("Remove the source"),
            said=gettext("Removed. It stays on record with the reason."),
            obj=source,
        )

    def links(self, request, source):
        if source.voided_at or not can_plan(request.user, source.project.division):
            return []
        place = reverse("admin:projects_fundingsource_remove", args=[source.pk])
        return [(place, _("Remove the source"))]

    def facts(self, source):
        facts = [
            (_("project"), source.project),
            (_("source"), source.get_kind_display()),
            (_("amount (yuan)"), source.amount_yuan),
            (_("who pays"), source.payer or "—"),
            (_("document no."), source.doc_no or "—"),
            (_("entered by"), source.entered_by),
        ]
        if source.voided_at:
            facts += [
                (_("removed by"), source.voided_by),
                (_("reason for removing"), source.void_reason),
            ]
        return facts

    def more(self, request, source):
        return {"sources": reading.of_project(source.project), "budget": source.project.budget_yuan}


def _projects(model_admin, request):
    """Projects of where the user plans."""
    places = model_admin.divisions(request).values("pk")
    return Project.objects.visible_to(request.user).filter(division__in=places).order_by("-id")
