"""What is asked of an event: the plan, the record of how it was held, a follow-up, a reason."""

from datetime import date
from typing import Any

from django import forms
from django.forms.models import model_to_dict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centers.forms.fields import count_field, day_field, year_field
from centers.forms.sections import VersionForm
from centers.models import Center, CoordinationEvent, EventMinutes, FollowUp, Mechanism
from centers.models.center import CenterQuerySet
from centers.models.event import EARLIEST_YEAR, LATEST_YEAR, quarter_of
from portal.jurisdictions.models import Division

QUARTERS = [
    (1, _("1st quarter (January to March)")),
    (2, _("2nd quarter (April to June)")),
    (3, _("3rd quarter (July to September)")),
    (4, _("4th quarter (October to December)")),
]


def _text(model: Any, column: str, **kwargs: Any) -> forms.CharField:
    """A text as long as its column."""
    field = model._meta.get_field(column)
    return forms.CharField(max_length=field.max_length, required=not field.blank, **kwargs)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PlanForm(VersionForm):
    """What is planned, for when, with whom. A day given alone says its quarter."""

    kind = forms.ChoiceField(label=_("Mechanism"), choices=Mechanism)
    title = _text(CoordinationEvent, "title", label=_("Title"))
    planned_year = year_field(label=_("Planned for the year"))
    planned_quarter = forms.TypedChoiceField(
        label=_("Planned for the quarter"),
        choices=QUARTERS,
        coerce=int,
        help_text=_("The day can follow later."),
    )
    planned_on = day_field(label=_("Planned day"), required=False)
    place = _text(CoordinationEvent, "place", label=pgettext_lazy("event", "Place"))
    counterpart = _text(
        CoordinationEvent,
        "counterpart",
        label=_("Counterpart"),
        help_text=_("With whom: street or town, neighborhood committees, platforms, others."),
    )
    participants = forms.ModelMultipleChoiceField(
        label=_("Other centers taking part"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "The event counts for each of them too. Exchange, training and visits join townships"
            " only with centers of two townships or more."
        ),
    )
    has_bureau = forms.BooleanField(label=_("The district bureau takes part"), required=False)
    topics = _text(CoordinationEvent, "topics", label=_("Topics"), widget=_area(3))

    def __init__(
        self,
        *args: Any,
        organiser: Center | Division,
        event: CoordinationEvent | None = None,
        **kwargs: Any,
    ) -> None:
        if event:
            kwargs["initial"] = model_to_dict(event, fields=list(self.base_fields))
        super().__init__(*args, **kwargs)
        self.fields["version"].required = event is not None
        others = self.fields["participants"]
        if isinstance(organiser, Center):
            others.queryset = _district_of(organiser.division).exclude(pk=organiser.pk)
        else:
            others.queryset = _district_of(organiser)
            del self.fields["has_bureau"]

    def clean_planned_year(self) -> int:
        year = self.cleaned_data["planned_year"]
        if not EARLIEST_YEAR <= year <= LATEST_YEAR:
            raise forms.ValidationError(
                _("%(year)s is out of range: give a year from %(first)s to %(last)s."),
                params={"year": year, "first": EARLIEST_YEAR, "last": LATEST_YEAR},
            )
        return year

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day = cleaned.get("planned_on")
        asked = (cleaned.get("planned_year"), cleaned.get("planned_quarter"))
        if day and None not in asked and quarter_of(day) != asked:
            self.add_error(
                "planned_on",
                forms.ValidationError(
                    _(
                        "%(day)s does not lie in quarter %(quarter)s of %(year)s."
                        " Correct one of the two."
                    ),
                    params={"day": day, "quarter": asked[1], "year": asked[0]},
                ),
            )
        return cleaned


def _district_of(division: Division) -> CenterQuerySet:
    return Center.objects.filter(
        division__code__startswith=division.district_code
    ).select_related("division")


class RecordForm(VersionForm):
    """When it was held, by how many, what was said and decided."""

    held_on = day_field(label=_("Held on"))
    attendee_count = count_field(
        label=_("Number of attendees"), required=False, largest=1_000_000
    )
    minutes = forms.CharField(
        label=_("Minutes"),
        required=False,
        max_length=EventMinutes._meta.get_field("text").max_length,
        widget=_area(10),
        help_text=_(
            "Who spoke about what, with which result. Without minutes the event counts as planned."
        ),
    )
    decisions = _text(EventMinutes, "decisions", label=_("Decisions"), widget=_area(4))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["held_on"].widget.attrs["max"] = today.isoformat()

    def clean_held_on(self) -> date:
        held_on = self.cleaned_data["held_on"]
        if held_on > self.today:
            raise forms.ValidationError(
                _("%(day)s is still to come. Record the event once it was held."),
                params={"day": held_on},
            )
        if held_on.year < EARLIEST_YEAR:
            raise forms.ValidationError(
                _("%(day)s is before %(year)s. Check the year."),
                params={"day": held_on, "year": EARLIEST_YEAR},
            )
        return held_on

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("decisions") and not cleaned.get("minutes"):
            self.add_error("minutes", _("Decisions need minutes: write what was said."))
        return cleaned


class CancelForm(VersionForm):
    """Why it does not take place, or was recorded by mistake."""

    reason = forms.CharField(
        label=_("Reason of the cancellation"),
        max_length=CoordinationEvent._meta.get_field("cancel_reason").max_length,
        widget=_area(3),
    )


class FollowUpForm(forms.Form):
    """What is to be done, by whom, until when."""

    text = _text(FollowUp, "text", label=_("What is to be done"))
    responsible = _text(FollowUp, "responsible", label=_("Who does it"))
    due_on = day_field(label=_("Due on"), required=False)


