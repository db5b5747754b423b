"""考评轮次: one yearly review of the centers of a district."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from centers.models.event import EARLIEST_YEAR, LATEST_YEAR, who_and_when
from evaluation.models.guards import in_districts_of, kept, perhaps, person
from evaluation.models.scheme import Scheme
from portal.evidence.models import EvidenceFile
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why

ROUND_MOVES = {
    "draft": frozenset({"open", "cancelled"}),
    "open": frozenset({"publicity", "cancelled"}),
    "publicity": frozenset({"final"}),
    "final": frozenset({"archived"}),
}
THROUGH = """
IF EXISTS (SELECT 1 FROM evaluation_review
           WHERE round_id = NEW.id AND status NOT IN ({states})) THEN
    RAISE EXCEPTION 'a review of the round is not that far'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'round_reviews_are_through';
END IF;
"""
NO_OBJECTION = """
IF EXISTS (SELECT 1 FROM evaluation_objection objection
           JOIN evaluation_review review ON review.id = objection.review_id
           WHERE review.round_id = NEW.id AND objection.status = 'open') THEN
    RAISE EXCEPTION 'an objection is open'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'round_no_open_objection';
END IF;
"""
TO_PUBLICITY = THROUGH.format(states="'approved', 'excluded'") + "RETURN NEW;"
TO_CANCELLED = THROUGH.format(states="'excluded'") + "RETURN NEW;"
TO_FINAL = THROUGH.format(states="'final', 'excluded'") + NO_OBJECTION + "RETURN NEW;"


class ReviewRoundQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Rounds of the districts whose compliance ``user`` sees as a whole; of its own review a
        center, and its street or town, is told by the review."""
        if user.is_superuser:
            return self
        return self.filter(in_districts_of(user, Capability.COMPLIANCE_VIEW))

    def published(self) -> Self:
        """What everybody may read of: announced for objections, or final."""
        return self.filter(status__in=["publicity", "final", "archived"])


