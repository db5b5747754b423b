"""How the points of an indicator are typed: as a level, as yes or no, as events, or as points."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.models import Answer, Mark
from evaluation.rules import reviewing
from evaluation.rules.reviewing import Figure

BLANK = ("", "—")


def points_field(answer: Answer, mark: Mark | None, spoken: Any) -> forms.Field:
    """The field of an indicator that a person scores, as its way of scoring asks; its value are
    points, None where nothing was chosen. ``spoken`` names it to whoever hears the page."""
    points = None if mark is None else mark.points
    if answer.scoring == "rubric":
        levels = reviewing.level_points(answer.settings, answer.points)
        return _choice(_("Level chosen"), list(levels.items()), points, spoken)
    if answer.scoring == "boolean":
        rows = [(_("yes"), answer.points), (_("no"), Decimal(0))]
        return _choice(_("Is it met?"), rows, points, spoken)
    if answer.scoring == "deduct":
        return EventsField(answer, points, spoken)
    return forms.DecimalField(
        label=_("Points"),
        required=False,
        min_value=0,
        max_value=answer.points,
        max_digits=6,
        decimal_places=3,
        initial=None if points is None else _text(points),
        widget=forms.NumberInput({"aria-label": spoken}),
    )


def _choice(
    label: Any, rows: list[tuple[Any, Decimal]], points: Decimal | None, spoken: Any
) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label,
        required=False,
        choices=[BLANK, *((_text(worth), f"{name} · {_text(worth)}") for name, worth in rows)],
        coerce=Decimal,
        empty_value=None,
        initial=None if points is None else _text(points),
        widget=forms.Select({"aria-label": spoken}),
    )


def _text(points: Decimal) -> str:
    return f"{points.normalize():f}"


class EventsField(forms.IntegerField):
    """How many events take points off; its value are the points that are left."""

    def __init__(self, answer: Answer, points: Decimal | None, spoken: Any) -> None:
        self.answer = answer
        settings, full = answer.settings, answer.points
        super().__init__(
            label=_("Number of events"),
            required=False,
            min_value=0,
            max_value=9999,
            initial=None if points is None else reviewing.events_of(settings, full, points),
            widget=forms.NumberInput({"aria-label": spoken}),
        )

    def clean(self, value: Any) -> Any:
        """The points that so many events leave."""
        events = super().clean(value)
        if events is None:
            return None
        answer = self.answer
        figure = Figure(actual=Fraction(events))
        left = reviewing.score("deduct", answer.settings, answer.points, figure)
        return Decimal(left.numerator) / left.denominator if isinstance(left, Fraction) else None
