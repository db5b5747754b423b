"""One section of a filing: added, filled in, saved, taken out again."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from centers import permissions
from centers.forms import SectionForm, chosen_year
from centers.models import Filing, Section
from centers.services import filings
from centers.views import panels, refusals
from centers.views.filings import get_filing
from portal.errors import DomainError


def get_section(request, pk, kind, may=None):
    """The section of a filing that ``request.user`` sees, and ``may`` do more to."""
    filing = get_filing(request, pk, may)
    section = get_object_or_404(Section.objects.select_related("decided_by"), filing=pk, kind=kind)
    section.filing, section.center = filing, filing.center
    is_drafted = section.status in Section.EDITABLE
    if is_drafted and not permissions.can_edit_filing(request.user, filing):
        # Not handed in, or not again: still the center's own work.
        raise Http404
    return section


class SectionEdit(LoginRequiredMixin, View):
    """The page to fill in a section; who may not, or not now, reads it."""

    @staticmethod
    def posted(section, data):
        """What was sent from this page, to be cleaned; the self-check reads it the same way."""
        return SectionForm(section, data, year=chosen_year(data, timezone.localdate()))

    def get(self, request, pk, kind):
        section = get_section(request, pk, kind)
        form = SectionForm(section, year=chosen_year(request.GET, timezone.localdate()))
        return self.page(section, form)

    def post(self, request, pk, kind):
        section = get_section(request, pk, kind, permissions.can_edit_filing)
        form = self.posted(section, request.POST)
        if not form.is_valid():
            return self.page(section, form)
        try:
            filings.save_section(
                section=section,
                version=form.version,
                rows=form.rows,
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            return self.refused(form, str(refusal))
        messages.success(request, _("Saved. Nothing is submitted yet."))
        return redirect("desk:filing", pk)

    def refused(self, form, refusal):
        """What the user typed stays; beside it stands what is stored now."""
        section = get_section(self.request, *self.kwargs.values())
        stored = SectionForm(section, year=form.year, auto_id="stored_%s")
        return self.page(section, form, refusal=refusal, stored=stored)

    def page(self, section, form, **context):
        may_edit = permissions.can_edit_filing(self.request.user, section.filing)
        is_open = (
            section.status in Section.EDITABLE and section.filing.status in Filing.EDITABLE
        )
        context |= {
            "section": section,
            "filing": section.filing,
            "center": section.center,
            "form": form,
            "may_edit": may_edit,
            "is_editable": may_edit and is_open,
            **panels.evidence(section, form),
            "version": section.version if "stored" in context else form.head["version"].value(),
        }
        return render(self.request, "centers/section_edit.html", context)


@login_required
@require_POST
def section_add(request, pk, kind):
    filing = get_filing(request, pk, permissions.can_edit_filing)
    if kind not in Section.Kind.values:
        raise Http404
    with refusals.shown(request):
        filings.add_section(filing=filing, kind=kind, by=request.user, at=timezone.now())
        return redirect("desk:section-edit", pk, kind)
    return redirect("desk:filing", pk)


@login_required
@require_POST
def section_drop(request, pk, kind):
    section = get_section(request, pk, kind, permissions.can_edit_filing)
    if section.status != Section.Status.DRAFT:
        raise PermissionDenied
    with refusals.shown(request):
        filings.drop_section(section=section, by=request.user, at=timezone.now())
        messages.success(request, _("Taken out of the filing. What was accepted still stands."))
    return redirect("desk:filing", pk)
