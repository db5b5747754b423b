"""Procurements at the desk of a center, and what bidders ask and object to."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centers.models import Center
from organizations.models import Organization
from portal.errors import DomainError
from portal.users.roles import Capability
from portal.workdays import selectors as workdays
from projects import permissions
from projects.forms import procurements as forms
from projects.models import Announcement, Award, Challenge, Contract, Contribution, Procurement
from projects.selectors import procurements as selectors
from projects.services import challenges, guidance, questions
from projects.views.asking import get_center, taken, typed

PER_PAGE = 50
OPEN = ("announced", "evaluating", "ranked", "awarded", "challenged")


def get_procurement(request, pk):
    """The procurement as the user may see it; for strangers there is none."""
    visible = Procurement.objects.visible_to(request.user).select_related(
        "project__division", "project__supplier"
    )
    return get_object_or_404(visible, pk=pk)


def ask(request, template, form, verb, *, said, leads_to, obj=None, **context):
    """The page of a form until ``verb`` takes what was typed; what it refuses is said above the
    form, and what was typed stays. Where somebody else changed ``obj``, it can be sent again."""
    answer, refusal = taken(request, form, verb, said=said, leads_to=leads_to, obj=obj)
    return answer or render(request, template, context | {"form": form, "refusal": refusal})


# --- the desk of a center


@login_required
def procurement_list(request, code):
    """The procurements of a center's township: those under way, or all."""
    center = get_center(request, code)
    found = Procurement.objects.visible_to(request.user).filter(
        project__division=center.division_id
    )
    shows_all = request.GET.get("show") == "all"
    if not shows_all:
        found = found.filter(status__in=OPEN)
    context = {
        "center": center,
        "page": Paginator(found.select_related("project"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "shows_all": shows_all,
        "now": timezone.now(),
    }
    return render(request, "projects/procurement_list.html", context)


@login_required
def procurement_detail(request, pk):
    """One procurement: what is asked for, its days, what was published, questions and answers."""
    procurement = get_procurement(request, pk)
    now = timezone.now()
    centers = _guiding_centers(request.user, procurement)
    context = {
        "procurement": procurement,
        "standing": selectors.standing(procurement, now),
        "criteria": procurement.criteria.all(),
        "announcements": Announcement.objects.filter(procurement=procurement),
        "questions": procurement.questions.visible_to(request.user).exclude(answered_at=None),
        "award": Award.objects.visible_to(request.user)
        .filter(procurement=procurement, revoked_at=None)
        .select_related("organization")
        .first(),
        "contracts": Contract.objects.visible_to(request.user).filter(procurement=procurement),
        "guidance": Contribution.objects.filter(
            procurement=procurement, record__center__in=centers, record__voided_at=None
        ).select_related("record__organization", "record__center"),
        "guiding_centers": centers,
        "is_opened": selectors.is_opened(procurement),
        "now": now,
    }
    return render(request, "projects/procurement_detail.html", context)


def _guiding_centers(user, procurement):
    """The centers of the township for which the user may enter guidance."""
    there = Center.objects.visible_to(user, Capability.PROJECT_PLAN).select_related("division")
    return [
        center
        for center in there.filter(division=procurement.project.division_id)
        if permissions.can_plan(user, center=center)
    ]


@login_required
def procurement_guide(request, code, pk):
    """Enter guidance that a center gave an organization."""
    center = get_center(request, code)
    procurement = get_procurement(request, pk)
    if procurement.project.division_id != center.division_id:
        raise Http404
    if not permissions.can_plan(request.user, center=center):
        raise PermissionDenied
    there = Organization.objects.filter(division=center.division_id, status="normal")
    form = forms.GuidanceForm(
        typed(request),
        organizations=there.exclude(center=center).order_by("name"),
        initial={"happened_on": timezone.localdate()},
    )
    return ask(
        request,
        "projects/procurement_guide.html",
        form,
        partial(guidance.guide, center=center, procurement=procurement),
        said=_("Entered. It counts for FN-45."),
        leads_to=reverse("projects:procurement", args=[procurement.pk]),
        center=center,
        procurement=procurement,
    )


# --- bidders


def _asked(request, pk):
    """The bidder's account and the procurement that its organization may answer."""
    bidder = permissions.bidder_of(request.user)
    if bidder is None:
        raise PermissionDenied
    offered = Procurement.objects.open_to(bidder.organization)
    return bidder, get_object_or_404(offered.select_related("project__division"), pk=pk)


@login_required
def bid_question(request, pk):
    """What was asked and answered, and a question of one's own."""
    bidder, procurement = _asked(request, pk)
    page = reverse("bid:question", args=[procurement.pk])
    own = procurement.questions.filter(organization=bidder.organization)
    return ask(
        request,
        "projects/bid_question.html",
        forms.QuestionForm(typed(request)),
        partial(questions.ask, procurement=procurement, organization=bidder.organization),
        said=_("Asked. The answer is published, without your name."),
        leads_to=page,
        procurement=procurement,
        bidder=bidder,
        own_open=own.filter(answered_at=None),
        answered=procurement.questions.exclude(answered_at=None),
        takes_questions=_takes_questions(procurement, timezone.now()),
    )


def _takes_questions(procurement, now):
    until = procurement.questions_until
    is_open = procurement.status == "announced" and procurement.deadline_at > now
    return is_open and (until is None or timezone.localdate(now) <= until)


@login_required
def bid_challenge(request, pk):
    """The challenges of one's own organization, and a new one."""
    bidder, procurement = _asked(request, pk)
    return ask(
        request,
        "projects/bid_challenge.html",
        forms.ChallengeForm(typed(request)),
        partial(challenges.file, procurement=procurement, organization=bidder.organization),
        said=_("Filed. The answer is due on the day that is shown."),
        leads_to=reverse("bid:challenge", args=[procurement.pk]),
        procurement=procurement,
        bidder=bidder,
        own=procurement.challenges.filter(organization=bidder.organization),
        windows=_windows(procurement),
    )


def _windows(procurement):
    """(what, last day) of everything that can be challenged; None where it is yet to come."""
    calendar = workdays.load()
    found = []
    for about, label in Challenge.About.choices:
        try:
            found.append((label, selectors.challenge_until(procurement, about, calendar)))
        except workdays.YearUnknown:
            found.append((label, None))
    return found


@login_required
@require_POST
def challenge_withdraw(request, pk):
    """Take back a challenge of one's own organization."""
    bidder = permissions.bidder_of(request.user)
    if bidder is None:
        raise PermissionDenied
    own = Challenge.objects.filter(organization=bidder.organization)
    challenge = get_object_or_404(own, pk=pk)
    version = request.POST.get("version", "")
    try:
        challenges.withdraw(
            challenge=challenge,
            version=int(version) if version.isascii() and version.isdecimal() else -1,
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Withdrawn."))
    return redirect("bid:challenge", challenge.procurement_id)
