"""What is typed about contracts, their money, their supervision and their acceptance."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from centers.models import Center
from portal.errors import DomainError
from portal.evidence.forms import EvidenceField
from portal.forms import DayInput
from portal.registers.forms import Versioned
from projects.forms.rows import Column, LabelField, RowsField, joined
from projects.models import (
    Acceptance,
    Award,
    Contract,
    CostLine,
    Payment,
    ProjectDocument,
    Supervision,
    Supplement,
)
from projects.rules.payments import USUAL_SHARES, parts
from projects.services.acceptances import Checked
from projects.services.contracts import Line, Planned, Stage

YES_NO = ((True, _("yes")), (False, _("no")))
TEXT = {"max_length": 2000, "widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})}


def day(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, in the browser's own field."""
    return forms.DateField(label=label, widget=DayInput, **kwargs)


def yuan(label: Any, **kwargs: Any) -> forms.DecimalField:
    """An amount in yuan with at most two decimals."""
    return forms.DecimalField(
        label=label,
        max_digits=16,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        **kwargs,
    )


def count(label: Any, **kwargs: Any) -> forms.IntegerField:
    """A number of people or things, 0 or more."""
    return forms.IntegerField(
        label=label, min_value=0, widget=UnfoldAdminIntegerFieldWidget, **kwargs
    )


def choice(label: Any, choices: Any, **kwargs: Any) -> forms.ChoiceField:
    """One of several."""
    return forms.ChoiceField(label=label, choices=choices, widget=UnfoldAdminSelectWidget, **kwargs)


def text(label: Any, length: int, *, rows: int = 3, **kwargs: Any) -> forms.CharField:
    """A text of some lines."""
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=length, widget=widget, **kwargs)


def helping_centers(contract: Contract) -> Any:
    """The centers of the district that may have helped: never the supplier."""
    district = contract.project.division.district_code
    found = Center.objects.filter(division__code__startswith=district)
    return found.exclude(pk=contract.supplier.center_id).order_by("code")


class HelpField(forms.ModelChoiceField):
    """The center that helped, if any did."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Center that helped"),
            queryset=Center.objects.none(),
            required=False,
            widget=UnfoldAdminSelectWidget,
            **kwargs,
        )


class AwardChoice(forms.ModelChoiceField):
    """An award, by procurement, supplier and price."""

    def label_from_instance(self, award: Award) -> str:  # type: ignore[override]
        procurement = award.procurement
        return (
            f"{procurement.procurement_no} {procurement.title} · {award.organization.name}"
            f" · {award.price_yuan:.2f}"
        )


class TermsForm(Versioned, forms.ModelForm):
    """What a contract says besides its lines and plans."""

    class Meta:
        model = Contract
        fields = [
            *("contract_no", "title", "purpose", "starts_on", "ends_on", "is_annual_renewal"),
            *("is_content_fixed", "is_continuous", "is_funding_stable", "is_price_steady"),
            *("standards", "acceptance_method", "liability"),
        ]
        widgets = {
            "contract_no": UnfoldAdminTextInputWidget,
            "title": UnfoldAdminTextInputWidget,
            "purpose": UnfoldAdminSelectWidget,
            "starts_on": DayInput,
            "ends_on": DayInput,
            **dict.fromkeys(
                (
                    *("is_annual_renewal", "is_content_fixed", "is_continuous"),
                    *("is_funding_stable", "is_price_steady"),
                ),
                UnfoldBooleanWidget,
            ),
            **{
                name: UnfoldAdminTextareaWidget(attrs={"rows": 3})
                for name in ("standards", "acceptance_method", "liability")
            },
        }

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        self.fields["is_content_fixed"].help_text = _(
            "A contract of more than 366 days needs all four: content, need, funding, price."
        )

    def validate_unique(self) -> None:
        """Left to the service, which says what to do."""

    def _post_clean(self) -> None:
        """The service decides; the contract itself is not touched before."""


class DraftForm(TermsForm):
    """A contract, drafted from an award that was notified."""

    award = AwardChoice(
        label=_("Award"), queryset=Award.objects.none(), widget=UnfoldAdminSelectWidget
    )
    field_order = ["award"]
    version = None

    def __init__(self, *args: Any, awards: Any, **kwargs: Any) -> None:
        forms.ModelForm.__init__(self, *args, **kwargs)
        self.fields["award"].queryset = awards


class OfContract(Versioned, forms.Form):
    """A form of a contract, with the version it was decided on."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.contract = contract
        self.fields["version"].initial = contract.version
        if "center" in self.fields:
            self.fields["center"].queryset = helping_centers(contract)


