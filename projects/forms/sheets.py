"""What members of a panel type: the declaration, and their sheet."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from portal.registers.forms import Versioned
from projects.models import Seat, Tie
from projects.selectors.panels import Cell
from projects.services.scores import Given
from projects.services.seats import Declared

NOTE_LENGTH, COMMENT_LENGTH, DECLARATION_LENGTH = 200, 500, 1000


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget)


class DeclareForm(forms.Form):
    """The declaration, and whatever binds to one of the bidders."""

    declaration = forms.CharField(
        label=_("Declaration"),
        max_length=DECLARATION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Signed with your name and the moment."),
    )
    organization = forms.ModelChoiceField(
        label=_("Bidder to whom something binds you"),
        queryset=None,
        required=False,
        empty_label=_("none"),
    )
    kind = forms.ChoiceField(
        label=_("What binds you"), choices=[("", "—"), *Tie.Kind.choices], required=False
    )
    from_on = _day(_("from"))
    to_on = _day(_("to, blank where it still holds"))
    note = forms.CharField(label=_("note"), max_length=NOTE_LENGTH, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, seat: Seat, bidders: Sequence[Organization], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organization"]
        field.queryset = Organization.objects.filter(pk__in=[each.pk for each in bidders])
        self.fields["version"].initial = seat.version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        told = {name: values.pop(name, None) for name in ("organization", "kind", "from_on")}
        told |= {name: values.pop(name, None) for name in ("to_on", "note")}
        if bool(told["organization"]) != bool(told["kind"]):
            name = "kind" if told["organization"] else "organization"
            self.add_error(name, _("Say both: the bidder, and what binds you to it."))
        if told["from_on"] and told["to_on"] and told["to_on"] < told["from_on"]:
            self.add_error("to_on", _("It ends before it begins. Correct one of the two days."))
        values["interests"] = [Declared(**told)] if told["organization"] and told["kind"] else []
        return values


class SeatReasonForm(forms.Form):
    """Why a seat is not taken, or left."""

    reason = forms.CharField(
        label=_("reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, seat: Seat, **kwargs: Any) -> None:
        super().__init__(*args, initial={"version": seat.version}, **kwargs)


class LineForm(forms.Form):
    """One bid and criterion of a sheet."""

    points = forms.DecimalField(
        label=_("points given"), max_digits=5, decimal_places=2, min_value=0, required=False
    )
    is_abstained = forms.BooleanField(label=_("I abstain"), required=False)
    comment = forms.CharField(label=_("remark"), max_length=COMMENT_LENGTH, required=False)

    def __init__(self, *args: Any, cell: Cell, **kwargs: Any) -> None:
        score = cell.score
        initial = {
            "points": score.points if score else None,
            "is_abstained": score.is_abstained if score else False,
            "comment": score.comment if score else "",
        }
        prefix = f"{cell.bid.pk}-{cell.criterion.pk}"
        super().__init__(*args, prefix=prefix, initial=initial, **kwargs)
        self.cell = cell
        self.fields["points"].widget.attrs["inputmode"] = "decimal"

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        points: Decimal | None = values.get("points")
        if points is not None and values.get("is_abstained"):
            self.add_error("points", _("Either points or an abstention, not both."))
        if points is not None and points > self.cell.criterion.weight:
            said = _("%(points)s points are typed; %(most)s are possible at most.")
            most = self.cell.criterion.weight
            self.add_error("points", said % {"points": points, "most": most})
        return values

    @property
    def given(self) -> Given:
        """As the service takes it; call it on a valid form."""
        values = self.cleaned_data
        return Given(
            self.cell.bid.pk,
            self.cell.criterion.pk,
            values["points"],
            values["is_abstained"],
            values["comment"],
        )


class SheetForm(Versioned, forms.Form):
    """All lines of a sheet, bid by bid, with the version that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, seat: Seat, cells: Iterable[Cell]) -> None:
        super().__init__(data, initial={"version": seat.version})
        self.lines = [LineForm(data, cell=cell) for cell in cells]

    def is_valid(self) -> bool:
        """Whether every line is."""
        lines = [line.is_valid() for line in self.lines]
        return super().is_valid() and all(lines)

    @property
    def by_bid(self) -> list[tuple[Any, list[LineForm]]]:
        """The lines of each bid, in the order of the opening."""
        found: dict[int, tuple[Any, list[LineForm]]] = {}
        for line in self.lines:
            found.setdefault(line.cell.bid.pk, (line.cell.bid, []))[1].append(line)
        return list(found.values())

    @property
    def rows(self) -> list[Given]:
        """What the service takes."""
        return [line.given for line in self.lines]
