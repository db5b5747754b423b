"""Activity teams: those of a township, one team with its story, an application, the next step."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from centers.selectors import centers_of
from organizations import permissions
from organizations.forms.teams import STEPS, ApplyForm, steps_for
from organizations.models import ActivityTeam, Organization
from organizations.selectors import duplicates, timelines
from organizations.selectors import teams as selectors
from organizations.selectors.personal import masked
from organizations.views.asking import typed
from organizations.views.centers import get_center
from portal.errors import DomainError

PER_PAGE = 50


def _team(request, pk):
    visible = ActivityTeam.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("division", "center", "organization"), pk=pk)


@login_required
def team_list(request, code):
    """The teams of the center's township: what waits first, then the newest."""
    center = get_center(request, code)
    status, words = request.GET.get("status", ""), request.GET.get("q", "").strip()
    found = selectors.of_township(request.user, center.division, status=status, words=words)
    context = {
        "center": center,
        "my_centers": centers_of(request.user),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "status": status,
        "words": words,
        "statuses": ActivityTeam.Status.choices,
        "can_apply": permissions.can_apply_team(request.user, center),
    }
    return render(request, "organizations/team_list.html", context)


@login_required
def team(request, pk):
    """One team: what it is, every step it took, and what can be done next."""
    found = _team(request, pk)
    context = {
        "team": found,
        "center": _center_of(request, found),
        "phone": masked(found, "leader_phone"),
        "can_reveal": permissions.can_reveal(request.user, found),
        "steps": selectors.steps_of(found),
        "next_steps": steps_for(request.user, found),
        "like": duplicates.teams_like(
            name=found.name,
            division=found.division,
            leader_digest=found.leader_phone_digest,
            place=found.place,
            exclude=found.pk,
        ),
        "moments": _line_of(request, found),
    }
    return render(request, "organizations/team_detail.html", context)


def _line_of(request, team):
    """The team and what it became; an organization of another township keeps its story there."""
    visible = Organization.objects.visible_to(request.user).filter(pk=team.organization_id)
    sees_both = team.organization_id is not None and visible.exists()
    return timelines.of_team(team, request.user) if sees_both else []


def _center_of(request, team):
    """The center that the user sees the team from, for the way back."""
    visible = Center.objects.visible_to(request.user).filter(division=team.division_id)
    return visible.order_by("pk").first()


@login_required
def team_apply(request, code):
    """A center helps a team to ask for being put on file."""
    center = get_center(request, code, permissions.can_apply_team)
    now = timezone.now()
    form = ApplyForm(
        typed(request), division=center.division, today=timezone.localdate(now)
    )
    context = {
        "center": center,
        "form": form,
        "title": _("Application of a team"),
        "submit_label": _("Hand in"),
    }
    if request.method == "POST" and form.is_valid():
        try:
            entered = form.enter(center=center, by=request.user, at=now)
        except DomainError as refusal:
            context["refusal"] = refusal
        else:
            messages.success(request, _("Handed in. The neighborhood committee is heard next."))
            return redirect("work:team", entered.pk)
    return render(request, "organizations/team_form.html", context)


@login_required
def team_step(request, pk, step):
    """Enter the next step of a team; what a service refuses is said above the form."""
    found = _team(request, pk)
    if step not in STEPS:
        raise Http404
    if STEPS[step] not in steps_for(request.user, found):
        raise PermissionDenied
    now = timezone.now()
    form = STEPS[step](
        typed(request), team=found, user=request.user, today=timezone.localdate(now)
    )
    context = {
        "team": found,
        "center": _center_of(request, found),
        "form": form,
        "title": form.label,
        "about": form.about,
        "submit_label": _("Save"),
    }
    if request.method == "POST" and form.is_valid():
        try:
            form.take(at=now)
        except DomainError as refusal:
            form.refuse(refusal, found)
        else:
            messages.success(request, _("Entered in the story of the team."))
            return redirect("work:team", found.pk)
    return render(request, "organizations/team_form.html", context)