class PlainForm(OfContract):
    """Nothing but the decision."""


class LinesForm(OfContract):
    """What is bought."""

    lines = RowsField(
        label=_("Lines"),
        help_text=_(
            "One line a row, cells separated by a tab or by |, in this order: kind, what, unit,"
            " quantity, unit price in yuan. Rows can be copied out of a spreadsheet."
        ),
        columns=[
            Column("kind", _("kind"), LabelField(choices=CostLine.Kind.choices)),
            Column("item", _("item"), forms.CharField(max_length=60)),
            Column("unit", _("unit"), forms.CharField(max_length=12)),
            Column(
                "quantity",
                _("quantity"),
                forms.DecimalField(min_value=Decimal("0.01"), max_digits=12, decimal_places=2),
            ),
            Column(
                "unit_price_yuan",
                _("unit price (yuan)"),
                forms.DecimalField(min_value=0, max_digits=12, decimal_places=2),
            ),
        ],
    )

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, contract=contract, **kwargs)
        field: Any = self.fields["lines"]
        field.initial = field.shown(contract.lines.all())

    def clean_lines(self) -> list[Line]:
        return [Line(**row) for row in self.cleaned_data["lines"]]


class MilestonesForm(OfContract):
    """What is delivered by when; the shares give 100."""

    milestones = RowsField(
        label=_("Milestones"),
        help_text=_(
            "One milestone a row, cells separated by a tab or by |: name, day (2026-06-30), share"
            " in percent. All shares together give 100."
        ),
        columns=[
            Column("name", _("name"), forms.CharField(max_length=80)),
            Column("due_on", _("due on"), forms.DateField()),
            Column(
                "share",
                _("share (%)"),
                forms.DecimalField(
                    min_value=Decimal("0.01"), max_value=100, max_digits=5, decimal_places=2
                ),
            ),
        ],
    )

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, contract=contract, **kwargs)
        field: Any = self.fields["milestones"]
        field.initial = field.shown(contract.milestones.all())

    def clean_milestones(self) -> list[Stage]:
        return [Stage(**row) for row in self.cleaned_data["milestones"]]


class PaymentsForm(OfContract):
    """What is paid when; the amounts give the price."""

    payments = RowsField(
        label=_("Payments"),
        help_text=_(
            "One payment a row, cells separated by a tab or by |: when (on signing, after the"
            " mid-term review, after acceptance, at another time), amount in yuan; where known, the"
            " day it is due and the number of the milestone it waits for."
        ),
        columns=[
            Column("stage", _("when"), LabelField(choices=Payment.Stage.choices)),
            Column(
                "amount_yuan",
                _("amount (yuan)"),
                forms.DecimalField(min_value=Decimal("0.01"), max_digits=16, decimal_places=2),
            ),
            Column("due_on", _("due on"), forms.DateField(required=False)),
            Column("milestone", _("milestone"), forms.IntegerField(min_value=1, required=False)),
        ],
    )

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, contract=contract, **kwargs)
        field: Any = self.fields["payments"]
        planned = [
            Planned(
                payment.stage,
                payment.amount_yuan,
                payment.due_on,
                payment.milestone.position if payment.milestone else None,
            )
            for payment in contract.payments.select_related("milestone")
        ]
        if not planned and len(USUAL_SHARES) == len(Payment.Stage.values[:3]):
            amounts = parts(contract.price_yuan)
            planned = [
                Planned(stage, amount)
                for stage, amount in zip(Payment.Stage.values[:3], amounts, strict=True)
            ]
        field.initial = field.shown(planned)

    def clean_payments(self) -> list[Planned]:
        return [Planned(**row) for row in self.cleaned_data["payments"]]


class SignForm(OfContract):
    """When both sides signed."""

    signed_on = day(_("Signed on"))
    late_reason = text(
        _("Why so late"),
        200,
        required=False,
        help_text=_("Only where the last day for signing has passed."),
    )


class FileForm(OfContract):
    """When a copy went to the finance department."""

    filed_on = day(_("Filed with the finance department on"))


class ReasonForm(OfContract):
    """Why."""

    reason = text(
        _("Reason"),
        200,
        help_text=_("Everybody reads it, once the contract was signed. Write no names."),
    )


class SupplementForm(OfContract):
    """What is added to a contract."""

    amount_yuan = yuan(_("Amount (yuan)"), min_value=0, help_text=_("0 where only words change."))
    reason_kind = choice(_("Kind of reason"), Supplement.Reason.choices)
    reason = text(_("Reason"), 300)
    signed_on = day(_("Signed on"))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values.pop("version", None)
        return values


