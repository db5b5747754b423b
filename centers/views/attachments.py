"""Files of a section: attached, replaced, taken out, and given to whoever may read the section."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_GET, require_POST

from centers import permissions, selectors
from centers.forms.attachments import AttachmentForm, DocumentForm
from centers.models import Attachment
from centers.selectors import attachments as attached
from centers.services import evidence
from centers.views import refusals
from centers.views.sections import get_section
from portal.errors import DomainError
from portal.evidence import views as files
from portal.evidence.inspection import EvidenceRefused
from portal.evidence.services import EvidenceLost


def get_attachment(request, pk, may=None):
    """The attachment if ``request.user`` sees it (404), and if ``may`` allows more (403)."""
    visible = Attachment.objects.visible_to(request.user).select_related(
        "file", "section__center__division", "section__filing__center__division"
    )
    attachment = get_object_or_404(visible, pk=pk)
    if may is not None and not may(request.user, attachment.section.filing):
        raise PermissionDenied
    return attachment


def places_of(section):
    """What a file of the section can prove."""
    return attached.places(section, selectors.rows_of(section), ())


class Upload(LoginRequiredMixin, View):
    """A page with one form and one file. What was typed stays; a file is chosen again."""

    def page(self, section, form, **context):
        context |= {
            "section": section,
            "filing": section.filing,
            "center": section.center,
            "form": form,
            "back": section_page(section),
        }
        return render(self.request, "centers/attachment_form.html", context)

    def answer(self, section, form, attach, **context):
        """Attach what the form holds; whatever is refused is said beside the file."""
        if form.is_valid():
            try:
                attach(**form.cleaned_data, by=self.request.user, at=timezone.now())
            except EvidenceRefused as refusal:
                form.add_error("upload", str(refusal))
            except DomainError as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(self.request, _("The file was checked and attached."))
                return redirect(section_page(section))
        return self.page(section, form, **context)


class AttachmentAdd(Upload):
    """A new document for a row or for the whole section."""

    def get(self, request, pk, kind):
        section = self.section(pk, kind)
        initial = {"line": request.GET.get("line", "")}
        return self.page(section, AttachmentForm(places=places_of(section), initial=initial))

    def post(self, request, pk, kind):
        section = self.section(pk, kind)
        form = AttachmentForm(request.POST, request.FILES, places=places_of(section))

        def attach(**values):
            return evidence.attach(section=section, **values)

        return self.answer(section, form, attach)

    def section(self, pk, kind):
        return get_section(self.request, pk, kind, permissions.can_edit_filing)


class AttachmentReplace(Upload):
    """A newer version of a document."""

    def get(self, request, pk):
        old = get_attachment(request, pk, permissions.can_edit_filing)
        initial = {"kind": old.kind, "title": old.title, "expires_on": old.expires_on}
        return self.page(old.section, DocumentForm(initial=initial), replaced=old)

    def post(self, request, pk):
        old = get_attachment(request, pk, permissions.can_edit_filing)

        def attach(**values):
            return evidence.replace(attachment=old, **values)

        form = DocumentForm(request.POST, request.FILES)
        return self.answer(old.section, form, attach, replaced=old)


@login_required
@require_POST
def attachment_remove(request, pk):
    attachment = get_attachment(request, pk, permissions.can_edit_filing)
    with refusals.shown(request):
        evidence.remove(attachment=attachment, by=request.user, at=timezone.now())
        messages.success(request, _("The attachment was removed."))
    return redirect(section_page(attachment.section))


@login_required
@require_GET
def attachment_download(request, pk):
    """The stored bytes, to whoever may read the section; a picture may be looked at."""
    attachment = get_attachment(request, pk)
    try:
        return files.answer(attachment.file, inline="show" in request.GET)
    except EvidenceLost as refusal:
        return render(request, "centers/attachment_lost.html", {"refusal": refusal}, status=409)


def section_page(section):
    page = reverse("desk:section-edit", args=[section.filing_id, section.kind])
    return f"{page}#attachments"
