"""Contracts at the desk of a center: what is due, paid and found, and a place to help."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.selectors import centers_of
from portal.evidence import views as files
from projects.forms.contracts import DeskSupervisionForm
from projects.models import Contract, Performance
from projects.permissions import can_manage_contract, can_plan
from projects.selectors import contracts as selectors
from projects.selectors.planners import run_by
from projects.services import supervisions
from projects.views.asking import typed
from projects.views.procurements import ask


def get_contract(request, pk):
    """The contract as the user may see it; for strangers there is none."""
    seen = Contract.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related("project__division", "supplier", "procurement"), pk=pk
    )


def _helping(user, contract):
    """The centers of the contract's township for which the user notes what was done; never one
    that carries the contract out."""
    place = contract.project.division_id
    centers = (center for center in centers_of(user) if center.division_id == place)
    return [
        center
        for center in centers
        if can_plan(user, center=center) and not run_by(center)(contract.supplier)
    ]


@login_required
def contract_detail(request, pk):
    """One contract; what the bureau decides is decided in the admin."""
    contract = get_contract(request, pk)
    context = {
        "contract": contract,
        "sums": selectors.sums_of(contract, timezone.localdate()),
        "lines": contract.lines.all(),
        "milestones": contract.milestones.all(),
        "payments": contract.payments.select_related("milestone"),
        "supervisions": contract.supervisions.select_related("center"),
        "acceptances": contract.acceptances.select_related("center"),
        "performances": contract.performances.filter(status=Performance.Status.SUBMITTED),
        "documents": contract.documents.select_related("added_by"),
        "may_help": _may_supervise(request.user, contract),
    }
    return render(request, "projects/contract_detail.html", context)


@login_required
def contract_file(request, pk, document_pk):
    """A file of the contract, to whoever sees it."""
    contract = get_contract(request, pk)
    document = get_object_or_404(contract.documents.select_related("file"), pk=document_pk)
    return files.answer_or_404(document.file)


def _may_supervise(user, contract):
    if contract.status not in ("signed", "accepted"):
        return False
    is_manager = can_manage_contract(user, contract.project.division)
    return is_manager or bool(_helping(user, contract))


@login_required
def supervision_add(request, pk):
    """Note a look at how a contract goes; the center that helped is counted for it."""
    contract = get_contract(request, pk)
    if not _may_supervise(request.user, contract):
        raise PermissionDenied
    centers = _helping(request.user, contract)
    return ask(
        request,
        "projects/supervision_add.html",
        DeskSupervisionForm(typed(request), initial={"happened_on": timezone.localdate()}),
        partial(supervisions.enter, contract=contract, center=centers[0] if centers else None),
        said=_("Noted."),
        leads_to=reverse("projects:contract", args=[contract.pk]),
        contract=contract,
        center=centers[0] if centers else None,
    )
