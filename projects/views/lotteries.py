"""Welfare-lottery applications at the desk of a center."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from projects.forms.funding import ApplyForm
from projects.forms.steps import LOTTERY_STEPS
from projects.models import LotteryApplication
from projects.permissions import can_plan
from projects.selectors import lotteries as selectors
from projects.services import lotteries
from projects.views.asking import ask, center_of, get_center, steps_of, take_step, typed

PER_PAGE = 50


def _application(request, pk):
    visible = LotteryApplication.objects.visible_to(request.user).select_related(
        "project__division", "center__division", "entered_by", "mark_document"
    )
    return get_object_or_404(visible, pk=pk)


def _place(application):
    return reverse("projects:lottery", args=[application.pk])


@login_required
def lottery_list(request, code):
    """Applications for projects of the center's township, of the latest year first."""
    center = get_center(request, code)
    found = selectors.of_township(request.user, center.division)
    context = {
        "center": center,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "can_plan": can_plan(request.user, center=center),
    }
    return render(request, "projects/lottery_list.html", context)


@login_required
def lottery(request, pk):
    """One application: where it stands, and what can be done."""
    found = _application(request, pk)
    context = {
        "application": found,
        "center": center_of(request.user, found.project.division),
        "steps": steps_of(request.user, found, LOTTERY_STEPS),
    }
    return render(request, "projects/lottery_detail.html", context)


@login_required
def lottery_apply(request, code):
    """A center asks for money for a project of its township."""
    center = get_center(request, code, plans=True)
    form = ApplyForm(
        typed(request),
        projects=selectors.projects_to_apply_for(request.user, center.division),
        centers=Center.objects.filter(pk=center.pk),
        today=timezone.localdate(),
    )
    return ask(
        request,
        form,
        lotteries.apply,
        title=_("Apply for welfare-lottery money"),
        said=_("Entered. Somebody else of the street or town recommends it next."),
        leads_to=_place,
        back=reverse("projects:lottery-list", args=[center.code]),
        center=center,
    )


@login_required
def lottery_move(request, pk, code):
    """The next step of an application."""
    found = _application(request, pk)
    center = center_of(request.user, found.project.division)
    return take_step(request, found, LOTTERY_STEPS, code, back=_place(found), center=center)
