"""Official documents at the desk of the bureau: drafted, issued under a number, delivered."""

import io
from datetime import date

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RangeDateFilter
from unfold.decorators import action

from centers.models import Filing
from evaluation.admin import papers
from evaluation.admin.steps import Step, SteppedAdmin
from evaluation.forms.documents import (
    BriefingForm,
    DeliverForm,
    EditForm,
    IssueForm,
    NumberedSubjectForm,
    OfDocumentForm,
    SubjectForm,
    WithdrawForm,
)
from evaluation.models import OfficialDocument
from evaluation.models.document import NUMBERED, DocumentKind
from evaluation.permissions import can_draft_document, can_issue_document
from evaluation.resources import document_register as register_book
from evaluation.selectors import document_register, document_subjects, document_writing
from evaluation.services import documents
from portal.admin import mark, own_page
from portal.audit import services as audit
from portal.jurisdictions.filters import DivisionFilter
from portal.workbooks import XLSX

STATES = {
    "draft": ("◔", "fair"),
    "issued": ("✓", "good"),
    "withdrawn": ("✕", "poor"),
    "dropped": ("—", "none"),
}
DRAFT_MARK = "草稿，未印发"


def _is_draft(document):
    return document.status == OfficialDocument.Status.DRAFT


def _is_issued(document):
    return document.status == OfficialDocument.Status.ISSUED


def _may_draft(user, document):
    return can_draft_document(user, document.district)


def _may_deliver(user, document):
    return _may_draft(user, document) or can_issue_document(user, document)


def _is_another(user, document):
    return document.kind not in NUMBERED or document.drafted_by_id != user.pk


STEPS = {
    "edit": Step(
        _("Change the words"),
        EditForm,
        lambda obj, **values: documents.edit(document=obj, **values),
        _is_draft,
        _may_draft,
    ),
    "issue": Step(
        _("Issue"),
        IssueForm,
        lambda obj, **values: documents.issue(document=obj, **values),
        _is_draft,
        can_issue_document,
        _(
            "It gets its number and day, and its Word file and PDF are archived by their hashes."
            " After that nothing of it changes. It is delivered to the center it is about."
        ),
    ),
    "drop": Step(
        _("Give up the draft"),
        OfDocumentForm,
        lambda obj, **values: documents.drop(document=obj, **values),
        _is_draft,
        _may_draft,
        _("The draft stays in the list as given up. Another can be drafted in its place."),
    ),
    "deliver": Step(
        _("Deliver to centers"),
        DeliverForm,
        lambda obj, **values: documents.deliver(document=obj, **values),
        _is_issued,
        _may_deliver,
        _("Whoever directs a center is told, reads the document and confirms its receipt."),
    ),
    "withdraw": Step(
        _("Withdraw"),
        WithdrawForm,
        lambda obj, **values: documents.withdraw(document=obj, **values),
        _is_issued,
        can_issue_document,
        _("It stays readable as withdrawn, with your reason; its number is not given again."),
    ),
}


class DistrictFilter(DivisionFilter):
    """Whose document it is."""

    title = _("district")
    path_lookup = "district__path"


class ReceiptFilter(DropdownFilter):
    """Whether a center has not confirmed yet."""

    title = _("receipt")
    parameter_name = "receipt"

    def lookups(self, request, model_admin):
        return [("waiting", _("a center has not confirmed")), ("confirmed", _("all confirmed"))]

    def queryset(self, request, queryset):
        waiting = Q(deliveries__received_at=None, deliveries__isnull=False)
        if self.value() == "waiting":
            return queryset.filter(waiting).distinct()
        if self.value() == "confirmed":
            return (
                queryset.filter(deliveries__isnull=False)
                .exclude(pk__in=queryset.filter(waiting).values("pk"))
                .distinct()
            )
        return queryset


