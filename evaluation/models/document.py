"""公文: templates that a district edits, and the papers issued from them with their numbers."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from centers.models import Center, Filing
from centers.models.event import who_and_when
from evaluation.models.guards import appended, in_districts_of, kept, perhaps, person
from evaluation.models.rectification import Rectification
from evaluation.models.review import Review
from evaluation.models.review_round import ReviewRound
from portal.evidence.models import EvidenceFile
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability

DOCUMENT_MOVES = {
    "draft": frozenset({"issued", "dropped"}),
    "issued": frozenset({"withdrawn"}),
}
# Kind → the column that names what it is about; "district": its district alone.
ABOUT = {
    "rectification_notice": "rectification",
    "review_notice": "round",
    "review_result": "review",
    "recheck_opinion": "review",
    "review_bulletin": "round",
    "publicity_draft": "round",
    "briefing": "district",
    "filing_cover": "filing",
    "review_archive": "round",
}
SUBJECT_COLUMNS = ("round", "review", "rectification", "filing")


def _about_one() -> Q:
    """What names a document's subject is the column of its kind, and no other."""
    found = Q()
    for kind, about in ABOUT.items():
        named = {f"{name}__isnull": name != about for name in SUBJECT_COLUMNS}
        found |= Q(kind=kind, **named)
    return found


WORD_PATTERN = r"^[\u4e00-\u9fff]{2,16}$"


class DocumentKind(models.TextChoices):
    RECTIFICATION_NOTICE = "rectification_notice", _("rectification notice")
    REVIEW_NOTICE = "review_notice", _("notice of a review round")
    REVIEW_RESULT = "review_result", _("result letter to a center")
    RECHECK_OPINION = "recheck_opinion", _("opinion of a recheck")
    REVIEW_BULLETIN = "review_bulletin", _("bulletin of review results")
    PUBLICITY_DRAFT = "publicity_draft", _("results for objections")
    BRIEFING = "briefing", _("situation briefing paper")
    FILING_COVER = "filing_cover", _("cover sheet of a filing")
    REVIEW_ARCHIVE = "review_archive", _("archive of a review round")


# These carry a number of the bureau.
NUMBERED = (
    *("rectification_notice", "review_notice", "review_result", "recheck_opinion"),
    *("review_bulletin", "briefing"),
)


class DocumentTemplateQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Templates of the districts in which ``user`` drafts documents."""
        if user.is_superuser:
            return self
        return self.filter(in_districts_of(user, Capability.DOCUMENT_DRAFT))


class DocumentTemplate(models.Model):
    """公文模板: the words of one kind of document in a district, as a version. Without one, the
    words that come with the portal hold."""

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind of document"), max_length=20, choices=DocumentKind)
    number = models.PositiveSmallIntegerField(_("version"))
    # 机关代字, such as 海民社; and who issues it, in red at the head.
    word = models.CharField(_("word of the number"), max_length=16, blank=True)
    issuer = models.CharField(_("issuing office"), max_length=60)
    title = models.CharField(_("title"), max_length=150)
    addressee = models.CharField(_("addressee"), max_length=150, blank=True)
    body = models.TextField(_("text"), max_length=8000)
    copies_to = models.CharField(_("copies to"), max_length=200, blank=True)
    note = models.CharField(_("note below the date"), max_length=60, blank=True)
    entered_by = person(_("entered by"))
    entered_at = models.DateTimeField(_("entered at"))

    objects = DocumentTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("document template")
        verbose_name_plural = _("document templates")
        ordering = ["district", "kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="template_version_once", fields=["district", "kind", "number"]
            ),
            models.CheckConstraint(
                name="template_says_something",
                condition=~Q(title="") & ~Q(body="") & ~Q(issuer=""),
            ),
            models.CheckConstraint(
                name="template_word", condition=Q(word="") | Q(word__regex=WORD_PATTERN)
            ),
        ]
        triggers = [appended()]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} v{self.number}"


class OfficialDocumentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Documents of the districts whose compliance ``user`` sees as a whole, and issued ones
        that were delivered to centers whose compliance ``user`` sees."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        seen = Center.objects.visible_to(user, Capability.COMPLIANCE_VIEW)
        delivered = DocumentDelivery.objects.filter(document=OuterRef("pk"), center__in=seen)
        within = in_districts_of(user, Capability.COMPLIANCE_VIEW)
        return self.filter(within | Q(Exists(delivered), status__in=["issued", "withdrawn"]))


class OfficialDocument(models.Model):
    """公文: one paper. ``content`` holds its blocks as they were written from what it is about;
    from them come the Word file and the PDF, archived by their hashes once it is issued."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("paper being drafted")
        ISSUED = "issued", _("paper issued")
        WITHDRAWN = "withdrawn", _("paper withdrawn")
        DROPPED = "dropped", _("draft given up")

    Kind = DocumentKind
    TRANSITIONS = DOCUMENT_MOVES

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind of document"), max_length=20, choices=DocumentKind)
    template = models.ForeignKey(
        DocumentTemplate,
        verbose_name=_("document template"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    center = models.ForeignKey(
        Center,
        verbose_name=_("center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    round = models.ForeignKey(
        ReviewRound,
        verbose_name=_("review round"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    review = models.ForeignKey(
        Review,
        verbose_name=_("performance review of a center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    rectification = models.ForeignKey(
        Rectification,
        verbose_name=_("rectification"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    filing = models.ForeignKey(
        Filing,
        verbose_name=_("filing"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    title = models.CharField(_("title"), max_length=200)
    content = models.JSONField(_("content"))
    # SHA-256 of the items that a rectification notice was written from.
    rests_on = models.CharField(_("what it rests on"), max_length=64, blank=True)
    word = models.CharField(_("word of the number"), max_length=16, blank=True)
    number_year = models.PositiveSmallIntegerField(_("year of the number"), null=True, blank=True)
    sequence = models.PositiveIntegerField(_("number in the year"), null=True, blank=True)
    # The date below the signature.
    dated_on = models.DateField(_("dated"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    drafted_by = person(_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted at"))
    issued_by = perhaps(_("issued by"))
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    docx = models.OneToOneField(
        EvidenceFile,
        verbose_name=_("Word document"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="document_as_docx",
    )
    pdf = models.OneToOneField(
        EvidenceFile,
        verbose_name=_("for reading"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="document_as_pdf",
    )
    withdrawn_by = perhaps(_("withdrawn by"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdraw_reason = models.CharField(_("reason for withdrawing"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = OfficialDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("official document")
        verbose_name_plural = _("official documents")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="document_number_once",
                fields=["word", "number_year", "sequence"],
                condition=Q(sequence__isnull=False),
            ),
            models.CheckConstraint(name="document_titled", condition=~Q(title="")),
            models.CheckConstraint(name="document_is_about_one", condition=_about_one()),
            models.CheckConstraint(
                name="document_number_of_its_year",
                condition=Q(number_year=None)
                | Q(dated_on=None)
                | Q(number_year=ExtractYear("dated_on")),
            ),
            models.CheckConstraint(
                name="document_number_whole",
                condition=Q(number_year=None, sequence=None)
                | Q(
                    number_year__gte=1900,
                    number_year__lte=2099,
                    sequence__gte=1,
                    word__regex=WORD_PATTERN,
                ),
            ),
            models.CheckConstraint(
                name="document_issued_is_numbered",
                condition=~Q(status__in=["issued", "withdrawn"])
                | ~Q(kind__in=NUMBERED)
                | Q(sequence__isnull=False),
            ),
            models.CheckConstraint(
                name="document_issued_is_archived",
                condition=Q(
                    status__in=["draft", "dropped"],
                    issued_by=None,
                    issued_at=None,
                    docx=None,
                    pdf=None,
                )
                | Q(
                    status__in=["issued", "withdrawn"],
                    issued_by__isnull=False,
                    issued_at__isnull=False,
                    dated_on__isnull=False,
                    docx__isnull=False,
                    pdf__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="document_issued_by_another",
                condition=Q(issued_by=None) | ~Q(kind__in=NUMBERED) | ~Q(issued_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="document_withdrawn_who_when_why",
                condition=Q(status="withdrawn", withdrawn_at__isnull=False)
                & who_and_when("withdrawn_by", "withdrawn_at")
                & ~Q(withdraw_reason="")
                | ~Q(status="withdrawn")
                & Q(withdrawn_by=None, withdrawn_at=None, withdraw_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="document_transitions", field="status", transitions=jumps(DOCUMENT_MOVES)
            ),
            pgtrigger.ReadOnly(
                name="document_about_one",
                fields=[
                    *("district", "kind", "center", "round", "review", "rectification", "filing"),
                    *("drafted_by", "drafted_at"),
                ],
            ),
            pgtrigger.Protect(
                name="issued_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft' AND (OLD.title, OLD.content, OLD.word,"
                    " OLD.number_year, OLD.sequence, OLD.dated_on, OLD.docx_id, OLD.pdf_id,"
                    " OLD.issued_at) IS DISTINCT FROM (NEW.title, NEW.content, NEW.word,"
                    " NEW.number_year, NEW.sequence, NEW.dated_on, NEW.docx_id, NEW.pdf_id,"
                    " NEW.issued_at)"
                ),
            ),
            kept(),
        ]

    def __str__(self) -> str:
        return f"{self.doc_no} {self.title}".strip()

    @property
    def doc_no(self) -> str:
        """文号, such as 海民社〔2026〕7号; "" while it has none."""
        if self.sequence is None:
            return ""
        return f"{self.word}〔{self.number_year}〕{self.sequence}号"


class DocumentDelivery(models.Model):
    """送达: to which center a document was delivered, and who there confirmed it (送达回执)."""

    document = models.ForeignKey(
        OfficialDocument,
        verbose_name=_("official document"),
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="deliveries"
    )
    delivered_at = models.DateTimeField(_("delivered at"))
    received_by = perhaps(_("received by"))
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)

    class Meta:
        verbose_name = _("delivery of a document")
        verbose_name_plural = _("deliveries of documents")
        ordering = ["document", "center"]
        constraints = [
            models.UniqueConstraint(name="delivered_once", fields=["document", "center"]),
            models.CheckConstraint(
                name="delivery_received_who_and_when",
                condition=who_and_when("received_by", "received_at"),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="received_only", exclude=["received_by", "received_at"]),
            pgtrigger.Protect(
                name="received_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__received_at__isnull=False),
            ),
            kept(),
        ]

    def __str__(self) -> str:
        return f"{self.document} · {self.center}"
