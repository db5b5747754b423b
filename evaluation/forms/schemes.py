"""The rows of a scheme as one table: indicators, bonuses and vetoes, grades."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.forms.reviews import StepForm
from evaluation.models import Band, Extra, Indicator, Scheme
from evaluation.services.schemes import ExtraRow, Row, bands_of
from projects.forms.dressing import for_bureau

# Rows beyond those there are, to fill in.
SPARE = 5
PAIRED = {"threshold": "steps", "rubric": "levels"}
SINGLE = {"ratio": "target", "deduct": "per_event"}
SETTINGS_HELP = _(
    "findings and functions: rule ids, such as FN-11 FN-12; share of a target: the target; points"
    " off: points per event; by steps: from:share, such as 1:0.5; 3:1 (of filings, disclosure,"
    " feedback and accepted_share from the share that was in time or accepted, such as 0.8:0.6;"
    " 0.95:1, of a survey and of performance_mean from the mean of 100, such as 80:0.6; 90:1);"
    " levels: name:share, such as 健全:1; 不健全:0; survey: organizations or residents; projects:"
    " planned, accepted_share or performance_mean, then the target."
)


class VersionForm(StepForm):
    """The version of the scheme whose rows were shown."""


def settings_text(scoring: str, settings: Mapping[str, Any]) -> str:
    """The settings of an indicator as they are typed."""
    said = [str(settings[key]) for key in ("group", "figure") if key in settings]
    said += [str(rule) for rule in settings.get("rules", ())]
    if key := SINGLE.get(scoring):
        said += [str(settings[key])] if key in settings else []
    if key := PAIRED.get(scoring):
        said.append("; ".join(f"{name}:{share}" for name, share in settings.get(key, ())))
    return " ".join(said)


def settings_of(scoring: str, source: str, text: str) -> dict[str, Any]:
    """What was typed as settings; what does not fit is left to the service to refuse."""
    words = text.replace("；", ";").replace("：", ":").replace("，", " ").replace(",", " ")
    found: dict[str, Any] = {}
    if source in ("findings", "functions"):
        found["rules"] = words.split()
        return found
    if source in ("survey", "projects"):
        head, _blank, words = words.strip().partition(" ")
        if head:
            found["group" if source == "survey" else "figure"] = head
    if key := PAIRED.get(scoring):
        pairs = [each.rpartition(":") for each in words.split(";") if each.strip()]
        found[key] = [[name.strip(), share.strip()] for name, _colon, share in pairs]
    elif (key := SINGLE.get(scoring)) and words.strip():
        found[key] = words.strip()
    return found


class RowForm(forms.Form):
    """One indicator, or a section."""

    section = forms.CharField(label=_("section of the scheme"), max_length=6, required=False)
    code = forms.CharField(label=_("code"), max_length=6, required=False)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    points = forms.DecimalField(
        label=_("full points"), max_digits=5, decimal_places=2, required=False
    )
    scoring = forms.ChoiceField(
        label=_("way of scoring"), choices=[("", "—"), *Indicator.Scoring.choices], required=False
    )
    source = forms.ChoiceField(
        label=_("where the figure comes from"),
        choices=[("", "—"), *Indicator.Source.choices],
        required=False,
    )
    settings = forms.CharField(label=_("settings"), max_length=300, required=False)
    standard = forms.CharField(label=_("scoring standard"), max_length=1000, required=False)
    scorer = forms.ChoiceField(label=_("scored by"), choices=Indicator.Scorer)
    needs_evidence = forms.BooleanField(label=_("evidence needed"), required=False)
    clause = forms.CharField(label=_("clause"), max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if values.get("name") and (not values.get("code") or values.get("points") is None):
            raise forms.ValidationError(_("An indicator has a code and points."))
        return values

    def row(self) -> Row:
        """What was typed."""
        values = dict(self.cleaned_data)
        text = values.pop("settings")
        values["settings"] = settings_of(values["scoring"], values["source"], text)
        return Row(**values)


class ExtraForm(forms.Form):
    """One bonus or veto."""

    kind = forms.ChoiceField(label=_("kind"), choices=Extra.Kind)
    name = forms.CharField(label=_("Name"), max_length=60, required=False)
    points = forms.DecimalField(
        label=_("full points"), max_digits=4, decimal_places=2, required=False
    )
    standard = forms.CharField(label=_("scoring standard"), max_length=500, required=False)

    def row(self) -> ExtraRow:
        """What was typed."""
        return ExtraRow(**self.cleaned_data)


class Rows(forms.BaseFormSet):
    """A table of rows, with some blank ones below."""

    helps: Sequence[tuple[Any, Any]] = ()

    @classmethod
    def of(cls, rows: Sequence[Any], data: Any) -> Self:
        """The table of what stands, or of what was sent."""
        initial = [cls.shown(row) for row in rows]
        made = cls(data, initial=initial, prefix="rows")
        for form in made.forms:
            for_bureau(form)
        return made

    @staticmethod
    def shown(row: Any) -> dict[str, Any]:
        """A row as its form shows it."""
        return asdict(row)

    def entered(self) -> list[Any]:
        """The rows that say something; one whose code or name was emptied is gone."""
        return [form.row() for form in self.forms if getattr(form, "cleaned_data", {}).get("name")]


class IndicatorRows(Rows):
    """The indicators."""

    helps = ((_("settings"), SETTINGS_HELP),)

    @staticmethod
    def shown(row: Row) -> dict[str, Any]:
        """The settings as text."""
        text = settings_text(row.scoring, row.settings)
        return asdict(row) | {"settings": text}


RowFormSet: Any = forms.formset_factory(RowForm, formset=IndicatorRows, extra=SPARE)
ExtraFormSet: Any = forms.formset_factory(ExtraForm, formset=Rows, extra=SPARE)


class BandsForm(StepForm):
    """From how many points on each grade is given; blank: not given."""

    def __init__(self, *args: Any, obj: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        kept = dict(bands_of(obj)) if obj.pk else {}
        for grade in Band.Grade:
            self.fields[grade.value] = forms.DecimalField(
                label=grade.label,
                max_digits=5,
                decimal_places=2,
                min_value=0,
                max_value=100,
                required=False,
                initial=kept.get(grade.value),
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        bands: list[tuple[str, Decimal]] = [
            (grade.value, values[grade.value])
            for grade in Band.Grade
            if values.get(grade.value) is not None
        ]
        return {"bands": bands, "version": values.get("version")}
