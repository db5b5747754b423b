"""The district's workbook: checked without writing, confirmed, written whole; and out again."""

import hashlib
import io
import secrets
from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core import signing
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

SALT = "centers.workbook"
LIFETIME_SECONDS = 3600
MAX_BYTES = 20 * 1024 * 1024
TABLE_NAME = "街镇社会组织服务中心工作簿"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class UploadLost(DomainError):
    """The checked file is gone, was changed, is too old, or belongs to somebody else."""


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
        form = UploadForm(request.POST or None, request.FILES or None, districts=districts)
        context = {"form": form, "downloads": self._downloads(request)}
        if form.is_valid():
            district = form.cleaned_data["district"]
            kept = _keep(form.cleaned_data["workbook"])
            preview = DistrictWorkbook(district).dry_run(
                kept, by=request.user, at=timezone.now()
            )
            context |= {
                "preview": preview,
                "district": district,
                "file_name": form.cleaned_data["workbook"].name,
                "token": _token(kept, district, request.user),
            }
        return self.page(
            request, "admin/centers/workbook.html", title=_("Workbook import"), **context
        )

    @method_decorator(require_POST)
    def import_confirm(self, request):
        """Write the checked file, all of it or nothing."""
        try:
            kept, code = _open(request.POST.get("token", ""), request.user)
            district = _district(request.user, Capability.WORKBOOK_IMPORT, code)
            result = DistrictWorkbook(district).commit(
                kept, by=request.user, at=timezone.now()
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

    def template(self, request, code):
        """The empty workbook to fill in."""
        district = _district(request.user, Capability.WORKBOOK_IMPORT, code)
        stream = io.BytesIO()
        DistrictWorkbook(district).template(stream)
        return _download(stream, f"{district.name}-{TABLE_NAME}-{gettext('template')}.xlsx")

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
        return _download(stream, f"{district.name}-{TABLE_NAME}-{as_of.isoformat()}.xlsx")

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


def _folder():
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _keep(upload):
    """The upload under a random name; what was never confirmed is thrown away first."""
    oldest = timezone.now().timestamp() - LIFETIME_SECONDS
    for stale in _folder().glob("*.xlsx"):
        if stale.stat().st_mtime < oldest:
            stale.unlink(missing_ok=True)
    kept = _folder() / f"{secrets.token_hex(16)}.xlsx"
    kept.touch(mode=0o600)
    with kept.open("wb") as file:
        for chunk in upload.chunks():
            file.write(chunk)
    return kept


def _digest(kept):
    with kept.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _token(kept, district, user):
    """Names the checked file, and holds only for this user and this content."""
    content = {"file": kept.name, "sha256": _digest(kept), "district": district.code}
    return signing.dumps(content | {"user": user.pk}, salt=SALT)


def _open(token, user):
    """(path, district code) of the file that was checked; raises ``UploadLost``."""
    try:
        content = signing.loads(token, salt=SALT, max_age=LIFETIME_SECONDS)
        kept = _folder() / content["file"]
        is_same = content["user"] == user.pk and _digest(kept) == content["sha256"]
    except (signing.BadSignature, FileNotFoundError):
        is_same = False
    if not is_same:
        raise UploadLost(_("The checked file is no longer there or was changed. Upload it again."))
    return kept, content["district"]


def _download(stream, name):
    stream.seek(0)
    return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)