@admin.register(OfficialDocument)
class OfficialDocumentAdmin(SteppedAdmin):
    when_empty = _(
        "No document was drafted yet. Draft the first: a notice of a rectification, the notice of a"
        " review, a briefing. The portal writes it from what it knows, and you change the words."
    )
    STEPS = STEPS
    list_display = [
        *("number_shown", "title", "kind", "state", "center", "dated_on", "receipts_shown"),
    ]
    list_display_links = ["number_shown", "title"]
    list_filter = [
        DistrictFilter,
        ("kind", ChoicesDropdownFilter),
        ("status", ChoicesDropdownFilter),
        ReceiptFilter,
        ("dated_on", RangeDateFilter),
    ]
    search_fields = ["title", "word", "center__name", "center__code"]
    search_help_text = _("Title, word of the number, or center")
    ordering = ["-id"]
    actions_list = ["draft", "register", "export"]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found.select_related("district", "center", "drafted_by", "issued_by").annotate(
            delivered=Count("deliveries", distinct=True),
            receipts=Count(
                "deliveries", filter=Q(deliveries__received_at__isnull=False), distinct=True
            ),
        )

    @admin.display(description=_("document number"), ordering="sequence")
    def number_shown(self, document):
        return document.doc_no or "—"

    @admin.display(description=_("status"), ordering="status")
    def state(self, document):
        return mark(*STATES[document.status], document.get_status_display())

    @admin.display(description=_("receipts"))
    def receipts_shown(self, document):
        if not document.delivered:
            return "—"
        return gettext("%(n)s of %(all)s") % {"n": document.receipts, "all": document.delivered}

    def has_draft_permission(self, request, object_id=None):
        return can_draft_document(request.user)

    def has_look_permission(self, request, object_id=None):
        return self.has_view_permission(request)

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = "evaluation_officialdocument_{}".format
        return [
            path("draft/<slug:kind>/", wrap(self.draft_kind), name=name("draft_kind")),
            path("<int:pk>/preview/", wrap(self.preview), name=name("preview")),
            path("filings/<int:pk>/", wrap(self.of_filing), name=name("of_filing")),
            *super().get_urls(),
        ]

    @action(description=_("Draft a document"), url_path="draft", permissions=["draft"])
    def draft(self, request):
        """Every kind, and how many things there are to write one about."""
        kinds = [
            (
                reverse("admin:evaluation_officialdocument_draft_kind", args=[kind.value]),
                kind.label,
                document_subjects.subjects(request.user, kind.value).count(),
                kind.value in NUMBERED,
            )
            for kind in DocumentKind
        ]
        return self.page(
            request,
            "admin/evaluation/document_kinds.html",
            title=_("Draft a document"),
            kinds=kinds,
            templates_url=reverse("admin:evaluation_documenttemplate_words"),
        )

    def draft_kind(self, request, kind):
        """Choose what it is about; the portal writes the rest."""
        if kind not in DocumentKind.values:
            raise Http404
        if not can_draft_document(request.user):
            raise PermissionDenied
        found = document_subjects.subjects(request.user, kind)
        about = documents.GATHER[kind][0]
        form = _subject_form(request, about, found)

        def write(subject, by, at, **more):
            return documents.draft(kind=kind, by=by, at=at, **{about: subject}, **more)

        return self.ask(
            request,
            form,
            write,
            title=_("Draft: %(kind)s") % {"kind": DocumentKind(kind).label},
            submit_label=_("Write the draft"),
            intro="" if found.exists() else NOTHING[about],
            said=gettext("Drafted. Read it, change the words if need be, and have it issued."),
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        document = self.scoped_or_404(request, object_id)
        issuing = can_issue_document(request.user, document)
        day = document.dated_on or timezone.localdate()
        return self.page(
            request,
            "admin/evaluation/document.html",
            title=str(document),
            obj=document,
            document=document,
            state=self.state(document),
            verbs=self.verbs(request, document),
            is_own=_is_draft(document) and issuing and not _is_another(request.user, document),
            head=document_writing.head_of(document),
            blocks=document_writing.shown(document, day),
            deliveries=document.deliveries.select_related("center", "received_by"),
            about=_about(document),
        )

    def verbs(self, request, obj):
        """As the steps have it; whoever drafted a numbered document does not issue it."""
        found = super().verbs(request, obj)
        if _is_another(request.user, obj):
            return found
        issue = reverse("admin:evaluation_officialdocument_issue", args=[obj.pk])
        return [(place, label) for place, label in found if place != issue]

    def of_filing(self, request, pk):
        """What the page of a filing shows of its cover sheet, as a fragment."""
        filing = get_object_or_404(Filing.objects.visible_to(request.user), pk=pk)
        shown = papers.about(request, filing, "filing")
        return render(request, "admin/evaluation/_papers_line.html", shown)

    def preview(self, request, pk):
        """The draft as it will be printed; its number is given when it is issued."""
        document = self.scoped_or_404(request, pk)
        paper = document_writing.paper_of(
            document,
            number=None,
            dated_on=document.dated_on or timezone.localdate(),
            made_at=document.drafted_at,
            mark=DRAFT_MARK if _is_draft(document) else "",
        )
        suffix = "docx" if request.GET.get("as") == "docx" else "pdf"
        content = document_writing.file_of(paper, suffix)
        response = HttpResponse(content, content_type=TYPES[suffix])
        kind = "attachment" if suffix == "docx" else "inline"
        response["Content-Disposition"] = f'{kind}; filename="draft-{document.pk}.{suffix}"'
        return response

    @action(description=_("Register of numbers"), url_path="register", permissions=["look"])
    def register(self, request):
        """The numbers given by word and year, and what is left out."""
        seen = OfficialDocument.objects.visible_to(request.user)
        return self.page(
            request,
            "admin/evaluation/document_register.html",
            title=_("Register of numbers"),
            series=document_register.series(seen),
        )

    @action(description=_("Save as Excel"), url_path="export", permissions=["look"])
    def export(self, request):
        """The documents that the user sees, as a workbook; the audit trail says who took it."""
        found = list(self.get_queryset(request).select_related("docx", "pdf", "center"))
        stream = io.BytesIO()
        register_book.write(found, stream)
        audit.record(
            action="evaluation.document.export",
            by=request.user,
            at=timezone.now(),
            target=request.user,
            changes={"documents": [None, str(len(found))]},
        )
        stream.seek(0)
        name = f"{gettext('Official documents')}-{timezone.localdate()}.xlsx"
        return FileResponse(stream, as_attachment=True, filename=name, content_type=XLSX)


TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
# What there is to do first where nothing can be written about.
NOTHING = {
    "rectification": _("No rectification is without its notice. Open one from findings first."),
    "round": _("No round is so far, or each has its document. Look at the rounds of reviews."),
    "review": _("No review is so far, or each has its document. Look at the reviews of centers."),
    "filing": _("No submitted filing is without its cover sheet."),
    "district": _("You draft documents in no district."),
}


def _subject_form(request, about, subjects):
    asked = request.POST or None
    chosen = {"subject": request.GET.get("subject", "")}
    if about == "district":
        today: date = timezone.localdate()
        first = subjects.first()
        return BriefingForm(
            asked, subjects=subjects, today=today, initial={"subject": first and first.pk}
        )
    form = NumberedSubjectForm if about == "filing" else SubjectForm
    return form(asked, subjects=subjects, initial=chosen)


def _about(document):
    """(address, name) of what the document is about; "" where the desk has no page of it."""
    found = []
    for column in ("rectification", "round", "review", "filing"):
        if getattr(document, f"{column}_id"):
            obj = getattr(document, column)
            has_page = admin.site.is_registered(type(obj))
            found.append((own_page(obj) if has_page else "", str(obj)))
    return found
