"""Needs at the desk of a center: collected, published, introduced, and what came of each."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from projects.forms.needs import IntroduceForm, NeedForm
from projects.forms.steps import MATCH_STEPS, NEED_STEPS, without_version
from projects.models import Match, Need, Offer
from projects.models.need import Service
from projects.permissions import can_plan
from projects.selectors import needs as selectors
from projects.services import matches, needs
from projects.views.asking import (
    ask,
    center_of,
    get_center,
    planning_centers,
    steps_of,
    take_step,
    typed,
)

PER_PAGE = 50
INTRODUCED = (Need.Status.PUBLISHED, Need.Status.MATCHING)


def _need(request, pk):
    visible = Need.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("division", "center", "entered_by"), pk=pk)


def _place(need):
    return reverse("projects:need", args=[need.pk])


@login_required
def need_list(request, code):
    """Needs of the center's township, newest first."""
    center = get_center(request, code)
    today = timezone.localdate()
    asked = {name: request.GET.get(name, "").strip() for name in ("status", "service", "q")}
    found = selectors.of_township(
        request.user,
        center.division,
        today,
        status=asked["status"],
        service=asked["service"],
        words=asked["q"],
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "center": center,
        "page": page,
        "asked": asked,
        "is_asked": any(asked.values()),
        "rows": [(need, selectors.is_expired(need, today)) for need in page],
        "statuses": Need.Status.choices,
        "services": Service.choices,
        "can_plan": can_plan(request.user, center=center),
    }
    return render(request, "projects/need_list.html", context)


@login_required
def need(request, pk):
    """One need: what it is, what can be done, whom it was introduced to and what came of it."""
    found = _need(request, pk)
    may_plan = can_plan(request.user, found.division)
    introduced = [
        (each, _fitting(each) if may_plan else []) for each in selectors.matches_of(found)
    ]
    context = {
        "need": found,
        "center": center_of(request.user, found.division),
        "is_expired": selectors.is_expired(found, timezone.localdate()),
        "steps": steps_of(request.user, found, NEED_STEPS),
        "matches": introduced,
        "projects": found.projects.order_by("id"),
        "is_introduced": found.status in INTRODUCED,
        "can_plan": may_plan,
    }
    return render(request, "projects/need_detail.html", context)


def _fitting(match):
    """(code, label) of what can be said of an introduction now."""
    return [(code, step.label) for code, step in MATCH_STEPS.items() if step.fits(match)]


@login_required
def need_enter(request, code):
    """A center collects a need of its township."""
    center = get_center(request, code, plans=True)
    return ask(
        request,
        NeedForm(typed(request)),
        without_version(partial(needs.enter, division=center.division, center=center)),
        title=_("Enter a need"),
        said=_("Entered. It is looked through next, then published."),
        leads_to=_place,
        back=reverse("projects:need-list", args=[center.code]),
        center=center,
    )


@login_required
def need_move(request, pk, code):
    """The next step of a need."""
    found = _need(request, pk)
    center = center_of(request.user, found.division)
    return take_step(request, found, NEED_STEPS, code, back=_place(found), center=center)


@login_required
def suggestions(request, pk):
    """Offers that fit a need, the best first, and why."""
    found = _need(request, pk)
    is_open = found.status in INTRODUCED
    context = {
        "need": found,
        "center": center_of(request.user, found.division),
        "is_introduced": is_open,
        "suggestions": selectors.suggestions(found, timezone.localdate()) if is_open else [],
        "can_plan": can_plan(request.user, found.division),
    }
    return render(request, "projects/suggestions.html", context)


@login_required
def introduce(request, pk):
    """A center brings a need and an offer together."""
    found = _need(request, pk)
    if not can_plan(request.user, found.division):
        raise PermissionDenied
    district = found.division.district_code
    form = IntroduceForm(
        typed(request),
        offers=Offer.objects.visible_to(request.user).filter(district__code=district),
        centers=planning_centers(request.user, district),
        today=timezone.localdate(),
        initial={"offer": request.GET.get("offer", "")},
    )
    return ask(
        request,
        form,
        partial(matches.introduce, need=found),
        title=_("Introduce it to an offer"),
        about=found.title,
        said=_("Introduced. It counts among the work of the center."),
        leads_to=lambda match: _place(match.need),
        back=_place(found),
        center=center_of(request.user, found.division),
    )


@login_required
def match_move(request, pk, code):
    """What came of an introduction."""
    visible = Match.objects.visible_to(request.user)
    found = get_object_or_404(
        visible.select_related("need__division", "center__division", "offer__organization"), pk=pk
    )
    center = center_of(request.user, found.need.division)
    return take_step(request, found, MATCH_STEPS, code, back=_place(found.need), center=center)
