"""What bidders type."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.archives import MEBIBYTE
from portal.evidence.forms import EvidenceField
from portal.evidence.inspection import ACCEPT
from projects.models import Procurement
from projects.services import bids
from projects.services.bids import Upload

AGAIN = _("Choose the files again: for your protection the portal keeps nothing of a bid unsealed.")


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files chosen at once; gives their names and bytes."""

    widget = ManyFilesInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        clean_one = super().clean
        if not data:
            clean_one(None, initial)
        return [Upload(clean_one(each, initial).name, each.read()) for each in data or []]


class BidForm(forms.Form):
    """A bid: the price, for how long, how the requirement is met, and the papers."""

    price_yuan = forms.DecimalField(
        label=_("Price (yuan)"),
        min_value=Decimal("0.01"),
        max_digits=16,
        decimal_places=2,
        help_text=_("For everything that is asked for, with tax."),
    )
    period_text = forms.CharField(label=_("Period of the service"), max_length=120)
    statement = forms.CharField(
        label=_("How you meet the requirement"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    files = ManyFilesField(
        label=_("Papers of the bid"),
        allow_empty_file=True,
        help_text=_(
            "Pictures (.jpg, .png), PDF or Word (.docx), at most 20 MB each, 10 files and 40 MB"
            " together."
        ),
    )
    is_qualified = forms.BooleanField(
        label=_(
            "We have the qualification that the law asks of suppliers, have paid taxes and social"
            " insurance, and have not gravely broken the law in the last three years."
        )
    )

    def __init__(
        self,
        *args: Any,
        procurement: Procurement,
        is_exceeded: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.procurement = procurement
        self.is_exceeded = is_exceeded

    def clean_price_yuan(self) -> Decimal:
        price: Decimal = self.cleaned_data["price_yuan"]
        if price > self.procurement.budget_yuan:
            raise forms.ValidationError(
                _("The price is above the budget of %(budget)s yuan that the notice names.")
                % {"budget": f"{self.procurement.budget_yuan:,.2f}"}
            )
        return price

    def clean_files(self) -> list[Upload]:
        files: list[Upload] = self.cleaned_data["files"]
        if self.is_exceeded:
            raise forms.ValidationError(
                _("The files are larger than %(limit)s MB together. Make them smaller.")
                % {"limit": bids.MAX_BYTES // MEBIBYTE}
            )
        try:
            bids.check_files(files)
        except bids.BidFilesRefused as refusal:
            raise forms.ValidationError(refusal.lines) from refusal
        return files

    @property
    def typed(self) -> list[forms.BoundField]:
        """Parts that were typed, to be shown where nothing can be handed in any more."""
        return [self[name] for name in ("price_yuan", "period_text", "statement")]

    @property
    def fields_of_bid(self) -> dict[str, Any]:
        """What was typed, as JSON values."""
        values = self.cleaned_data
        return {
            "price_yuan": f"{values['price_yuan']:.2f}",
            "period_text": values["period_text"],
            "statement": values["statement"],
            "is_qualified": values["is_qualified"],
        }


class RepairForm(forms.Form):
    """How a formal defect was repaired."""

    text = forms.CharField(
        label=_("What you repaired"), max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )
    upload = EvidenceField(required=False)


class ReceiptForm(forms.Form):
    """The text of a receipt."""

    receipt = forms.CharField(
        label=_("Text of the receipt"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 9, "spellcheck": "false"}),
    )
