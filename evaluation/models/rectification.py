"""整改: what a center is asked to put right, item by item, until it is and stays so."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from centers.models.center import to_center
from centers.models.event import who_and_when
from evaluation.models.guards import appended, kept, only_while, perhaps, person
from evaluation.models.publication import Feedback
from evaluation.models.review import Answer, Review
from portal.evidence.models import EvidenceFile
from portal.feeds.triggers import Feeds
from portal.transitions import jumps
from portal.users.roles import Capability

RECTIFICATION_MOVES = {
    "draft": frozenset({"issued", "cancelled"}),
    "issued": frozenset({"closed", "cancelled"}),
    # What was put right fails again.
    "closed": frozenset({"issued"}),
}
ITEM_MOVES = {
    "open": frozenset({"answered", "closed", "cancelled"}),
    "answered": frozenset({"open", "closed", "cancelled"}),
    "closed": frozenset({"open"}),
}
EXTENSION_MOVES = {"asked": frozenset({"granted", "refused"})}
BY_ANOTHER = """
IF NEW.verified_by_id IN (
    SELECT rectification.opened_by_id FROM evaluation_rectification rectification
    JOIN evaluation_rectificationitem item ON item.rectification_id = rectification.id
    WHERE item.id = NEW.item_id) THEN
    RAISE EXCEPTION 'whoever opened the rectification does not verify it'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'response_verified_by_another';
END IF;
RETURN NEW;
"""
ALL_CLOSED = """
IF EXISTS (SELECT 1 FROM evaluation_rectificationitem
           WHERE rectification_id = NEW.id AND status IN ('open', 'answered')) THEN
    RAISE EXCEPTION 'an item is open'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'rectification_items_closed';
END IF;
RETURN NEW;
"""


OF_THE_CENTER = """
IF NOT EXISTS (SELECT 1 FROM evaluation_rectification
               WHERE id = NEW.rectification_id AND center_id = NEW.center_id) THEN
    RAISE EXCEPTION 'the rectification is of another center'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'item_of_the_center';
