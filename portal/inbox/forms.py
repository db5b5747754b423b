"""What somebody chooses to be told by mail."""

from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.users.models import User


class MailForm(forms.Form):
    """Whether there is a daily mail, and where it goes."""

    email = forms.EmailField(
        label=_("e-mail address"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    wants_digest = forms.BooleanField(label=_("Send me the daily mail"), required=False)

    @classmethod
    def of(cls, user: User) -> Self:
        return cls(initial={"email": user.email, "wants_digest": user.wants_digest})
