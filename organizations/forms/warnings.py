"""What a center reports as a sign of risk, and what the bureau enters about organizations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminNullBooleanSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from centers.models import Center
from organizations.models import ActivityTeam, CreditListing, Observation, Organization
from organizations.models.warning import Code, Handling, Level
from organizations.selectors.search import found_by_code
from organizations.selectors.watching import WATCHED
from portal.forms import FIRST_YEAR, DayInput
from portal.registers.forms import Versioned

TEXT_LENGTH = 500
# Organizations that a district types by code or number instead of choosing from thousands.
BY_CODE = _("Credit code, or the number of the entry in the register, such as O12.")
BY_NUMBER = _("Number of the entry in the register, such as T3.")


class ReportForm(forms.Form):
    """A sign of risk, as a center of the township reports it."""

    subject = forms.ChoiceField(label=_("Organization or team"))
    code = forms.ChoiceField(label=_("Kind"), choices=[("", "—"), *Code.choices])
    happened_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    text = forms.CharField(
        label=_("What was seen"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Facts, not guesses; no names of residents. Internal: never published."),
    )

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        organizations = Organization.objects.filter(division=center.division_id, status__in=WATCHED)
        organizations = organizations.exclude(center=center)
        teams = ActivityTeam.objects.filter(
            division=center.division_id, status__in=ActivityTeam.ON_FILE
        )
        self.organizations = {f"O{each.pk}": each for each in organizations.order_by("name")}
        self.teams = {f"T{each.pk}": each for each in teams.order_by("name")}
        self.fields["subject"].choices = [
            ("", "—"),
            (_("organizations"), [(key, str(each)) for key, each in self.organizations.items()]),
            (_("teams"), [(key, str(each)) for key, each in self.teams.items()]),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        key = values.pop("subject", "")
        return values | {
            "organization": self.organizations.get(key),
            "team": self.teams.get(key),
        }


class NoteForm(forms.Form):
    """What was learnt of a warning."""

    text = forms.CharField(
        label=_("What was learnt"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class StepForm(Versioned, forms.Form):
    """One step of a warning, with the version it was decided on."""

    text = forms.CharField(
        label=_("What was found or done"),
        max_length=TEXT_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, warning: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = warning.version


class WarnForm(StepForm):
    level = forms.ChoiceField(label=_("Level"), choices=Level, widget=UnfoldAdminSelectWidget)
    field_order = ["level", "text"]

    def __init__(self, *args: Any, warning: Any, **kwargs: Any) -> None:
        super().__init__(*args, warning=warning, **kwargs)
        self.fields["level"].initial = warning.level


class HandleForm(StepForm):
    handling = forms.ChoiceField(
        label=_("Handling"), choices=Handling, widget=UnfoldAdminSelectWidget
    )
    field_order = ["handling", "text"]


class _OfOrganizationForm(forms.Form):
    """A form that asks for an organization by code; ``organizations`` are those to choose from."""

    organization = forms.CharField(
        label=_("Organization"),
        max_length=30,
        help_text=BY_CODE,
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = organizations

    def clean_organization(self) -> Organization | None:
        typed = self.cleaned_data["organization"]
        if not typed:
            return None
        if (found := found_by_code(typed, self.seen)) is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no organization here. Type its credit code or its number.")
                % {"typed": typed}
            )
        return found


class ObservationForm(_OfOrganizationForm):
    """What the bureau notes of an organization or a team."""

    team = forms.CharField(
        label=_("Activity team"),
        max_length=30,
        required=False,
        help_text=BY_NUMBER,
        widget=UnfoldAdminTextInputWidget,
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Observation.Kind, widget=UnfoldAdminSelectWidget
    )
    happened_on = forms.DateField(label=_("Day"), widget=DayInput)
    text = forms.CharField(
        label=_("What was seen or heard"),
        max_length=TEXT_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )
    doc_no = forms.CharField(
        label=_("Document no."),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    reported_on = forms.DateField(
        label=_("Reported to the authority on"),
        required=False,
        widget=DayInput,
        help_text=_("Only of a major event."),
    )

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].required = False
        self.teams = teams

    def clean_team(self) -> ActivityTeam | None:
        typed = self.cleaned_data["team"].strip().upper()
        if not typed:
            return None
        digits = typed.removeprefix("T")
        is_number = digits != typed and digits.isascii() and digits.isdecimal()
        found = self.teams.filter(pk=int(digits)).first() if is_number else None
        if found is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no team here. Type its number, such as T3.") % {"typed": typed}
            )
        return found


class SettleForm(forms.Form):
    """When and how what was seen was dealt with."""

    settled_on = forms.DateField(label=_("Settled on"), widget=DayInput)
    reported_on = forms.DateField(
        label=_("Reported to the authority on"),
        required=False,
        widget=DayInput,
        help_text=_("Only of a major event."),
    )
    reason = forms.CharField(
        label=_("How it was settled"),
        max_length=TEXT_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


def _yuan(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        max_digits=16,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )


class FiguresForm(_OfOrganizationForm):
    """An organization's figures of a year, as its annual report gives them. Blank: not known."""

    year = forms.IntegerField(
        label=_("Year"),
        min_value=FIRST_YEAR,
        max_value=2100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    net_assets_yuan = _yuan(_("Net assets at the end (yuan)"))
    net_assets_before_yuan = _yuan(_("Net assets at the beginning (yuan)"))
    is_change_explained = forms.NullBooleanField(
        label=_("The change of net assets is explained"),
        required=False,
        widget=UnfoldAdminNullBooleanSelectWidget,
    )
    public_received_yuan = _yuan(_("Public money received (yuan)"))
    public_unspent_yuan = _yuan(_("Public money not spent (yuan)"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in ("public_received_yuan", "public_unspent_yuan"):
            if (value := values.get(name)) is not None and value < 0:
                self.add_error(name, _("This cannot be less than 0."))
        return values


class ListingForm(forms.Form):
    """One entry of a credit list, as the authority published it."""

    district = forms.ModelChoiceField(
        label=_("District"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    uscc = forms.CharField(label=_("Credit code"), max_length=30, widget=UnfoldAdminTextInputWidget)
    name = forms.CharField(label=_("Name"), max_length=60, widget=UnfoldAdminTextInputWidget)
    kind = forms.ChoiceField(
        label=_("List"), choices=CreditListing.Kind, widget=UnfoldAdminSelectWidget
    )
    listed_on = forms.DateField(label=_("Listed on"), widget=DayInput)
    removed_on = forms.DateField(label=_("Removed on"), required=False, widget=DayInput)
    grounds = forms.CharField(
        label=_("Grounds"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )
    authority = forms.CharField(
        label=_("Authority"), max_length=60, required=False, widget=UnfoldAdminTextInputWidget
    )
    doc_no = forms.CharField(
        label=_("Document no."), max_length=60, required=False, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, districts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts


class ListForm(forms.Form):
    """A credit list, copied out of a table."""

    district = forms.ModelChoiceField(
        label=_("District"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    rows = forms.CharField(
        label=_("Rows"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 14}),
        strip=False,
        help_text=_(
            "Copied out of the table, one entry a line, in this order: credit code, name, list, "
            "listed on; then, where known, removed on, grounds, authority, document no."
        ),
    )

    def __init__(self, *args: Any, districts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts


class MatchForm(_OfOrganizationForm):
    """Which organization an entry means."""
