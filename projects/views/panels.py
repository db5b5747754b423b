"""Pages of a panel's members: their seats, the declaration, the bids, their own sheet."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.errors import DomainError
from portal.evidence import views as evidence
from portal.users.roles import Capability
from projects.forms.sheets import DeclareForm, SeatReasonForm, SheetForm
from projects.models import BidFile, OpenedBid, Seat
from projects.permissions import can_score
from projects.selectors import conflicts, panels
from projects.services import scores, seats
from projects.views.asking import taken

PER_PAGE = 50
SCORING = (Seat.Status.DECLARED, Seat.Status.SUBMITTED)


def _own(request):
    """Seats that the user has, had or is asked to take."""
    found = Seat.objects.filter(user=request.user)
    return found.select_related("procurement__project__division", "user")


def _seat(request, pk, *statuses):
    """One's own seat; 403 where it does not stand as the page needs it."""
    found = get_object_or_404(_own(request), pk=pk)
    if statuses and found.status not in statuses:
        raise PermissionDenied
    return found


@login_required
def home(request):
    """The panels on which the user sits or sat."""
    found = _own(request).order_by("-pk")
    if not request.user.has_capability(Capability.PANEL_SCORE) and not found.exists():
        raise PermissionDenied
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "panel/home.html", {"page": page})


@login_required
@never_cache
def seat(request, pk):
    """One seat: what is asked, and once nothing binds to the bidders, their bids."""
    found = _seat(request, pk)
    bids = OpenedBid.objects.filter(opening__procurement=found.procurement)
    seen = bids.filter(pk__in=OpenedBid.objects.visible_to(request.user).values("pk"))
    listed = seen.select_related("bid__organization").defer("bid__sealed").order_by("position")
    context = {
        "seat": found,
        "procurement": found.procurement,
        "criteria": found.procurement.criteria.order_by("position"),
        "bids": listed.prefetch_related("files__file") if found.status in SCORING else (),
        "missing": len(panels.missing(found)) if found.status == Seat.Status.DECLARED else 0,
        "may_score": can_score(request.user, found),
    }
    return render(request, "panel/seat.html", context)


def _ask(request, template, form, verb, *, found, said, leads_to, **context):
    """The page of a form, until ``verb`` takes what was typed into it; what it refuses is said
    above the form."""
    answer, refusal = taken(
        request,
        form,
        verb,
        said=(lambda _done: said(found)) if callable(said) else said,
        leads_to=reverse(leads_to, args=[found.pk]),
    )
    known = {"seat": found, "procurement": found.procurement, "form": form, "refusal": refusal}
    return answer or render(request, template, known | context)


@login_required
@never_cache
def declare(request, pk):
    """Sign the declaration, or say what binds to a bidder."""
    found = _seat(request, pk, Seat.Status.INVITED)
    bidders = conflicts.bidders_of(found.procurement)
    data = request.POST or None
    return _ask(
        request,
        "panel/declare.html",
        DeclareForm(data, seat=found, bidders=bidders),
        partial(seats.declare, seat=found),
        found=found,
        said=_declared,
        leads_to="panel:seat",
        bidders=bidders,
    )


def _declared(found):
    if found.status == Seat.Status.RECUSED:
        return _("Thank you. You do not sit on this panel: %(why)s.") % {
            "why": found.recusal_reason
        }
    return _("Declared. You can read the bids and score them now.")


@login_required
def decline(request, pk):
    """Not to take the seat."""
    found = _seat(request, pk, Seat.Status.INVITED)
    return _ask(
        request,
        "panel/reason.html",
        SeatReasonForm(request.POST or None, seat=found),
        partial(seats.decline, seat=found),
        found=found,
        said=_("You do not take the seat. The bureau was told."),
        leads_to="panel:seat",
        title=_("Not take the seat"),
    )


@login_required
def recuse(request, pk):
    """Step aside for an interest."""
    found = _seat(request, pk, *SCORING)
    return _ask(
        request,
        "panel/reason.html",
        SeatReasonForm(request.POST or None, seat=found),
        partial(seats.recuse, seat=found),
        found=found,
        said=_("You stepped aside. What you scored counts nowhere."),
        leads_to="panel:seat",
        title=_("Step aside for an interest"),
    )


@login_required
@never_cache
def sheet(request, pk):
    """One's own sheet: typed in parts, as often as one likes, until it is submitted."""
    found = _seat(request, pk, *SCORING)
    form = SheetForm(request.POST or None, seat=found, cells=panels.sheet(found))
    context = {"seat": found, "procurement": found.procurement, "form": form}
    if request.method == "POST":
        if not can_score(request.user, found):
            raise PermissionDenied
        if form.is_valid() and _written(request, found, form, context):
            return redirect("panel:seat", found.pk)
    return render(request, "panel/sheet.html", context)


def _written(request, found, form, context):
    """Whether the sheet was saved; else ``context`` and ``form`` say why not."""
    try:
        count = scores.write(
            seat=found,
            rows=form.rows,
            version=form.cleaned_data["version"],
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        context["refusal"] = refusal
        form.refuse(refusal, found)
        return False
    messages.success(request, _("%(count)s lines are saved.") % {"count": count})
    return True


@login_required
@require_POST
def submit(request, pk):
    """Close the sheet for good."""
    found = _seat(request, pk, Seat.Status.DECLARED)
    typed = request.POST.get("version", "")
    version = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0
    try:
        seats.submit(seat=found, version=version, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Submitted. Nothing of your sheet changes any more."))
    return redirect("panel:seat", pk)


@login_required
@never_cache
@require_safe
def bid_file(request, pk):
    """A file of a bid that the user has to score."""
    sat = Seat.objects.scoring(request.user).values("procurement")
    files = BidFile.objects.filter(opened_bid__opening__procurement__in=sat)
    found = get_object_or_404(files.select_related("file"), pk=pk, file__isnull=False)
    return evidence.answer_or_404(found.file, inline=True)
