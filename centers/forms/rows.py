"""One row of a section as people fill it in. An empty cell is unknown; 0 and “no” are facts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from centers.forms.fields import AsTyped, DefinedField, define, typed
from centers.models import (
    AccountRow,
    CouncilRow,
    FundingRow,
    Person,
    PremisesRow,
    ProfileRow,
    Row,
    Section,
    StaffRow,
    StatutoryRow,
    definitions,
)
from centers.selectors import statutory

UNKNOWN = _("unknown")
# What belongs to the page and not to the row.
NO_CELLS = frozenset({"line", "DELETE"})
THREE_WAYS = [("unknown", UNKNOWN), ("true", _("yes")), ("false", _("no"))]


class RowForm(AsTyped, forms.ModelForm):
    """A row's cells. ``cleaned_data`` is what the service takes; nothing is saved from here.

    What its fields mean stands in ``centers.models.definitions`` under ``kind``.
    """

    bound_field_class = DefinedField
    kind: ClassVar[str]
    # What tells one row from another at a glance.
    NAMED_BY: ClassVar[tuple[str, ...]] = ()
    # Who the row is; none for a new one.
    line = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # The bureau's words about this row, which the center reads and does not write.
    bureau_judgment = ""

    def __init__(self, *args: Any, is_kept: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_kept = is_kept
        for name, field in self.fields.items():
            if name not in NO_CELLS:
                define(field, self.kind, name)
            if isinstance(field, forms.NullBooleanField):
                field.widget.choices = THREE_WAYS
            elif isinstance(field, forms.TypedChoiceField) and not field.required:
                field.choices = [("", UNKNOWN), *(c for c in field.choices if c[0] != "")]

    @property
    def summary(self) -> str:
        """The row in a line, as it stands on the page."""
        texts = [_words(self[name]) for name in self.NAMED_BY if name in self.fields]
        return " · ".join(filter(None, texts))

    @property
    def changed_data(self) -> list[str]:
        """A row whose every cell was emptied is empty, whoever it was."""
        return [name for name in super().changed_data if name != "line"]

    def _post_clean(self) -> None:
        """The table's constraints are asked by the service, once for all rows."""

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        self._ordered("starts_on", "ends_on")
        return self.cleaned_data

    def _ordered(self, first: str, last: str) -> None:
        start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if start and end and end < start:
            self.add_error(
                last,
                _("%(end)s is before %(start)s. Correct one of the two dates.")
                % {"end": end, "start": start},
            )

    @property
    def is_blank(self) -> bool:
        """A row that stands ready and that nobody filled in."""
        return self.empty_permitted and not self.has_changed()

    def row(self) -> dict[str, Any]:
        """Field to value, as ``filings.save_section`` takes it."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "DELETE"}
        if not said.get("line"):
            said.pop("line", None)
        return said

    @classmethod
    def initial_of(cls, row: Row) -> dict[str, Any]:
        """The cells of a stored row."""
        return forms.model_to_dict(row, fields=cls._meta.fields) | {"line": row.line}


def _words(field: forms.BoundField) -> str:
    """A cell's value in words, "" for an empty one."""
    value = field.value()
    if value in (None, ""):
        return ""
    if isinstance(field.field, forms.NullBooleanField):
        return str(dict(THREE_WAYS[1:]).get(str(value).lower(), ""))
    labels = {str(code): label for code, label in getattr(field.field, "choices", ())}
    return str(labels.get(str(value), value))


