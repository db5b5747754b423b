"""Early warnings at the desk: what stands in the township, what the center reports, zero months."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centers.models import Center
from centers.selectors import centers_of
from organizations import permissions
from organizations.forms.warnings import NoteForm, ReportForm
from organizations.models import EarlyWarning
from organizations.selectors import early_warnings as selectors
from organizations.services import warnings
from portal.errors import DomainError
from portal.users.roles import Capability

PER_PAGE = 50


def _center(request, code, *, reports=False):
    """The center if the user sees its warnings (404), and where ``reports`` works there (403)."""
    visible = Center.objects.visible_to(request.user, Capability.WARNING_VIEW)
    center = get_object_or_404(visible.select_related("division"), code=code)
    if reports and not permissions.can_report_warning(request.user, center):
        raise PermissionDenied
    return center


def _typed(request):
    return request.POST if request.method == "POST" else None


@login_required
def warning_list(request, code):
    """What stands in the township of a center, and its months."""
    center = _center(request, code)
    today = timezone.localdate()
    found = selectors.of_center(center).visible_to(request.user)
    shows_all = request.GET.get("show") == "all"
    page = Paginator(found if shows_all else found.open(), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "center": center,
        "my_centers": centers_of(request.user),
        "page": page,
        "shows_all": shows_all,
        "overdue": selectors.overdue(page.object_list, today),
        "months": selectors.months_of(center, today),
        "can_report": permissions.can_report_warning(request.user, center),
    }
    return render(request, "organizations/warning_list.html", context)


@login_required
def warning_report(request, code):
    """Report a sign of risk; what a service refuses is said above the form."""
    center = _center(request, code, reports=True)
    initial = {"happened_on": timezone.localdate()}
    form = ReportForm(_typed(request), center=center, initial=initial)
    context = {"center": center, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            warning = warnings.report(
                center=center, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            context["refusal"] = refusal
            return render(request, "organizations/warning_report.html", context)
        messages.success(request, _("Reported. The bureau looks into it."))
        return redirect("work:warning", warning.pk)
    return render(request, "organizations/warning_report.html", context)


@login_required
@require_POST
def warning_zero(request, code):
    """Close a month in which there was nothing to report."""
    center = _center(request, code, reports=True)
    month = _month(request.POST.get("month", ""))
    try:
        warnings.report_zero(center=center, month=month, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("Zero report of %(month)s entered.") % {"month": f"{month:%Y-%m}"}
        )
    return redirect("work:warning-list", center.code)


def _month(typed) -> date:
    """The first day of a month written YYYY-MM."""
    try:
        month = parse_date(f"{typed}-01")
    except ValueError:
        month = None
    if month is None:
        raise Http404
    return month


@login_required
def warning_detail(request, pk):
    """One warning: what it rests on, what was done, and a place to add what was learnt."""
    seen = EarlyWarning.objects.visible_to(request.user).select_related(
        "organization__division", "team__division", "center", "opened_by", "acknowledged_by"
    )
    warning = get_object_or_404(seen, pk=pk)
    may_note = permissions.can_note_warning(request.user, warning)
    if request.method == "POST" and not may_note:
        raise PermissionDenied
    form = NoteForm(_typed(request))
    context = {
        "warning": warning,
        "place": warning.subject.division,
        "figures": selectors.figures_of(warning),
        "steps": warning.steps.select_related("by"),
        "center": next(
            (c for c in centers_of(request.user) if c.division_id == warning.subject.division_id),
            None,
        ),
        "may_note": may_note,
        "form": form,
    }
    if request.method == "POST" and form.is_valid():
        try:
            warnings.note(warning=warning, **form.cleaned_data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            context["refusal"] = refusal
            return render(request, "organizations/warning_detail.html", context)
        messages.success(request, _("Added."))
        return redirect("work:warning", warning.pk)
    return render(request, "organizations/warning_detail.html", context)
