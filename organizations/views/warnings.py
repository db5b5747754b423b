"""Early warnings at the desk: what stands in the township, what the center reports, zero months."""

from datetime import date
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centers.selectors import centers_of
from organizations import permissions
from organizations.forms.warnings import NoteForm, ReportForm
from organizations.models import EarlyWarning
from organizations.selectors import early_warnings as selectors
from organizations.services import warnings
from organizations.views.asking import ask, typed
from organizations.views.centers import get_center
from portal.errors import DomainError
from portal.users.roles import Capability

PER_PAGE = 50


def _center(request, code, may=None):
    return get_center(request, code, may, capability=Capability.WARNING_VIEW)


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
    center = _center(request, code, permissions.can_report_warning)
    initial = {"happened_on": timezone.localdate()}
    return ask(
        request,
        "organizations/warning_report.html",
        ReportForm(typed(request), center=center, initial=initial),
        partial(warnings.report, center=center),
        said=_("Reported. The bureau looks into it."),
        leads_to=lambda warning: reverse("work:warning", args=[warning.pk]),
        center=center,
    )


@login_required
@require_POST
def warning_zero(request, code):
    """Close a month in which there was nothing to report."""
    center = _center(request, code, permissions.can_report_warning)
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
    }
    return ask(
        request,
        "organizations/warning_detail.html",
        NoteForm(typed(request)),
        partial(warnings.note, warning=warning),
        said=_("Added."),
        leads_to=lambda _step: reverse("work:warning", args=[warning.pk]),
        **context,
    )
