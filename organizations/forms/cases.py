"""What is typed about a case: opening, correcting, moving, noting, its papers."""

from datetime import date
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.forms.case_fields import SubjectField, area, day_field, of_district
from organizations.models import ActivityTeam, Case, Organization
from organizations.models.case import STATES
from organizations.rules import casework
from portal.users.models import User

NO_NAMES = _("No names of persons: it is shown beside the figure it counts for.")
# Kinds whose cases may be entered once they are done.
PLANNED = frozenset(kind for kind, states in STATES.items() if "planned" in states)


class DayTyped(forms.Form):
    """A day that has come. ``today`` is the last one that has."""

    happened_on = day_field(label=_("Day"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["happened_on"].widget.attrs["max"] = today.isoformat()
        self.fields["happened_on"].initial = today

    def clean_happened_on(self) -> date:
        return refuse_to_come(self.cleaned_data["happened_on"], self.today)


def refuse_to_come(day: date, today: date) -> date:
    """The day, unless it is after today."""
    if day > today:
        raise forms.ValidationError(
            _("%(day)s has not come yet: enter it once it has happened."), params={"day": day}
        )
    return day


def keepers(center: Center) -> "models.QuerySet[User]":
    """Who works at the center."""
    members = User.objects.filter(memberships__center=center, is_active=True)
    return members.distinct().order_by("pk")


class AboutForm(forms.Form):
    """What every case says, whatever its kind."""

    title = forms.CharField(label=_("Title"), max_length=120, help_text=NO_NAMES)
    organization = SubjectField(
        model=Organization,
        label=_("Social organization"),
        help_text=_("Name or credit code; leave empty where it is about none."),
    )
    team = SubjectField(
        model=ActivityTeam,
        label=_("Activity team"),
        help_text=_("Name; a case is about an organization or about a team."),
    )
    follow_up_on = day_field(
        label=_("Follow up on"),
        required=False,
        help_text=_("On this day whoever is responsible is reminded."),
    )

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("organization", "team"):
            field = self.fields[name]
            field.within = of_district(field.model, center)
            field.widget.attrs["list"] = f"known-{name}"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("organization") and values.get("team"):
            self.add_error(
                "team",
                _("A case is about an organization or about a team: name one of the two."),
            )
        return values


class OpenForm(AboutForm):
    """A new case."""

    field_order = ("title", "opened_on")

    opened_on = day_field(label=_("Opened on"))
    responsible = forms.ModelChoiceField(
        label=_("Responsible"), queryset=User.objects.none(), required=False
    )
    is_done = forms.BooleanField(
        label=_("It is done already"),
        required=False,
        help_text=_("It then counts at once, on the day above."),
    )

    def __init__(self, *args: Any, kind: str, today: date, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, center=center, **kwargs)
        self.today = today
        self.fields["opened_on"].initial = today
        self.fields["responsible"].queryset = keepers(center)
        if kind not in PLANNED:
            del self.fields["is_done"]

    def clean_opened_on(self) -> date:
        return refuse_to_come(self.cleaned_data["opened_on"], self.today)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "is_done" in self.fields:
            values["status"] = "done" if values.pop("is_done", False) else None
        return values


class CorrectForm(AboutForm):
    """What is stored of a case, to be corrected; ``version`` is the one it was read at."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    result = forms.CharField(label=_("Result"), max_length=200, required=False)
    doc_no = forms.CharField(label=_("Document no."), max_length=60, required=False)


class MoveForm(DayTyped):
    """To which state, on which day, with which words."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    to = forms.CharField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("What was done"), max_length=1000, required=False, widget=area(3)
    )
    result = forms.CharField(label=_("Result"), max_length=200, required=False, help_text=NO_NAMES)
    doc_no = forms.CharField(
        label=_("Document no."),
        max_length=60,
        required=False,
        help_text=_("Of the authority's notice, where there is one."),
    )

    def __init__(self, *args: Any, case: Case, to: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case
        if to == casework.DROPPED:
            self.fields["text"].label = _("Reason")
            self.fields["text"].required = True
        if STATES[case.kind][to] and to != casework.CLOSED:
            del self.fields["result"], self.fields["doc_no"]

    def clean_happened_on(self) -> date:
        day = super().clean_happened_on()
        if day < self.case.opened_on:
            raise forms.ValidationError(
                _("%(day)s is before the case was opened (%(opened)s). Check the day."),
                params={"day": day, "opened": self.case.opened_on},
            )
        return day


class NoteForm(DayTyped):
    """What was done or heard."""

    text = forms.CharField(
        label=_("What was done"), max_length=1000, widget=area(3), help_text=NO_NAMES
    )


class HandOverForm(forms.Form):
    """Who is responsible from now on."""

    responsible = forms.ModelChoiceField(label=_("Responsible"), queryset=User.objects.none())

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = keepers(center)
