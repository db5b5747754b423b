"""What is typed about needs, offers and introductions."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models import Organization
from organizations.selectors.search import found_by_code
from portal.jurisdictions.models import Division
from portal.registers.forms import RegisterForm, Versioned
from projects.forms.dressing import Day
from projects.models import Need, Offer

NEED_FIELDS = (
    *("title", "source", "source_name", "field", "service", "target_group", "description"),
    *("scale", "location", "from_on", "until_on", "budget_hint_yuan", "external_ref"),
)
OFFER_FIELDS = (
    *("title", "field", "service", "description", "capacity", "price_basis", "references"),
    "valid_until",
)
BY_CODE = _("Credit code, or the number of the entry in the register, such as O12.")
NO_PERSONS = _("A unit, never a person: no names, telephone numbers or addresses of residents.")


class NeedForm(RegisterForm):
    """A need, as a center, a township or the bureau collects it."""

    class Meta:
        model = Need
        fields = NEED_FIELDS
        widgets = {
            "from_on": Day,
            "until_on": Day,
            "description": forms.Textarea(attrs={"rows": 4}),
        }
        help_texts = {
            "source_name": NO_PERSONS,
            "until_on": _("After this day nobody is introduced any more. Blank: no end."),
            "description": NO_PERSONS,
        }


class PlacedNeedForm(NeedForm):
    """The same, for whoever sees several townships and centers."""

    class Meta(NeedForm.Meta):
        fields = ("division", "center", *NEED_FIELDS)

    def __init__(
        self,
        *args: Any,
        divisions: "QuerySet[Division]",
        centers: "QuerySet[Center]",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["division"]
        places.queryset = divisions
        collectors: Any = self.fields["center"]
        collectors.queryset, collectors.required = centers, False


class PublishedNeedForm(RegisterForm):
    """What can be corrected of a need that organizations read already."""

    class Meta:
        model = Need
        fields = ("until_on", "external_ref")
        widgets = {"until_on": Day}


class StepForm(Versioned, forms.Form):
    """One step, with the version it is decided on."""

    reason = forms.CharField(
        label=_("Reason and document"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, obj: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obj = obj
        self.fields["version"].initial = obj.version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.meet_others(self.obj)
        return values


class ReasonedForm(StepForm):
    """A step that others will ask about."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class AdoptForm(StepForm):
    """What a need is called as a project."""

    name = forms.CharField(label=_("Name of the project"), max_length=80)
    purchaser = forms.CharField(label=_("Purchaser"), max_length=60)
    starts_on = forms.DateField(label=_("From"), required=False, widget=Day)
    ends_on = forms.DateField(label=_("To"), required=False, widget=Day)
    field_order = ["name", "purchaser", "starts_on", "ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]
        self.fields["name"].initial = self.obj.title

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("starts_on"), values.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day lies before the first."))
        return values


class OfferForm(RegisterForm):
    """What an organization offers."""

    class Meta:
        model = Offer
        fields = OFFER_FIELDS
        widgets = {
            "valid_until": Day,
            "description": forms.Textarea(attrs={"rows": 4}),
            "references": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "valid_until": _("After this day it is suggested no more. Blank: until withdrawn."),
            "references": _("Earlier projects and for whom; no names of residents."),
        }


class OfferOfForm(OfferForm):
    """An offer entered for an organization, named by its code, in one of ``districts``."""

    organization = forms.CharField(label=_("Organization"), max_length=30, help_text=BY_CODE)
    district = forms.ModelChoiceField(label=_("District"), queryset=None, empty_label=None)

    class Meta(OfferForm.Meta):
        fields = ("organization", "district", *OFFER_FIELDS)

    def __init__(
        self,
        *args: Any,
        districts: "QuerySet[Division]",
        organizations: "QuerySet[Organization]",
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        places: Any = self.fields["district"]
        places.queryset = districts
        self.organizations = organizations

    def clean_organization(self) -> Organization:
        typed = self.cleaned_data["organization"]
        if (found := found_by_code(typed, self.organizations)) is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no organization here. Type its credit code or its number.")
                % {"typed": typed}
            )
        return found


class IntroduceForm(forms.Form):
    """Which offer a need was brought together with, by which center, when and where."""

    offer = forms.CharField(
        label=_("Offer no."),
        max_length=30,
        help_text=_("As the list of offers shows it, such as 310199-GJ-2026-00001."),
    )
    center = forms.ModelChoiceField(label=_("Introduced by"), queryset=None, empty_label=None)
    happened_on = forms.DateField(label=_("Day"), widget=Day)
    event = forms.CharField(
        label=_("At which event"),
        max_length=80,
        required=False,
        help_text=_("Such as the name of a matching fair; blank where there was none."),
    )

    def __init__(
        self,
        *args: Any,
        offers: "QuerySet[Offer]",
        centers: "QuerySet[Center]",
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offers
        own: Any = self.fields["center"]
        own.queryset = centers
        self.fields["happened_on"].initial = today

    def clean_offer(self) -> Offer:
        typed = self.cleaned_data["offer"].strip()
        found = self.offers.filter(offer_no=typed).first()
        if found is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no offer in this district. Look it up in the list of offers.")
                % {"typed": typed}
            )
        return found


class OutcomeForm(StepForm):
    """What came of an introduction so far."""

    outcome = forms.CharField(
        label=_("What was agreed"),
        max_length=200,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["reason"]


class SignedForm(OutcomeForm):
    """For how much it was signed."""

    amount_yuan = forms.DecimalField(
        label=_("Amount (yuan)"),
        max_digits=16,
        decimal_places=2,
        min_value=0,
        help_text=_("0 where no money is paid."),
    )
    field_order = ["amount_yuan", "outcome"]


class FailedForm(OutcomeForm):
    """Why it came to nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["outcome"].required = True
        self.fields["outcome"].label = _("Why it came to nothing")
