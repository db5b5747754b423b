"""Why somebody wants to see what is sealed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RevealForm(forms.Form):
    """The reason alone."""

    reason = forms.CharField(
        label=_("What it is needed for"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Who looked, when and why is recorded; the value is not."),
    )


class WhichForm(RevealForm):
    """Which of several values, and the reason."""

    field = forms.ChoiceField(label=_("What is shown"))
    field_order = ["field", "reason"]

    def __init__(self, *args: Any, fields: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = fields