END IF;
RETURN NEW;
"""


class RectificationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Rectifications of the centers whose compliance ``user`` sees; what was never issued only
        where ``user`` manages them."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        manages = Q(pk=None)
        for path in user.paths_with(Capability.RECTIFICATION_MANAGE):
            manages |= Q(center__division__path__startswith=path)
        seen = Center.objects.visible_to(user, Capability.COMPLIANCE_VIEW)
        return self.filter(Q(issued_at__isnull=False, center__in=seen) | manages)

    def open(self) -> Self:
        return self.filter(status="issued")


class Rectification(models.Model):
    """整改: a notice to one center with one or more items. The notice as a paper is an
    ``OfficialDocument`` of it."""

    class Source(models.TextChoices):
        FINDING = "finding", _("findings")
        REVIEW = "review", _("performance review")
        VISIT = "visit", _("visit on site")
        FEEDBACK = "feedback", _("feedback of residents")

    class Status(models.TextChoices):
        DRAFT = "draft", _("notice being drafted")
        ISSUED = "issued", _("to be put right")
        CLOSED = "closed", _("put right")
        CANCELLED = "cancelled", _("rectification cancelled")

    TRANSITIONS = RECTIFICATION_MOVES

    rectification_no = models.CharField(_("rectification no."), max_length=30, unique=True)
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="rectifications"
    )
    source = models.CharField(_("opened from"), max_length=10, choices=Source)
    review = models.ForeignKey(
        Review,
        verbose_name=_("performance review of a center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rectifications",
    )
    feedback = models.ForeignKey(
        Feedback,
        verbose_name=_("feedback of residents"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rectifications",
    )
    title = models.CharField(_("title"), max_length=100)
    # Planned; null: the days that the district set. They count from the day of issuing.
    working_days = models.PositiveSmallIntegerField(_("working days"), null=True, blank=True)
    owner = person(_("officer in charge"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    opened_by = person(_("opened by"))
    opened_at = models.DateTimeField(_("opened at"))
    issued_by = perhaps(_("issued by"))
    issued_at = models.DateTimeField(_("issued at"), null=True, blank=True)
    received_by = perhaps(_("received by"))
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("put right at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=300, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("rectification")
        verbose_name_plural = _("rectifications")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="rectification_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="rectification_of_a_review",
                condition=Q(review=None) | Q(source="review"),
            ),
            models.CheckConstraint(
                name="rectification_of_feedback",
                condition=Q(feedback=None) | Q(source="feedback"),
            ),
            models.CheckConstraint(
                name="rectification_issued_who_and_when",
                condition=Q(status="draft", issued_by=None, issued_at=None)
                | Q(
                    status__in=["issued", "closed"],
                    issued_by__isnull=False,
                    issued_at__isnull=False,
                )
                | Q(status="cancelled"),
            ),
            models.CheckConstraint(
                name="rectification_received_who_and_when",
                condition=who_and_when("received_by", "received_at"),
            ),
            models.CheckConstraint(
                name="rectification_closed_when",
                condition=Q(status="closed", closed_at__isnull=False)
                | ~Q(status="closed") & Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="rectification_cancelled_why",
                condition=Q(status="cancelled") & ~Q(cancel_reason="")
                | ~Q(status="cancelled") & Q(cancel_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="rectification_transitions",
                field="status",
                transitions=jumps(RECTIFICATION_MOVES),
            ),
            pgtrigger.Trigger(
                name="rectification_items_closed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="issued", new__status="closed"),
                func=ALL_CLOSED,
            ),
            pgtrigger.ReadOnly(
                name="rectification_opened_once",
                fields=[
                    "rectification_no",
                    "center",
                    "source",
                    "review",
                    "feedback",
                    "opened_by",
                    "opened_at",
                ],
            ),
            kept(),
            Feeds(
                to_center(
                    "rectifications",
                    "'Z' || {row}.id",
                    where="center.id = {row}.center_id AND {row}.issued_at IS NOT NULL",
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rectification_no} {self.title}"


class RectificationItem(models.Model):
    """整改事项: one fact, what is asked for, and until when. ``basis`` repeats the finding or the
    mark it was opened from: rule or indicator, clause, quote, outcome, reason, figures, as_of."""

    class Status(models.TextChoices):
        OPEN = "open", _("to be put right")
        ANSWERED = "answered", _("waiting to be verified")
        CLOSED = "closed", _("put right")
        CANCELLED = "cancelled", _("item cancelled")

    class Closed(models.TextChoices):
        VERIFICATION = "verification", _("verified by an officer")
        EVALUATION = "evaluation", _("met in a later evaluation")

    TRANSITIONS = ITEM_MOVES

    rectification = models.ForeignKey(
        Rectification,
        verbose_name=_("rectification"),
        on_delete=models.PROTECT,
        related_name="items",
    )
    # That of the rectification.
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    rule = models.CharField(_("rule"), max_length=5, blank=True)
    answer = models.ForeignKey(
        Answer,
        verbose_name=_("indicator of a review"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="rectifications",
    )
    basis = models.JSONField(_("what it rests on"), default=dict, blank=True)
    fact = models.TextField(_("fact"), max_length=1000)
    requirement = models.TextField(_("requirement to be met"), max_length=1000)
    responsible = models.CharField(_("responsible at the center"), max_length=60, blank=True)
    due_on = models.DateField(_("due on"))
    # As the notice says it; until it is issued, both days are only planned.
    first_due_on = models.DateField(_("first due on"))
    is_day_typed = models.BooleanField(_("day entered by hand"), default=False)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    # 1: whoever is in charge was told that it is overdue; 2: the chief; 3: the leader.
    escalation = models.PositiveSmallIntegerField(_("escalated to level"), default=0)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    reopened = models.PositiveSmallIntegerField(_("times reopened"), default=0)
    closed_how = models.CharField(_("how it was closed"), max_length=12, choices=Closed, blank=True)
    closed_by = perhaps(_("closed by whom"))
    closed_at = models.DateTimeField(_("put right at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("item to be put right")
        verbose_name_plural = _("items to be put right")
        ordering = ["rectification", "position"]
        constraints = [
            models.UniqueConstraint(
                name="rectification_position_once", fields=["rectification", "position"]
            ),
            models.UniqueConstraint(
                name="rectification_of_a_rule_once",
                fields=["center", "rule"],
                condition=Q(status__in=["open", "answered"]) & ~Q(rule=""),
            ),
            models.UniqueConstraint(
                name="rectification_of_an_indicator_once",
                fields=["answer"],
                condition=Q(status__in=["open", "answered"], rule="", answer__isnull=False),
            ),
            models.CheckConstraint(
                name="rectification_item_says_what", condition=~Q(fact="") & ~Q(requirement="")
            ),
            models.CheckConstraint(
                name="rectification_item_due_later_only",
                condition=Q(due_on__gte=F("first_due_on")),
            ),
            models.CheckConstraint(
                name="rectification_item_escalated_when",
                condition=Q(escalation=0, escalated_at=None)
                | Q(escalation__gte=1, escalation__lte=3, escalated_at__isnull=False),
            ),
            models.CheckConstraint(
                name="rectification_item_closed_how",
                condition=Q(status="closed", closed_at__isnull=False, closed_how="evaluation")
                | Q(
                    status="closed",
                    closed_at__isnull=False,
                    closed_how="verification",
                    closed_by__isnull=False,
                )
                | ~Q(status="closed") & Q(closed_at=None, closed_how="", closed_by=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on"],
                name="rectification_item_due",
                condition=Q(status__in=["open", "answered"]),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="rectification_item_transitions",
                field="status",
                transitions=jumps(ITEM_MOVES),
            ),
            only_while(
                "item_of_a_draft",
                "rectification",
                ["draft"],
                "the notice is issued",
                operation=pgtrigger.Insert,
            ),
            pgtrigger.ReadOnly(
                name="rectification_item_of_one",
                fields=["rectification", "center", "rule", "answer", "basis"],
            ),
            only_while(
                "first_day_of_a_draft",
                "rectification",
                ["draft"],
                "the notice is issued",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__first_due_on__df=pgtrigger.F("new__first_due_on")),
            ),
            pgtrigger.Trigger(
                name="item_of_the_center",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=OF_THE_CENTER,
            ),
            pgtrigger.Protect(
                name="item_over_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="cancelled"),
            ),
            kept(),
            Feeds(
                to_center(
                    "rectifications",
                    "'Z' || notice.id",
                    joins="JOIN evaluation_rectification notice ON notice.center_id = center.id",
                    where="notice.id = {row}.rectification_id AND notice.issued_at IS NOT NULL",
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rectification.rectification_no} · {self.position}"


class ItemResponse(models.Model):
    """整改回复: what the center did about an item, and what a second person found of it."""

    class Result(models.TextChoices):
        DONE = "done", _("put right")
        PARTLY = "partly", _("put right in part")
        NOT_DONE = "not_done", _("not put right")

    item = models.ForeignKey(
        RectificationItem,
        verbose_name=_("item to be put right"),
        on_delete=models.PROTECT,
        related_name="responses",
    )
    number = models.PositiveSmallIntegerField(_("no."))
    text = models.TextField(_("what was put right"), max_length=2000)
    answered_by = person(_("response by"))
    answered_at = models.DateTimeField(_("response at"))
    result = models.CharField(
        _("result of the verification"), max_length=10, choices=Result, blank=True
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    verified_by = perhaps(_("verified by"))
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)

    class Meta:
        verbose_name = _("response to an item")
        verbose_name_plural = _("responses to items")
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(name="response_number_once", fields=["item", "number"]),
            models.CheckConstraint(name="response_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="response_verified_who_and_when",
                condition=Q(result="", verified_by=None, verified_at=None)
                | Q(verified_by__isnull=False, verified_at__isnull=False) & ~Q(result=""),
            ),
            models.CheckConstraint(
                name="response_not_verified_by_itself",
                condition=Q(verified_by=None) | ~Q(verified_by=F("answered_by")),
            ),
            models.CheckConstraint(
                name="response_not_done_why",
                condition=Q(result__in=["", "done"]) | ~Q(note=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="responded_once", exclude=["result", "note", "verified_by", "verified_at"]
            ),
            pgtrigger.Protect(
                name="verified_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__verified_at__isnull=False),
            ),
            pgtrigger.Trigger(
                name="response_verified_by_another",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                condition=pgtrigger.Q(new__verified_by__isnull=False),
                func=BY_ANOTHER,
            ),
            only_while(
                "response_to_an_open_item",
                "rectificationitem",
                ["open", "answered"],
                "the item is closed",
                column="item_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.number}"


class ItemEvidence(models.Model):
    """整改佐证: a file that proves a response, or what was found of it."""

    response = models.ForeignKey(
        ItemResponse,
        verbose_name=_("response to an item"),
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="rectification_evidence",
    )
    added_by = person(_("added by"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("evidence of a response")
        verbose_name_plural = _("evidence of responses")
        ordering = ["response", "id"]
        constraints = [
            models.UniqueConstraint(name="item_evidence_file_once", fields=["response", "file"]),
        ]
        triggers = [appended()]

    def __str__(self) -> str:
        return str(self.file)


class ItemExtension(models.Model):
    """整改延期: a later day, asked for by the center, decided by the bureau; the old one stays."""

    class Status(models.TextChoices):
        ASKED = "asked", _("extension asked for")
        GRANTED = "granted", _("extension granted")
        REFUSED = "refused", _("extension refused")

    TRANSITIONS = EXTENSION_MOVES

    item = models.ForeignKey(
        RectificationItem,
        verbose_name=_("item to be put right"),
        on_delete=models.PROTECT,
        related_name="extensions",
    )
    due_before = models.DateField(_("due on before"))
    due_after = models.DateField(_("asked until"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = person(_("extension asked by"))
    asked_at = models.DateTimeField(_("extension asked at"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ASKED)
    decision_reason = models.CharField(_("reason for the decision"), max_length=300, blank=True)
    decided_by = perhaps(_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("extension of an item")
        verbose_name_plural = _("extensions of items")
        ordering = ["item", "id"]
        constraints = [
            models.UniqueConstraint(
                name="item_extension_one_at_a_time", fields=["item"], condition=Q(status="asked")
            ),
            models.CheckConstraint(
                name="item_extension_is_later",
                condition=Q(due_after__gt=F("due_before")) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="item_extension_decided_who_and_when",
                condition=Q(status="asked", decided_by=None, decided_at=None)
                | Q(
                    status__in=["granted", "refused"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="item_extension_refused_why",
                condition=~Q(status="refused") | ~Q(decision_reason=""),
            ),
            models.CheckConstraint(
                name="item_extension_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="item_extension_transitions",
                field="status",
                transitions=jumps(EXTENSION_MOVES),
            ),
            pgtrigger.ReadOnly(
                name="extension_asked_once",
                fields=["item", "due_before", "due_after", "reason", "asked_by", "asked_at"],
            ),
            kept(),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.due_after}"


class ItemStep(models.Model):
    """整改过程: one step of an item; nobody took those that an evaluation or a deadline brought."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("item opened")
        ANSWERED = "answered", _("response submitted")
        RETURNED = "returned", _("not yet put right")
        CLOSED = "closed", _("item closed")
        REOPENED = "reopened", _("fails again")
        EXTENDED = "extended", _("deadline extended")
        ESCALATED = "escalated", _("still overdue")
        CANCELLED = "cancelled", _("item cancelled")

    item = models.ForeignKey(
        RectificationItem,
        verbose_name=_("item to be put right"),
        on_delete=models.PROTECT,
        related_name="steps",
    )
    number = models.PositiveSmallIntegerField(_("no."))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    note = models.CharField(_("note"), max_length=500, blank=True)
    # The finding that closed or reopened it.
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    taken_by = perhaps(_("taken by"))
    taken_at = models.DateTimeField(_("taken at"))

    class Meta:
        verbose_name = _("step of an item")
        verbose_name_plural = _("steps of items")
        ordering = ["item", "number"]
        constraints = [
            models.UniqueConstraint(name="item_step_once", fields=["item", "number"]),
        ]
        triggers = [appended()]

    def __str__(self) -> str:
        return f"{self.item} · {self.get_kind_display()}"
