"""Records of work: a center's year by function, a new record, a record voided."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import FUNCTIONS, Center
from centers.selectors import centers_of
from organizations import permissions
from organizations.forms.work import VoidForm, WorkForm
from organizations.models import WorkRecord
from organizations.selectors import inspections, origins
from organizations.selectors import work_records as selectors
from organizations.services import work_records
from organizations.views.asking import ask, typed
from organizations.views.centers import get_center
from portal.forms import asked_year

PER_PAGE = 50


@login_required
def work_home(request):
    """The work of the user's own center; who works at none chooses among the visible ones."""
    mine = centers_of(request.user)
    if mine:
        return redirect("work:list", mine[0].code)
    visible = Center.objects.visible_to(request.user).select_related("division")
    page = Paginator(visible, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "organizations/work_home.html", {"page": page})


@login_required
def work_list(request, code):
    """One year of a center: every function, what its records add up to, and what was filed."""
    center = get_center(request, code)
    today = timezone.localdate()
    year, refusal = asked_year(request.GET, today)
    if refusal:
        messages.error(request, refusal)
    lines = selectors.year_of(center, year)
    context = {
        "center": center,
        "my_centers": centers_of(request.user),
        "year": year,
        "years": selectors.years_of(center, today),
        "lines": lines,
        "totals": selectors.totals(lines),
        "coverage": inspections.coverage([center.division_id], year, today)[center.division_id],
        # What is done in a year is done for the inspection of the year before.
        "coverage_year": year - 1,
        "can_keep": permissions.can_keep_work(request.user, center),
    }
    return render(request, "organizations/work_list.html", context)


@login_required
def work_enter(request, code):
    """Enter one piece of work; what a service refuses is said above the form."""
    center = get_center(request, code, permissions.can_keep_work)
    today = timezone.localdate()
    asked = request.GET.get("function", "")
    initial = {"happened_on": today, "function": asked if asked in FUNCTIONS else ""}
    form = WorkForm(typed(request), today=today, initial=initial)
    return ask(
        request,
        "organizations/work_form.html",
        form,
        partial(work_records.enter, center=center),
        said=_("Recorded. The figures are counted again."),
        leads_to=_place,
        center=center,
    )


@login_required
def work_record(request, pk):
    """One record of work, and what it came from."""
    visible = WorkRecord.objects.visible_to(request.user).select_related(
        "center__division", "recorded_by", "voided_by"
    )
    record = get_object_or_404(visible, pk=pk)
    context = {
        "center": record.center,
        "record": record,
        "origin": origins.origins([record]).get(record.pk),
        "can_keep": permissions.can_keep_work(request.user, record.center),
    }
    return render(request, "organizations/work_record.html", context)


@login_required
def work_void(request, pk):
    """Void a wrong record, with the reason."""
    visible = WorkRecord.objects.visible_to(request.user).select_related(
        "center__division", "recorded_by"
    )
    record = get_object_or_404(visible, pk=pk)
    if not permissions.can_keep_work(request.user, record.center):
        raise PermissionDenied
    return ask(
        request,
        "organizations/work_void.html",
        VoidForm(typed(request)),
        partial(work_records.withdraw, record=record),
        said=_("Voided. It counts nowhere any more."),
        leads_to=_place,
        center=record.center,
        record=record,
    )


def _place(record):
    """Where the record stands in its year."""
    url = reverse("work:list", args=[record.center.code])
    return f"{url}?year={record.happened_on.year}#{record.function}"
