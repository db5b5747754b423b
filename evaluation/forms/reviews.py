"""What is typed into a review: marks per indicator, steps, evidence, extras."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.forms.points import points_field
from evaluation.models import Extra, Mark, Objection, Review, ReviewRound, Scheme, Survey
from evaluation.selectors.reviews import Line, Part
from evaluation.services.review_marks import Entry
from portal.evidence.forms import EvidenceField
from portal.registers.forms import Versioned
from projects.forms.dressing import Day

AGREES = (("", _("no opinion")), ("yes", _("agrees")), ("no", _("does not agree")))
TEXT = forms.Textarea(attrs={"rows": 3})


def _named(text: str) -> dict[str, str]:
    """Short labels stand beside the indicator; who hears the page is told whose they are."""
    return {"aria-label": text}


class MarksForm(Versioned, forms.Form):
    """The marks of one stage, one row of fields per indicator that the stage may mark."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, review: Review, stage: str, parts: list[Part], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.review, self.stage, self.parts = review, stage, parts
        self.fields["version"].initial = review.version
        for line in self._lines():
            if not self.is_asked(line):
                continue
            self._add(line)

    def _lines(self) -> Iterator[Line]:
        for part in self.parts:
            yield from part.lines

    def is_asked(self, line: Line) -> bool:
        """Whether the stage marks the indicator."""
        answer = line.standing.answer
        if self.stage == Mark.Stage.SELF:
            is_counted = answer.outcome in ("scored", "not_applicable")
            return not is_counted and answer.scorer == "district"
        return True

    def _add(self, line: Line) -> None:
        answer, code = line.standing.answer, line.standing.answer.code
        mark = line.standing.marks.get(self.stage)
        if mark and self.stage == Mark.Stage.RECHECK and mark.number != self.review.recheck_number:
            mark = None
        names = {"code": code, "name": answer.name}
        if self.stage != Mark.Stage.TOWNSHIP or answer.scorer == "township":
            kind = "events" if answer.scoring == "deduct" else "points"
            spoken = _("Points for %(code)s %(name)s") % names
            self.fields[f"{kind}_{code}"] = points_field(answer, mark, spoken)
            self.fields[f"na_{code}"] = forms.BooleanField(
                label=_("not applicable"),
                required=False,
                initial=bool(mark and mark.is_not_applicable),
                widget=forms.CheckboxInput(_named(_("%(code)s %(name)s: not applicable") % names)),
            )
        else:
            said = {True: "yes", False: "no"}.get(mark.agrees if mark else None, "")  # type: ignore[arg-type]
            self.fields[f"agrees_{code}"] = forms.ChoiceField(
                label=_("Opinion"),
                choices=AGREES,
                required=False,
                initial=said,
                widget=forms.Select(_named(_("Opinion on %(code)s %(name)s") % names)),
            )
        self.fields[f"note_{code}"] = forms.CharField(
            label=_("Note"),
            max_length=500,
            required=False,
            initial=mark.note if mark else "",
            widget=forms.TextInput(_named(_("Note on %(code)s %(name)s") % names)),
        )

    def rows(self) -> Iterator[tuple[Part, list[tuple[Line, list[forms.BoundField]]]]]:
        """(section, [(indicator, its fields)])."""
        for part in self.parts:
            yield (
                part,
                [(line, self._fields_of(line.standing.answer.code)) for line in part.lines],
            )

    def _fields_of(self, code: str) -> list[forms.BoundField]:
        names = [f"{kind}_{code}" for kind in ("points", "events", "na", "agrees", "note")]
        return [self[name] for name in names if name in self.fields]

    def entries(self) -> dict[str, Entry]:
        """Code → what was typed."""
        values = self.cleaned_data
        found = {}
        for line in self._lines():
            code = line.standing.answer.code
            if f"note_{code}" not in self.fields:
                continue
            is_na = bool(values.get(f"na_{code}"))
            given: Decimal | None = values.get(f"points_{code}", values.get(f"events_{code}"))
            points = None if is_na else given
            agrees = {"yes": True, "no": False}.get(values.get(f"agrees_{code}") or "")
            found[code] = Entry(points, is_na, agrees, values.get(f"note_{code}") or "")
        return found


