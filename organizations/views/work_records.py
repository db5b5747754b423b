"""Records of work: a center's year by function, a new record, a record voided."""

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
from portal.errors import DomainError
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


def _center(request, code, *, keeps=False):
    """The center if the user sees it (404), and where ``keeps`` records its work (403)."""
    visible = Center.objects.visible_to(request.user).select_related("division")
    center = get_object_or_404(visible, code=code)
    if keeps and not permissions.can_keep_work(request.user, center):
        raise PermissionDenied
    return center


@login_required
def work_list(request, code):
    """One year of a center: every function, what its records add up to, and what was filed."""
    center = _center(request, code)
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


def _typed(request):
    return request.POST if request.method == "POST" else None


@login_required
def work_enter(request, code):
    """Enter one piece of work; what a service refuses is said above the form."""
    center = _center(request, code, keeps=True)
    today = timezone.localdate()
    asked = request.GET.get("function", "")
    initial = {"happened_on": today, "function": asked if asked in FUNCTIONS else ""}
    form = WorkForm(_typed(request), today=today, initial=initial)
    context = {"center": center, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            record = work_records.enter(
                center=center, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            return render(request, "organizations/work_form.html", {**context, "refusal": refusal})
        messages.success(request, _("Recorded. The figures are counted again."))
        return redirect(_place(record))
    return render(request, "organizations/work_form.html", context)


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
    form = VoidForm(_typed(request))
    context = {"center": record.center, "record": record, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            work_records.withdraw(
                record=record, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            return render(request, "organizations/work_void.html", {**context, "refusal": refusal})
        messages.success(request, _("Voided. It counts nowhere any more."))
        return redirect(_place(record))
    return render(request, "organizations/work_void.html", context)


def _place(record):
    """Where the record stands in its year."""
    url = reverse("work:list", args=[record.center.code])
    return f"{url}?year={record.happened_on.year}#{record.function}"
