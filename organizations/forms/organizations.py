"""What the bureau types about an organization."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from organizations.models import Organization
from organizations.selectors import duplicates
from organizations.services import organizations
from organizations.services.organizations import CreditCodeRefused
from portal import sealing
from portal.cells import (
    CellError,
    mask_identity_number,
    mask_phone,
    parse_identity_number,
    parse_phone,
)
from portal.errors import DomainError
from portal.forms import DayInput, Doubting
from portal.jurisdictions.services import accepted_codes
from portal.registers.forms import RegisterForm, Versioned

# Heading → fields, in the order of the form.
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (
        _("Registration"),
        (
            *("name", "org_type", "uscc", "division", "registered_on", "authority_level"),
            *("supervising_unit", "is_direct_registration", "domicile", "actual_address"),
            *("registered_capital_yuan", "scope", "certificate_ends_on", "old_certificate_no"),
        ),
    ),
    (
        _("Standing"),
        (
            *("community_kind", "grade", "grade_until", "is_charity", "can_raise_publicly"),
            "center",
        ),
    ),
    (
        _("People"),
        (
            *("staff_count", "full_time_count", "council_starts_on", "council_ends_on"),
            *("party_unit", "is_party_unit_required", "party_member_count", "has_party_liaison"),
        ),
    ),
)


class OrganizationForm(RegisterForm):
    """Everything but the status, the numbers of persons, and what changes on a day of its own."""

    class Meta:
        model = Organization
        fields = [field for _heading, group in GROUPS for field in group]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self._read_code(values)
        self._compare(values)
        if not self.errors:
            self.doubt(*self._duplicates(values))
        self.refuse_doubted()
        return values

    def _read_code(self, values: dict[str, Any]) -> None:
        try:
            read = organizations.read_code(
                values.get("uscc"),
                values.get("org_type", Organization.OrgType.INSTITUTION),
                accepted_codes(),
            )
        except CreditCodeRefused as refusal:
            self.add_error("uscc", str(refusal))
            return
        values["uscc"] = read.value
        if "uscc" in self.changed_data:
            self.doubt(*read.warnings)
            self.hints += read.hints

    def _compare(self, values: dict[str, Any]) -> None:
        """What two fields say together, at the field to change."""
        starts, ends = values.get("council_starts_on"), values.get("council_ends_on")
        if starts and ends and ends < starts:
            self.add_error("council_ends_on", _("The council ends before it begins."))
        registered = values.get("registered_on")
        if registered and registered > timezone.localdate():
            self.add_error("registered_on", _("This day has not come yet."))
        certificate = values.get("certificate_ends_on")
        if registered and certificate and certificate < registered:
            self.add_error(
                "certificate_ends_on", _("The certificate ends before the day of registration.")
            )
        staff, full_time = values.get("staff_count"), values.get("full_time_count")
        if None not in (staff, full_time) and full_time > staff:
            self.add_error("full_time_count", _("More full-time staff than staff altogether."))
        if values.get("can_raise_publicly") and not values.get("is_charity"):
            self.add_error(
                "can_raise_publicly", _("Only a charitable organization can be qualified for it.")
            )
        if values.get("grade_until") and values.get("grade") in (None, Organization.Grade.NONE):
            self.add_error("grade_until", _("Only a grade has a last day: choose the grade."))
        capital = values.get("registered_capital_yuan")
        if capital is not None and capital < 0:
            self.add_error("registered_capital_yuan", _("The capital is negative."))

    def _duplicates(self, values: dict[str, Any]) -> list[str]:
        if not {"name", "uscc", "division"} & set(self.changed_data):
            return []
        found = duplicates.likely(
            name=values["name"],
            division=values["division"],
            uscc=values["uscc"],
            exclude=self.instance.pk,
        )
        return [
            gettext("May be in the register already: %(name)s (%(division)s): %(why)s.")
            % {"name": each.row.name, "division": each.row.division, "why": each.why}
            for each in found
        ]


class AskForm(Doubting, Versioned, forms.Form):
    """One change of an organization, with the version it was asked on."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, obj: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obj = obj
        self.fields["version"].initial = obj.version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.meet_others(self.obj)
        return values


