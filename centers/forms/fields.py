"""Form fields that read what people type the way the workbooks are read."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.core.validators import DecimalValidator, MaxValueValidator
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from centers.models import definitions
from portal.cells import (
    CellError,
    Parsed,
    parse_area,
    parse_count,
    parse_credit_code,
    parse_date,
    parse_money,
    parse_ratio,
    parse_year,
)


class AsTyped(forms.BaseForm):
    """A form that can show what was typed without judging it, however unfinished it is."""

    is_kept = False

    def full_clean(self) -> None:
        """Ask nothing of entries that were only kept."""
        if self.is_kept:
            self._errors, self.cleaned_data = forms.utils.ErrorDict(), {}
        else:
            super().full_clean()


class CellField(forms.CharField):
    """A cell and its parser: ``None`` for a blank cell, a refusal that repeats what was typed."""

    def __init__(self, *, parse: Callable[[str], Parsed[Any]], **kwargs: Any) -> None:
        self.parse = parse
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Any:
        """The typed value, or ``ValidationError`` with the value and what to type instead."""
        text = super().to_python(value)
        try:
            parsed = self.parse(text)
        except CellError as error:
            raise _refusal(text, str(error)) from error
        if parsed.warnings or parsed.note:
            raise _refusal(text, _("type the exact figure, without further words."))
        return parsed.value


def _refusal(value: str, advice: Any) -> forms.ValidationError:
    return forms.ValidationError(
        _("“%(value)s” cannot be read: %(advice)s"),
        code="invalid",
        params={"value": value, "advice": advice},
    )


def _figures(**attrs: str) -> forms.TextInput:
    return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", **attrs})


def day_field(**kwargs: Any) -> CellField:
    """A calendar day; the browser shows its own calendar."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return CellField(parse=parse_date, widget=widget, **kwargs)


def count_field(largest: int = 2_147_483_647, **kwargs: Any) -> CellField:
    """A whole number from 0."""
    return CellField(
        parse=parse_count,
        validators=[MaxValueValidator(largest)],
        **{"widget": _figures(inputmode="numeric"), **kwargs},
    )


def year_field(**kwargs: Any) -> CellField:
    """A year of four digits."""
    return CellField(parse=parse_year, **{"widget": _figures(inputmode="numeric"), **kwargs})


def credit_code_field(**kwargs: Any) -> CellField:
    """A unified social credit code with its check character."""
    return CellField(parse=parse_credit_code, **kwargs)


# Figures by the model column they fill; the unit is in the column's name.
_FIGURES: dict[str, Callable[[str], Parsed[Decimal]]] = {
    "m2": parse_area,
    "yuan": partial(parse_money, header_unit="yuan"),
    "ratio": parse_ratio,
    "share": parse_ratio,
}
_SMALL_COUNT = 999


def typed(column: models.Field, **kwargs: Any) -> forms.Field | None:
    """The form field of a model column."""
    kwargs = {"required": not column.blank, "label": capfirst(column.verbose_name), **kwargs}
    if isinstance(column, models.DateField):
        return day_field(**kwargs)
    if isinstance(column, models.DecimalField):
        return CellField(
            parse=_FIGURES[column.name.rpartition("_")[2]],
            validators=[DecimalValidator(column.max_digits, column.decimal_places)],
            widget=_figures(),
            **kwargs,
        )
    if column.name == "fiscal_year":
        return year_field(**kwargs)
    if isinstance(column, models.PositiveSmallIntegerField):
        return count_field(_SMALL_COUNT, **kwargs)
    if isinstance(column, models.PositiveIntegerField):
        return count_field(**kwargs)
    if column.name == "uscc":
        return credit_code_field(**kwargs)
    return column.formfield(**kwargs)


def define(field: forms.Field, kind: str, name: str) -> None:
    """Give a field its meaning: the short help, the definition, and the clause that asks for it."""
    definition = definitions.of(kind, name)
    field.help_text = definition.hint
    field.definition, field.clause = definition, definition.clause


class DefinedField(forms.BoundField):
    """A field with its meaning at hand, and beside it a place for what looks odd in it."""

    @property
    def examples(self) -> list[tuple[Any, Any, Any]]:
        """(case or "", what is typed or chosen, what that says or "") of the worked examples."""
        labels = {str(code): label for code, label in getattr(self.field, "choices", ())}
        labels |= dict(getattr(self.field.widget, "choices", ()))
        return [_shown(example, labels) for example in self.field.definition.examples]

    @property
    def caution_id(self) -> str:
        """Where the page says that the value looks odd."""
        return f"{self.auto_id}_caution"

    @property
    def aria_describedby(self) -> str | None:
        """The help, the errors, and what looks odd."""
        if self.is_hidden or not self.auto_id or not hasattr(self.field, "definition"):
            return super().aria_describedby
        return " ".join(filter(None, [super().aria_describedby, self.caution_id]))


def _shown(example: definitions.Example, labels: dict[str, Any]) -> tuple[Any, Any, Any]:
    if labels:
        return example.case, labels[example.typed], ""
    says = str(example.value)
    return example.case, example.typed, "" if says == example.typed else says
