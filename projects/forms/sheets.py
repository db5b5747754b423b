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
# Rows besides one for each bidder: two things may bind to the same.
FURTHER_INTERESTS = 2


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, required=False, widget=widget)


class InterestForm(forms.Form):
    """What binds to one of the bidders; a row that is left blank says nothing."""

    organization = forms.TypedChoiceField(
        label=_("Bidder to whom something binds you"), required=False, empty_value=None
    )
    kind = forms.ChoiceField(
        label=_("What binds you"), choices=[("", "—"), *Tie.Kind.choices], required=False
    )
    from_on = _day(_("from"))
    to_on = _day(_("to, blank where it still holds"))
    note = forms.CharField(label=_("note"), max_length=NOTE_LENGTH, required=False)

    def __init__(self, *args: Any, bidders: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(each.pk): each for each in bidders}
        field: Any = self.fields["organization"]
        field.choices = [("", _("none")), *((pk, each.name) for pk, each in known.items())]
        field.coerce = known.__getitem__

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if any(values.values()) and not (values.get("organization") and values.get("kind")):
            name = "kind" if values.get("organization") else "organization"
            self.add_error(name, _("Say both: the bidder, and what binds you to it."))
        first, last = values.get("from_on"), values.get("to_on")
        if first and last and last < first:
            self.add_error("to_on", _("It ends before it begins. Correct one of the two days."))
        return values

    @property
    def declared(self) -> Declared | None:
        """As the service takes it; call it on a valid form."""
        values = self.cleaned_data
        return Declared(**values) if values["organization"] else None


class DeclareForm(forms.Form):
    """The declaration in one's own words, and whatever binds to the bidders, a row each."""

    declaration = forms.CharField(
        label=_("Declaration"),
        max_length=DECLARATION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "Say in your own words whether anything binds you to one of the bidders. Signed with"
            " your name and the moment."
        ),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, seat: Seat, bidders: Sequence[Organization]
    ) -> None:
        super().__init__(data, initial={"version": seat.version})
        count = len(bidders) + FURTHER_INTERESTS
        self.rows = [InterestForm(data, prefix=f"i{n}", bidders=bidders) for n in range(count)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        # Each row is asked, so that every mistake is marked.
        valid = [row.is_valid() for row in self.rows]
        if not all(valid):
            self.add_error(None, _("Correct what binds you to a bidder."))
            return values
        values["interests"] = [row.declared for row in self.rows if row.declared is not None]
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
