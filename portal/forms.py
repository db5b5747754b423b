"""Forms of the bureau's desk that more than one app asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)


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
