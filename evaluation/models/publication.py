"""信息公开: what is published, as frozen copies; and what residents say to it (群众反映)."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from centers.models.event import who_and_when
from evaluation.models.duty import DutyRecord
from evaluation.models.guards import appended, in_districts_of, kept, perhaps, person
from evaluation.models.review_round import ReviewRound
from portal.evidence.models import EvidenceFile
from portal.feeds.triggers import Feeds
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability

PUBLICATION_MOVES = {
    "draft": frozenset({"published", "dropped"}),
    "published": frozenset({"withdrawn", "replaced"}),
}
FEEDBACK_MOVES = {
    "received": frozenset({"handling", "refused"}),
    "handling": frozenset({"answered"}),
    # Whoever wrote is not content, or the answer was wrong.
    "answered": frozenset({"handling"}),
}
TO_PUBLISHED = (
    "SELECT 'publications', 'X' || {row}.id, place.path FROM jurisdictions_division place"
    " WHERE place.id = {row}.division_id AND {row}.status <> 'draft'"
    " AND {row}.status <> 'dropped'"
)


class Item(models.TextChoices):
    """The list of domain reference §5.4, and the announcement of review results."""

    CONTACT = "contact", _("name, address, telephone, hours")
    REGISTRATION = "registration", _("certificate, credit code, scope of business")
    ARTICLES = "articles", _("articles of the center")
    PEOPLE = "people", _("director, council members, supervisors")
    SERVICES = "services", _("services offered and how to get them")
    ANNUAL_REPORT = "annual_report", _("annual report and summary of finances")
    DONATIONS = "donations", _("donations and grants received and used")
    LOTTERY = "lottery", _("use of welfare-lottery funds")
    PURCHASES = "purchases", _("projects purchased by government")
    GRADES = "grades", _("conclusion of the annual inspection, grade")
    REVIEW = "review", _("grade of the performance review")
    RECRUITMENT = "recruitment", _("vacancies announced")
    CHANNELS = "channels", _("where to complain")
    TEAMS = "teams", _("activity teams on file")
    PUBLICITY = "publicity", _("review results for objections")


class PublicationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Publications, and drafts, of the centers that ``user`` sees, and of the bureau where
        ``user`` sees the district."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        within = in_districts_of(user, Capability.CENTER_VIEW, "division")
        return self.filter(Q(center__in=Center.objects.visible_to(user)) | Q(center=None) & within)

    def published(self) -> Self:
        """What everybody reads now."""
        return self.filter(status="published")

    def ever_published(self) -> Self:
        """As ``published``, with what was replaced or withdrawn since."""
        return self.filter(status__in=["published", "replaced", "withdrawn"])


class Publication(models.Model):
    """公开信息: one item of a center, or of the bureau, as residents read it. ``content`` is the
    redacted copy; what it was made from may change, the copy does not.

    ``content``: ``fields`` [{key, label, value}], ``table`` {headers, rows} or null, ``source``
    {kind, id, known_at}.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("to be published")
        PUBLISHED = "published", _("published and standing")
        REPLACED = "replaced", _("replaced by a newer text")
        WITHDRAWN = "withdrawn", _("withdrawn from the public")
        DROPPED = "dropped", _("draft given up")

    Item = Item
    TRANSITIONS = PUBLICATION_MOVES
    # What the bureau owes for a center, and the street or town; everything else the center owes.
    OF_BUREAU = (Item.PURCHASES, Item.REVIEW, Item.PUBLICITY)
    OF_TOWNSHIP = (Item.TEAMS,)

    # The township of the center, or the district.
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )
    center = models.ForeignKey(
        Center,
        verbose_name=_("center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="publications",
    )
    item = models.CharField(_("item of the list"), max_length=15, choices=Item)
    year = models.PositiveSmallIntegerField(_("year"))
    # Which one, of items that come several times a year: a contract, a round, a vacancy.
    subject = models.CharField(_("which one"), max_length=60, blank=True)
    round = models.ForeignKey(
        ReviewRound,
        verbose_name=_("review round"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="publications",
    )
    number = models.PositiveSmallIntegerField(_("version of the text"), default=1)
    title = models.CharField(_("title"), max_length=150)
    content = models.JSONField(_("content"), default=dict)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    # When what it tells of came about, and until when it had to be out; null: no day.
    arose_on = models.DateField(_("came about on"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    channel = models.CharField(_("published where else"), max_length=100, blank=True)
    screenshot = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("picture of the page"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="publications",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    drafted_by = person(_("drafted by"))
    drafted_at = models.DateTimeField(_("drafted at"))
    published_by = perhaps(_("published by"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    withdrawn_by = perhaps(_("withdrawn by"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    # Residents read it in the place of the text.
    withdraw_note = models.CharField(_("note on the withdrawal"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="publication_one_stands",
                fields=["division", "center", "item", "year", "subject"],
                condition=Q(status="published"),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                name="publication_one_draft",
                fields=["division", "center", "item", "year", "subject"],
                condition=Q(status="draft"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="publication_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="publication_published_whole",
                condition=Q(
                    status__in=["draft", "dropped"],
                    published_by=None,
                    published_at=None,
                    published_on=None,
                )
                | Q(
                    status__in=["published", "replaced", "withdrawn"],
                    published_by__isnull=False,
                    published_at__isnull=False,
                    published_on__isnull=False,
                    sha256__regex=r"^[0-9a-f]{64}$",
                ),
            ),
            models.CheckConstraint(
                name="publication_due_after_it_arose",
                condition=Q(due_on=None) | Q(arose_on=None) | Q(due_on__gte=F("arose_on")),
            ),
            models.CheckConstraint(
                name="publication_withdrawn_who_when_why",
                condition=Q(status="withdrawn", withdrawn_at__isnull=False)
                & who_and_when("withdrawn_by", "withdrawn_at")
                & ~Q(withdraw_note="")
                | ~Q(status="withdrawn")
                & Q(withdrawn_by=None, withdrawn_at=None, withdraw_note=""),
            ),
        ]
        indexes = [
            models.Index(fields=["center", "item", "year"], name="publication_of_center"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="publication_transitions",
                field="status",
                transitions=jumps(PUBLICATION_MOVES),
            ),
            pgtrigger.ReadOnly(
                name="publication_of_one",
                fields=[
                    *("division", "center", "item", "year", "subject", "round", "number"),
                    *("drafted_by", "drafted_at"),
                ],
            ),
            pgtrigger.Protect(
                name="published_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft' AND (OLD.title, OLD.content, OLD.sha256, OLD.arose_on,"
                    " OLD.due_on, OLD.published_at, OLD.published_on)"
                    " IS DISTINCT FROM (NEW.title, NEW.content, NEW.sha256, NEW.arose_on,"
                    " NEW.due_on, NEW.published_at, NEW.published_on)"
                ),
            ),
            pgtrigger.Protect(
                name="over_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["replaced", "withdrawn", "dropped"]),
            ),
            kept(),
            Feeds(TO_PUBLISHED),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_on_time(self) -> bool | None:
        """Whether it was out by the day it was due; None without a day, or while it is not out."""
        if self.due_on is None or self.published_on is None:
            return None
        return self.published_on <= self.due_on

    @property
    def table_rows(self) -> list[list[tuple[str, str]]]:
        """Rows of the table, each cell with the head of its column; none without a table."""
        table = self.content.get("table") or {"headers": [], "rows": []}
        return [list(zip(table["headers"], row, strict=False)) for row in table["rows"]]


class FeedbackQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """What was written to the districts in which ``user`` handles it, and to centers whose
        people ``user`` is or looks after, once it was handed to them."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        within = in_districts_of(user, Capability.FEEDBACK_HANDLE)
        seen = Center.objects.visible_to(user, Capability.FEEDBACK_ANSWER)
        return self.filter(within | Q(handed_to__in=seen))

    def open(self) -> Self:
        return self.filter(status__in=["received", "handling"])


class Feedback(models.Model):
    """群众反映: what a resident wrote on a public page, and what became of it. A complaint or a
    suggestion that is taken up is a duty of the bureau as well (DD-42)."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("complaint of a resident")
        SUGGESTION = "suggestion", _("suggestion of a resident")
        QUESTION = "question", _("question of a resident")
        CORRECTION = "correction", _("something published is wrong")

    class Status(models.TextChoices):
        RECEIVED = "received", _("feedback received")
        HANDLING = "handling", _("being looked into")
        ANSWERED = "answered", _("answered to the resident")
        REFUSED = "refused", _("not taken up")

    TRANSITIONS = FEEDBACK_MOVES

    feedback_no = models.CharField(_("feedback no."), max_length=30, unique=True)
    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    # What it is about.
    center = models.ForeignKey(
        Center,
        verbose_name=_("center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feedback",
    )
    publication = models.ForeignKey(
        Publication,
        verbose_name=_("publication"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feedback",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    text = models.TextField(_("what was written"), max_length=2000)
    # Sealed; empty once retention has passed or nobody left one.
    contact = models.BinaryField(_("contact details"), blank=True, default=b"")
    # By it whoever wrote finds the answer; the word itself is kept nowhere.
    code_digest = models.BinaryField(_("digest of the code"), max_length=32, unique=True)
    received_at = models.DateTimeField(_("received at"))
    due_on = models.DateField(_("answer due on"))
    # By which the answer counts as in time; ``due_on`` is later once it was looked into anew.
    first_due_on = models.DateField(_("first due on"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    handler = perhaps(_("officer in charge"))
    handed_to = models.ForeignKey(
        Center,
        verbose_name=_("handed to"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feedback_handed",
    )
    # What the center says to the bureau; residents read the answer alone.
    center_reply = models.TextField(_("reply of the center"), max_length=2000, blank=True)
    duty_record = models.OneToOneField(
        DutyRecord,
        verbose_name=_("record of a duty"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="feedback",
    )
    answer = models.TextField(_("answer given"), max_length=2000, blank=True)
    is_answer_public = models.BooleanField(_("answer published"), default=False)
    answered_by = perhaps(_("answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    refuse_reason = models.CharField(_("reason for not taking it up"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback of a resident")
        verbose_name_plural = _("feedback of residents")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="feedback_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="feedback_due_later_only", condition=Q(due_on__gte=F("first_due_on"))
            ),
            models.CheckConstraint(
                name="feedback_handled_by_somebody",
                condition=~Q(status__in=["handling", "answered"]) | Q(handler__isnull=False),
            ),
            models.CheckConstraint(
                name="feedback_answered_by_somebody",
                condition=Q(answered_by=None, answered_at=None) & ~Q(status="answered")
                | Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer=""),
            ),
            models.CheckConstraint(
                name="feedback_public_answer_is_given",
                condition=Q(is_answer_public=False) | Q(status="answered"),
            ),
            models.CheckConstraint(
                name="feedback_refused_why",
                condition=Q(status="refused") & ~Q(refuse_reason="")
                | ~Q(status="refused") & Q(refuse_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["district", "status", "due_on"], name="feedback_of_district"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="feedback_transitions", field="status", transitions=jumps(FEEDBACK_MOVES)
            ),
            pgtrigger.ReadOnly(
                name="written_once",
                fields=[
                    *("feedback_no", "district", "center", "publication", "kind", "text"),
                    *("code_digest", "received_at", "first_due_on"),
                ],
            ),
            kept(),
        ]

    def __str__(self) -> str:
        return self.feedback_no


class FeedbackStep(models.Model):
    """办理过程: one step of a feedback."""

    feedback = models.ForeignKey(
        Feedback,
        verbose_name=_("feedback of a resident"),
        on_delete=models.PROTECT,
        related_name="steps",
    )
    number = models.PositiveSmallIntegerField(_("no."))
    status = models.CharField(_("status"), max_length=10, choices=Feedback.Status)
    note = models.CharField(_("note"), max_length=500, blank=True)
    taken_by = perhaps(_("taken by"))
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("step of a feedback")
        verbose_name_plural = _("steps of feedback")
        ordering = ["feedback", "number"]
        constraints = [
            models.UniqueConstraint(name="feedback_step_once", fields=["feedback", "number"]),
        ]
        triggers = [appended()]

    def __str__(self) -> str:
        return f"{self.feedback} · {self.number}"
