"""Exceptions at the desk: asked for beside a finding, looked at, withdrawn."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from evaluation import permissions
from evaluation.forms import WaiverForm
from evaluation.models import Waiver
from evaluation.selectors import wording
from evaluation.selectors.explanations import explain
from evaluation.services import waivers
from evaluation.views.centers import get_center
from portal.errors import DomainError
from portal.evidence import views as files
from portal.evidence.inspection import EvidenceRefused
from portal.evidence.services import EvidenceLost


def get_waiver(request, pk):
    """The waiver if ``request.user`` sees the compliance of its center."""
    visible = Waiver.objects.visible_to(request.user).select_related(
        "center__division", "evidence", "requested_by", "approved_by", "closed_by"
    )
    return get_object_or_404(visible, pk=pk)


@login_required
def waiver_request(request, code, rule):
    """Ask for an exception from a rule; what is refused is said, and what was typed stays."""
    center = get_center(request, code)
    if not permissions.can_request_waiver(request.user, center):
        raise PermissionDenied
    today = timezone.localdate()
    finding = next((e for e in explain(center, today) if e.rule.id == rule), None)
    if finding is None:
        raise Http404
    is_sent = request.method == "POST"
    form = WaiverForm(request.POST, request.FILES) if is_sent else WaiverForm()
    context = {"center": center, "finding": finding, "form": form}
    if is_sent and form.is_valid():
        try:
            waiver = waivers.request(
                center=center, rule=rule, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except EvidenceRefused as refusal:
            form.add_error("upload", str(refusal))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Requested. Somebody else has to decide on it."))
            return redirect("evaluation:waiver", waiver.pk)
    return render(request, "evaluation/waiver_form.html", context)


@login_required
def waiver_detail(request, pk):
    waiver = get_waiver(request, pk)
    explained = explain(waiver.center, timezone.localdate())
    context = {
        "center": waiver.center,
        "waiver": waiver,
        "finding": next((e for e in explained if e.rule.id == waiver.rule), None),
        "is_own": waiver.requested_by_id == request.user.pk,
        "is_over": waiver.ends_on < timezone.localdate(),
        "sections": wording.SECTIONS,
    }
    return render(request, "evaluation/waiver_detail.html", context)


@login_required
@require_POST
def waiver_withdraw(request, pk):
    waiver = get_waiver(request, pk)
    if waiver.requested_by_id != request.user.pk:
        raise PermissionDenied
    try:
        waivers.withdraw(waiver=waiver, by=request.user, at=timezone.now())
        messages.success(request, _("Withdrawn. Nothing changes for the center."))
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("evaluation:waiver", pk)


@login_required
def waiver_evidence(request, pk):
    """The file the request rests on, for whoever sees the request."""
    waiver = get_waiver(request, pk)
    if waiver.evidence is None:
        raise Http404
    try:
        return files.answer(waiver.evidence)
    except EvidenceLost as lost:
        messages.error(request, str(lost))
        return redirect("evaluation:waiver", pk)
