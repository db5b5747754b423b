"""What the section chief says of a client and of a token."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.timezone import get_current_timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from portal.clients.models import REQUESTS_PER_MINUTE, STREAMS_AT_ONCE, Client
from portal.clients.services import clients, tokens
from portal.errors import DomainError
from portal.forms import DayInput
from portal.jurisdictions.models import Division, DivisionQuerySet
from portal.users.models import ApiToken, Dataset

# A token that ends at the end of a day is still within the year.
LONGEST_DAYS = tokens.LONGEST.days - 1
USUAL_OVERLAP_DAYS = 7


class DivisionChoices(forms.ModelMultipleChoiceField):
    """Divisions by name and code, a township a step in."""

    def label_from_instance(self, obj: Division) -> str:
        indent = "" if len(obj.code) <= len("310000") else "\u3000"
        return f"{indent}{obj.name} {obj.code}"


class ClientForm(forms.Form):
    """Who reads, where, and how much at a time."""

    title = forms.CharField(
        label=gettext_lazy("Client"),
        max_length=60,
        help_text=gettext_lazy("The platform or system that reads, such as 市大数据中心."),
        widget=UnfoldAdminTextInputWidget,
    )
    contact = forms.CharField(
        label=gettext_lazy("Contact"),
        max_length=60,
        help_text=gettext_lazy("Who answers for it: told when a token runs out or is misused."),
        widget=UnfoldAdminTextInputWidget,
    )
    contact_phone = forms.CharField(
        label=gettext_lazy("Phone of the contact"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    divisions = DivisionChoices(
        label=gettext_lazy("Divisions it reads"),
        queryset=Division.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A district includes all of its streets and towns."),
    )
    requests_per_minute = forms.IntegerField(
        label=gettext_lazy("Requests per minute"),
        min_value=REQUESTS_PER_MINUTE[0],
        max_value=REQUESTS_PER_MINUTE[1],
        initial=120,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    stream_limit = forms.IntegerField(
        label=gettext_lazy("Streams at a time"),
        min_value=STREAMS_AT_ONCE[0],
        max_value=STREAMS_AT_ONCE[1],
        initial=2,
        help_text=gettext_lazy("Answers that carry everything at once, as NDJSON or CSV."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    networks = forms.CharField(
        label=gettext_lazy("Networks it may ask from"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy(
            "One per line, such as 10.20.30.0/24 or 10.20.30.40. Empty: from anywhere."
        ),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, reach: DivisionQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["divisions"].queryset = reach  # type: ignore[attr-defined]

    def clean_networks(self) -> list[str]:
        try:
            return clients.read_networks(self.cleaned_data["networks"].splitlines())
        except DomainError as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    @staticmethod
    def filled(client: Client, divisions: DivisionQuerySet) -> dict[str, Any]:
        """What the form shows of a client as it is."""
        return {name: getattr(client, name) for name in clients.CHANGEABLE} | {
            "divisions": [division.pk for division in divisions],
            "networks": "\n".join(client.networks),
            "version": client.version,
        }


class OpenClientForm(ClientForm):
    """A client and the name of its account."""

    username = forms.CharField(
        label=gettext_lazy("Account name"),
        max_length=40,
        help_text=gettext_lazy("Small letters, digits, - and _; it stays as it is."),
        validators=[
            RegexValidator(
                r"\A[a-z][a-z0-9_-]*\Z",
                gettext_lazy("Begin with a small letter; then small letters, digits, - and _."),
            )
        ],
        widget=UnfoldAdminTextInputWidget,
    )
    field_order = ["title", "username"]

    version = None  # type: ignore[assignment]


class ExpiryForm(forms.Form):
    """Until when a token holds, the day included."""

    expires_on = forms.DateField(label=gettext_lazy("Valid until"), widget=DayInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.last = today + timedelta(days=LONGEST_DAYS)
        field = self.fields["expires_on"]
        field.initial = self.last
        field.help_text = _("The last day, at most %(day)s.") % {"day": self.last.isoformat()}

    def clean_expires_on(self) -> date:
        day = self.cleaned_data["expires_on"]
        if not self.today <= day <= self.last:
            raise forms.ValidationError(
                _("Choose a day between %(first)s and %(last)s."),
                params={"first": self.today.isoformat(), "last": self.last.isoformat()},
            )
        return day

    @property
    def expires_at(self) -> datetime:
        """The end of the day chosen."""
        after = self.cleaned_data["expires_on"] + timedelta(days=1)
        return datetime.combine(after, datetime.min.time(), get_current_timezone())


class IssueForm(ExpiryForm):
    """What a new token opens, where and until when."""

    name = forms.CharField(
        label=gettext_lazy("Name of the token"),
        max_length=60,
        help_text=gettext_lazy("What it is for, such as 生产环境."),
        widget=UnfoldAdminTextInputWidget,
    )
    datasets = forms.MultipleChoiceField(
        label=gettext_lazy("Data sets it opens"),
        choices=Dataset.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    divisions = DivisionChoices(
        label=gettext_lazy("Only in these divisions"),
        queryset=Division.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: in all that the client reads."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["name", "datasets", "divisions", "expires_on"]

    def __init__(self, *args: Any, divisions: DivisionQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["divisions"].queryset = divisions  # type: ignore[attr-defined]


class RotateForm(ExpiryForm):
    """How long the old token goes on beside the new one."""

    overlap_days = forms.IntegerField(
        label=gettext_lazy("The old token goes on for (days)"),
        min_value=0,
        max_value=tokens.LONGEST_OVERLAP.days,
        initial=USUAL_OVERLAP_DAYS,
        help_text=gettext_lazy(
            "Time for the platform to change over; 0 ends the old token at once."
        ),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ["overlap_days", "expires_on"]

    @property
    def overlap(self) -> timedelta:
        return timedelta(days=self.cleaned_data["overlap_days"])


class ReasonForm(forms.Form):
    """Why a client is suspended or a token revoked."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


def usual_datasets(before: ApiToken | None) -> list[str]:
    """What the client's newest token opens, for the next one."""
    return list(before.datasets) if before else [Dataset.COMPLIANCE]
