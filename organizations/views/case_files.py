"""The papers of a case at the desk: materials, evidence, who came."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from organizations.forms import case_files as forms
from organizations.models import Case, CaseEvidence
from organizations.selectors import materials
from organizations.services import case_files
from organizations.views.cases import CasePage
from portal.evidence import views as files
from portal.evidence.services import EvidenceLost


class CaseMaterials(CasePage):
    """Tick materials off."""

    template = "organizations/case_materials.html"
    title = _("Materials")
    submit_label = _("Save")
    success = _("Saved.")

    def forms(self, data=None):
        listed = self.case.materials.all()
        return (forms.MaterialsForm([(m, materials.label(m.code)) for m in listed], data),)

    def act(self, form, **who):
        return case_files.set_materials(case=self.case, rows=form.rows, **who)


class CaseEvidenceAdd(CasePage):
    """Attach a file."""

    template = "organizations/case_evidence.html"
    title = _("Add a file")
    submit_label = _("Check and attach")
    success = _("The file was checked and attached.")

    def forms(self, data=None):
        return (forms.EvidenceForm(data, self.request.FILES if data else None),)

    def act(self, form, **who):
        return case_files.attach(case=self.case, **form.cleaned_data, **who)


class CaseAttendance(CasePage):
    """Who came, or took part."""

    template = "organizations/case_attendance.html"
    title = _("Who came")
    lead = _("Organizations and teams, never persons. Empty lines are left out.")
    submit_label = _("Save")
    success = _("Saved.")

    def forms(self, data=None):
        rows = list(self.case.attendances.select_related("organization", "team"))
        return (forms.present_lines(rows, data, center=self.center),)

    def act(self, form, **who):
        rows = [line.row for line in form if line.row]
        return case_files.attend(
            case=self.case, rows=[case_files.Present(**row) for row in rows], **who
        )


@login_required
@require_GET
def evidence_download(request, pk):
    """The stored bytes, to whoever sees the case; a picture may be looked at."""
    seen = Case.objects.visible_to(request.user)
    found = CaseEvidence.objects.filter(case__in=seen).select_related("file")
    kept = get_object_or_404(found, pk=pk)
    try:
        return files.answer(kept.file, inline="show" in request.GET)
    except EvidenceLost as refusal:
        return render(request, "centers/attachment_lost.html", {"refusal": refusal}, status=409)
