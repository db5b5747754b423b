"""What is typed about evaluations of performance."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from organizations.models import Organization
from projects.forms.contracts import HelpField, OfContract, OfRow, choice, yuan
from projects.forms.rows import Column, LabelField, RowsField
from projects.models import Contract, Performance
from projects.rules.performance import EXECUTION
from projects.selectors.performance_templates import all_templates, name_of
from projects.services.performances import Item

MEASURED = ((True, _("measured in figures")), (False, _("judged by its level")))


class EvaluateForm(OfContract):
    """An evaluation: of which kind, by which template, by whom."""

    template = choice(_("Template"), [])
    evaluator = choice(_("Evaluated by"), Performance.Evaluator.choices)
    third_party = forms.CharField(
        label=_("Third party"),
        max_length=30,
        required=False,
        help_text=_("Its credit code."),
        widget=UnfoldAdminTextInputWidget,
    )
    budget_yuan = yuan(_("Budget (yuan)"), min_value=Decimal("0.01"))
    spent_yuan = yuan(
        _("Spent (yuan)"),
        min_value=0,
        required=False,
        help_text=_("Blank where it is not known: there is no score then, and no zero."),
    )
    center = HelpField()

    def __init__(self, *args: Any, contract: Contract, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, contract=contract, **kwargs)
        self.organizations = organizations
        field: Any = self.fields["template"]
        field.choices = [(each.code, name_of(each)) for each in all_templates().values()]
        self.fields["budget_yuan"].initial = contract.price_yuan

    def clean_third_party(self) -> Organization | None:
        typed = self.cleaned_data["third_party"]
        if not typed:
            return None
        found = self.organizations.filter(uscc=typed.strip().upper()).first()
        if found is None:
            raise forms.ValidationError(
                _("“%(typed)s” is no organization here. Type its credit code.") % {"typed": typed}
            )
        return found

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        values.pop("version", None)
        if template := all_templates().get(values.get("template", "")):
            values["kind"] = template.kind
        return values


class FiguresForm(OfRow):
    """Budget, spending and indicators of a draft."""

    budget_yuan = yuan(_("Budget (yuan)"), min_value=Decimal("0.01"))
    spent_yuan = yuan(
        _("Spent (yuan)"),
        min_value=0,
        required=False,
        help_text=_("Blank where it is not known: there is no score then, and no zero."),
    )
    items = RowsField(
        label=_("Indicators"),
        help_text=_(
            "One indicator a row, cells separated by a tab or by |: part, indicator, points at"
            " most, target, reached, completion in percent, measured in figures or judged by its"
            " level. The points of a part give its weight. Judged: reached 80 to 100, partly 60 to"
            " 80, not reached below 60."
        ),
        columns=[],
    )

    def __init__(self, *args: Any, row: Performance, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        template = all_templates()[row.template]
        choices = [(part.code, name_of(part)) for part in template.parts if part.code != EXECUTION]
        field: Any = self.fields["items"]
        field.columns = [
            Column("part", _("part of the template"), LabelField(choices=choices)),
            Column("name", _("indicator"), forms.CharField(max_length=80)),
            Column(
                "weight",
                _("points at most"),
                forms.DecimalField(
                    min_value=Decimal("0.01"), max_value=100, max_digits=5, decimal_places=2
                ),
            ),
            Column("target", _("target"), forms.CharField(max_length=100, required=False)),
            Column("actual", _("reached"), forms.CharField(max_length=100, required=False)),
            Column(
                "completion",
                _("completion (%)"),
                forms.DecimalField(min_value=0, max_digits=6, decimal_places=2, required=False),
            ),
            Column("is_quantitative", _("how it is measured"), LabelField(choices=MEASURED)),
        ]
        self.fields["budget_yuan"].initial = row.budget_yuan
        self.fields["spent_yuan"].initial = row.spent_yuan
        field.initial = field.shown(row.items.all())

    def clean_items(self) -> list[Item]:
        return [Item(**row) for row in self.cleaned_data["items"]]


class SubmitForm(OfRow):
    """Nothing but the decision."""
