"""The workbook of a filing: taken away pre-filled, brought back filled in, its errors marked."""

import io

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST

from centers import permissions
from centers.models import Section
from centers.resources import CenterWorkbook, WorkbookHasErrors
from centers.views.filings import get_filing
from portal.errors import DomainError, together
from portal.workbooks import RESULTS_TITLE, XLSX, quarantine

MAX_BYTES = 20 * 1024 * 1024


class WorkbookForm(forms.Form):
    """The filled-in file."""

    workbook = forms.FileField(
        label=gettext_lazy("Filled-in workbook (.xlsx, at most 20 MB)"),
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_workbook(self):
        upload = self.cleaned_data["workbook"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Remove pictures."))
        if not upload.name.lower().endswith(".xlsx"):
            raise forms.ValidationError(_("Only .xlsx is read. Save the file as .xlsx first."))
        return upload


@login_required
def workbook(request, pk):
    """The workbook as it stands now."""
    filing = get_filing(request, pk, permissions.can_edit_filing)
    book = CenterWorkbook(filing)
    if not book.sections:
        messages.error(request, _("No section of this filing can be edited now."))
        return redirect("desk:filing", pk)
    stream, at = io.BytesIO(), timezone.now()
    book.download(stream, at=at)
    name = f"{filing.center.name}-{filing.pk}-{timezone.localdate(at).isoformat()}.xlsx"
    return _download(stream.getvalue(), name)


@login_required
@require_POST
def workbook_upload(request, pk):
    """Check the file; without errors its sections are saved, with errors nothing is."""
    filing = get_filing(request, pk, permissions.can_edit_filing)
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, together(form.errors["workbook"]))
        return redirect("desk:filing", pk)
    upload = form.cleaned_data["workbook"]
    kept = quarantine.keep(upload)
    try:
        checked = CenterWorkbook(filing).take(kept, by=request.user, at=timezone.now())
    except WorkbookHasErrors as refusal:
        token = quarantine.token(
            kept, user_id=request.user.pk, filing=filing.pk, name=upload.name
        )
        context = {"filing": filing, "center": filing.center, "file_name": upload.name}
        context |= {"problems": refusal.problems, "token": token}
        context["error_count"] = sum(not p.is_warning for p in refusal.problems)
        return render(request, "centers/workbook_checked.html", context)
    except DomainError as refusal:
        kept.unlink(missing_ok=True)
        messages.error(request, str(refusal))
        return redirect("desk:filing", pk)
    kept.unlink(missing_ok=True)
    _tell(request, checked)
    return redirect("desk:filing", pk)


@login_required
@require_POST
def workbook_marked(request, pk):
    """The checked file with its errors and warnings written where they are."""
    filing = get_filing(request, pk, permissions.can_edit_filing)
    try:
        kept, about = quarantine.find(request.POST.get("token", ""), user_id=request.user.pk)
        if about.get("filing") != filing.pk:
            raise quarantine.UploadLost(_("The checked file belongs to another filing."))
        content = CenterWorkbook(filing).marked(kept)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("desk:filing", pk)
    return _download(content, f"{RESULTS_TITLE}-{about['name']}")


def _tell(request, checked):
    """What was saved, and what the office should look at."""
    if not checked.uploads:
        messages.info(request, _("The workbook says what is here already; nothing was changed."))
    else:
        names = [str(Section.Kind(kind).label) for kind in checked.uploads]
        text = _("Saved from the workbook: %(sections)s. Look through it before handing it over.")
        messages.success(request, text % {"sections": pgettext("list", ", ").join(names)})
    for problem in checked.warnings:
        messages.warning(request, problem.as_text())


def _download(content, name):
    response = FileResponse(
        io.BytesIO(content), as_attachment=True, filename=name, content_type=XLSX
    )
    response["Cache-Control"] = "private, no-store"
    return response
