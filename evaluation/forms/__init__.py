"""Forms of the evaluation that more than one door asks."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from evaluation.selectors.findings import FIRST_DAY, Moment
from evaluation.selectors.timelines import Span
from portal.evidence.inspection import ACCEPT

NOT_A_DAY = _("This is not a day. Choose one from %(first)s to %(today)s.")
NOT_A_TIME = _("This is not a time. Write it like 2026-01-05 09:12.")


class MomentForm(forms.Form):
    """Which state a page shows: as of which day, by what was known when.

    Both blank: the standing results. ``at`` is the time the page is asked for.
    """

    as_of = forms.DateField(
        label=_("As of"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    known_at = forms.DateTimeField(
        label=_("By what was known at"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": NOT_A_TIME},
    )

    def __init__(self, data: Any, *, at: Any, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.at, self.today = at, timezone.localdate(at)
        bounds = {"first": FIRST_DAY.isoformat(), "today": self.today.isoformat()}
        self.fields["as_of"].error_messages["invalid"] = NOT_A_DAY % bounds
        self.fields["as_of"].widget.attrs |= {"min": bounds["first"], "max": bounds["today"]}

    def clean_as_of(self) -> date | None:
        as_of: date | None = self.cleaned_data["as_of"]
        if as_of is not None and not FIRST_DAY <= as_of <= self.today:
            raise forms.ValidationError(self.fields["as_of"].error_messages["invalid"])
        return as_of

    def clean_known_at(self) -> Any:
        known_at = self.cleaned_data["known_at"]
        if known_at is not None and known_at > self.at:
            raise forms.ValidationError(
                _("This time has not come yet: what will be known then nobody knows.")
            )
        if known_at is not None and known_at.year < FIRST_DAY.year:
            raise forms.ValidationError(NOT_A_TIME)
        return known_at

    @property
    def moment(self) -> Moment:
        """The moment asked for; of today by what is known today the standing results speak."""
        as_of, known_at = self.cleaned_data["as_of"], self.cleaned_data["known_at"]
        if known_at is not None:
            return Moment(at=self.at, as_of=as_of or self.today, known_at=known_at)
        return Moment(at=self.at, as_of=None if as_of == self.today else as_of)

    @property
    def day(self) -> date:
        """The day the page speaks of; what cannot be read asks for today."""
        return (self.cleaned_data.get("as_of") if self.is_bound else None) or self.today


class WaiverForm(forms.Form):
    """Why, on what proof, and until when."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    basis = forms.CharField(
        label=_("Document it rests on"),
        max_length=200,
        required=False,
        help_text=_("Name and number, such as a resolution of the council; or attach it."),
    )
    upload = forms.FileField(
        label=_("Document as a file"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
        help_text=_("PDF, picture or Word."),
    )
    starts_on = forms.DateField(
        label=_("From"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("A day in the past also changes what is judged as of that time."),
    )
    ends_on = forms.DateField(
        label=_("Until (inclusive)"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_ends_on(self) -> Any:
        ends_on = self.cleaned_data["ends_on"]
        if ends_on < timezone.localdate():
            raise forms.ValidationError(_("This day has passed: the waiver would never hold."))
        return ends_on

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
        if starts_on and ends_on and starts_on > ends_on:
            self.add_error("starts_on", _("The first day is later than the last one."))
        if not values.get("basis") and not values.get("upload") and "upload" not in self.errors:
            self.add_error("basis", _("Name the document, or attach it."))
        return values
class SpanForm(MomentForm):
    """How far back a time line goes, and the moment it ends at."""

    years = forms.TypedChoiceField(
        label=_("Span"),
        required=False,
        coerce=int,
        empty_value=2,
        choices=[("", _("2 years")), (1, _("1 year")), (3, _("3 years")), (5, _("5 years"))],
    )
    field_order = ["years"]

    @property
    def span(self) -> Span:
        """The days of the time line, and by what was known when."""
        last = self.day
        years = self.cleaned_data["years"]
        first = max(FIRST_DAY, last.replace(year=last.year - years, day=1))
        return Span(first, last, self.cleaned_data["known_at"])
