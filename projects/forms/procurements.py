"""What is typed about procurements: their documents, criteria, invitations, questions and
challenges."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from organizations.models import Organization
from portal.errors import DomainError
from portal.evidence.forms import EvidenceField
from portal.forms import FIRST_YEAR, LAST_YEAR, DayInput
from portal.registers.forms import Versioned
from projects.forms.rows import lines_sent
from projects.models import Challenge, Criterion, Procurement, Project, ProjectDocument
from projects.services.criteria import Row

BLANK_LINES, MOST_TYPED = 5, 60
BLANK = {"kind": Criterion.Kind.TECHNICAL}
MOMENT = "%Y-%m-%dT%H:%M"


class MomentInput(UnfoldAdminTextInputWidget, forms.DateTimeInput):
    """The browser's own field for a day and an hour."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"type": "datetime-local", **(attrs or {})})
        self.format = MOMENT


def _moment(label: Any, **options: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=[MOMENT, "%Y-%m-%d %H:%M"],
        widget=MomentInput,
        help_text=_("In Shanghai time. The database's clock decides: late is late."),
        **options,
    )


def _text(label: Any, length: int, rows: int, **options: Any) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=length, widget=widget, **options)


def _line(label: Any, length: int, **options: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget()
    return forms.CharField(label=label, max_length=length, widget=widget, **options)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DayInput, **options)


class VersionForm(Versioned, forms.Form):
    """A form that was filled from a version."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = version

    def refuse(self, refusal: DomainError, obj: Any) -> None:
        """As of anything versioned; what a route asks for is said sentence by sentence."""
        if lines := getattr(refusal, "lines", None):
            self.add_error(None, lines)
        else:
            super().refuse(refusal, obj)


class DocumentsForm(forms.Form):
    """What a procurement asks for, and its days."""

    route = forms.ChoiceField(
        label=_("Route"), choices=Procurement.Route, widget=UnfoldAdminSelectWidget
    )
    title = _line(_("Title"), 120)
    category = _line(
        _("Budget item"),
        40,
        help_text=_("What is bought under one budget item in one fiscal year is added up."),
    )
    fiscal_year = forms.IntegerField(
        label=_("Fiscal year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    budget_yuan = forms.DecimalField(
        label=_("Budget (yuan)"),
        max_digits=16,
        decimal_places=2,
        min_value=Decimal("0.01"),
        widget=UnfoldAdminDecimalFieldWidget,
    )
    purchaser = _line(
        _("Purchaser"), 60, required=False, help_text=_("The project's, where left empty.")
    )
    contact = _line(
        _("Whom to ask"),
        120,
        required=False,
        help_text=_("An office with its phone or mail; everybody reads it."),
    )
    is_goods = forms.BooleanField(
        label=_("Goods, not services"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    choice = forms.ChoiceField(
        label=_("How the supplier is chosen"),
        choices=Procurement.Choice,
        widget=UnfoldAdminSelectWidget,
    )
    ground = forms.ChoiceField(
        label=_("Ground for a single source"),
        choices=[("", "—"), *Procurement.Ground.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    ground_text = _text(_("The ground in words"), 500, 2, required=False)
    requirement = _text(_("Requirement"), 5000, 8, required=False)
    documents_from = _day(_("Documents from"))
    documents_until = _day(_("Documents until"))
    questions_until = _day(_("Questions until"))
    deadline_at = _moment(_("Deadline for bids"), required=False)
    key_total = forms.IntegerField(
        label=_("Key holders"),
        min_value=2,
        max_value=7,
        initial=3,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    key_needed = forms.IntegerField(
        label=_("Keys needed to open the bids"),
        min_value=2,
        max_value=7,
        initial=2,
        widget=UnfoldAdminIntegerFieldWidget,
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("documents_from"), values.get("documents_until")
        if first and last and last < first:
            self.add_error("documents_until", _("The last day is before the first one."))
        total, needed = values.get("key_total"), values.get("key_needed")
        if total and needed and needed > total:
            self.add_error("key_needed", _("More keys are needed than there are holders."))
        return values


class ProjectField(forms.ModelChoiceField):
    """Projects by number and name: names alone are given twice."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.project_no} {obj.name}"


class DraftForm(DocumentsForm):
    """A procurement of a project."""

    project = ProjectField(
        label=_("Project"), queryset=None, widget=UnfoldAdminSelectWidget
    )
    field_order = ["project"]

    def __init__(self, *args: Any, projects: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = projects
        self.fields["fiscal_year"].initial = localdate().year
        self.fields["route"].initial = Procurement.Route.CONSULTATION


class EditForm(DocumentsForm, VersionForm):
    """The same, while it is prepared."""

    def __init__(self, *args: Any, procurement: Procurement, **kwargs: Any) -> None:
        initial = {name: getattr(procurement, name) for name in DocumentsForm.base_fields}
        super().__init__(*args, version=procurement.version, initial=initial, **kwargs)
        self.fields["purchaser"].required = True


class ReasonForm(VersionForm):
    """Why."""

    reason = _text(_("Reason"), 300, 3, help_text=_("Everybody reads it."))


class ExtendForm(VersionForm):
    """A later deadline."""

    deadline_at = _moment(_("New deadline for bids"))
    reason = _text(_("Reason"), 300, 3, help_text=_("Everybody reads it."))


class CriterionLine(forms.Form):
    """One criterion, as a row of a table: its cells are named for whoever cannot see the head."""

    name = _line(_("Criterion"), 60)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Criterion.Kind, widget=UnfoldAdminSelectWidget
    )
    weight = forms.DecimalField(
        label=_("Points at most"),
        max_digits=5,
        decimal_places=2,
        min_value=Decimal("0.01"),
        max_value=100,
        widget=UnfoldAdminDecimalFieldWidget,
    )
    guide = _text(_("How points are given"), 500, 2, required=False)

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{number} · {field.label}"


