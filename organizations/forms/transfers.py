"""What is asked before a workbook of the register is brought in, confirmed or taken out."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from organizations.models import Transfer
from portal.jurisdictions.models import Division

MAX_BYTES = 20 * 1024 * 1024


class DistrictTableForm(forms.Form):
    """Which table of which district."""

    TABLES: Collection[str] = tuple(Transfer.Table)

    table = forms.ChoiceField(label=_("Table"), widget=UnfoldAdminSelectWidget)
    district = forms.ModelChoiceField(
        label=_("District"), queryset=None, to_field_name="code", widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, districts: "QuerySet[Division]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table: Any = self.fields["table"]
        table.choices = [each for each in Transfer.Table.choices if each[0] in self.TABLES]
        field: Any = self.fields["district"]
        field.queryset = districts
        if len(districts) == 1:
            field.initial, field.empty_label = districts[0].code, None


class TransferUploadForm(DistrictTableForm):
    """And the file."""

    TABLES = Transfer.COMES_IN

    workbook = forms.FileField(
        label=_("Workbook (.xlsx, at most 20 MB and 200,000 rows)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_workbook(self) -> UploadedFile:
        upload = self.cleaned_data["workbook"]
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 20 MB. Split it by township."))
        if not upload.name.lower().endswith(".xlsx"):
            raise forms.ValidationError(_("Only .xlsx is read. Save the file as .xlsx first."))
        return upload


class TransferExportForm(DistrictTableForm):
    """And whether telephone numbers stand open in it, for whoever may see them."""

    with_personal = forms.BooleanField(
        label=_("With telephone numbers unmasked"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )
    purpose = forms.CharField(
        label=_("Purpose"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Needed for unmasked numbers; it goes into the audit trail."),
    )

    def __init__(self, *args: Any, may_reveal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_reveal:
            del self.fields["with_personal"], self.fields["purpose"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("with_personal") and not (values.get("purpose") or "").strip():
            self.add_error("purpose", _("Say for which purpose the telephone numbers are needed."))
        if values.get("with_personal") and values.get("table") not in Transfer.COMES_IN:
            text = _("These rows hold no telephone numbers that could stand open.")
            self.add_error("with_personal", text)
        return values


class TransferConfirmForm(forms.Form):
    """How a checked workbook is written; the version is that of the page."""

    mode = forms.ChoiceField(choices=Transfer.Mode.choices)
    version = forms.IntegerField(min_value=0)
