"""What forms ask of whoever gets an account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class UserNamed(forms.Form):
    """A form with a ``username`` that can be typed on every keyboard."""

    cleaned_data: dict[str, Any]

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"].strip()
        if not name.isascii() or not all(letter.isalnum() or letter in "._-" for letter in name):
            raise forms.ValidationError(
                _("A user name has letters a to z, digits, dots, dashes and underscores only.")
            )
        return name
