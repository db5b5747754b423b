"""What is typed about the papers of a case: evidence, materials, who came."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.forms.case_fields import SubjectField, of_district
from organizations.models import ActivityTeam, Attendance, CaseMaterial, Organization
from portal.evidence.forms import EvidenceField

BLANK_LINES = 5


class EvidenceForm(forms.Form):
    """A file that proves something, and what it is."""

    title = forms.CharField(label=_("What it is"), max_length=100)
    upload = EvidenceField()


class MaterialLine(forms.Form):
    """The state of one material."""

    state = forms.ChoiceField(label=_("State"), choices=CaseMaterial.State)
    note = forms.CharField(label=_("Note"), max_length=200, required=False)


class MaterialsForm:
    """The whole list of a case, and a line for one more."""

    def __init__(self, materials: Iterable[tuple[CaseMaterial, Any]], data: Any = None) -> None:
        self.lines = [
            (
                material,
                label,
                MaterialLine(
                    data,
                    prefix=f"m{material.pk}",
                    initial={"state": material.state, "note": material.note},
                ),
            )
            for material, label in materials
        ]
        self.added = AddedMaterial(data)

    def is_valid(self) -> bool:
        """Every line, so that each says what is wrong with it."""
        judged = [form.is_valid() for *_what, form in self.lines]
        return self.added.is_valid() and all(judged)

    @property
    def rows(self) -> dict[str, tuple[str, str]]:
        """Code → state and note."""
        rows = {
            material.code: (form.cleaned_data["state"], form.cleaned_data["note"])
            for material, _label, form in self.lines
        }
        if code := self.added.cleaned_data["added"]:
            rows.setdefault(code, (CaseMaterial.State.MISSING, ""))
        return rows


class AddedMaterial(forms.Form):
    """One more material than the list has."""

    added = forms.CharField(label=_("One more material"), max_length=40, required=False)


class PresentForm(forms.Form):
    """One line of a sign-in list."""

    name = forms.CharField(
        label=_("Organization or team"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"list": "known-organization"}),
    )
    people = forms.IntegerField(
        label=_("People present"),
        min_value=1,
        max_value=100_000,
        required=False,
    )
    is_head = forms.BooleanField(label=_("Its head came"), required=False)

    def __init__(self, *args: Any, center: Center, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.center = center

    def clean(self) -> dict[str, Any]:
        """Resolves the name; the line is ``row`` as the service takes it."""
        values = super().clean() or self.cleaned_data
        text = values.get("name")
        if not text:
            if values.get("people") or values.get("is_head"):
                self.add_error("name", _("Name the organization or team of this line."))
            return values
        for name, model in (("team", ActivityTeam), ("organization", Organization)):
            field = SubjectField(model=model)
            field.within = of_district(model, self.center)
            try:
                values[name] = field.clean(text)
                return values
            except forms.ValidationError as error:
                refusal = error
        self.add_error("name", refusal)
        return values

    @property
    def row(self) -> dict[str, Any] | None:
        """None for a line left empty."""
        values = self.cleaned_data
        if not values.get("name"):
            return None
        return {
            "organization": values.get("organization"),
            "team": values.get("team"),
            "people": values.get("people") or 1,
            "is_head": values["is_head"],
        }


def present_lines(
    rows: Sequence[Attendance], data: Any = None, *, center: Center
) -> forms.BaseFormSet:
    """The sign-in list with empty lines below."""
    made = forms.formset_factory(PresentForm, extra=BLANK_LINES, max_num=500, absolute_max=600)
    initial = [
        {
            "name": row.subject.name,
            "people": row.people,
            "is_head": row.is_head,
        }
        for row in rows
    ]
    return made(data, initial=initial, prefix="present", form_kwargs={"center": center})
