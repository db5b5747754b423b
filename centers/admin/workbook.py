"""The district's workbook: checked without writing, confirmed, written whole; and out again."""

import io

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminSelectWidget

from centers.resources import DistrictWorkbook
from portal.admin import refuse_to_message
from portal.audit import services as audit
from portal.errors import DomainError
from portal.forms import DayInput
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workbooks import RESULTS_TITLE, XLSX, quarantine

MAX_BYTES = 20 * 1024 * 1024
TABLE_NAME = "街镇社会组织服务中心工作簿"


class UploadForm(forms.Form):
    """Which district, and the file."""

    district = forms.ModelChoiceField(
        label=_("District"), queryset=None, to_field_name="code", widget=UnfoldAdminSelectWidget
    )
    workbook = forms.FileField(
        label=_("Workbook (.xlsx, at most 20 MB)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def __init__(self, *args, districts, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts
        if len(districts) == 1:
            self.fields["district"].initial = districts[0].code
            self.fields["district"].empty_label = None

    def clean_workbook(self):
        upload = self.cleaned_data["workbook"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Split it by township."))
        if not upload.name.lower().endswith(".xlsx"):
            raise forms.ValidationError(_("Only .xlsx is read. Save the file as .xlsx first."))
        return upload


class ExportForm(forms.Form):
    """As of which day."""

    as_of = forms.DateField(label=_("As of"), widget=DayInput)


class WorkbookPages:
    """Pages beside the register of centers."""

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "centers_center"
        return [
            path("import/", wrap(self.import_upload), name=f"{name}_import"),
            path("import/confirm/", wrap(self.import_confirm), name=f"{name}_import_confirm"),
            path("import/marked/", wrap(self.import_marked), name=f"{name}_import_marked"),
            path("template/<code>/", wrap(self.template), name=f"{name}_template"),
            path("export/<code>/", wrap(self.export), name=f"{name}_export"),
            *super().get_urls(),
        ]

    @refuse_to_message
    def import_upload(self, request):
        """Check an upload and show what would happen; nothing is written."""
        districts = _districts(request.user, Capability.WORKBOOK_IMPORT)
        if not districts:
            raise PermissionDenied
        is_again = "token" in request.POST
        data = request.POST if request.method == "POST" and not is_again else None
        form = UploadForm(data, request.FILES or None, districts=districts)
        context = {"form": form, "downloads": self._downloads(request)}
        if is_again:
            context |= self._check_again(request)
        elif form.is_valid():
            upload = form.cleaned_data["workbook"]
            district = form.cleaned_data["district"]
            context |= self._check(request, quarantine.keep(upload), district, upload.name, [])
        return self.page(
            request, "admin/centers/workbook.html", title=_("Workbook import"), **context
        )

    @method_decorator(require_POST)
    def import_confirm(self, request):
        """Write the checked file, all of it or nothing."""
        try:
            kept, about = _kept(request)
            district = _district(request.user, Capability.WORKBOOK_IMPORT, about["district"])
            result = DistrictWorkbook(district).commit(
                kept, by=request.user, at=timezone.now(), leave_out=about["leave_out"]
            )
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:centers_center_import"))
        kept.unlink(missing_ok=True)
        return self.page(
            request,
            "admin/centers/workbook_result.html",
            title=_("Workbook imported"),
            district=district,
            result=result,
        )

    @method_decorator(require_POST)
    def import_marked(self, request):
        """The checked file with its errors and warnings written where they are."""
        try:
            kept, about = _kept(request)
            district = _district(request.user, Capability.WORKBOOK_IMPORT, about["district"])
            content = DistrictWorkbook(district).marked(
                kept, at=timezone.now(), leave_out=about["leave_out"]
            )
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:centers_center_import"))
        return download(io.BytesIO(content), f"{RESULTS_TITLE}-{about['name']}")

    def _check_again(self, request):
        """The same file without the sheets that were not chosen."""
        kept, about = _kept(request)
        district = _district(request.user, Capability.WORKBOOK_IMPORT, about["district"])
        chosen = request.POST.getlist("sheet")
        leave_out = [name for name in request.POST.getlist("seen") if name not in chosen]
        return self._check(request, kept, district, about["name"], leave_out)

    def _check(self, request, kept, district, name, leave_out):
        preview = DistrictWorkbook(district).dry_run(
            kept, by=request.user, at=timezone.now(), leave_out=leave_out
        )
        about = {"district": district.code, "name": name, "leave_out": leave_out}
        return {
            "preview": preview,
            "district": district,
            "file_name": name,
            "token": quarantine.token(kept, user_id=request.user.pk, **about),
        }

    def template(self, request, code):
        """The empty workbook to fill in."""
        district = _district(request.user, Capability.WORKBOOK_IMPORT, code)
        stream = io.BytesIO()
        DistrictWorkbook(district).template(stream)
        return download(stream, f"{district.name}-{TABLE_NAME}-{gettext('template')}.xlsx")

    def export(self, request, code):
        """What was accepted, as the workbook that would bring it in; the audit trail says who."""
        district = _district(request.user, Capability.WORKBOOK_EXPORT, code)
        form = ExportForm(request.GET)
        if not form.is_valid():
            raise Http404
        as_of = form.cleaned_data["as_of"]
        stream = io.BytesIO()
        DistrictWorkbook(district).export(stream, as_of=as_of)
        audit.record(
            action="centers.workbook.export",
            by=request.user,
            at=timezone.now(),
            target=district,
            division_path=district.path,
            changes={"as_of": [None, as_of.isoformat()]},
        )
        return download(stream, f"{district.name}-{TABLE_NAME}-{as_of.isoformat()}.xlsx")

    def _downloads(self, request):
        """Districts whose workbook the user may take away, and the form that asks the day."""
        return {
            "districts": _districts(request.user, Capability.WORKBOOK_EXPORT),
            "form": ExportForm(initial={"as_of": timezone.localdate()}),
        }


def _districts(user, capability):
    return within_reach(user, capability).filter(kind=Division.Kind.DISTRICT).order_by("path")


def _district(user, capability, code):
    district = _districts(user, capability).filter(code=code).first()
    if district is None:
        raise Http404
    return district


def _kept(request):
    return quarantine.find(request.POST.get("token", ""), user_id=request.user.pk)


def download(stream, name):
    """The workbook as a file to keep."""
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
