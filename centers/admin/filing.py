"""Filings: what waits, what changed, accepted or returned section by section."""

from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from centers import selectors
from centers.admin.marks import lateness_mark
from centers.forms import CLAUSES
from centers.models import Center, Filing, Obligation, Opinion, PremisesRow, Round, Section
from centers.permissions import can_give_opinion, can_review_filing
from centers.resources import papers
from centers.selectors import attachments, cautions, comparisons, obligations, reviews
from centers.services import filings, opinions, printouts
from portal.admin import ScopedModelAdmin, refuse_to_message
from portal.errors import Conflict, DomainError
from portal.jurisdictions.filters import CenterDivisionFilter
from portal.users.roles import Capability


class StatusFilter(DropdownFilter):
    """What waits for the bureau, unless something else is asked."""

    title = _("status")
    parameter_name = "status"
    all_option = None

    def lookups(self, request, model_admin):
        waiting = (Filing.Status.SUBMITTED, _("waiting for review"))
        rest = [c for c in Filing.Status.choices if c[0] != Filing.Status.SUBMITTED]
        return [waiting, *rest, ("all", _("all"))]

    def value(self):
        return super().value() or Filing.Status.SUBMITTED

    def queryset(self, request, queryset):
        return queryset if self.value() == "all" else queryset.filter(status=self.value())


class RoundFilter(DropdownFilter):
    """Of one round, or what centers report by themselves."""

    title = _("round")
    parameter_name = "round"

    def lookups(self, request, model_admin):
        rounds = Round.objects.visible_to(request.user)[:40]
        return [("none", _("change without a round")), *((str(r.pk), r.title) for r in rounds)]

    def queryset(self, request, queryset):
        if self.value() == "none":
            return queryset.filter(obligation=None)
        if not self.value():
            return queryset
        asked = self.value() if self.value().isdecimal() else 0
        return queryset.filter(obligation__round=asked)


class LateFilter(DropdownFilter):
    title = _("in time or late")
    parameter_name = "late"

    def lookups(self, request, model_admin):
        return [("no", _("in time")), ("yes", _("late"))]

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        return queryset.filter(obligation__isnull=False, is_late=self.value() == "yes")


class DecisionForm(forms.Form):
    """A decision on one section, a comment at each row, and of premises the bureau's judgment."""

    version = forms.IntegerField()
    comment = forms.CharField(required=False, max_length=2000)

    def __init__(self, *args, rows=(), judged=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = [row.line for row in rows]
        for line in self.lines:
            self.fields[f"comment-{line}"] = forms.CharField(required=False, max_length=500)
        self.positions = [row.position for row in rows] if judged else []
        choices = PremisesRow.Adequacy.choices
        for position in self.positions:
            field = forms.ChoiceField(choices=[("", ""), *choices], required=False)
            self.fields[f"adequacy-{position}"] = field

    @property
    def adequacy(self):
        """Position → judgment, of the rows that were judged."""
        judged = {p: self.cleaned_data[f"adequacy-{p}"] for p in self.positions}
        return {position: judgment for position, judgment in judged.items() if judgment}

    @property
    def row_comments(self):
        """Line → comment, of the rows that were commented."""
        said = {line: self.cleaned_data[f"comment-{line}"] for line in self.lines}
        return {UUID(str(line)): text for line, text in said.items() if text}

    @property
    def has_comments(self):
        return bool(self.cleaned_data["comment"] or self.row_comments)


class OpinionForm(forms.Form):
    """What the township says of the submission ``number``."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label=_("The township"),
        choices=[(v.value, v.label) for v in (Opinion.Verdict.AGREE, Opinion.Verdict.OBJECT)],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("explanation"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"class": "bureau-input", "rows": 2}),
    )


class DispenseForm(forms.Form):
    """Why the bureau goes on without the township's opinion on the submission ``number``."""

    number = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"class": "bureau-input", "rows": 2}),
    )


