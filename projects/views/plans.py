"""The plan and the budget of a project: written, submitted, decided on, supplied, printed."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centers.models import Center
from portal.errors import Conflict, DomainError
from portal.registers.forms import OVERTAKEN
from portal.users.roles import Capability
from projects import permissions
from projects.forms import plans as forms
from projects.models import BudgetBasis, Contract, CostLine, Plan, PriceSource, Project
from projects.selectors import plans as selectors
from projects.services import budgets, plans
from projects.views import asking
from projects.views.asking import typed
from projects.views.procurements import ask
from projects.views.projects import get_planned, get_project, page_of


def _authors(user, project):
    """The centers for which the user may plan the project, and whether the office may itself."""
    there = Center.objects.visible_to(user, Capability.PROJECT_PLAN).within(project.division)
    is_office = user.has_capability(Capability.PROJECT_PLAN, project.division)
    return {"centers": there.order_by("code"), "is_office": is_office}


def _plan(project):
    return get_object_or_404(Plan.objects.select_related("project__division"), project=project)


@login_required
def plan_edit(request, pk):
    """Begin the plan of a project, or change what it says."""
    project = get_planned(request, pk)
    plan = selectors.plan_of(project)
    if plan is None:
        form = forms.DraftForm(typed(request), **_authors(request.user, project))
        verb = partial(plans.draft, project=project)
    else:
        form = forms.PlanForm(typed(request), instance=selectors.plan_of(project))
        verb = partial(plans.edit, plan=plan)
    return ask(
        request,
        "projects/plan_form.html",
        form,
        verb,
        said=_("Saved."),
        leads_to=f"{page_of(project)}#plan",
        project=project,
        plan=plan,
    )


def _version(request):
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@login_required
@require_POST
def plan_submit(request, pk):
    """Hand the plan to those who decide on it."""
    project = get_planned(request, pk)
    plan = _plan(project)
    try:
        plans.submit(plan=plan, version=_version(request), by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Submitted. Somebody else decides on it."))
    return redirect(page_of(project))


@login_required
def plan_decide(request, pk):
    """Approve the plan, refuse it or send it back."""
    project = get_project(request, pk)
    plan = _plan(project)
    if not permissions.can_approve_plan(request.user, plan):
        raise PermissionDenied
    return asking.ask(
        request,
        forms.DecideForm(typed(request), version=plan.version),
        partial(plans.decide, plan=plan),
        template="projects/plan_decide.html",
        title=_("Decide on the plan"),
        said=_("Decided."),
        leads_to=lambda _done: f"{page_of(project)}#plan",
        back=page_of(project),
        obj=plan,
        project=project,
        plan=plan,
    )


@login_required
def cost_lines(request, pk):
    """All cost lines of a project at once; what is refused is said above them."""
    project = get_planned(request, pk)
    form = forms.CostLines(
        typed(request),
        standing=[forms.CostLines.of(line) for line in project.cost_lines.all()],
        version=project.version,
    )

    def keep(rows, version):
        return budgets.set_lines(
            project=project,
            lines=[budgets.Line(**row) for row in rows],
            version=version,
            by=request.user,
            at=timezone.now(),
        )

    return _ask_lines(request, "projects/cost_lines.html", form, keep, project=project)


@login_required
def price_sources(request, pk, line_pk):
    """Where the price of a line comes from; all sources at once."""
    project = get_planned(request, pk)
    line = get_object_or_404(project.cost_lines.select_related("project"), pk=line_pk)
    form = forms.PriceSources(
        typed(request),
        standing=[forms.PriceSources.of(each) for each in line.sources.all()],
        version=project.version,
        documents=project.documents.filter(procurement=None, contract=None),
    )

    def keep(rows, version):
        return budgets.set_sources(
            line=line,
            sources=[budgets.Source(**row) for row in rows],
            version=version,
            by=request.user,
            at=timezone.now(),
        )

    template = "projects/price_sources.html"
    return _ask_lines(request, template, form, keep, project=project, cost_line=line)


def _ask_lines(request, template, form, keep, *, project, **context):
    """A complete list until ``keep`` takes it. What somebody else changed meanwhile is told once;
    what was typed stays."""
    if form.is_valid():
        try:
            keep(form.rows, _version(request))
        except Conflict:
            form.errors.append(str(OVERTAKEN))
            form.version = Project.objects.values_list("version", flat=True).get(pk=project.pk)
        except DomainError as refusal:
            form.errors.append(str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect(f"{page_of(project)}#budget")
    return render(request, template, {"form": form, "project": project, **context})


@login_required
def basis_supply(request, pk):
    """Freeze the lines as the next basis of the budget."""
    project = get_planned(request, pk)
    form = forms.SupplyForm(
        typed(request), version=project.version, **_authors(request.user, project)
    )
    compared = selectors.compared(project, timezone.localdate())
    return asking.ask(
        request,
        form,
        partial(budgets.supply, project=project),
        template="projects/basis_form.html",
        title=_("Supply a budget basis"),
        said=_("Supplied. The project's budget is its total."),
        leads_to=lambda _done: f"{page_of(project)}#bases",
        back=page_of(project),
        obj=project,
        project=project,
        compared=compared,
        totals=selectors.totals(each.line for each in compared),
        lacking=[each for each in compared if each.quotes_missing],
    )


@login_required
def basis_detail(request, pk):
    """A basis of the budget, to read and to print; contracts are named to those who see them."""
    bases = BudgetBasis.objects.select_related(
        "project__division", "supplied_by_center", "supplied_by"
    )
    seen = Project.objects.visible_to(request.user)
    basis = get_object_or_404(bases, pk=pk, project__in=seen)
    lines = basis.content["lines"]
    named = {sample["contract"] for line in lines for sample in line["comparison"]["samples"]}
    contracts = set(
        Contract.objects.visible_to(request.user).filter(pk__in=named).values_list("pk", flat=True)
    )
    context = {
        "basis": basis,
        "project": basis.project,
        "lines": [_shown(line, contracts) for line in lines],
        "is_intact": selectors.is_intact(basis),
        "has_management": any(line["kind"] == CostLine.Kind.MANAGEMENT for line in lines),
    }
    return render(request, "projects/basis_detail.html", context)


def _shown(line, contracts):
    """A frozen line with the words of its codes, and the contracts that the reader sees."""
    return line | {
        "kind_label": CostLine.Kind(line["kind"]).label,
        "sources": [
            source | {"kind_label": PriceSource.Kind(source["kind"]).label}
            for source in line["sources"]
        ],
        "samples": [
            sample | {"page": reverse("projects:contract", args=[sample["contract"]])}
            for sample in line["comparison"]["samples"]
            if sample["contract"] in contracts
        ],
    }
