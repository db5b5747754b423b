"""What the bureau types about experts, panels and awards."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from centers.models import Center
from organizations.models import Organization
from organizations.selectors.search import found_by_code
from portal.forms import DayInput
from portal.jurisdictions.models import Division
from portal.registers.forms import Versioned
from portal.users.models import User
from projects.forms.accounts import UserNamed
from projects.models import Expert, OpenedBid, Procurement, RankedBid, Tie
from projects.models.field import Field


def _line(label: Any, length: int, **values: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=UnfoldAdminTextInputWidget, **values
    )


IN_RESULT = _("Everybody reads it in the result. Write no names.")


def _text(label: Any, length: int, **values: Any) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=length, widget=widget, **values)


class _OfExpertForm(forms.Form):
    fields_ = forms.MultipleChoiceField(
        label=_("fields"),
        choices=Field.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Experts are drawn by the field of the project."),
    )
    employer = _line(
        _("employer"),
        60,
        required=False,
        help_text=_("The full name: whoever works for a bidder is not drawn."),
    )
    title = _line(_("professional title"), 40, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return values | {"fields": values.pop("fields_", [])}


class EnterExpertForm(UserNamed, _OfExpertForm):
    """A new expert, with the account to score by."""

    username = _line(_("user name"), 60)
    full_name = _line(_("full name"), 60)
    district = forms.ModelChoiceField(
        label=_("district"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    field_order = ["username", "full_name", "district", "fields_", "employer", "title"]

    def __init__(self, *args: Any, districts: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["district"].queryset = districts


class EditExpertForm(Versioned, _OfExpertForm):
    """What is known of an expert, with the version that was looked at."""

    is_active = forms.BooleanField(
        label=_("may be drawn"), required=False, widget=UnfoldBooleanWidget
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, expert: Expert, **kwargs: Any) -> None:
        initial = {
            "fields_": expert.fields,
            "employer": expert.employer,
            "title": expert.title,
            "is_active": expert.is_active,
            "version": expert.version,
        }
        super().__init__(*args, initial=initial, **kwargs)


class TieForm(forms.Form):
    """What binds an expert to an organization or a center."""

    to = _line(
        _("organization or center"),
        30,
        help_text=_(
            "Credit code of an organization or its number, such as O12; or the code of a center,"
            " such as C01."
        ),
    )
    kind = forms.ChoiceField(label=_("kind"), choices=Tie.Kind, widget=UnfoldAdminSelectWidget)
    from_on = forms.DateField(label=_("from"), required=False, widget=DayInput)
    to_on = forms.DateField(
        label=_("to"), required=False, widget=DayInput, help_text=_("Blank: it still holds.")
    )
    source = forms.ChoiceField(
        label=_("source"),
        choices=Tie.Source,
        initial=Tie.Source.REGISTER,
        widget=UnfoldAdminSelectWidget,
    )
    note = _line(_("note"), 200, required=False)

    def __init__(self, *args: Any, organizations: Any, centers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organizations, self.centers = organizations, centers

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        typed = values.pop("to", "")
        organization = found_by_code(typed, self.organizations) if typed else None
        center: Center | None = None
        if typed and organization is None:
            center = self.centers.filter(code=typed.strip().upper()).first()
            if center is None:
                said = _("“%(typed)s” is neither an organization nor a center here.")
                self.add_error("to", said % {"typed": typed})
        return values | {"organization": organization, "center": center}


class ReasonForm(forms.Form):
    """Why."""

    reason = _text(_("reason"), 200)


class DrawForm(forms.Form):
    """How many experts are to be drawn."""

    wanted = forms.IntegerField(
        label=_("experts wanted"),
        min_value=1,
        max_value=99,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class AppointForm(forms.Form):
    """Who represents the purchaser."""

    user = _line(_("user name"), 60)

    def __init__(self, *args: Any, district: Division, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = User.objects.filter(
            assignments__division__path__startswith=district.path, is_active=True
        )

    def clean_user(self) -> User:
        typed = self.cleaned_data["user"].strip()
        found: User | None = self.people.filter(username=typed).first()
        if found is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no user name of this district.") % {"typed": typed}
            )
        return found


class VersionedReasonForm(Versioned, forms.Form):
    """Why, with the version that was looked at."""

    reason = _text(_("reason"), 300)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, of: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": of.version}, **kwargs)


class RankForm(Versioned, forms.Form):
    """Rank the bids; where some are equal in everything, ``equals`` asks for the panel's vote."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, procurement: Procurement, equals: Iterable[OpenedBid] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"version": procurement.version}, **kwargs)
        self.equals = list(equals)
        for bid in self.equals:
            self.fields[f"place-{bid.pk}"] = forms.IntegerField(
                label=_("place of %(bidder)s by the vote") % {"bidder": bid},
                min_value=1,
                max_value=99,
                widget=UnfoldAdminIntegerFieldWidget,
            )
        if self.equals:
            self.fields["vote_reason"] = _text(_("how the panel voted"), 300)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        votes = {
            bid.pk: place
            for bid in self.equals
            if (place := values.pop(f"place-{bid.pk}", None)) is not None
        }
        return values | {"votes": votes}


class AwardForm(Versioned, forms.Form):
    """For which bid of the ranking, and why."""

    opened_bid = forms.ModelChoiceField(
        label=_("bid"), queryset=None, empty_label=None, widget=UnfoldAdminSelectWidget
    )
    reason = _text(_("reason"), 500, help_text=IN_RESULT)
    deviation_reason = _text(
        _("why not the first in the ranking"), 500, required=False, help_text=IN_RESULT
    )
    doc_no = _line(_("document no."), 60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, procurement: Procurement, ranking: Iterable[RankedBid], **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"version": procurement.version}, **kwargs)
        ranks = {each.opened_bid_id: each for each in ranking}
        ranked = [each.pk for each in ranks.values()]
        bids = OpenedBid.objects.filter(rankings__in=ranked).select_related("bid__organization")
        field: Any = self.fields["opened_bid"]
        field.queryset = bids.defer("bid__sealed").order_by("rankings__rank")
        field.label_from_instance = lambda bid: f"{ranks[bid.pk].rank} · {bid} · {bid.price_yuan}"


class GrantForm(Versioned, forms.Form):
    """Who gets it without bids, for how much, and why."""

    organization = _line(
        _("organization"),
        30,
        help_text=_("Credit code, or the number of the entry in the register, such as O12."),
    )
    price_yuan = forms.DecimalField(
        label=_("price (yuan)"),
        max_digits=16,
        decimal_places=2,
        min_value=0,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    reason = _text(_("reason"), 500, help_text=IN_RESULT)
    doc_no = _line(_("document no."), 60, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, procurement: Procurement, organizations: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"version": procurement.version}, **kwargs)
        self.organizations = organizations

    def clean_organization(self) -> Organization:
        typed = self.cleaned_data["organization"]
        if (found := found_by_code(typed, self.organizations)) is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no organization here. Type its credit code or its number.")
                % {"typed": typed}
            )
        return found

    def clean_price_yuan(self) -> Any:
        price = self.cleaned_data["price_yuan"]
        if not price:
            raise forms.ValidationError(_("Type a price above 0."))
        return price
