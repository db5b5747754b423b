"""Opening a round, giving more time, cancelling."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from centers.models import Center, Round, Section
from centers.models.round import usual_reminder_days
from centers.selectors import periods
from portal.forms import DayInput

ALL, SOME = "all", "some"
# Farther from the due date a reminder is a mistake.
FARTHEST_REMINDER = 60
SEPARATORS = re.compile(r"[\s,;，、；]+")
MINUS = str.maketrans(dict.fromkeys("\u2212\uff0d\u2013\ufe63", "-"))
IN_ORDER = (
    ("period_from_on", "period_to_on"),
    ("opens_on", "due_on"),
    ("due_on", "locks_on"),
)


class CenterChoices(forms.ModelMultipleChoiceField):
    """Centers with their code before the name."""

    def label_from_instance(self, center):
        return f"{center.code} {center.name}"


class RoundForm(forms.Form):
    """What is asked, of whom, for which period and by when."""

    kind = forms.ChoiceField(
        label=_("Kind of round"), choices=Round.Kind.choices, widget=UnfoldAdminSelectWidget
    )
    title = forms.CharField(label=_("Title"), max_length=60, widget=UnfoldAdminTextInputWidget)
    period_from_on = forms.DateField(label=_("Period from"), widget=DayInput)
    period_to_on = forms.DateField(label=_("Period to"), widget=DayInput)
    opens_on = forms.DateField(label=_("Opening date"), widget=DayInput)
    due_on = forms.DateField(
        label=_("Due date"), widget=DayInput, help_text=_("Filed later counts as late.")
    )
    locks_on = forms.DateField(
        label=_("Lock date"),
        widget=DayInput,
        help_text=_("The last day on which a late filing is taken without an extension."),
    )
    section_kinds = forms.MultipleChoiceField(
        label=_("Sections asked for"),
        choices=Section.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    who = forms.ChoiceField(
        label=_("Centers"),
        choices=[(ALL, _("all centers of the district")), (SOME, _("only those ticked below"))],
        widget=forms.RadioSelect,
    )
    centers = CenterChoices(
        label=_("Only these centers"),
        queryset=Center.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    needs_opinion = forms.BooleanField(
        label=_("The township gives its opinion before the bureau accepts"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    reminder_days = forms.CharField(
        label=_("Reminders"),
        required=False,
        help_text=_("Working days from the due date; -5 is five working days before it."),
        widget=UnfoldAdminTextInputWidget,
    )
    instructions = forms.CharField(
        label=_("Instructions for the centers"),
        required=False,
        max_length=4000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
    )

    def __init__(self, *args, district, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["centers"].queryset = Center.objects.filter(
            division__path__startswith=district.path
        ).order_by("code")

    def clean_reminder_days(self):
        texts = SEPARATORS.split(self.cleaned_data["reminder_days"].translate(MINUS).strip())
        days = []
        for text in filter(None, texts):
            if not re.fullmatch(r"[+-]?\d{1,3}", text) or abs(int(text)) > FARTHEST_REMINDER:
                raise forms.ValidationError(
                    _("“%(text)s” is not a number of working days between -60 and 60."),
                    params={"text": text},
                )
            days.append(int(text))
        return days

    def clean(self):
        found = self.cleaned_data
        if found.get("due_on") and found["due_on"] < self.today:
            self.add_error("due_on", _("This day has passed: every center would be late."))
        for earlier, later in IN_ORDER:
            if found.get(earlier) and found.get(later) and found[later] < found[earlier]:
                self.add_error(later, _("This is before the date above it."))
        self._clean_centers(found)
        return found

    def _clean_centers(self, found):
        ticked = found.get("centers")
        everybody = self.fields["centers"].queryset
        if found.get("who") == ALL and ticked is not None:
            if 0 < len(ticked) < len(everybody):
                self.add_error(
                    "who", _("You ticked some centers. Choose only those, or untick them.")
                )
            found["centers"] = everybody
        elif found.get("who") == SOME and not ticked:
            self.add_error("centers", _("Tick at least one center."))

    @property
    def asked(self):
        """What ``rounds.open_round`` is told."""
        return {name: value for name, value in self.cleaned_data.items() if name != "who"}


def blank(kind, today):
    """Initial values for a new round of a kind."""
    dates = periods.suggested(kind, today)
    return vars(dates) | {
        "kind": kind,
        "title": periods.title(kind, dates.period_from_on, dates.period_to_on),
        "section_kinds": _usual_sections(kind),
        "who": ALL,
        "needs_opinion": True,
        "reminder_days": _listed(usual_reminder_days()),
    }


def like(asked, everybody):
    """Initial values for the round after ``asked``; ``everybody`` are the district's centers."""
    dates = periods.following(asked)
    centers = list(asked.obligations.values_list("center", flat=True))
    is_all = set(centers) >= set(everybody)
    return vars(dates) | {
        "kind": asked.kind,
        "title": periods.title(asked.kind, dates.period_from_on, dates.period_to_on),
        "section_kinds": asked.section_kinds,
        "who": ALL if is_all else SOME,
        "centers": [] if is_all else centers,
        "needs_opinion": asked.needs_opinion,
        "reminder_days": _listed(asked.reminder_days),
        "instructions": asked.instructions,
    }


def _usual_sections(kind):
    everything = list(Section.Kind.values)
    usual = {
        Round.Kind.QUARTERLY: [Section.Kind.FUNDING, Section.Kind.FUNCTIONS],
        Round.Kind.MONTHLY_ROSTER: [Section.Kind.STAFF],
        Round.Kind.AD_HOC: [],
    }
    return [str(section) for section in usual.get(Round.Kind(kind), everything)]


def _listed(days):
    return ", ".join(str(day) for day in days)


class ExtensionForm(forms.Form):
    """More time for one center."""

    due_on = forms.DateField(
        label=_("Due date"),
        widget=DayInput,
        help_text=_("Left as it is, the center can file again but stays late."),
    )
    locks_on = forms.DateField(label=_("Lock date"), widget=DayInput)
    reason = forms.CharField(
        label=_("Reason (the center sees it)"),
        max_length=200,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class CancelForm(forms.Form):
    """Why a round is taken back."""

    reason = forms.CharField(
        label=_("Reason (the centers see it)"),
        max_length=200,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
