"""What a resident is asked, without an account; what the bureau and a center say to it."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)
from unfold.widgets import UnfoldBooleanSwitchWidget as Switch

from centers.models import Center
from evaluation.forms.rectifications import VersionedForm
from evaluation.models import Feedback
from evaluation.selectors import places
from evaluation.services.feedbacks import CODE_LENGTH, CONTACT_LENGTH, TEXT_LENGTH
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability

# Nobody reads and writes faster, and a page open for longer is asked to be sent again.
FASTEST_S, LONGEST_S = 3, 12 * 3600
SALT = "evaluation.feedback.opened"
SUGGESTED = 5


class WriteForm(forms.Form):
    """What a resident writes. No picture has to be read: a field that people do not see, the time
    the page was open, and how often an address sends keep machines out."""

    kind = forms.ChoiceField(
        label=_("What is it?"), choices=Feedback.Kind.choices, widget=forms.RadioSelect
    )
    district = forms.ModelChoiceField(label=_("District"), queryset=None)
    place = forms.CharField(
        label=_("Which center is it about?"),
        required=False,
        max_length=100,
        help_text=_("Its name, or the street or town. Empty: it is about the bureau."),
    )
    text = forms.CharField(
        label=_("What do you want to tell?"),
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("At most 2000 characters. Please name no other residents."),
    )
    contact = forms.CharField(
        label=_("How can you be reached? (optional)"),
        required=False,
        max_length=CONTACT_LENGTH,
        help_text=_("Telephone or e-mail. Stored encrypted, read only by whoever handles it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    opened = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["district"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = places.districts_of(Center.objects.all()).order_by("code")
        self.initial["opened"] = signing.TimestampSigner(salt=SALT).sign("open")
        self.center: Center | None = None

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Empty the field that is to stay empty, and send again."))
        return ""

    def clean_opened(self) -> str:
        signer = signing.TimestampSigner(salt=SALT)
        opened = self.cleaned_data["opened"]
        try:
            signer.unsign(opened, max_age=LONGEST_S)
        except signing.BadSignature:
            self._anew()
            raise forms.ValidationError(
                _("This page was open for too long. Nothing is lost: send it once more.")
            ) from None
        if self._age(signer, opened) < FASTEST_S:
            raise forms.ValidationError(_("That was quick. Wait a moment, and send it once more."))
        return ""

    @staticmethod
    def _age(signer: signing.TimestampSigner, opened: str) -> float:
        try:
            signer.unsign(opened, max_age=FASTEST_S)
        except signing.SignatureExpired:
            return FASTEST_S
        return 0

    def _anew(self) -> None:
        """The page that is shown again was opened now."""
        self.data = self.data.copy()
        self.data["opened"] = self.initial["opened"]

    def clean(self) -> dict[str, Any]:
        """Which center the place means, under ``center``."""
        values = super().clean() or {}
        district, place = values.get("district"), (values.get("place") or "").strip()
        if district is not None and place:
            self.center = self._found(district, place)
        values["center"] = self.center
        return {name: value for name, value in values.items() if name in TAKEN}

    def _found(self, district: Division, place: str) -> Center | None:
        within = Center.objects.filter(division__path__startswith=district.path)
        exact = list(within.filter(code=place) | within.filter(name=place))
        named = exact or list(
            (within.filter(name__contains=place) | within.filter(division__name__contains=place))
            .distinct()
            .select_related("division")
            .order_by("code")[: SUGGESTED + 1]
        )
        if len(named) == 1:
            return named[0]
        if not named:
            self.add_error(
                "place", _("No center of this district is called so. Write the street or town.")
            )
        else:
            names = "、".join(center.name for center in named[:SUGGESTED])
            text = _now("Several are meant: %(names)s. Write the whole name.")
            self.add_error("place", text % {"names": names})
        return None


TAKEN = ("kind", "district", "center", "text", "contact")


class StatusForm(forms.Form):
    """By what an answer is found."""

    number = forms.CharField(label=_("Number"), max_length=30)
    code = forms.CharField(
        label=_("Code"),
        max_length=2 * CODE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Twelve letters, shown to you once when you wrote."),
    )


class AgainForm(StatusForm):
    """Why the answer does not do."""

    reason = forms.CharField(
        label=_("What is missing in the answer?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TakeUpForm(VersionedForm):
    """Who looks into it."""

    handler = forms.ModelChoiceField(
        label=_("Officer in charge"), queryset=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, feedback: Feedback, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.holding(Capability.FEEDBACK_HANDLE, feedback.district)
        field = self.fields["handler"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = people.order_by("full_name", "pk")


class HandForm(VersionedForm):
    """To which center it is handed."""

    center = forms.ModelChoiceField(
        label=_("Center"), queryset=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, feedback: Feedback, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = Center.objects.filter(division__path__startswith=feedback.district.path)
        field = self.fields["center"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = within.order_by("code")
        field.initial = feedback.handed_to_id or feedback.center_id


class AnswerForm(VersionedForm):
    """What the resident reads."""

    text = forms.CharField(
        label=_("Answer"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 6})
    )
    is_public = forms.BooleanField(
        label=_("Let everybody read the answer"),
        required=False,
        widget=Switch,
        help_text=_("Only the answer is published, never what was written."),
    )
    is_checked = forms.BooleanField(
        label=_("I looked through the answer: it names nobody who need not be named."),
        required=False,
        widget=Switch,
        help_text=_("Asked for only where everybody reads it."),
    )

    def __init__(self, *args: Any, feedback: Feedback, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].initial = feedback.answer

    def clean(self) -> dict[str, Any]:
        """Without the word that somebody looked, which an answer for everybody needs."""
        values = super().clean() or {}
        if not values.pop("is_checked", False) and values.get("is_public"):
            text = _("Look through the answer, and confirm it: everybody will read it.")
            self.add_error("is_checked", text)
        return values


class FeedbackWhyForm(VersionedForm):
    """Why it is opened again, or not taken up."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, feedback: Feedback, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)


class RevealForm(forms.Form):
    """What the contact details are needed for."""

    reason = forms.CharField(
        label=_("What it is needed for"),
        max_length=200,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class ReplyForm(forms.Form):
    """What a center says to the bureau."""

    text = forms.CharField(
        label=_("What the center says to it"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Only the bureau reads it, and answers the resident."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