class ReviewRound(models.Model):
    """考评轮次: which centers are reviewed for a year, by which scheme, until when each step."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("round being prepared")
        OPEN = "open", _("reviews under way")
        PUBLICITY = "publicity", _("results announced for objections")
        FINAL = "final", _("results published")
        ARCHIVED = "archived", _("round archived")
        CANCELLED = "cancelled", _("round cancelled")

    TRANSITIONS = ROUND_MOVES
    PUBLISHED = ("publicity", "final", "archived")

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    title = models.CharField(_("title"), max_length=80)
    scheme = models.ForeignKey(
        Scheme, verbose_name=_("review scheme"), on_delete=models.PROTECT, related_name="rounds"
    )
    period_from = models.DateField(_("reviewed from"))
    period_to = models.DateField(_("reviewed to"))
    as_of = models.DateField(_("figures as of"))
    self_due_on = models.DateField(_("self-assessment due on"))
    township_due_on = models.DateField(_("opinion of the street or town due on"))
    district_due_on = models.DateField(_("review of the bureau due on"))
    publicity_from = models.DateField(_("announced from"), null=True, blank=True)
    publicity_until = models.DateField(_("objections until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    created_by = person(_("round created by"))
    created_at = models.DateTimeField(_("round created at"))
    opened_by = perhaps(_("opened by"))
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    published_by = perhaps(_("published by"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=300, blank=True)
    # What was archived: the whole round as canonical JSON, and its SHA-256.
    snapshot = models.TextField(_("archived text"), blank=True)
    snapshot_sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ReviewRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("review round")
        verbose_name_plural = _("review rounds")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="review_round_once_a_year",
                fields=["district", "year"],
                condition=~Q(status="cancelled"),
            ),
            models.CheckConstraint(
                name="review_round_year",
                condition=Q(year__gte=EARLIEST_YEAR, year__lte=LATEST_YEAR),
            ),
            models.CheckConstraint(name="review_round_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="review_round_period",
                condition=Q(period_to__gte=F("period_from"), as_of__gte=F("period_from")),
            ),
            models.CheckConstraint(
                name="review_round_deadlines_ordered",
                condition=Q(
                    township_due_on__gte=F("self_due_on"),
                    district_due_on__gte=F("township_due_on"),
                ),
            ),
            models.CheckConstraint(
                name="review_round_opened_who_and_when",
                condition=who_and_when("opened_by", "opened_at"),
            ),
            models.CheckConstraint(
                name="review_round_published_who_and_when",
                condition=who_and_when("published_by", "published_at"),
            ),
            models.CheckConstraint(
                name="review_round_announced_for_days",
                condition=Q(
                    status__in=["draft", "open", "cancelled"],
                    publicity_from=None,
                    publicity_until=None,
                )
                | Q(
                    status__in=["publicity", "final", "archived"],
                    publicity_until__gte=F("publicity_from"),
                    publicity_from__isnull=False,
                    publicity_until__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="review_round_final_is_published",
                condition=~Q(status__in=["final", "archived"]) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="review_round_cancelled_why",
                condition=Q(status="cancelled") & ~Q(cancel_reason="")
                | ~Q(status="cancelled") & Q(cancel_reason=""),
            ),
            models.CheckConstraint(
                name="review_round_archived_whole",
                condition=Q(status="archived", snapshot_sha256__regex=r"^[0-9a-f]{64}$")
                & ~Q(snapshot="")
                | ~Q(status="archived") & Q(snapshot="", snapshot_sha256=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="review_round_transitions", field="status", transitions=jumps(ROUND_MOVES)
            ),
            pgtrigger.Trigger(
                name="announced_when_through",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="open", new__status="publicity"),
                func=TO_PUBLICITY,
            ),
            pgtrigger.Trigger(
                name="final_without_objection",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="publicity", new__status="final"),
                func=TO_FINAL,
            ),
            pgtrigger.Trigger(
                name="cancelled_with_its_reviews",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="open", new__status="cancelled"),
                func=TO_CANCELLED,
            ),
            pgtrigger.Protect(
                name="round_asks_what_it_asked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft' AND (OLD.district_id, OLD.year, OLD.scheme_id,"
                    " OLD.period_from, OLD.period_to, OLD.as_of)"
                    " IS DISTINCT FROM (NEW.district_id, NEW.year, NEW.scheme_id,"
                    " NEW.period_from, NEW.period_to, NEW.as_of)"
                ),
            ),
            pgtrigger.Protect(
                name="over_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["archived", "cancelled"]),
            ),
            kept(),
        ]

    def __str__(self) -> str:
        return self.title


class SurveyQuerySet(VoidableQuerySet):
    entered = "entered_at"


class Survey(Voidable):
    """满意度调查: how many of a group were asked about a center, and the mean; nobody is named."""

    class Group(models.TextChoices):
        ORGANIZATIONS = "organizations", _("organizations and teams")
        RESIDENTS = "residents", _("residents and committees")

    round = models.ForeignKey(
        ReviewRound,
        verbose_name=_("review round"),
        on_delete=models.PROTECT,
        related_name="surveys",
    )
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="surveys"
    )
    group = models.CharField(_("group that was asked"), max_length=15, choices=Group)
    asked = models.PositiveIntegerField(_("people asked"))
    valid_answers = models.PositiveIntegerField(_("valid answers"))
    # Of 1 to 5.
    mean = models.DecimalField(
        _("mean of the answers"), max_digits=3, decimal_places=2, null=True, blank=True
    )
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="surveys",
    )
    entered_by = person(_("entered by"))
    entered_at = models.DateTimeField(_("entered at"))

    objects = SurveyQuerySet.as_manager()

    class Meta:
        verbose_name = _("result of a satisfaction survey")
        verbose_name_plural = _("results of satisfaction surveys")
        ordering = ["round", "center", "group", "id"]
        constraints = [
            models.UniqueConstraint(
                name="survey_of_a_group_once",
                fields=["round", "center", "group"],
                condition=Q(voided_at=None),
            ),
            models.CheckConstraint(
                name="survey_answered_by_those_asked",
                condition=Q(valid_answers__lte=F("asked"))
                & (
                    Q(valid_answers=0, mean=None)
                    | Q(valid_answers__gt=0, mean__gte=1, mean__lte=5, mean__isnull=False)
                ),
            ),
            models.CheckConstraint(name="survey_void_has_reason", condition=who_when_why()),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="entered_once", exclude=[*VOIDED]),
            voided_once(),
            kept(),
        ]

    def __str__(self) -> str:
        return f"{self.center} · {self.get_group_display()}"
