"""What is typed of plans and budgets."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.evidence.forms import EvidenceField
from portal.registers.forms import Merging, Versioned
from projects.forms.rows import lines_sent
from projects.models import CostLine, Plan, PriceSource, ProjectDocument
from projects.services import budgets

BLANK_LINES = 3
MOST_TYPED = budgets.MOST_LINES + BLANK_LINES
TEXTS = ("targets", "method", "staffing", "schedule", "risks", "public_opinion")


class PlanForm(Merging, forms.ModelForm):
    """Everything a plan says; it may be kept half written until it is submitted.

    ``instance`` is read for the form alone: validation writes into it.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Plan
        fields = ["target_group", "beneficiaries_planned", *TEXTS]
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in TEXTS}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.meet_others(Plan.objects.get(pk=self.instance.pk))
        return values


def _author(centers: Any, is_office: bool) -> forms.ModelChoiceField:
    """Which center it is, of those for which the user may plan; the office only for the office."""
    return forms.ModelChoiceField(
        label=_("Written by"),
        queryset=centers,
        required=not is_office,
        empty_label=_("the bureau or the township itself") if is_office else None,
        initial=None if is_office else centers.first(),
    )


class DraftForm(forms.ModelForm):
    """A plan that is begun, and who writes it."""

    class Meta:
        model = Plan
        fields = PlanForm.Meta.fields
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in TEXTS}

    def __init__(self, *args: Any, centers: Any, is_office: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["author_center"] = _author(centers, is_office)
        self.order_fields(["author_center"])


class SupplyForm(Versioned, forms.Form):
    """Which center supplies a basis of the budget, as of the lines that were shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, centers: Any, is_office: bool, version: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["center"] = _author(centers, is_office)
        self.fields["center"].label = _("Supplied by")
        self.fields["version"].initial = version


class VersionForm(Versioned, forms.Form):
    """A step that asks nothing but whether it is meant."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = version


class DecideForm(VersionForm):
    """What is decided on a plan, and why."""

    to = forms.ChoiceField(
        label=_("What is decided"),
        choices=[
            ("", "—"),
            *((to, Plan.Status(to).label) for to in ("approved", "returned", "refused")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    doc_no = forms.CharField(label=_("Document no."), max_length=60, required=False)


class LineForm(forms.Form):
    """One cost line; ``pk`` of one that stands."""

    pk = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=CostLine.Kind)
    item = forms.CharField(label=_("What is paid for"), max_length=60)
    unit = forms.CharField(label=_("Unit of quantity"), max_length=12)
    quantity = forms.DecimalField(
        label=_("Quantity"),
        max_digits=12,
        decimal_places=2,
    )
    unit_price_yuan = forms.DecimalField(
        label=_("Unit price (yuan)"),
        max_digits=12,
        decimal_places=2,
    )
    basis = forms.CharField(
        label=_("How it was reckoned"),
        max_length=200,
        required=False,
    )

    typed_names = ("item", "unit", "quantity", "unit_price_yuan", "basis")


class SourceForm(forms.Form):
    """One source of a price."""

    kind = forms.ChoiceField(label=_("Kind"), choices=PriceSource.Kind)
    from_whom = forms.CharField(
        label=_("From whom"),
        max_length=80,
        help_text=_("The unit that quoted it or issued the standard."),
    )
    price_yuan = forms.DecimalField(
        label=_("Price (yuan)"),
        max_digits=12,
        decimal_places=2,
    )
    on = forms.DateField(
        label=_("Day"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    doc_no = forms.CharField(label=_("Document no."), max_length=60, required=False)
    document = forms.ModelChoiceField(
        label=_("File"),
        queryset=ProjectDocument.objects.none(),
        required=False,
    )

    typed_names = ("from_whom", "price_yuan", "on", "doc_no", "document")

    def __init__(self, *args: Any, documents: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].queryset = documents


class Lines:
    """A complete list that is typed as a whole: what stands, and blank lines after it. A line in
    which nothing is typed is left out.

    ``data`` carries ``lines``, how many it has, and ``version``, that of what it was shown for.
    """

    form_class: type[Any] = LineForm

    def __init__(
        self,
        data: Any,
        *,
        standing: Sequence[dict[str, Any]],
        version: int,
        **options: Any,
    ) -> None:
        self.is_bound = data is not None
        self.errors: list[str] = []
        self.version = version if data is None else data.get("version", "")
        count = len(standing) + BLANK_LINES
        if data is not None:
            count = lines_sent(data, BLANK_LINES, MOST_TYPED)
        self.lines = [
            self.form_class(
                data,
                prefix=f"line-{index}",
                initial=standing[index] if index < len(standing) else None,
                **options,
            )
            for index in range(count)
        ]

    @property
    def total(self) -> int:
        """How many lines the page has."""
        return len(self.lines)

    def is_valid(self) -> bool:
        """Whether each line in which something is typed is complete."""
        if not self.is_bound:
            return False
        judged = [line.is_valid() for line in self._typed()]
        if not all(judged):
            self.errors.append(
                gettext("Not saved: something has to be corrected. The places are marked below.")
            )
        return all(judged)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What was typed, in its order."""
        return [line.cleaned_data for line in self._typed()]

    def _typed(self) -> Iterable[Any]:
        return [line for line in self.lines if not self._is_blank(line)]

    def _is_blank(self, line: Any) -> bool:
        names = self.form_class.typed_names
        return not any((line.data.get(line.add_prefix(name)) or "").strip() for name in names)


class CostLines(Lines):
    """The cost lines of a project."""

    @staticmethod
    def of(line: CostLine) -> dict[str, Any]:
        """What a line that stands is shown with."""
        names = ("pk", "kind", "item", "unit", "quantity", "unit_price_yuan", "basis")
        return {name: getattr(line, name) for name in names}


class PriceSources(Lines):
    """The sources of one price."""

    form_class = SourceForm

    @staticmethod
    def of(source: PriceSource) -> dict[str, Any]:
        """What a source that stands is shown with."""
        names = ("kind", "from_whom", "price_yuan", "on", "doc_no", "document")
        return {name: getattr(source, name) for name in names}


class FileForm(forms.Form):
    """A file of the project."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ProjectDocument.Kind)
    title = forms.CharField(label=_("Title of the file"), max_length=100)
    upload = EvidenceField()


class LibraryForm(forms.Form):
    """What is looked for among the prices."""

    text = forms.CharField(label=_("What is paid for"), max_length=60, required=False)
    unit = forms.CharField(label=_("Unit of quantity"), max_length=12, required=False)
