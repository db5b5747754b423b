"""The State Council's arrangement, typed day by day."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from portal.cells.dates import parse_date
from portal.cells.parsed import CellError
from portal.workdays.models import WorkYear

# A comma may stand between days, not within one.
BETWEEN = re.compile(r"[\n、,，;；]+")


class DaysField(forms.CharField):
    """A list of days, one per line or separated by 、."""

    widget = UnfoldAdminTextareaWidget(attrs={"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(day.isoformat() for day in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[date]:
        days, errors = [], []
        for text in BETWEEN.split(super().clean(value) or ""):
            try:
                parsed = parse_date(text).value
            except CellError as error:
                errors.append(_("“%(value)s”: %(reason)s") % {"value": text, "reason": error})
                continue
            if parsed is not None:
                days.append(parsed)
        if errors:
            raise forms.ValidationError(errors)
        return days


class CorrectYearForm(forms.Form):
    """The days of a year that is entered."""

    document = forms.CharField(
        label=gettext_lazy("document"),
        max_length=120,
        help_text=gettext_lazy("Title and number of the State Council's notice."),
        widget=UnfoldAdminTextInputWidget,
    )
    off_days = DaysField(
        label=gettext_lazy("days off"),
        help_text=gettext_lazy(
            "One day per line or separated by 、, such as 2027-10-01. Weekends within a holiday"
            " may be listed or left out."
        ),
    )
    working_days = DaysField(
        label=gettext_lazy("make-up working days"),
        required=False,
        help_text=gettext_lazy("Saturdays and Sundays that are worked; the same way."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, work_year: WorkYear | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if work_year:
            for name in self.fields:
                self.initial.setdefault(name, getattr(work_year, name))


class EnterYearForm(CorrectYearForm):
    """A year and its days."""

    year = forms.IntegerField(
        label=gettext_lazy("year"),
        min_value=2000,
        max_value=2100,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    field_order = ["year", "document", "off_days", "working_days"]

    version = None  # type: ignore[assignment]