@admin.register(Filing)
class FilingAdmin(ScopedModelAdmin):
    list_display = [
        "number",
        "center",
        "township",
        "round_title",
        "status",
        "lateness",
        "source",
        "submitted_at",
        "submitted_by",
    ]
    list_filter = [
        StatusFilter,
        RoundFilter,
        LateFilter,
        ("source", ChoicesDropdownFilter),
        CenterDivisionFilter,
    ]
    list_select_related = ["center__division", "submitted_by", "obligation__round"]
    search_fields = ["center__name", "center__code"]

    def get_queryset(self, request):
        return obligations.with_lateness(super().get_queryset(request))

    @admin.display(description=_("filing"), ordering="pk")
    def number(self, filing):
        return f"#{filing.pk}"

    @admin.display(description=_("township"))
    def township(self, filing):
        return filing.center.division

    @admin.display(description=_("round"), empty_value=_("change without a round"))
    def round_title(self, filing):
        return filing.obligation and filing.obligation.round.title

    @admin.display(description=_("in time or late"))
    def lateness(self, filing):
        return lateness_mark(filing.is_late) if filing.filed_on and filing.obligation_id else None

    def get_ordering(self, request):
        """The oldest first of what waits, the newest first of everything else."""
        waits = request.GET.get("status", Filing.Status.SUBMITTED) == Filing.Status.SUBMITTED
        return ["submitted_at", "pk"] if waits else ["-pk"]

    def get_urls(self):
        section, name = "<int:pk>/sections/<int:section_pk>", "centers_filing"
        wrap = self.admin_site.admin_view
        return [
            path(f"{section}/accept/", wrap(self.accept), name=f"{name}_accept"),
            path(f"{section}/return/", wrap(self.send_back), name=f"{name}_return"),
            path("<int:pk>/opinion/", wrap(self.opine), name=f"{name}_opinion"),
            path("<int:pk>/dispense/", wrap(self.dispense), name=f"{name}_dispense"),
            path("<int:pk>/print.<slug:suffix>", wrap(self.print), name=f"{name}_print"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Each section beside the one accepted last, with the two decisions."""
        return self._page(request, self.scoped_or_404(request, object_id))

    def _page(self, request, filing, **typed):
        """The filing; ``typed`` are forms that were refused, and ``section`` with its ``data``."""
        sections = _with_cautions(filing, _with_evidence(reviews.of(filing)))
        _fill_in(sections, typed.pop("section", None), typed.pop("data", {}))
        number = filing.submission_count
        asked = Obligation.objects.with_state(timezone.localdate()).select_related("round")
        given = list(filing.opinions.select_related("given_by"))
        is_waiting = filing.status == Filing.Status.SUBMITTED
        wants_opinion = is_waiting and all(opinion.number != number for opinion in given)
        obligation = asked.filter(pk=filing.obligation_id).first()
        context = {
            "filing": filing,
            "center": filing.center,
            "obligation": obligation,
            "lacks_opinion": wants_opinion and obligation and obligation.round.needs_opinion,
            "sections": sections,
            "opinions": given,
            "wants_opinion": wants_opinion,
            "may_review": can_review_filing(request.user, filing),
            "may_give_opinion": wants_opinion and can_give_opinion(request.user, filing),
            "opinion_form": OpinionForm(initial={"number": number}),
            "dispense_form": DispenseForm(initial={"number": number}),
            "adequacy_choices": PremisesRow.Adequacy.choices,
            "next_filing": self._next_waiting(request, filing),
        }
        return self.page(
            request,
            "admin/centers/filing.html",
            title=str(filing),
            obj=filing,
            **(context | typed),
        )

    @method_decorator(require_safe)
    @refuse_to_message
    def print(self, request, pk, suffix):
        """The accepted filing as Word or PDF; ``?with=changes`` adds what changed."""
        if suffix not in papers.WRITERS:
            raise Http404
        filing = self.scoped_or_404(request, pk)
        printouts.issue(filing=filing, suffix=suffix, by=request.user, at=timezone.now())
        with_changes = request.GET.get("with") == "changes"
        file = papers.filing_file(filing, suffix, clauses=CLAUSES, with_changes=with_changes)
        response = HttpResponse(file.content, content_type=file.content_type)
        response["Content-Disposition"] = content_disposition_header(True, file.name)
        return response

    @method_decorator(require_POST)
    def accept(self, request, pk, section_pk):
        section = self._section(request, pk, section_pk)
        try:
            form = _decision(request, section)
            if form.has_comments:
                raise Conflict(
                    gettext(
                        "Nothing was decided: comments reach the center only when the section is"
                        " sent back. Send it back, or delete them and accept."
                    )
                )
            filings.accept_section(
                section=section,
                version=form.cleaned_data["version"],
                adequacy=form.adequacy,
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            return self._refused(request, pk, refusal, section=section.pk, data=request.POST)
        return self._decided(request, section, gettext("“%(section)s” was accepted."))

    @method_decorator(require_POST)
    def send_back(self, request, pk, section_pk):
        section = self._section(request, pk, section_pk)
        try:
            form = _decision(request, section)
            filings.return_section(
                section=section,
                version=form.cleaned_data["version"],
                comment=form.cleaned_data["comment"],
                row_comments=form.row_comments,
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            return self._refused(request, pk, refusal, section=section.pk, data=request.POST)
        return self._decided(request, section, gettext("“%(section)s” was sent back."))

    @method_decorator(require_POST)
    def opine(self, request, pk):
        """The township agrees or objects."""
        filing = self._filing(request, pk, can_give_opinion)
        form = OpinionForm(request.POST)
        if not form.is_valid():
            return self._again(request, filing, opinion_form=form)
        try:
            opinions.give(filing=filing, **form.cleaned_data, by=request.user, at=timezone.now())
        except opinions.ExplanationMissing as refusal:
            form.add_error("text", str(refusal))
            return self._again(request, filing, opinion_form=form)
        except DomainError as refusal:
            return self._refused(request, pk, refusal, opinion_form=form)
        self.message_user(request, gettext("Your opinion was recorded."), messages.SUCCESS)
        return HttpResponseRedirect(_address(pk))

    @method_decorator(require_POST)
    def dispense(self, request, pk):
        """The bureau goes on without the township's opinion."""
        filing = self._filing(request, pk, can_review_filing)
        form = DispenseForm(request.POST)
        if not form.is_valid():
            return self._again(request, filing, dispense_form=form)
        try:
            opinions.dispense(
                filing=filing, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            return self._refused(request, pk, refusal, dispense_form=form)
        self.message_user(
            request, gettext("Recorded: decided without the township's opinion."), messages.SUCCESS
        )
        return HttpResponseRedirect(_address(pk))

    def _filing(self, request, pk, may):
        """The filing asked for; 404 for strangers, 403 for whoever may only read it."""
        filing = self.scoped_or_404(request, pk)
        if not may(request.user, filing):
            raise PermissionDenied
        return filing

    def _section(self, request, pk, section_pk):
        filing = self._filing(request, pk, can_review_filing)
        sections = filing.sections.select_related("filing__center__division", "center__division")
        return get_object_or_404(sections, pk=section_pk)

    def _refused(self, request, pk, refusal, **typed):
        """The page as it is now, with the refusal on top and what was typed where it was."""
        self.message_user(request, str(refusal), messages.ERROR)
        return self._again(request, self.scoped_or_404(request, pk), **typed)

    def _again(self, request, filing, **typed):
        page = self._page(request, filing, **typed)
        page.status_code = 409
        return page

    def _decided(self, request, section, text):
        name = section.get_kind_display()
        self.message_user(request, text % {"section": name}, messages.SUCCESS)
        return HttpResponseRedirect(_address(section.filing_id))

    def _next_waiting(self, request, filing):
        reviewed = Center.objects.visible_to(request.user, Capability.FILING_REVIEW)
        waiting = Filing.objects.filter(status=Filing.Status.SUBMITTED, center__in=reviewed)
        return waiting.exclude(pk=filing.pk).order_by("submitted_at", "pk").first()


def _address(pk):
    return reverse("admin:centers_filing_change", args=[pk])


def _with_cautions(filing, found):
    """What looked odd to the center is told to the bureau as well; a draft is not looked at."""
    sections = [review.section for review in found if review.table]
    odd = cautions.of_sections(filing.center, sections, timezone.localdate())
    for section in sections:
        section.cautions = odd[section.pk]
    return found


def _with_evidence(sections):
    """Each section knows the files that prove it, in one query."""
    shown = [review for review in sections if review.table]
    documents = attachments.documents(
        [review.section for review in shown], timezone.localdate()
    )
    for review in shown:
        section, lines = review.section, review.table.lines
        rows = [line.row for line in lines if line.state != comparisons.REMOVED]
        section.places = attachments.places(section, rows, documents[section.pk])
    return sections


def _decision(request, section):
    is_premises = section.kind == Section.Kind.PREMISES
    form = DecisionForm(request.POST, rows=selectors.rows_of(section), judged=is_premises)
    if not form.is_valid():
        raise Conflict(gettext("The page was not complete. Load it again and decide once more."))
    return form


def _fill_in(sections, section_pk, data):
    """Put what was typed and refused back where it was typed."""
    for review in sections:
        if review.section.pk != section_pk:
            continue
        section = review.section
        section.typed = data.get("comment", "")
        lines = review.table.lines if review.table else []
        for line in lines:
            line.row.typed = data.get(f"comment-{line.row.line}", "")
            line.row.typed_adequacy = data.get(f"adequacy-{line.position}", "")
        if section.status != Section.Status.SUBMITTED:
            said = [text for name, text in data.items() if name.startswith("comment") and text]
            section.unsent = said
