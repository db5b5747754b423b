"""Rectification at the desk of a center: what is asked, what was answered, more time."""

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

from centers.selectors import centers_of
from evaluation.forms.rectifications import ExtendForm, RespondForm
from evaluation.models import ItemEvidence, Rectification, RectificationItem
from evaluation.permissions import can_answer_rectification
from evaluation.selectors import rectifications as reading
from evaluation.services import rectification_items, rectifications
from evaluation.views.centers import get_center
from portal.errors import DomainError
from portal.evidence import views as files
from portal.evidence.inspection import EvidenceRefused

PER_PAGE = 50


def get_rectification(request, pk):
    """The rectification if ``request.user`` sees it."""
    seen = Rectification.objects.visible_to(request.user)
    found = seen.select_related("center__division", "owner", "issued_by", "received_by")
    return get_object_or_404(found, pk=pk)


def get_item(request, pk):
    """The item, with its rectification, for whoever answers for the center."""
    found = RectificationItem.objects.filter(
        rectification__in=Rectification.objects.visible_to(request.user)
    )
    item = get_object_or_404(found.select_related("rectification__center__division"), pk=pk)
    if not can_answer_rectification(request.user, item.rectification):
        raise PermissionDenied
    return item


@login_required
def rectification_list(request, code):
    """What a center has to put right, and what it did."""
    center = get_center(request, code)
    seen = Rectification.objects.visible_to(request.user).filter(center=center)
    found = reading.with_figures(seen).order_by("-pk")
    context = {
        "center": center,
        "my_centers": centers_of(request.user),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "today": timezone.localdate(),
    }
    return render(request, "evaluation/rectification_list.html", context)


@login_required
def rectification_detail(request, pk):
    rectification = get_rectification(request, pk)
    may_answer = can_answer_rectification(request.user, rectification)
    is_issued = rectification.status == Rectification.Status.ISSUED
    context = {
        "center": rectification.center,
        "rectification": rectification,
        "lines": reading.lines(rectification, timezone.localdate()),
        "may_answer": may_answer and is_issued,
        "may_receive": may_answer and is_issued and rectification.received_at is None,
    }
    return render(request, "evaluation/rectification_detail.html", context)


@login_required
@require_POST
def rectification_receive(request, pk):
    """Note that the center has the notice."""
    rectification = get_rectification(request, pk)
    if not can_answer_rectification(request.user, rectification):
        raise PermissionDenied
    try:
        rectifications.receive(rectification=rectification, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Receipt confirmed."))
    return redirect("evaluation:rectification", pk)


@login_required
def rectification_respond(request, pk):
    """Say what was put right, with proof."""
    item = get_item(request, pk)
    initial = {"version": item.version}
    form = RespondForm(request.POST or None, request.FILES or None, initial=initial)
    return _ask(
        request,
        "evaluation/rectification_respond.html",
        form,
        partial(rectification_items.respond, item=item),
        item,
        said=_("Submitted. Somebody at the bureau verifies it."),
    )


@login_required
def rectification_extend(request, pk):
    """Ask for more time."""
    item = get_item(request, pk)
    return _ask(
        request,
        "evaluation/rectification_extend.html",
        ExtendForm(request.POST or None),
        partial(rectification_items.ask_extension, item=item),
        item,
        said=_("Asked. Until it is decided, the day stays as it is."),
    )


def _ask(request, template, form, verb, item, *, said):
    """The page of a form about an item; what is refused is said, and what was typed stays."""
    if request.method == "POST" and form.is_valid():
        try:
            verb(**form.cleaned_data, by=request.user, at=timezone.now())
        except EvidenceRefused as refusal:
            form.add_error("upload", str(refusal))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, said)
            return redirect(reverse("evaluation:rectification", args=[item.rectification_id]))
    context = {
        "center": item.rectification.center,
        "rectification": item.rectification,
        "item": item,
        "form": form,
    }
    return render(request, template, context)


@login_required
def rectification_file(request, pk):
    """A file that proves a response, for whoever sees the rectification."""
    evidence = get_object_or_404(ItemEvidence.objects.select_related("file"), pk=pk)
    of_it = Rectification.objects.filter(items__responses__evidence=evidence)
    if not of_it.visible_to(request.user).exists():
        raise Http404
    return files.answer_or_404(evidence.file, inline=True)
