"""Filings: what waits, what changed, accepted or returned section by section."""

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
from centers.forms import CLAUSES
from centers.models import Center, Filing, PremisesRow, Section
from centers.permissions import can_review_filing
from centers.resources import papers
from centers.selectors import attachments, comparisons
from centers.services import filings, printouts
from portal.admin import ScopedModelAdmin, refuse_to_message
from portal.errors import Conflict
from portal.jurisdictions.filters import CenterDivisionFilter
from portal.users.roles import Capability

# What was handed over; a draft and a returned section are still the center's own work.
SHOWN = (Section.Status.SUBMITTED, Section.Status.ACCEPTED)


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


class DecisionForm(forms.Form):
    """A decision on one section; of premises it carries the bureau's judgment of each row."""

    version = forms.IntegerField()
    comment = forms.CharField(required=False)

    def __init__(self, *args, rows=(), **kwargs):
        super().__init__(*args, **kwargs)
        self.positions = [row.position for row in rows]
        choices = PremisesRow.Adequacy.choices
        for position in self.positions:
            field = forms.ChoiceField(choices=[("", ""), *choices], required=False)
            self.fields[f"adequacy-{position}"] = field

    @property
    def adequacy(self):
        """Position → judgment, of the rows that were judged."""
        judged = {p: self.cleaned_data[f"adequacy-{p}"] for p in self.positions}
        return {position: judgment for position, judgment in judged.items() if judgment}


@admin.register(Filing)
class FilingAdmin(ScopedModelAdmin):
    list_display = [
        "number",
        "center",
        "township",
        "status",
        "source",
        "submitted_at",
        "submitted_by",
    ]
    list_filter = [StatusFilter, ("source", ChoicesDropdownFilter), CenterDivisionFilter]
    list_select_related = ["center__division", "submitted_by"]
    search_fields = ["center__name", "center__code"]

    @admin.display(description=_("filing"), ordering="pk")
    def number(self, filing):
        return f"#{filing.pk}"

    @admin.display(description=_("township"))
    def township(self, filing):
        return filing.center.division

    def get_ordering(self, request):
        """The oldest first of what waits, the newest first of everything else."""
        waits = request.GET.get("status", Filing.Status.SUBMITTED) == Filing.Status.SUBMITTED
        return ["submitted_at", "pk"] if waits else ["-pk"]

    def get_urls(self):
        section = "<int:pk>/sections/<int:section_pk>"
        wrap = self.admin_site.admin_view
        return [
            path(f"{section}/accept/", wrap(self.accept), name="centers_filing_accept"),
            path(f"{section}/return/", wrap(self.send_back), name="centers_filing_return"),
            path("<int:pk>/print.<slug:suffix>", wrap(self.print), name="centers_filing_print"),
            *super().get_urls(),
        ]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """Each section beside the one accepted last, with the two decisions."""
        filing = self.scoped_or_404(request, object_id)
        sections = list(filing.sections.select_related("based_on", "decided_by"))
        return self.page(
            request,
            "admin/centers/filing.html",
            title=str(filing),
            obj=filing,
            filing=filing,
            center=filing.center,
            sections=_with_evidence(_compared(filing.center, sections)),
            may_review=can_review_filing(request.user, filing),
            adequacy_choices=PremisesRow.Adequacy.choices,
            next_filing=self._next_waiting(request, filing),
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
    @refuse_to_message
    def accept(self, request, pk, section_pk):
        section, form = self._decision(request, pk, section_pk)
        filings.accept_section(
            section=section,
            version=form.cleaned_data["version"],
            adequacy=form.adequacy,
            by=request.user,
            at=timezone.now(),
        )
        return self._decided(request, section, gettext("“%(section)s” was accepted."))

    @method_decorator(require_POST)
    @refuse_to_message
    def send_back(self, request, pk, section_pk):
        section, form = self._decision(request, pk, section_pk)
        filings.return_section(
            section=section,
            version=form.cleaned_data["version"],
            comment=form.cleaned_data["comment"],
            by=request.user,
            at=timezone.now(),
        )
        return self._decided(request, section, gettext("“%(section)s” was sent back."))

    def _decision(self, request, pk, section_pk):
        """The section asked for and the decision on it; 404 for strangers, 403 for readers."""
        filing = self.scoped_or_404(request, pk)
        if not can_review_filing(request.user, filing):
            raise PermissionDenied
        sections = filing.sections.select_related("filing__center__division", "center__division")
        section = get_object_or_404(sections, pk=section_pk)
        is_premises = section.kind == Section.Kind.PREMISES
        form = DecisionForm(
            request.POST, rows=selectors.rows_of(section) if is_premises else ()
        )
        if not form.is_valid():
            raise Conflict(
                gettext("The page was not complete. Load it again and decide once more.")
            )
        return section, form

    def _decided(self, request, section, text):
        name = section.get_kind_display()
        self.message_user(request, text % {"section": name}, messages.SUCCESS)
        page = reverse("admin:centers_filing_change", args=[section.filing_id])
        return HttpResponseRedirect(page)

    def _next_waiting(self, request, filing):
        reviewed = Center.objects.visible_to(request.user, Capability.FILING_REVIEW)
        waiting = Filing.objects.filter(status=Filing.Status.SUBMITTED, center__in=reviewed)
        return waiting.exclude(pk=filing.pk).order_by("submitted_at", "pk").first()


def _compared(center, sections):
    """(section, table or None) in the order of the kinds; a fixed number of queries."""
    standing = selectors.accepted_sections(center)
    bases = {
        s.pk: s.based_on if s.status == Section.Status.ACCEPTED else standing.get(s.kind)
        for s in sections
    }
    shown = [section for section in sections if section.status in SHOWN]
    rows = selectors.rows_by_section([*shown, *filter(None, (bases[s.pk] for s in shown))])
    order = list(Section.Kind.values)
    return [
        (section, _section_table(section, bases[section.pk], rows) if section in shown else None)
        for section in sorted(sections, key=lambda s: order.index(s.kind))
    ]


def _with_evidence(compared):
    """Each section knows the files that prove it, in one query."""
    shown = [section for section, table in compared if table]
    documents = attachments.documents(shown, timezone.localdate())
    for section, table in compared:
        if table:
            rows = [line.row for line in table.lines if line.state != comparisons.REMOVED]
            section.places = attachments.places(section, rows, documents[section.pk])
    return compared


def _section_table(section, base, rows):
    return comparisons.compared(section, rows[section.pk], None if base is None else rows[base.pk])
