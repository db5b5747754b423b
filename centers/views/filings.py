"""Filings: the list, one filing, and what its center does with it as a whole."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from centers import permissions, selectors
from centers.forms import DeclineForm, VersionForm
from centers.models import Center, Filing, Obligation, Section
from centers.selectors import cautions, drafts, histories, obligations
from centers.services import filings
from centers.views import refusals
from portal.errors import together
from portal.workdays import selectors as workdays

PER_PAGE = 25


@login_required
def filing_list(request):
    visible = Filing.objects.visible_to(request.user).select_related(
        "center", "obligation__round", "opened_by"
    )
    page = Paginator(visible.prefetch_related("sections"), PER_PAGE)
    return render(
        request, "centers/filing_list.html", {"page": page.get_page(request.GET.get("page"))}
    )


@login_required
@require_POST
def filing_open(request, code):
    center = get_object_or_404(Center.objects.visible_to(request.user), code=code)
    if not permissions.can_open_filing(request.user, center):
        raise PermissionDenied
    with refusals.shown(request):
        filing = filings.open_change(center=center, by=request.user, at=timezone.now())
        return redirect("desk:filing", filing.pk)
    return redirect("evaluation:center", code)


@login_required
@require_POST
def filing_answer(request, pk):
    """Open the filing that answers an obligation, or go on with it."""
    visible = Obligation.objects.visible_to(request.user).select_related(
        "round", "center__division"
    )
    obligation = get_object_or_404(visible, pk=pk)
    if not permissions.can_open_filing(request.user, obligation.center):
        raise PermissionDenied
    with refusals.shown(request):
        filing = filings.open_for(obligation=obligation, by=request.user, at=timezone.now())
        return redirect("desk:filing", filing.pk)
    return redirect("evaluation:center", obligation.center.code)


def get_filing(request, pk, may=None):
    """The filing if ``request.user`` sees it (404), and if ``may`` allows more (403)."""
    visible = Filing.objects.visible_to(request.user).select_related(
        *("center__division", "obligation__round", "opened_by"),
        *("prepared_by", "declined_by", "submitted_by"),
    )
    filing = get_object_or_404(visible, pk=pk)
    if may is not None and not may(request.user, filing):
        raise PermissionDenied
    return filing


@login_required
def filing_detail(request, pk):
    filing = get_filing(request, pk)
    accepted = selectors.accepted_sections(filing.center)
    can_edit = permissions.can_edit_filing(request.user, filing)
    sections = _with_content(filing, accepted, can_edit=can_edit)
    if can_edit:
        _tell_cautions(filing, sections)
    context = {
        "filing": filing,
        "center": filing.center,
        "sections": sections,
        "has_missing": any(s.reported_as == Section.Reported.MISSING for s in sections),
        "missing": _not_in(sections, accepted),
        "can_edit": can_edit,
        "can_submit": permissions.can_submit_filing(request.user, filing),
        "is_preparer": filing.prepared_by_id == request.user.pk,
        "unsaved": drafts.unsaved(sections) if can_edit else [],
        "steps": histories.steps(filing, is_own=can_edit),
        "directors": selectors.certifiers(filing.center),
        **_asked(filing, timezone.localdate()),
    }
    return render(request, "centers/filing_detail.html", context)


def _asked(filing, today):
    """What the bureau asks by the round that the filing answers: by when, and with what grace."""
    if filing.obligation_id is None:
        return {}
    obligation = obligations.answered_by(filing.obligation_id, today)
    return {
        "obligation": obligation,
        "extension": obligation.extensions.select_related("granted_by").first(),
        "time_left": obligations.time_left(workdays.load(), obligation.last_due_on, today),
    }


def _with_content(filing, accepted, *, can_edit):
    """The sections: whether reported, their rows, what changed, what the bureau asks at rows.

    Of a draft and of what is being corrected, whoever cannot edit it reads nothing.
    """
    sections = list(filing.sections.select_related("decided_by", "saved_by", "based_on"))
    shown = [s for s in sections if can_edit or s.status not in Section.EDITABLE]
    tables = histories.tables(shown, accepted)
    asked = histories.asked_at_rows(sections)
    for section in sections:
        section.asked = asked.get(section.pk, [])
        section.changes = tables.get(section.pk)
        section.reported_as = None
        if section.changes:
            section.row_count = section.changes.row_count
            section.reported_as = section.reported(section.row_count)
    return sections


def _tell_cautions(filing, sections):
    """Each section with what looks odd in it, for the people of the center."""
    found = cautions.of_sections(filing.center, sections, timezone.localdate())
    for section in sections:
        section.cautions = found[section.pk]


def _not_in(sections, accepted):
    """(kind, label, the section accepted last or None) of what could be added."""
    present = {section.kind for section in sections}
    return [
        (kind, label, accepted.get(kind))
        for kind, label in Section.Kind.choices
        if kind not in present
    ]


@login_required
@require_POST
def filing_prepare(request, pk):
    said = _("Handed over. The director has been asked to certify.")
    return _moved(request, pk, permissions.can_edit_filing, filings.prepare, said)


@login_required
@require_POST
def filing_take_back(request, pk):
    said = _("Taken back. The sections can be edited again.")
    return _moved(request, pk, permissions.can_edit_filing, filings.take_back, said)


@login_required
@require_POST
def filing_decline(request, pk):
    filing = get_filing(request, pk, permissions.can_submit_filing)
    version, form = posted_version(request), DeclineForm(request.POST)
    if not form.is_valid():
        messages.error(request, together(form.errors["reason"]))
        return redirect("desk:filing", pk)
    with refusals.shown(request):
        filings.decline(
            filing=filing,
            version=version,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("Declined. The staff see your reason and can edit again."))
    return redirect("desk:filing", pk)


@login_required
@require_POST
def filing_submit(request, pk):
    said = _("Submitted. The bureau has been given the filing.")
    return _moved(request, pk, permissions.can_submit_filing, filings.submit, said)


@login_required
@require_POST
def filing_withdraw(request, pk):
    said = _("Withdrawn. What was accepted before still stands.")
    return _moved(request, pk, permissions.can_edit_filing, filings.withdraw, said)


def _moved(request, pk, may, verb, said):
    """The filing after one of its verbs, or what refused it."""
    filing = get_filing(request, pk, may)
    with refusals.shown(request):
        verb(filing=filing, version=posted_version(request), by=request.user, at=timezone.now())
        messages.success(request, said)
    return redirect("desk:filing", pk)


def posted_version(request):
    """The version the page was read at; a request without one is no page of ours."""
    form = VersionForm(request.POST)
    if not form.is_valid():
        raise BadRequest("version")
    return form.cleaned_data["version"]