class StepForm(Versioned, forms.Form):
    """One step of a review, a round, a scheme or an objection, on the version that was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, obj: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obj = obj
        self.fields["version"].initial = obj.version

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        self.meet_others(self.obj)
        return values


class ReasonForm(StepForm):
    """A step that says why."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=TEXT)


class OpinionForm(StepForm):
    """What the street or town, or a recheck, came to."""

    opinion = forms.CharField(label=_("Opinion"), max_length=2000, widget=TEXT)


class VisitForm(StepForm):
    """What the bureau saw on the spot, with which it tells the result."""

    visited_on = forms.DateField(label=_("Visited on"), required=False, widget=Day)
    visit_record = forms.CharField(
        label=_("Record of the visit"), max_length=2000, required=False, widget=TEXT
    )


class ReplyForm(StepForm):
    """Whether the center agrees with the result."""

    agrees = forms.TypedChoiceField(
        label=_("The center"),
        choices=(("yes", _("agrees")), ("no", _("asks for a recheck"))),
        coerce=lambda value: value == "yes",
    )
    text = forms.CharField(
        label=_("What it says, and why"), max_length=2000, required=False, widget=TEXT
    )
    upload = EvidenceField(required=False)


class EvidenceForm(forms.Form):
    """A file, or where the proof stands."""

    answer = forms.ModelChoiceField(
        label=_("For which indicator"),
        queryset=None,
        required=False,
        empty_label=_("the review as a whole"),
    )
    text = forms.CharField(label=_("What it is"), max_length=300, required=False)
    upload = EvidenceField(required=False)

    def __init__(self, *args: Any, obj: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser: Any = self.fields["answer"]
        chooser.queryset = obj.answers.order_by("pk")


class VoidForm(forms.Form):
    """Why what was entered does not count."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=TEXT)


class ClaimForm(forms.Form):
    """A bonus that is claimed, or a veto that is entered."""

    extra = forms.ModelChoiceField(label=_("Which"), queryset=None)
    points = forms.DecimalField(
        label=_("Points claimed"), max_digits=4, decimal_places=2, min_value=0, required=False
    )
    facts = forms.CharField(label=_("Facts and grounds"), max_length=1000, widget=TEXT)
    upload = EvidenceField(required=False)

    def __init__(self, *args: Any, obj: Review, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser: Any = self.fields["extra"]
        chooser.queryset = Extra.objects.filter(scheme=obj.round.scheme_id)
        if kind:
            chooser.queryset = chooser.queryset.filter(kind=kind)


class DecideForm(forms.Form):
    """What becomes of one claim."""

    claim = forms.ModelChoiceField(label=_("Which"), queryset=None)
    accepts = forms.TypedChoiceField(
        label=_("Decision"),
        choices=(("yes", _("accept")), ("no", _("do not accept"))),
        coerce=lambda value: value == "yes",
    )
    points = forms.DecimalField(
        label=_("Points given"),
        max_digits=4,
        decimal_places=2,
        min_value=0,
        required=False,
        help_text=_("Blank: what was claimed."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False, widget=TEXT)

    def __init__(self, *args: Any, obj: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser: Any = self.fields["claim"]
        chooser.queryset = obj.extras.order_by("pk")


class RoundForm(forms.Form):
    """The round of a year. Deadlines left blank are counted in working days from today."""

    scheme = forms.ModelChoiceField(label=_("Review scheme"), queryset=None)
    year = forms.IntegerField(label=_("Year"), min_value=2000, max_value=2100)
    title = forms.CharField(label=_("Title"), max_length=80)
    period_from = forms.DateField(label=_("Reviewed from"), widget=Day)
    period_to = forms.DateField(label=_("Reviewed to"), widget=Day)
    as_of = forms.DateField(label=_("Figures as of"), widget=Day)
    self_due_on = forms.DateField(
        label=_("Self-assessment due on"),
        required=False,
        widget=Day,
        help_text=_("Blank: counted in the working days that the district sets."),
    )
    township_due_on = forms.DateField(
        label=_("Opinion of the street or town due on"), required=False, widget=Day
    )
    district_due_on = forms.DateField(
        label=_("Review of the bureau due on"), required=False, widget=Day
    )

    def __init__(self, *args: Any, schemes: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser: Any = self.fields["scheme"]
        chooser.queryset = schemes


class DeadlinesForm(StepForm):
    """The deadlines of an open round."""

    self_due_on = forms.DateField(label=_("Self-assessment due on"), widget=Day)
    township_due_on = forms.DateField(label=_("Opinion of the street or town due on"), widget=Day)
    district_due_on = forms.DateField(label=_("Review of the bureau due on"), widget=Day)

    def __init__(self, *args: Any, obj: ReviewRound, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        for name in ("self_due_on", "township_due_on", "district_due_on"):
            self.fields[name].initial = getattr(obj, name)


class OpenForm(StepForm):
    """Which centers are reviewed."""

    centers = forms.ModelMultipleChoiceField(
        label=_("Centers"), queryset=None, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, obj: ReviewRound, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        chooser: Any = self.fields["centers"]
        found = Center.objects.within(obj.district).select_related("division").order_by("code")
        chooser.queryset = found
        chooser.initial = [center.pk for center in found]


class SurveyForm(forms.Form):
    """The result of one group about one center."""

    center = forms.ModelChoiceField(label=_("Center"), queryset=None)
    group = forms.ChoiceField(label=_("Group that was asked"), choices=Survey.Group)
    asked = forms.IntegerField(label=_("People asked"), min_value=0)
    valid_answers = forms.IntegerField(label=_("Valid answers"), min_value=0)
    mean = forms.DecimalField(
        label=_("Mean of the answers (1 to 5)"), max_digits=3, decimal_places=2, required=False
    )
    upload = EvidenceField(required=False)

    def __init__(self, *args: Any, obj: ReviewRound, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chooser: Any = self.fields["center"]
        chooser.queryset = Center.objects.within(obj.district).order_by("code")


class AnswerForm(StepForm):
    """What becomes of an objection."""

    upholds = forms.TypedChoiceField(
        label=_("The objection is"),
        choices=(("no", _("rejected")), ("yes", _("upheld: another person rechecks"))),
        coerce=lambda value: value == "yes",
    )
    text = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        widget=TEXT,
        help_text=_("Everybody reads it once the results are final; name nobody."),
    )


class ObjectionForm(forms.Form):
    """What anybody may object while results are announced."""

    kind = forms.ChoiceField(label=_("Who objects"), choices=Objection.Kind)
    text = forms.CharField(label=_("What you object to"), max_length=2000, widget=TEXT)
    contact = forms.CharField(
        label=_("How the bureau reaches you"),
        max_length=200,
        required=False,
        help_text=_(
            "Kept sealed and read by the bureau alone. Every answer stands on the page of the"
            " results once they are final, without what was objected."
        ),
    )


class SchemeForm(StepForm):
    """What a scheme is called and how it counts."""

    title = forms.CharField(label=_("Title"), max_length=80)
    doc_no = forms.CharField(label=_("Document no."), max_length=60, required=False)
    no_data_policy = forms.ChoiceField(label=_("Missing figures"), choices=Scheme.NoData)
    excellent_quota = forms.DecimalField(
        label=_("Largest share of excellent"),
        max_digits=4,
        decimal_places=3,
        min_value=Decimal("0.001"),
        max_value=1,
        required=False,
        help_text=_("From 0 to 1, such as 0.3. Blank: any."),
    )
    bonus_max = forms.DecimalField(
        label=_("Most bonus points"), max_digits=4, decimal_places=2, min_value=0
    )

    def __init__(self, *args: Any, obj: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, obj=obj, **kwargs)
        for name in ("title", "doc_no", "no_data_policy", "excellent_quota", "bonus_max"):
            self.fields[name].initial = getattr(obj, name)


class CopyForm(forms.Form):
    """What the copy is called."""

    title = forms.CharField(label=_("Title"), max_length=80)

    def __init__(self, *args: Any, obj: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].initial = f"{obj.title}（{_('copy')}）"[:80]
