"""What is asked to open a rectification, to answer it, and to decide on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from centers.models import Center
from evaluation.models import (
    Feedback,
    ItemExtension,
    ItemResponse,
    Rectification,
    RectificationItem,
)
from evaluation.services.rectifications import Plan
from portal.evidence.forms import EvidenceField
from portal.forms import DayInput
from portal.jurisdictions.models import Division
from portal.registers.forms import Versioned
from portal.users.models import User
from portal.users.roles import Capability

MOST_DAYS = 250


def _lines(**kwargs: Any) -> forms.CharField:
    """A text of several lines at the bureau's desk."""
    return forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **kwargs)


class VersionedForm(Versioned, forms.Form):
    """Something that is decided of an item, as it was when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class PlanForm(forms.Form):
    """Who is in charge of a new rectification, and until when."""

    owner = forms.ModelChoiceField(
        label=_("Officer in charge"), queryset=None, widget=UnfoldAdminSelectWidget
    )
    working_days = forms.IntegerField(
        label=_("Working days"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_(
            "Counted from the day of issuing. Empty: the day below, or the days that the district"
            " set."
        ),
    )
    due_on = forms.DateField(label=_("Or due on"), required=False, widget=DayInput)
    title = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=100,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Empty: made from what has to be put right."),
    )

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.holding(Capability.RECTIFICATION_MANAGE, center.division)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)  # noqa: S101  (declared above)
        owner.queryset = people.order_by("full_name", "pk")

    def plan(self, values: dict[str, Any]) -> dict[str, Any]:
        """What was asked, with the plan in the place of its parts."""
        names = ("owner", "working_days", "due_on", "title")
        return values | {"plan": Plan(**{name: values.pop(name) for name in names})}


class GroundsForm(PlanForm):
    """Which findings, or indicators, of a center are to be put right; ``grounds``: (id, label)."""

    chosen = forms.TypedMultipleChoiceField(
        label=_("To be put right"),
        coerce=int,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        error_messages={"required": _("Choose at least one.")},
    )
    field_order = ("chosen", "owner", "working_days", "due_on", "title")

    def __init__(self, *args: Any, grounds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.TypedMultipleChoiceField)  # noqa: S101  (declared above)
        chosen.choices = grounds


class HandForm(PlanForm):
    """One thing to be put right, in words."""

    source = forms.ChoiceField(
        label=_("Opened from"),
        choices=[
            (each.value, each.label)
            for each in (Rectification.Source.VISIT, Rectification.Source.FEEDBACK)
        ],
        widget=UnfoldAdminSelectWidget,
    )
    feedback = forms.ModelChoiceField(
        label=_("Feedback of residents"),
        queryset=None,
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Which, where it is opened from feedback."),
    )
    fact = _lines(label=_("What was found"), max_length=1000)
    requirement = _lines(label=_("Requirement to be met"), max_length=1000)
    field_order = ("source", "feedback", "fact", "requirement")

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, center=center, **kwargs)
        field = self.fields["feedback"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = Feedback.objects.filter(center=center).order_by("-pk")


class CenterForm(forms.Form):
    """Of which center."""

    center = forms.ModelChoiceField(
        label=_("Center"), queryset=None, to_field_name="code", widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        centers = Center.objects.visible_to(user, Capability.RECTIFICATION_MANAGE)
        field = self.fields["center"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = centers.order_by("code")


class ItemForm(VersionedForm):
    """The words and the day of an item of a draft."""

    fact = _lines(label=_("What was found"), max_length=1000)
    requirement = _lines(label=_("Requirement to be met"), max_length=1000)
    responsible = forms.CharField(
        label=_("Responsible at the center"),
        required=False,
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
    )
    due_on = forms.DateField(label=_("Due on"), widget=DayInput)

    def __init__(self, *args: Any, item: RectificationItem, **kwargs: Any) -> None:
        names = ("fact", "requirement", "responsible", "due_on", "version")
        kwargs["initial"] = {name: getattr(item, name) for name in names}
        super().__init__(*args, **kwargs)


class WhyForm(VersionedForm):
    """Why something is left out or cancelled."""

    reason = _lines(label=_("Reason"), max_length=300)


class StepForm(VersionedForm):
    """A step that asks for nothing."""


class OwnerForm(forms.Form):
    """Who is in charge from now on."""

    owner = forms.ModelChoiceField(
        label=_("Officer in charge"), queryset=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.holding(Capability.RECTIFICATION_MANAGE, center.division)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        field.queryset = people.order_by("full_name", "pk")


class VerifyForm(VersionedForm):
    """What a second person found."""

    result = forms.ChoiceField(
        label=_("Result"), choices=ItemResponse.Result.choices, widget=UnfoldAdminSelectWidget
    )
    note = _lines(
        label=_("Note"),
        max_length=500,
        required=False,
        help_text=_("What was seen; what is still missing. The center reads it."),
    )


class DecideForm(VersionedForm):
    """Whether more time is granted."""

    is_granted = forms.TypedChoiceField(
        label=_("Decision"),
        coerce=lambda value: value == ItemExtension.Status.GRANTED,
        choices=ItemExtension.Status.choices[1:],
        widget=UnfoldAdminSelectWidget,
    )
    reason = _lines(label=_("Reason"), max_length=300, required=False)


class RespondForm(forms.Form):
    """What the center put right, and what proves it."""

    text = forms.CharField(
        label=_("What was put right"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What was done, when, by whom. No names of residents."),
    )
    upload = EvidenceField(label=_("Proof"))
    upload_2 = EvidenceField(label=_("Further proof"), required=False)
    upload_3 = EvidenceField(label=_("Further proof"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The files under ``uploads``."""
        values = super().clean() or {}
        files = [values.pop(name, None) for name in ("upload", "upload_2", "upload_3")]
        return values | {"uploads": [file for file in files if file]}


class ExtendForm(forms.Form):
    """A later day, and why."""

    until = forms.DateField(
        label=_("Until when"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class DistrictForm(forms.Form):
    """Of which district."""

    district = forms.ModelChoiceField(
        label=_("District"), queryset=None, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, districts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["district"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  (declared above)
        of_kind = districts.filter(kind=Division.Kind.DISTRICT).order_by("code")
        # Of a township's reader the township.
        field.queryset = of_kind if of_kind.exists() else districts.order_by("code")
