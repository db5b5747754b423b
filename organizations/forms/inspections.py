"""What is typed about annual inspections: on the desk by centers, in the admin by the bureau."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from organizations.models import Inspection, InspectionHelp, InspectionMaterial
from organizations.models.inspection import EARLIEST_YEAR, LATEST_YEAR, Kind
from portal.forms import DayInput
from portal.registers.forms import Versioned

# What an organization tells its center; the rest is the authority's to notify.
TOLD_BY_ORGANIZATION = (Inspection.Status.FILLING, Inspection.Status.WITH_UNIT)
Status = Inspection.Status


class DeskDay(forms.DateField):
    """A day, in the browser's own field, that has come."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class HelpForm(forms.Form):
    """What a center did for an organization."""

    kind = forms.ChoiceField(label=_("Kind of help"), choices=InspectionHelp.Kind.choices)
    happened_on = DeskDay(label=_("Day"))
    is_complete = forms.TypedChoiceField(
        label=_("Result of the check"),
        choices=[("", "—"), ("yes", _("papers complete")), ("no", _("papers not complete"))],
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
        help_text=_("Only of a check beforehand."),
    )
    text = forms.CharField(
        label=_("What was done"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No names or numbers of persons."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        is_check = values.get("kind") == InspectionHelp.Kind.PRECHECK
        if "kind" in values and "is_complete" in values:
            if is_check and values["is_complete"] is None:
                self.add_error("is_complete", _("Say whether the papers are complete."))
            if not is_check and values["is_complete"] is not None:
                self.add_error("is_complete", _("Only a check beforehand has this result."))
        return values


class ProgressForm(forms.Form):
    """How far an organization says it is."""

    to = forms.ChoiceField(label=_("How far it is"))
    on = DeskDay(label=_("Since"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, inspection: Inspection, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = Inspection.TRANSITIONS.get(inspection.status, frozenset())
        self.fields["to"].choices = [
            (status.value, status.label) for status in TOLD_BY_ORGANIZATION if status in allowed
        ]
        self.fields["on"].initial = today
        self.fields["version"].initial = inspection.version


class MaterialsForm(forms.Form):
    """Every paper of an inspection: whether it is there, and a note."""

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {paper.code: paper for paper in inspection.materials.all()}
        states = [("", "—"), *InspectionMaterial.State.choices]
        for code, label in InspectionMaterial.Code.choices:
            paper = known.get(code)
            self.fields[f"{code}_state"] = forms.ChoiceField(
                label=label, choices=states, required=False, initial=paper and paper.state
            )
            self.fields[f"{code}_note"] = forms.CharField(
                label=_("Note: %(paper)s") % {"paper": label},
                max_length=200,
                required=False,
                initial=paper and paper.note,
            )

    def noted(self) -> list[dict[str, str]]:
        """Code, state and note of every paper of which something is known."""
        values = self.cleaned_data
        return [
            {"code": code, "state": values[f"{code}_state"], "note": values[f"{code}_note"]}
            for code in InspectionMaterial.Code.values
            if values[f"{code}_state"]
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for code in InspectionMaterial.Code.values:
            if values.get(f"{code}_note") and not values.get(f"{code}_state"):
                self.add_error(f"{code}_state", _("Say whether it is there."))
        return values


# --- the bureau's


class YearForm(forms.Form):
    """Which year and which kind."""

    year = forms.IntegerField(
        label=_("Year inspected"),
        min_value=EARLIEST_YEAR,
        max_value=LATEST_YEAR,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("The year that has ended, not the year in which it is inspected."),
    )
    kind = forms.ChoiceField(
        label=_("Kind of inspection"), choices=Kind.choices, widget=UnfoldAdminSelectWidget
    )


class CampaignForm(YearForm):
    """Which year and which kind a district inspects."""

    title = forms.CharField(
        label=_("Title"),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Left blank, year and kind."),
    )


class DaysForm(Versioned, YearForm):
    """The days that a notice sets."""

    opens_on = forms.DateField(label=_("Opens on"), widget=DayInput)
    unit_due_on = forms.DateField(
        label=_("To the supervising unit by"), required=False, widget=DayInput
    )
    authority_due_on = forms.DateField(label=_("To the registration authority by"), widget=DayInput)
    doc_no = forms.CharField(
        label=_("Document no."),
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Of the notice that sets these days."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class MoveForm(Versioned, forms.Form):
    """How far an inspection is, as the bureau knows; conclusions have a form of their own."""

    to = forms.ChoiceField(label=_("New status"), widget=UnfoldAdminSelectWidget)
    on = forms.DateField(label=_("Since"), widget=DayInput)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("Needed where nothing is asked of the organization this year."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = Inspection.TRANSITIONS.get(inspection.status, frozenset()) - {Status.CONCLUDED}
        self.fields["to"].choices = [c for c in Status.choices if c[0] in allowed]
        self.fields["version"].initial = inspection.version


class ConclusionForm(Versioned, forms.Form):
    """What the registration authority notified."""

    conclusion = forms.ChoiceField(
        label=_("Conclusion of the authority"),
        choices=Inspection.Conclusion.choices,
        widget=UnfoldAdminSelectWidget,
    )
    concluded_on = forms.DateField(label=_("Notified on"), widget=DayInput)
    doc_no = forms.CharField(
        label=_("Document no."), max_length=60, widget=UnfoldAdminTextInputWidget
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, inspection: Inspection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = inspection.version
