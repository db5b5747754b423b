"""Building a yearly pack, explaining its figures, submitting it and giving it up."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from centers.models.event import EARLIEST_YEAR, LATEST_YEAR
from evaluation.models import CityPack
from evaluation.selectors.city_pack_words import NOTE_KINDS
from evaluation.services.city_packs import LONGEST_NOTE
from portal.evidence.inspection import ACCEPT
from portal.forms import DayInput
from portal.registers.forms import Versioned


class BuildForm(forms.Form):
    """Of which district and year, as of which day; blank days stand for the usual ones."""

    district = forms.ModelChoiceField(
        label=_("District"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    year = forms.IntegerField(
        label=_("Year"),
        min_value=EARLIEST_YEAR,
        max_value=LATEST_YEAR,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    as_of = forms.DateField(
        label=_("Figures as of"),
        required=False,
        widget=DayInput(),
        help_text=_("Blank: the last day of the year, or today while it runs."),
    )
    known_at = forms.DateTimeField(
        label=_("As known at"),
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
        help_text=_("Blank: now. What was entered later than that moment counts for nothing."),
    )
    reason = forms.CharField(
        label=_("Reason for the correction"),
        max_length=300,
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 2}),
        help_text=_("From the second version on. The municipality reads it."),
    )

    def __init__(self, *args: Any, districts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts


class NoteForm(forms.Form):
    """What is said to one figure; a form left empty says nothing."""

    figure = forms.ChoiceField(
        label=_("Figure of the pack"), required=False, widget=UnfoldAdminSelectWidget
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", "—"), *NOTE_KINDS.items()],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    text = forms.CharField(
        label=_("Explanation"),
        max_length=LONGEST_NOTE,
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 2}),
    )

    def __init__(self, *args: Any, figures: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["figure"].choices = [("", "—"), *figures]

    def clean(self) -> dict[str, Any]:
        """All of it or nothing."""
        said = {name: self.cleaned_data.get(name) for name in ("figure", "kind", "text")}
        if any(said.values()):
            for name, value in said.items():
                if not value and name not in self.errors:
                    self.add_error(name, _("Fill this in too, or empty the explanation."))
        return self.cleaned_data


NoteForms = forms.formset_factory(
    NoteForm, extra=2, can_delete=True, can_delete_extra=False, max_num=40
)


class SubmitForm(Versioned, forms.Form):
    """Who signed it, and the signed and sealed page."""

    signer = forms.CharField(
        label=_("Signed by"), max_length=30, widget=UnfoldAdminTextInputWidget()
    )
    upload = forms.FileField(
        label=_("Scan with signature and seal"),
        required=False,
        widget=forms.ClearableFileInput({"accept": ACCEPT}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pack: CityPack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = pack.version


class DropForm(Versioned, forms.Form):
    """Why a version is given up."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget({"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, pack: CityPack, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = pack.version
