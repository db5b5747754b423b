"""What the kind of a case knows, as it is typed: a form over the columns of the kind's table."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.forms.case_fields import SubjectField, area, of_district
from organizations.models import Case, Organization, WorkRecord
from organizations.models.details import (
    DETAIL_MODELS,
    ConsultationDetail,
    Detail,
    IncubationDetail,
    OpinionDetail,
)
from organizations.rules import casework
from portal.cells import CellError, parse_phone


class DetailForm(forms.ModelForm):
    """What the kind knows. ``values`` is what the service takes; the form writes nothing."""

    @property
    def values(self) -> dict[str, Any]:
        """Column, or plain word for what is sealed → value."""
        return {name: self.cleaned_data[name] for name in self.fields}


class ConsultationForm(DetailForm):
    """Who asks is asked last, and kept only with consent."""

    enquirer_name = forms.CharField(label=_("Name of the enquirer"), max_length=40, required=False)
    enquirer_phone = forms.CharField(
        label=_("Telephone of the enquirer"),
        max_length=40,
        required=False,
        help_text=_("Kept encrypted, shown masked, forgotten two years after the case is closed."),
    )
    resulting_organization = SubjectField(
        model=Organization, label=_("Organization that came of it")
    )

    def clean_enquirer_phone(self) -> str:
        typed = self.cleaned_data["enquirer_phone"]
        try:
            return parse_phone(typed).value or ""
        except CellError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        typed = values.get("enquirer_name") or values.get("enquirer_phone")
        if typed and "consent_given" in self.fields and not values.get("consent_given"):
            self.add_error(
                "consent_given",
                _("Note the consent, or leave name and telephone of the enquirer out."),
            )
        return values


class OpinionForm(DetailForm):
    """Who took part is ticked off."""

    participants = forms.TypedMultipleChoiceField(
        label=_("Who took part"),
        choices=OpinionDetail.Participant,
        required=False,
        empty_value=[],
        widget=forms.CheckboxSelectMultiple,
    )


class IncubationForm(DetailForm):
    """Which services were used is ticked off."""

    services = forms.TypedMultipleChoiceField(
        label=_("Services used"),
        choices=WorkRecord.SupportKind,
        required=False,
        empty_value=[],
        widget=forms.CheckboxSelectMultiple,
    )


FORMS: dict[type[Detail], type[DetailForm]] = {
    ConsultationDetail: ConsultationForm,
    OpinionDetail: OpinionForm,
    IncubationDetail: IncubationForm,
}
HELP = {
    "dispute": {
        "internal_code": _("A code of your own. No names of parties, nowhere."),
        "source": _("Such as: neighborhood committee, hotline, visit."),
    },
    "opinion": {
        "led_by": _(
            "The Party (work) committee of the street or town, or whom it charged with it."
        ),
    },
    "brand": {
        "selection": _("As whoever selects calls it."),
        "award": _("As it was announced; the center selects nobody."),
    },
    "participation": {
        "partner": _("Such as: neighborhood committee, owners' committee, a department."),
    },
    "nurture": {
        "instructor": _("Unit and office. No names of persons."),
    },
    "party": {"activity": _("No list of party members is kept here.")},
    "grading": {
        "notified_grade": _("As the authority notified it; the center grants no grade."),
    },
}
# Filled by a move, on its day.
BY_MOVE = frozenset(casework.DAY_OF.values())
# Means nothing before the move that notes the other day.
AFTER = {"comments_until": "publicized_on"}


def _shown(column: Any, **kwargs: Any) -> Any:
    """The form field of a model column."""
    if isinstance(column, models.DateField):
        kwargs["widget"] = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    elif isinstance(column, models.TextField):
        kwargs["widget"] = area(3)
    return column.formfield(**kwargs)


def detail_form(
    kind: str,
    data: Any = None,
    *,
    center: Center,
    instance: Detail | None = None,
    only: Sequence[str] | None = None,
    initial: dict[str, Any] | None = None,
) -> DetailForm:
    """The form of a kind's table; ``only`` these columns, or all that are typed."""
    model = DETAIL_MODELS[kind]
    base = FORMS.get(model, DetailForm)
    fields = list(only) if only is not None else _typed(model, instance)
    made = forms.modelform_factory(model, form=base, fields=fields, formfield_callback=_shown)
    form = made(data, instance=instance, initial=initial, prefix="details")
    extra = [name for name in base.declared_fields if only is not None and name not in only]
    for name in extra:
        del form.fields[name]
    for name, field in form.fields.items():
        field.help_text = HELP.get(kind, {}).get(name, field.help_text)
        if isinstance(field, SubjectField):
            field.within = of_district(field.model, center)
            field.widget.attrs["list"] = "known-organization"
            form.initial.setdefault(name, None)
            form.initial[name] = getattr(instance, name, None) if instance else None
    return form


def _typed(model: type[Detail], instance: Detail | None) -> list[str]:
    typed = (
        field.name
        for field in model._meta.fields
        if field.editable and not field.primary_key and field.name not in BY_MOVE
    )
    return [
        name
        for name in typed
        if name not in AFTER or getattr(instance, AFTER[name], None) is not None
    ]


def move_details(
    case: Case, to: str, data: Any, *, center: Center, instance: Detail
) -> DetailForm | None:
    """What is asked for on the way to a state; None where nothing is."""
    key = (case.kind, to)
    needed = casework.NEEDED.get(key, ())
    only = [*needed, *casework.OFFERED.get(key, ())]
    if not only:
        return None
    form = detail_form(case.kind, data, center=center, instance=instance, only=only)
    for name in needed:
        form.fields[name].required = True
    return form
