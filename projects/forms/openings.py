"""What the bureau types about bidders and opened bids."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from organizations.models import Organization
from organizations.selectors.search import found_by_code
from projects.forms.accounts import UserNamed


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


class DisqualifyForm(forms.Form):
    """Why a bid is invalid, with the version that was looked at."""

    reason = forms.CharField(
        label=_("Which requirement it does not meet"),
        max_length=300,
        help_text=_("Everybody reads it in the result. Write no names."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class AskRepairForm(forms.Form):
    """What is missing from a bid."""

    missing = forms.CharField(
        label=_("What is missing"),
        max_length=500,
        help_text=_("A formal defect only: neither the price nor what is offered may change."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class OpenAccountForm(UserNamed):
    """Who bids for which organization."""

    organization = forms.CharField(
        label=_("Organization"),
        max_length=30,
        help_text=_("Credit code, or the number of the entry in the register, such as O12."),
        widget=UnfoldAdminTextInputWidget,
    )
    username = forms.CharField(
        label=_("User name"), max_length=60, widget=UnfoldAdminTextInputWidget
    )
    full_name = forms.CharField(
        label=_("Full name"), max_length=60, widget=UnfoldAdminTextInputWidget
    )

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organizations = organizations

    def clean_organization(self) -> Organization:
        typed = self.cleaned_data["organization"].strip().upper()
        if (found := found_by_code(typed, self.organizations)) is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no organization here. Type its credit code or its number.")
                % {"typed": typed}
            )
        return found