class PersonRowForm(RowForm):
    """A row that names somebody: one of the center's people, or a new one by name."""

    person_field: ClassVar[str]

    person_name = forms.CharField(
        label=_("Or a new person's name"),
        required=False,
        max_length=20,
    )

    def __init__(self, *args: Any, people: Sequence[Person] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        choices = [("", _("choose a person")), *((str(p.pk), _label(p, people)) for p in people)]
        field = self.fields[self.person_field]
        field.choices, field.coerce = choices, self._person

    def _person(self, pk: str) -> Person:
        """The person of the list; ``ValueError`` for anybody else."""
        known = {str(person.pk): person for person in self.people}
        if pk not in known:
            raise ValueError(pk)
        return known[pk]

    def clean_person_name(self) -> str:
        """Refuse a namesake of somebody in the list: rules compare persons, never names."""
        name = self.cleaned_data["person_name"]
        if any(person.name == name for person in self.people):
            raise forms.ValidationError(
                _(
                    "“%(name)s” is in the list already: choose the name there. For a namesake, add"
                    " something that tells the two apart."
                ),
                params={"name": name},
            )
        return name

    def clean(self) -> dict[str, Any]:
        """Refuse a chosen and a typed person in one row."""
        super().clean()
        if self.cleaned_data.get(self.person_field) and self.cleaned_data.get("person_name"):
            self.add_error(
                "person_name",
                _("“%(name)s” is typed while somebody else is chosen. Keep one of the two.")
                % {"name": self.cleaned_data["person_name"]},
            )
        return self.cleaned_data


def _label(person: Person, people: Sequence[Person]) -> str:
    is_ambiguous = sum(other.name == person.name for other in people) > 1
    return f"{person.name}（{person.code}）" if is_ambiguous else person.name


def _person_field(label: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(label=label, required=False, empty_value=None)


class ProfileForm(PersonRowForm):
    """基本情况."""

    kind = Section.Kind.PROFILE
    NAMED_BY = ("name", "starts_on", "ends_on")
    person_field = "legal_representative"
    field_order = (
        *("name", "uscc", "registration_status", "registered_on", "established_on"),
        *("operating_model", "operator_name", "legal_representative", "person_name"),
    )

    legal_representative = _person_field(_("Legal representative"))

    class Meta:
        model = ProfileRow
        formfield_callback = typed
        fields = (
            *("name", "uscc", "registration_status", "registered_on", "established_on"),
            *("operating_model", "operator_name", "legal_representative"),
            *("is_legal_representative_chair", "registered_capital_yuan", "basic_cost_yuan"),
            *("supervising_unit", "phone", "address", "organization_count"),
            *("grade", "grade_until", "last_inspection", "starts_on", "ends_on", "note"),
        )

    def clean(self) -> dict[str, Any]:
        """An entrusted center names its operator."""
        super().clean()
        is_entrusted = (
            self.cleaned_data.get("operating_model") == ProfileRow.OperatingModel.ENTRUSTED
        )
        if is_entrusted and not self.cleaned_data.get("operator_name"):
            self.add_error("operator_name", _("Name the operator of the entrusted center."))
        return self.cleaned_data


class StaffForm(PersonRowForm):
    """人员."""

    kind = Section.Kind.STAFF
    NAMED_BY = ("person", "person_name", "post", "employment_type", "starts_on", "ends_on")
    person_field = "person"
    field_order = ("person", "person_name")

    person = _person_field(_("Person"))

    class Meta:
        model = StaffRow
        formfield_callback = typed
        fields = (
            *("person", "post", "employment_type", "is_full_time", "is_council_appointed"),
            *("is_openly_recruited", "starts_on", "ends_on", "education"),
            *("social_work_certificate", "pay_follows_community_worker", "note"),
        )

    def clean(self) -> dict[str, Any]:
        """A staff row is about somebody."""
        super().clean()
        if "person_name" in self.cleaned_data and not (
            self.cleaned_data.get("person") or self.cleaned_data["person_name"]
        ):
            self.add_error("person", _("Choose a person, or type the name of a new one."))
        return self.cleaned_data


class PremisesForm(RowForm):
    """场所. What the bureau judged of a place stays with the row while the place stays the same."""

    kind = Section.Kind.PREMISES
    NAMED_BY = ("address", "exclusive_area_m2", "starts_on", "ends_on")
    PLACE = ("address", "exclusive_area_m2", "shared_area_m2", "share_ratio")

    co_location = forms.MultipleChoiceField(
        label=_("Co-located with"),
        required=False,
        choices=PremisesRow.CoLocation.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = PremisesRow
        formfield_callback = typed
        fields = (
            *("address", "exclusive_area_m2", "shared_area_m2", "share_ratio", "area_basis"),
            *("has_signage", "has_equipment", "starts_on", "ends_on"),
            *("is_relatively_independent", "right_kind", "right_from_on", "right_to_on"),
            *("co_location", "note"),
        )

    def __init__(self, *args: Any, judged: Iterable[PremisesRow] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.judged = {tuple(getattr(row, name) for name in self.PLACE): row for row in judged}

    def clean(self) -> dict[str, Any]:
        """A right of use ends after it begins."""
        super().clean()
        self._ordered("right_from_on", "right_to_on")
        return self.cleaned_data

    @property
    def adequacy(self) -> str | None:
        """The bureau's judgment of this very place, or nothing."""
        values: Mapping[str, Any] = (
            getattr(self, "cleaned_data", {}) if self.is_bound else self.initial
        )
        row = self.judged.get(tuple(values.get(name) for name in self.PLACE))
        return row.adequacy if row else None

    @property
    def bureau_judgment(self) -> Any:
        """The judgment in words, for the page."""
        if self.is_kept or (self.is_bound and any(name in self.errors for name in self.PLACE)):
            return ""
        if self.adequacy is None:
            return _("not judged yet; the bureau judges when it accepts the section")
        return PremisesRow.Adequacy(self.adequacy).label

    def row(self) -> dict[str, Any]:
        """With the bureau's column, which no form field fills."""
        return {**super().row(), "adequacy": self.adequacy}


class AccountForm(RowForm):
    """银行账户."""

    kind = Section.Kind.ACCOUNTS
    NAMED_BY = ("holder", "bank", "ends_on")

    class Meta:
        model = AccountRow
        formfield_callback = typed
        fields = ("holder", "bank", "starts_on", "ends_on", "note")


class FundingForm(RowForm):
    """经费."""

    kind = Section.Kind.FUNDING
    NAMED_BY = ("fiscal_year", "form", "purpose", "amount_yuan", "payer")

    class Meta:
        model = FundingRow
        formfield_callback = typed
        fields = (
            *("fiscal_year", "form", "purpose", "amount_yuan", "basic_amount_yuan"),
            *("received_yuan", "starts_on", "ends_on", "is_declared_annual"),
            *("is_annual_renewal", "payer", "contract_name", "contract_no", "route", "note"),
        )

    def clean(self) -> dict[str, Any]:
        """The part for basic operation is not more than the whole."""
        super().clean()
        amount = self.cleaned_data.get("amount_yuan")
        basic = self.cleaned_data.get("basic_amount_yuan")
        if amount is not None and basic is not None and basic > amount:
            self.add_error(
                "basic_amount_yuan",
                _("%(basic)s yuan is more than the whole amount of %(amount)s yuan.")
                % {"basic": basic, "amount": amount},
            )
        return self.cleaned_data


class CouncilForm(RowForm):
    """理事会."""

    kind = Section.Kind.GOVERNANCE
    NAMED_BY = ("starts_on", "ends_on", "member_count")

    class Meta:
        model = CouncilRow
        formfield_callback = typed
        fields = ("member_count", "starts_on", "ends_on", "has_supervisor", "note")


class StatutoryForm(RowForm):
    """法定事项."""

    kind = Section.Kind.STATUTORY
    NAMED_BY = ("matter", "is_so", "occurred_on", "done_on", "starts_on", "ends_on")

    class Meta:
        model = StatutoryRow
        formfield_callback = typed
        fields = (
            *("matter", "is_so", "occurred_on", "done_on", "non_state_share"),
            *("starts_on", "ends_on", "note"),
        )

    def clean(self) -> dict[str, Any]:
        """Every matter has cells of its own."""
        super().clean()
        for name, message in statutory.contradictions(self.cleaned_data):
            self.add_error(name, str(message))
        return self.cleaned_data


ROW_FORMS: dict[str, type[RowForm]] = {
    Section.Kind.PROFILE: ProfileForm,
    Section.Kind.STAFF: StaffForm,
    Section.Kind.PREMISES: PremisesForm,
    Section.Kind.ACCOUNTS: AccountForm,
    Section.Kind.FUNDING: FundingForm,
    Section.Kind.GOVERNANCE: CouncilForm,
    Section.Kind.STATUTORY: StatutoryForm,
}
# Kind of section → field → the clause that asks for it.
CLAUSES: dict[str, dict[str, str]] = {
    kind: {name: each.clause for name, each in fields.items() if each.clause}
    for kind, fields in definitions.DEFINITIONS.items()
}
