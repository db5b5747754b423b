"""What key holders send: the public half of a key before, the key file at the opening."""

import base64
import binascii
import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

KEY_BYTES = 32
MOST_FILE_BYTES = 4_096
PASTED = _("Filled in by the button above; or the line that the command printed.")
NO_KEY_FILE = _(
    "This is no key file. Choose the file that was saved when you made the key; its name begins"
    " with “密钥-”."
)


def decoded(text: Any) -> bytes | None:
    """32 bytes out of Base64, or None."""
    try:
        key = base64.b64decode(str(text).strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == KEY_BYTES else None


class PublicKeyForm(forms.Form):
    """The public half of a key that was made on the holder's own machine."""

    public_key = forms.CharField(
        label=_("Public half of your key"),
        max_length=60,
        help_text=PASTED,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )

    def clean_public_key(self) -> bytes:
        key = decoded(self.cleaned_data["public_key"])
        if key is None:
            raise forms.ValidationError(
                _("This is no public half of a key. Make the key with the button above.")
            )
        return key


class KeyFileForm(forms.Form):
    """The file with the holder's key. It is read in memory, used once and kept nowhere."""

    key_file = forms.FileField(
        label=_("Your key file"),
        help_text=_("The file whose name begins with “密钥-”, saved when you made your key."),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,application/json"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        upload = values.pop("key_file", None)
        if upload is None:
            return values
        content = upload.read(MOST_FILE_BYTES + 1)
        try:
            told = json.loads(content) if len(content) <= MOST_FILE_BYTES else None
            key = decoded(told["private"])
        except (ValueError, KeyError, TypeError, RecursionError):
            key = None
        if key is None:
            self.add_error("key_file", NO_KEY_FILE)
            return values
        return values | {"private_key": key}
