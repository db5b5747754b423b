"""Projects at the desk: those of a township, one of them with its plan and budget, its files, and
what services cost so far."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from portal.evidence import views as files
from portal.users.roles import Capability
from projects import permissions
from projects.forms import plans as forms
from projects.forms.procurements import seeking
from projects.models import Plan, Procurement, Project
from projects.selectors import funding, procurements, thresholds, unit_costs
from projects.selectors import plans as selectors
from projects.services import documents
from projects.views.asking import center_of, get_center, typed
from projects.views.procurements import ask

PER_PAGE = 50
UNDER_WAY = (Project.Status.PLANNED, Project.Status.PROCURING, Project.Status.RUNNING)


def get_project(request, pk):
    """The project as the user may see it; for strangers there is none."""
    seen = Project.objects.visible_to(request.user).select_related("division", "supplier")
    return get_object_or_404(seen, pk=pk)


def get_planned(request, pk):
    """The project, for whoever plans there; 403 for those who may only read it."""
    project = get_project(request, pk)
    if not permissions.can_plan(request.user, project.division):
        raise PermissionDenied
    return project


def page_of(project):
    """Where the desk shows it."""
    return reverse("projects:project", args=[project.pk])


@login_required
def project_list(request, code):
    """The projects of a center's township: those under way, or all."""
    center = get_center(request, code)
    found = Project.objects.visible_to(request.user).filter(division=center.division_id)
    shows_all = request.GET.get("show") == "all"
    if not shows_all:
        found = found.filter(status__in=UNDER_WAY)
    found = found.select_related("plan", "supplier")
    context = {
        "center": center,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "shows_all": shows_all,
    }
    return render(request, "projects/project_list.html", context)


@login_required
def project_detail(request, pk):
    """One project: its plan, what it costs and why, the bases that were supplied, its files."""
    project = get_project(request, pk)
    plan = selectors.plan_of(project)
    now = timezone.now()
    compared = selectors.compared(project, timezone.localdate(now))
    may_plan = permissions.can_plan(request.user, project.division)
    is_open = plan is None or plan.status in (Plan.Status.DRAFT, Plan.Status.RETURNED)
    context = {
        "project": project,
        "center": center_of(request.user, project.division),
        "plan": plan,
        "sections": _sections(plan) if plan else [],
        "missing": selectors.missing_sections(plan) if plan and is_open else [],
        "compared": compared,
        "totals": selectors.totals(each.line for each in compared),
        "bases": project.budget_bases.select_related("supplied_by_center"),
        "sources": funding.of_project(project),
        "documents": project.documents.filter(procurement=None, contract=None).select_related(
            "added_by"
        ),
        "may_procure": permissions.can_manage_procurement(request.user, project.division)
        and seeking(Project.objects.filter(pk=project.pk)).exists(),
        "procurements": [
            (each, procurements.standing(each, now))
            for each in Procurement.objects.visible_to(request.user).filter(project=project)
        ],
        "may_plan": may_plan,
        "may_edit": may_plan and is_open,
        "may_decide": plan is not None
        and plan.status == Plan.Status.SUBMITTED
        and permissions.can_approve_plan(request.user, plan),
    }
    return render(request, "projects/project_detail.html", context)


def _sections(plan):
    """(label, text) of what the plan says, in the guidance's order."""
    names = (*selectors.SECTIONS,)
    return [(Plan._meta.get_field(name).verbose_name, getattr(plan, name)) for name in names]


@login_required
def project_attach(request, pk):
    """Add a file to a project: a quote, the record of a hearing."""
    project = get_planned(request, pk)
    return ask(
        request,
        "projects/project_attach.html",
        forms.FileForm(typed(request), request.FILES or None),
        partial(documents.attach, project=project),
        said=_("Added."),
        leads_to=f"{page_of(project)}#files",
        project=project,
    )


@login_required
def project_file(request, pk, document_pk):
    """A file of the project itself; what a procurement or a contract has is read on its page."""
    project = get_project(request, pk)
    own = project.documents.filter(procurement=None, contract=None).select_related("file")
    document = get_object_or_404(own, pk=document_pk)
    return files.answer_or_404(document.file)


@login_required
def unit_cost_list(request):
    """What services cost so far, by the finished contracts that the user sees."""
    centers = Center.objects.visible_to(request.user, Capability.PROJECT_VIEW)
    from_center = centers.filter(code=request.GET.get("center", "").replace("\0", "")).first()
    center = centers.select_related("division").order_by("code").first()
    if center is None and not request.user.has_capability(Capability.PROJECT_VIEW):
        raise Http404
    today = timezone.localdate()
    known = thresholds.for_division(center.division, today) if center else thresholds.DEFAULTS
    form = forms.LibraryForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    context = {
        "form": form,
        "from_center": from_center,
        "is_asked": any(asked.values()),
        "old_years": known["unit_cost_old_years"],
        "groups": unit_costs.library(
            request.user, on=today, old_years=known["unit_cost_old_years"], **asked
        ),
        "most": unit_costs.MOST_GROUPS,
        "most_lines": unit_costs.MOST_LINES,
    }
    return render(request, "projects/unit_costs.html", context)