class CriteriaForm:
    """All criteria of a procurement, with blank lines for more; a line without a name is left out.

    ``prefix``-numbered lines, as many as the page said it has.
    """

    def __init__(self, procurement: Procurement, data: Any = None) -> None:
        self.errors: list[str] = []
        self.version = procurement.version
        known = list(procurement.criteria.all())
        count = len(known) + BLANK_LINES
        if data is not None:
            count = lines_sent(data, BLANK_LINES, MOST_TYPED)
        self.lines = [
            CriterionLine(
                data,
                prefix=f"c{position}",
                number=position + 1,
                initial=_initial(known[position]) if position < len(known) else BLANK,
                empty_permitted=True,
                use_required_attribute=False,
            )
            for position in range(count)
        ]

    @property
    def total(self) -> int:
        """How many lines the page has."""
        return len(self.lines)

    def is_valid(self) -> bool:
        """Whether each line that has a name is complete."""
        judged = [line.is_valid() for line in self.lines if not self._is_blank(line)]
        return all(judged)

    @staticmethod
    def _is_blank(line: CriterionLine) -> bool:
        names = ("name", "weight", "guide")
        return not any((line.data.get(line.add_prefix(name)) or "").strip() for name in names)

    @property
    def rows(self) -> Sequence[Row]:
        """What was typed, in its order."""
        return [Row(**line.cleaned_data) for line in self.lines if not self._is_blank(line)]


def _initial(criterion: Criterion) -> dict[str, Any]:
    names = ("name", "kind", "weight", "guide")
    return {name: getattr(criterion, name) for name in names}


class InviteForm(forms.Form):
    """An organization of the register, by name or credit code."""

    organization = _line(_("Organization"), 60, help_text=_("Its whole name, or its credit code."))

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = organizations

    def clean_organization(self) -> Organization:
        typed = self.cleaned_data["organization"].strip()
        found = list(self.seen.filter(uscc=typed.upper())[:2] or self.seen.filter(name=typed)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                gettext(
                    "“%(typed)s” is %(count)s organizations here. Type the credit code, or the"
                    " whole name as it stands in the register."
                )
                % {"typed": typed, "count": len(found)}
            )
        return found[0]


class DrawForm(forms.Form):
    """How many are drawn."""

    wanted = forms.IntegerField(
        label=_("How many are drawn"),
        min_value=1,
        max_value=100,
        initial=3,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class FileForm(forms.Form):
    """A file of a procurement."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=ProjectDocument.Kind, widget=UnfoldAdminSelectWidget
    )
    title = _line(_("What it is"), 100)
    upload = EvidenceField()
    is_public = forms.BooleanField(
        label=_("Shown to everybody"), required=False, widget=UnfoldBooleanSwitchWidget
    )


class AnswerForm(forms.Form):
    """The answer to a question."""

    answer = _text(_("Answer"), 2000, 6, help_text=_("Everybody reads it, and the question."))


class ChallengeAnswerForm(VersionForm):
    """The answer to a challenge, and where the procurement goes."""

    verdict = forms.ChoiceField(
        label=_("Decision"), choices=Challenge.Verdict, widget=UnfoldAdminSelectWidget
    )
    answer = _text(_("Answer with its grounds"), 3000, 6)
    to = forms.ChoiceField(
        label=_("Where the procurement goes"), required=False, widget=UnfoldAdminSelectWidget
    )
    public_reason = _text(
        _("Reason that is published"),
        290,
        3,
        required=False,
        help_text=_(
            "Needed where the procurement goes back or ends. Everybody reads it, not the answer."
            " Write no names."
        ),
    )

    def __init__(self, *args: Any, ways: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Procurement.Status.choices)
        ways = list(ways)
        self.fields["to"].choices = [
            ("", _("back to where it was")),
            *((way, labels[way]) for way in ways),
        ]
        if not ways:
            del self.fields["to"], self.fields["public_reason"]


class ComplaintForm(VersionForm):
    """A complaint at the finance department."""

    on = forms.DateField(label=_("Filed on"), widget=DayInput)


class QuestionForm(forms.Form):
    """What a supplier wants to know of a notice."""

    text = forms.CharField(
        label=_("Your question"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Question and answer are published; who asked is not. Write no names."),
    )


class ChallengeForm(forms.Form):
    """What a supplier objects to."""

    about = forms.ChoiceField(label=_("What you challenge"), choices=Challenge.About)
    facts = forms.CharField(
        label=_("Facts and grounds"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("All of it at once: what happened, and which rule it was against."),
    )
    request = forms.CharField(
        label=_("What you ask for"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class GuidanceForm(forms.Form):
    """Help of a center to an organization that wants to bid."""

    organization = forms.ModelChoiceField(label=_("Organization"), queryset=None, empty_label="—")
    happened_on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    note = forms.CharField(
        label=_("What the guidance was"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("It counts for guiding organizations to apply (FN-45)."),
    )

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = organizations


def seeking(projects: Any) -> Any:
    """Of the projects, those for which a procurement can be prepared."""
    busy = Procurement.objects.exclude(status__in=["failed", "void", "terminated"])
    open_ones = projects.filter(status__in=[Project.Status.PLANNED, Project.Status.PROCURING])
    return open_ones.exclude(pk__in=busy.values("project")).order_by("-project_no")
