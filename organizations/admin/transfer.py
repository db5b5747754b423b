"""Workbooks of the register: brought in, checked, confirmed; taken out; fetched for a week."""

import io

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from organizations.forms.transfers import (
    TransferConfirmForm,
    TransferExportForm,
    TransferUploadForm,
)
from organizations.models import Transfer
from organizations.permissions import can_export, can_export_personal, can_fetch, can_transfer
from organizations.resources import labels
from organizations.resources.books import BOOKS
from organizations.services import transfers
from portal.admin import ScopedModelAdmin, mark, refuse_to_message, version_on_page
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.roles import Capability
from portal.workbooks import RESULTS_TITLE, XLSX

SHOWN_PROBLEMS = 200
# Where the rows of a table are looked at.
TABLES = {
    Transfer.Table.ORGANIZATIONS: "admin:organizations_organization_changelist",
    Transfer.Table.TEAMS: "admin:organizations_activityteam_changelist",
    Transfer.Table.CREDIT_LIST: "admin:organizations_creditlisting_changelist",
}
INTRO = _(
    "The file is checked first, in the background; nothing is written before you confirm it. Blank "
    "cells change nothing that is on record."
)
EXPORT_INTRO = _("The workbook is written in the background and can be fetched here for a week.")
MARKS = {
    Transfer.Status.WAITING: ("…", "none"),
    Transfer.Status.CHECKING: ("…", "fair"),
    Transfer.Status.CHECKED: ("?", "fair"),
    Transfer.Status.WRITING: ("…", "fair"),
    Transfer.Status.DONE: ("✓", "good"),
    Transfer.Status.REFUSED: ("✗", "poor"),
    Transfer.Status.FAILED: ("!", "alarm"),
    Transfer.Status.CANCELLED: ("—", "none"),
}


def _districts(user, capability):
    return within_reach(user, capability).filter(kind=Division.Kind.DISTRICT).order_by("path")