class ChangeForm(AskForm):
    """A change that holds from a day on, by a document."""

    from_on = forms.DateField(label=_("From"), widget=DayInput)
    doc_no = forms.CharField(
        label=_("Document no."),
        max_length=60,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )


class RenameForm(ChangeForm):
    """变更名称."""

    name = forms.CharField(label=_("New name"), max_length=60, widget=UnfoldAdminTextInputWidget)
    field_order = ["name", "from_on", "doc_no"]


class MoveForm(ChangeForm):
    """变更住所."""

    address = forms.CharField(
        label=_("New domicile"), max_length=200, widget=UnfoldAdminTextInputWidget
    )
    division = forms.ModelChoiceField(
        label=_("Township"), queryset=None, widget=UnfoldAdminSelectWidget
    )
    field_order = ["address", "division", "from_on", "doc_no"]

    def __init__(self, *args: Any, divisions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["division"].queryset = divisions
        self.fields["division"].initial = self.obj.division_id


class ContactForm(AskForm):
    """联系人: optional, and no more than is needed to reach the organization."""

    name = forms.CharField(
        label=_("Contact"), max_length=40, required=False, widget=UnfoldAdminTextInputWidget
    )
    phone = forms.CharField(
        label=_("New telephone number"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    is_phone_removed = forms.BooleanField(
        label=_("Remove the number"), required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].initial = self.obj.contact_name
        stored = _shown(self.obj, "contact_phone", mask_phone)
        self.fields["phone"].help_text = _stored_text(stored)

    def clean_phone(self) -> str:
        return _read(parse_phone, self.cleaned_data["phone"], is_organization=True)


class LegalRepForm(AskForm):
    """法定代表人: the name is public, the identity number is not."""

    name = forms.CharField(
        label=_("Legal representative"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    id_number = forms.CharField(
        label=_("New identity number"),
        max_length=40,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    is_id_removed = forms.BooleanField(
        label=_("Remove the number"), required=False, widget=UnfoldBooleanWidget
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["name"].initial = self.obj.legal_representative
        stored = _shown(self.obj, "legal_rep_id", mask_identity_number)
        self.fields["id_number"].help_text = _stored_text(stored)

    def clean_id_number(self) -> str:
        return _read(parse_identity_number, self.cleaned_data["id_number"], as_of=self.today)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        number = values.get("id_number")
        self.doubt(*self._represents(number) if number else [])
        self.refuse_doubted()
        return values

    def _represents(self, number: str) -> list[str]:
        """Who represents an association represents no other (MC69 Art. 8)."""
        if self.obj.org_type != Organization.OrgType.ASSOCIATION:
            return []
        digest = sealing.digest(number, purpose=Organization.SEALED["legal_rep_id"])
        found = duplicates.represented_by(digest, self.obj.division).exclude(pk=self.obj.pk)
        text = gettext("The same person represents another association already: %(name)s.")
        return [text % {"name": each.name} for each in found]


def _read(parse: Any, typed: str, **how: Any) -> str:
    try:
        return parse(typed, **how).value or ""
    except CellError as refusal:
        raise forms.ValidationError(str(refusal)) from refusal


def _shown(obj: Organization, field: str, mask: Any) -> str:
    """The stored number without its middle, "" where there is none."""
    sealed = getattr(obj, f"{field}_sealed")
    try:
        return mask(sealing.unseal(sealed, purpose=obj.SEALED[field])) if sealed else ""
    except DomainError as refusal:
        return str(refusal)


def _stored_text(stored: str) -> str:
    if not stored:
        return gettext("None is stored.")
    return gettext("Stored: %(number)s. Leave it blank to keep it.") % {"number": stored}
