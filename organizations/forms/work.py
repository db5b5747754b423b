"""What a center types about its work."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centers.models import FUNCTIONS
from organizations.models import WorkRecord
from organizations.models.work_record import BY_SUPPORT_KIND


class WorkForm(forms.Form):
    """One piece of work, as the center enters it."""

    function = forms.ChoiceField(label=_("Function"))
    happened_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    title = forms.CharField(
        label=_("What was done"),
        max_length=120,
        help_text=_("No names of persons: it is shown beside the figure it counts for."),
    )
    served = forms.CharField(
        label=_("For whom"),
        max_length=120,
        required=False,
        help_text=_("Organization, team or department. No names of residents."),
    )
    participant_count = forms.IntegerField(
        label=_("Participants"), required=False, min_value=0, max_value=1_000_000
    )
    support_kind = forms.ChoiceField(
        label=_("Kind of support service"),
        required=False,
        choices=[("", "—"), *WorkRecord.SupportKind.choices],
        help_text=_("Only for support services (FN-24)."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["function"].choices = [("", "—")] + [
            (code, f"{code} {title} · {clause}") for code, (title, clause) in FUNCTIONS.items()
        ]

    def clean_happened_on(self) -> date:
        day = self.cleaned_data["happened_on"]
        if day > self.today:
            raise forms.ValidationError(
                _("%(day)s has not come yet: record the work once it is done.")
                % {"day": day.isoformat()}
            )
        return day

    def clean_support_kind(self) -> str | None:
        return self.cleaned_data["support_kind"] or None

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        function, kind = values.get("function"), values.get("support_kind")
        if function == BY_SUPPORT_KIND and kind is None and "support_kind" in values:
            self.add_error("support_kind", _("Say which kind of support service it was."))
        if function and function != BY_SUPPORT_KIND and kind is not None:
            self.add_error("support_kind", _("Only support services (FN-24) have a kind."))
        return values


class VoidForm(forms.Form):
    """Why a record is taken out of the figures."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )
