"""Forms that more than one app asks, and the year a page is asked for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

FIRST_YEAR, LAST_YEAR = 2000, 2100
YEAR_DIGITS = 4
# Characters of what was typed that a refusal repeats.
SHOWN = 20


class DayInput(UnfoldAdminTextInputWidget, forms.DateInput):
    """The browser's own date field."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "date", **(attrs or {})})
        self.format = "%Y-%m-%d"


class StatusForm(forms.Form):
    """To which status an object moves, and why; offers what its table of transitions allows."""

    to = forms.ChoiceField(label=_("New status"), widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        label=_("Reason and document"), widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, obj: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = obj.TRANSITIONS.get(obj.status, frozenset())
        self.fields["to"].choices = [c for c in type(obj).Status.choices if c[0] in allowed]
        self.fields["version"].initial = obj.version


class RegisterForm(forms.ModelForm):
    """A row of a register, with the version it was filled from."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version


def asked_year(asked: Mapping[str, Any], today: date, *, last: int = LAST_YEAR) -> tuple[int, str]:
    """``?year=``, this year without it; and why another than the one typed is shown, or ""."""
    typed = str(asked.get("year") or "").strip()
    if not typed:
        return today.year, ""
    is_year = typed.isascii() and typed.isdecimal() and len(typed) == YEAR_DIGITS
    if is_year and FIRST_YEAR <= int(typed) <= last:
        return int(typed), ""
    said = {"value": typed[:SHOWN], "first": FIRST_YEAR, "last": last, "this": today.year}
    return today.year, gettext(
        "“%(value)s” cannot be shown: choose a year from %(first)s to %(last)s. %(this)s is shown "
        "instead."
    ) % said
