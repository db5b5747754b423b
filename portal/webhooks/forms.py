"""What is asked when an endpoint is entered, changed, or given a new secret."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from portal.clients.models import Client, ClientQuerySet
from portal.webhooks.destinations import MAX_LENGTH
from portal.webhooks.models import Endpoint, event_choices

OVERLAPS = [
    (0, _("not at all: the old secret has leaked")),
    (1, _("one day")),
    (3, _("three days")),
    (7, _("seven days")),
]


class EndpointForm(forms.Form):
    """Where to tell, and of what."""

    url = forms.CharField(
        label=_("Receiver's address"),
        max_length=MAX_LENGTH,
        help_text=_(
            "Such as https://receiver.example.cn/hooks. It is looked up now and at every sending;"
            " inner networks are closed unless the portal's operator opened them."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=event_choices,
        help_text=_("Only what a valid token of the client opens is told."),
        widget=forms.CheckboxSelectMultiple,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, endpoint: Endpoint, **kwargs: Any) -> None:
        stated = {name: getattr(endpoint, name) for name in ("url", "events", "version")}
        super().__init__(*args, initial=stated, **kwargs)


class OpenEndpointForm(EndpointForm):
    """For which client, too."""

    client = forms.ModelChoiceField(
        label=_("Client"), queryset=Client.objects.none(), widget=UnfoldAdminSelectWidget
    )
    version = None  # type: ignore[assignment]
    field_order = ["client", "url", "events"]

    def __init__(self, *args: Any, clients: ClientQuerySet, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **kwargs)
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]


class RotateForm(forms.Form):
    """How long the old secret still holds."""

    overlap_days = forms.TypedChoiceField(
        label=_("The old secret still holds"),
        choices=OVERLAPS,
        coerce=int,
        initial=3,
        help_text=_(
            "Until then every message carries two signatures, and the receiver may check either."
        ),
        widget=UnfoldAdminSelectWidget,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def overlap(self) -> timedelta:
        return timedelta(days=self.cleaned_data["overlap_days"])