@admin.register(Transfer)
class TransferAdmin(ScopedModelAdmin):
    when_empty = _(
        "No workbook was brought in or taken out yet. Bring in the sheet of social"
        " organizations or of activity teams: it is checked first, and written only once you"
        " confirm it."
    )
    list_display = [
        *("number", "direction", "table", "district", "state", "row_count", "new_count"),
        *("changed_count", "bad_count", "requested_by", "requested_at"),
    ]
    list_filter = [
        ("direction", ChoicesDropdownFilter),
        ("table", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
    ]
    list_select_related = ["district", "requested_by"]
    ordering = ["-pk"]
    actions_list = ["upload", "take_out"]

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and can_transfer(request.user)

    def has_upload_permission(self, request, object_id=None):
        return request.user.has_capability(Capability.WORKBOOK_IMPORT)

    def has_export_permission(self, request, object_id=None):
        return request.user.has_capability(Capability.WORKBOOK_EXPORT)

    @admin.display(description=_("workbook"), ordering="pk")
    def number(self, transfer):
        return f"#{transfer.pk} {transfer.file_name}".strip()

    @admin.display(description=_("status"), ordering="status")
    def state(self, transfer):
        return mark(*MARKS[transfer.status], transfer.get_status_display())

    def get_urls(self):
        wrap, name = self.admin_site.admin_view, "organizations_transfer"
        return [
            path("template/<table>/", wrap(self.template), name=f"{name}_template"),
            path("<int:pk>/state/", wrap(self.state_view), name=f"{name}_state"),
            path("<int:pk>/file/", wrap(self.file), name=f"{name}_file"),
            path("<int:pk>/confirm/", wrap(self.confirm), name=f"{name}_confirm"),
            path("<int:pk>/cancel/", wrap(self.cancel), name=f"{name}_cancel"),
            *super().get_urls(),
        ]

    @action(description=_("Import a workbook"), url_path="upload", permissions=["upload"])
    def upload(self, request):
        """Keep an upload and let it be checked."""
        districts = _districts(request.user, Capability.WORKBOOK_IMPORT)
        if not districts:
            raise PermissionDenied
        data = request.POST if request.method == "POST" else None
        form = TransferUploadForm(data, request.FILES or None, districts=districts)
        if form.is_valid():
            values = form.cleaned_data
            transfer = transfers.request_import(
                table=values["table"],
                district=values["district"],
                upload=values["workbook"],
                by=request.user,
                at=timezone.now(),
            )
            return self._to(transfer)
        return self.page(
            request,
            "admin/organizations/transfer_upload.html",
            title=_("Import a workbook"),
            form=form,
            submit_label=_("Check the file"),
            intro=INTRO,
            tables=[each for each in Transfer.Table.choices if each[0] in BOOKS],
        )

    @action(description=_("Export a register"), url_path="export", permissions=["export"])
    def take_out(self, request):
        """Let a district's register be written into a workbook."""
        districts = _districts(request.user, Capability.WORKBOOK_EXPORT)
        if not districts:
            raise PermissionDenied
        may_reveal = can_export_personal(request.user)
        form = TransferExportForm(
            request.POST or None,
            districts=districts,
            may_reveal=may_reveal,
            initial={"table": request.GET.get("table")},
        )
        if form.is_valid():
            values = form.cleaned_data
            if not can_export(request.user, values["table"], values["district"]):
                raise PermissionDenied
            if values.get("with_personal") and not can_export_personal(
                request.user, values["district"]
            ):
                raise PermissionDenied
            transfer = transfers.request_export(
                table=values["table"],
                district=values["district"],
                with_personal=values.get("with_personal", False),
                purpose=values.get("purpose", ""),
                by=request.user,
                at=timezone.now(),
            )
            return self._to(transfer)
        return self.form_page(
            request,
            form,
            title=_("Export a register"),
            submit_label=_("Export"),
            intro=EXPORT_INTRO,
        )

    def template(self, request, table):
        """The empty workbook to fill in."""
        if not self.has_upload_permission(request) or table not in BOOKS:
            raise Http404
        stream = io.BytesIO()
        BOOKS[table].template(stream)
        stream.seek(0)
        name = f"{labels.SHEETS[table]}-模板.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        transfer = self.scoped_or_404(request, object_id)
        problems = []
        if not transfer.is_at_work and transfer.error_count + transfer.warning_count:
            problems = transfers.problems_of(transfer, SHOWN_PROBLEMS)
        return self.page(
            request,
            "admin/organizations/transfer.html",
            title=str(transfer),
            obj=transfer,
            transfer=transfer,
            table_url=reverse(TABLES[transfer.table]),
            errors=[problem for problem in problems if not problem.is_warning],
            warnings=[problem for problem in problems if problem.is_warning],
            is_cut=transfer.error_count + transfer.warning_count > len(problems) > 0,
            mark=self.state(transfer),
            may_steer=can_transfer(request.user, transfer),
            may_fetch=can_fetch(request.user, transfer),
        )

    def state_view(self, request, pk):
        """How far it is; when nothing moves any more, the page anew."""
        transfer = self.scoped_or_404(request, pk)
        context = {"transfer": transfer, "mark": self.state(transfer)}
        response = render(request, "admin/organizations/_transfer_state.html", context)
        if request.htmx and not transfer.is_at_work:
            response["HX-Refresh"] = "true"
        return response

    def file(self, request, pk):
        """The workbook that came of it: the export, or the upload with its errors."""
        transfer = self.scoped_or_404(request, pk)
        if not can_fetch(request.user, transfer):
            raise PermissionDenied
        found = transfers.fetch(transfer=transfer, by=request.user, at=timezone.now())
        if found is None:
            raise Http404
        name = f"{RESULTS_TITLE}-{transfer.file_name}"
        if transfer.direction == Transfer.Direction.EXPORT:
            on = timezone.localdate(transfer.requested_at)
            name = f"{transfer.district.name}-{labels.SHEETS[transfer.table]}-{on}.xlsx"
        return FileResponse(found.open("rb"), as_attachment=True, filename=name, content_type=XLSX)

    @method_decorator(require_POST)
    @refuse_to_message
    def confirm(self, request, pk):
        """Let the checked workbook be written."""
        transfer = self._steered(request, pk)
        form = TransferConfirmForm(request.POST)
        if not form.is_valid():
            raise DomainError(_("Choose whether all rows are imported or only the good ones."))
        transfers.confirm(
            transfer=transfer, **form.cleaned_data, by=request.user, at=timezone.now()
        )
        return self._to(transfer)

    @method_decorator(require_POST)
    @refuse_to_message
    def cancel(self, request, pk):
        """Give it up; nothing of it was written."""
        transfer = self._steered(request, pk)
        transfers.cancel(
            transfer=transfer,
            version=version_on_page(request),
            by=request.user,
            at=timezone.now(),
        )
        return self._to(transfer)

    def _steered(self, request, pk):
        transfer = self.scoped_or_404(request, pk)
        if not can_transfer(request.user, transfer):
            raise PermissionDenied
        return transfer

    @staticmethod
    def _to(transfer):
        return HttpResponseRedirect(
            reverse("admin:organizations_transfer_change", args=[transfer.pk])
        )