class PlanPaymentForm(OfContract):
    """One payment more."""

    stage = choice(_("When"), Payment.Stage.choices)
    amount_yuan = yuan(_("Amount (yuan)"), min_value=Decimal("0.01"))
    due_on = day(_("Due on"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values.pop("version", None)
        return values


class SupervisionForm(OfContract):
    """How a contract goes."""

    kind = choice(_("Kind"), Supervision.Kind.choices)
    happened_on = day(_("Day"))
    progress_percent = forms.DecimalField(
        label=_("Progress (%)"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    spent_yuan = yuan(_("Spent (yuan)"), min_value=0, required=False)
    records_sampled = count(_("Records sampled"), required=False)
    asked = count(_("Users asked"), required=False)
    satisfied = count(_("Users satisfied"), required=False)
    findings = text(_("What was found"), 2000, rows=4)
    correct_by = day(_("To be corrected by"), required=False)
    center = HelpField()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values.pop("version", None)
        return values


class AcceptForm(OfContract):
    """What was delivered against each standard, and what the users say."""

    accepted_on = day(_("Day"))
    items = RowsField(
        label=_("Standards checked"),
        help_text=_(
            "One standard a row, cells separated by a tab or by |: standard, met (yes or no), note."
        ),
        columns=[
            Column("standard", _("standard"), forms.CharField(max_length=200)),
            Column("is_met", _("met"), LabelField(choices=YES_NO)),
            Column("note", _("note"), forms.CharField(max_length=200, required=False)),
        ],
    )
    result = choice(_("Result"), Acceptance.Result.choices)
    asked = count(_("Users asked"))
    satisfied = count(_("Users satisfied"))
    users_opinion = text(_("What the users say"), 1000)
    beneficiaries = count(_("People served"), required=False)
    note = text(_("Note"), 1000, required=False)
    center = HelpField()

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, contract=contract, **kwargs)
        lines = (line.strip() for line in contract.standards.splitlines())
        no = _("no")
        self.fields["items"].initial = "\n".join(joined([line, str(no)]) for line in lines if line)

    def clean_items(self) -> list[Checked]:
        return [Checked(**row) for row in self.cleaned_data["items"]]


class PaperForm(OfContract):
    """A file of the contract: the signed text, a proof of payment, the acceptance form."""

    kind = choice(_("Kind"), ProjectDocument.Kind.choices, initial=ProjectDocument.Kind.CONTRACT)
    title = forms.CharField(
        label=_("Title of the file"), max_length=100, widget=UnfoldAdminTextInputWidget
    )
    upload = EvidenceField()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values.pop("version", None)
        return values


class OfRow(Versioned, forms.Form):
    """A form of a row of a contract, with the version it was decided on."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        self.fields["version"].initial = row.version

    def refuse(self, refusal: DomainError, obj: Any) -> None:  # noqa: ARG002  (its row counts)
        """The version is the row's, whatever the page is of."""
        super().refuse(refusal, self.row)


class PayForm(OfRow):
    """When and by which voucher a payment was made."""

    paid_on = day(_("Paid on"))
    voucher_no = forms.CharField(
        label=_("Voucher no."), max_length=40, widget=UnfoldAdminTextInputWidget
    )


class CancelForm(OfRow):
    """Why a payment is cancelled."""

    reason = text(
        _("Reason"),
        200,
        help_text=_("Everybody reads it, once the contract was signed. Write no names."),
    )


class DeliverForm(OfRow):
    """What was delivered of a milestone."""

    delivered_on = day(_("Delivered on"))
    note = text(_("What was delivered"), 300)


class ConfirmForm(OfRow):
    """Nothing but the confirmation."""


class CorrectForm(OfRow):
    """How what was found was corrected."""

    corrected_on = day(_("Corrected on"))
    correction = text(_("Correction"), 1000)


class DeskSupervisionForm(forms.Form):
    """How a contract goes, as it is noted at the desk."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Supervision.Kind.choices)
    happened_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    progress_percent = forms.DecimalField(
        label=_("Progress (%)"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        required=False,
    )
    spent_yuan = forms.DecimalField(
        label=_("Spent (yuan)"), min_value=0, max_digits=16, decimal_places=2, required=False
    )
    records_sampled = forms.IntegerField(label=_("Records sampled"), min_value=0, required=False)
    asked = forms.IntegerField(label=_("Users asked"), min_value=0, required=False)
    satisfied = forms.IntegerField(label=_("Users satisfied"), min_value=0, required=False)
    findings = forms.CharField(
        label=_("What was found"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    correct_by = forms.DateField(
        label=_("To be corrected by"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
