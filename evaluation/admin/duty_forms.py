"""What is asked of a record of a duty: only what its kind needs."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from centers.models import Center
from evaluation.models import DutyRecord
from portal.evidence.forms import EvidenceField
from portal.forms import DayInput

PROVEN_BY = _("A document number or a file: without either the record does not count.")


def _text(column, **kwargs):
    field = DutyRecord._meta.get_field(column)
    return forms.CharField(
        max_length=field.max_length,
        required=not field.blank,
        widget=UnfoldAdminTextInputWidget,
        **kwargs,
    )


class UploadForm(forms.Form):
    """One file that proves a record."""

    upload = EvidenceField()


class RecordForm(UploadForm):
    """One thing the bureau did."""

    field_order = (
        *("title", "starts_on", "ends_on", "due_on", "counterpart", "amount_yuan", "result"),
        *("centers", "doc_no", "upload"),
    )

    title = _text("title", label=_("Title"))
    starts_on = forms.DateField(label=_("Day"), widget=DayInput)
    ends_on = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=DayInput,
        help_text=_("Last day it holds. Empty: no end."),
    )
    due_on = forms.DateField(
        label=_("To be published by"),
        required=False,
        widget=DayInput,
        help_text=_("Published later, it does not count as in time."),
    )
    counterpart = _text("counterpart", label=_("Resource platform"))
    amount_yuan = forms.DecimalField(
        label=_("Amount in yuan"),
        required=False,
        max_digits=14,
        decimal_places=2,
        min_value=Decimal("0.01"),
        widget=UnfoldAdminDecimalFieldWidget,
    )
    result = forms.ChoiceField(label=_("Result"), widget=UnfoldAdminSelectWidget)
    centers = forms.ModelMultipleChoiceField(
        label=_("Centers taking part"),
        queryset=Center.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    doc_no = _text("doc_no", label=_("Document no."), help_text=PROVEN_BY)

    def __init__(self, *args, kind, district, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["upload"].required = False
        centers = self.fields["centers"]
        centers.queryset = Center.objects.within(district).order_by("code")
        centers.required = kind in DutyRecord.OF_CENTERS
        if kind in DutyRecord.LASTING:
            self.fields["starts_on"].label = _("Valid from")
        results = DutyRecord.RESULTS.get(kind, ())
        self.fields["result"].choices = [
            (value, label) for value, label in DutyRecord.Result.choices if value in results
        ]
        for name in set(self.fields) - _asked(kind):
            del self.fields[name]


def _asked(kind):
    """Names of the fields that records of the kind have."""
    asked = {"title", "starts_on", "doc_no", "upload"}
    more = {
        DutyRecord.Kind.RESOURCE_AGREEMENT: {"counterpart", "centers"},
        DutyRecord.Kind.LOTTERY_APPLICATION: {"amount_yuan", "result"},
        DutyRecord.Kind.DISCLOSURE: {"due_on"},
        DutyRecord.Kind.COMPLAINT: {"result"},
    }
    asked |= more.get(kind, set())
    if kind in DutyRecord.LASTING:
        asked.add("ends_on")
    return asked | ({"centers"} if kind in DutyRecord.OF_CENTERS else set())


class NoneForm(forms.Form):
    """On whose word a year had none."""

    note = forms.CharField(
        label=_("How the bureau knows"),
        max_length=DutyRecord._meta.get_field("title").max_length,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


class VoidForm(forms.Form):
    """Why a record is taken back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=DutyRecord._meta.get_field("void_reason").max_length,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


class SettleForm(forms.Form):
    """What an application or a complaint came to."""

    result = forms.ChoiceField(label=_("Result"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args, kind, **kwargs):
        super().__init__(*args, **kwargs)
        final = DutyRecord.RESULTS.get(kind, ())[1:]
        self.fields["result"].choices = [
            (value, label) for value, label in DutyRecord.Result.choices if value in final
        ]
