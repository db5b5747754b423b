"""Annual inspections on the desk: a township's list, one of them, and the help of the center."""

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from centers.selectors import centers_of
from organizations import permissions
from organizations.forms.inspections import HelpForm, MaterialsForm, ProgressForm
from organizations.forms.work import VoidForm
from organizations.models import Inspection, InspectionHelp
from organizations.selectors import inspections as reading
from organizations.services import inspections
from organizations.views.asking import ask, typed
from organizations.views.centers import get_center
from portal.forms import asked_year

PER_PAGE = 50
STANDINGS = {
    "overdue": (gettext_lazy("overdue"), {"is_overdue": True}),
    "unfiled": (gettext_lazy("not filed"), reading.UNFILED),
    "unhelped": (gettext_lazy("not helped"), {"is_helped": False}),
}


@login_required
def inspection_list(request, code):
    """The inspections of a center's township for one year, and how many of them it helped."""
    center = get_center(request, code)
    today = timezone.localdate()
    year, refusal = asked_year(request.GET, today) if "year" in request.GET else (None, "")
    if refusal:
        messages.error(request, refusal)
    if year is None or refusal:
        year = today.year - 1
    standing = request.GET.get("standing", "")
    found = _narrowed(reading.of_center(center, year, today), standing)
    context = {
        "center": center,
        "my_centers": centers_of(request.user),
        "year": year,
        "years": reading.years_of(center.division, today),
        "coverage": reading.coverage([center.division_id], year + 1, today)[center.division_id],
        "standings": [(code, text) for code, (text, _condition) in STANDINGS.items()],
        "chosen": standing if standing in STANDINGS else "",
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "organizations/inspection_list.html", context)


def _narrowed(found, standing):
    if standing not in STANDINGS:
        return found
    _text, condition = STANDINGS[standing]
    return found.filter(**condition) if isinstance(condition, dict) else found.filter(condition)


def _inspection(request, pk, *, helps=False):
    """The inspection if the user sees it (404), and where ``helps`` may help with it (403)."""
    visible = Inspection.objects.visible_to(request.user).select_related(
        "organization__division", "campaign", "center"
    )
    found = get_object_or_404(reading.with_state(visible, timezone.localdate()), pk=pk)
    if helps and not permissions.can_help_inspection(request.user, found):
        raise PermissionDenied
    return found


@login_required
def inspection_detail(request, pk):
    """How far it is, what the center did, and which papers are there."""
    inspection = _inspection(request, pk)
    context = {
        "inspection": inspection,
        "center": reading.helping_center(request.user, inspection),
        "helps": inspection.helps.select_related("center", "by", "voided_by").order_by(
            "-happened_on", "-pk"
        ),
        "materials": inspection.materials.select_related("changed_by"),
        "can_move": ProgressForm(inspection=inspection, today=timezone.localdate())
        .fields["to"]
        .choices,
    }
    return render(request, "organizations/inspection_detail.html", context)


def _ask(request, inspection, form, verb, **words):
    return ask(
        request,
        "organizations/inspection_form.html",
        form,
        verb,
        leads_to=lambda _done: reverse("work:inspection", args=[inspection.pk]),
        inspection=inspection,
        center=reading.helping_center(request.user, inspection),
        **words,
    )


@login_required
def inspection_help(request, pk):
    """Note what the center did for the organization."""
    inspection = _inspection(request, pk, helps=True)
    initial = {"happened_on": timezone.localdate(), "kind": request.GET.get("kind", "")}
    center = reading.helping_center(request.user, inspection)
    return _ask(
        request,
        inspection,
        HelpForm(typed(request), initial=initial),
        partial(inspections.help, inspection=inspection, center=center),
        title=_("Record help"),
        lead=_(
            "The first help with an inspection counts once for FN-12; further help is kept beside"
            " it and counts no more."
        ),
        said=_("Recorded. The figures are counted again."),
    )


@login_required
def inspection_help_void(request, pk):
    """Take back help that was entered by mistake; whose center it was does so."""
    seen = Inspection.objects.visible_to(request.user)
    found = InspectionHelp.objects.filter(inspection__in=seen).select_related("center")
    given = get_object_or_404(found, pk=pk)
    if not permissions.can_keep_work(request.user, given.center):
        raise PermissionDenied
    return _ask(
        request,
        _inspection(request, given.inspection_id),
        VoidForm(typed(request)),
        partial(inspections.void_help, help=given),
        title=_("Take help back"),
        submit_label=_("Take back"),
        lead=_(
            "%(day)s, %(kind)s: what was taken back helps nobody and counts nowhere. It stays on"
            " record with its reason."
        )
        % {"day": given.happened_on.isoformat(), "kind": given.get_kind_display()},
        said=_("Taken back. The figures are counted again."),
    )


@login_required
def inspection_move(request, pk):
    """Note how far the organization says it is."""
    inspection = _inspection(request, pk, helps=True)
    return _ask(
        request,
        inspection,
        ProgressForm(typed(request), inspection=inspection, today=timezone.localdate()),
        partial(inspections.move, inspection=inspection),
        title=_("Note how far it is"),
        lead=_(
            "What the organization tells. Filing with the registration authority, sending back and"
            " conclusions are entered by the district bureau as the authority notifies them."
        ),
        said=_("Noted."),
    )


@login_required
def inspection_materials(request, pk):
    """Note which papers are there."""
    inspection = _inspection(request, pk, helps=True)
    form = MaterialsForm(typed(request), inspection=inspection)

    def verb(*, by, at, **_values):
        inspections.set_materials(inspection=inspection, papers=form.noted(), by=by, at=at)

    return _ask(
        request,
        inspection,
        form,
        verb,
        title=_("Papers"),
        lead=_("Which papers of the inspection are there. Not every organization needs all."),
        said=_("Noted."),
    )
