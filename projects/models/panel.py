"""The panel: experts and their ties, the draw, seats, scores, the ranking and the award."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models import Organization
from organizations.models.organization import divisions_with
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why
from projects.models.bid import OpenedBid
from projects.models.field import Field
from projects.models.procurement import Criterion, Procurement
from projects.models.scopes import ManagedQuerySet, own_organizations

SEAT_MOVES = {
    "invited": frozenset({"declared", "recused", "declined"}),
    "declared": frozenset({"submitted", "recused"}),
    "submitted": frozenset({"recused"}),
}
SCORED = """
IF NOT EXISTS (
    SELECT 1 FROM projects_seat seat
    JOIN projects_procurement procurement ON procurement.id = seat.procurement_id
    WHERE seat.id = NEW.seat_id AND seat.status = 'declared'
      AND procurement.status = 'evaluating'
    FOR SHARE OF seat
) THEN
    RAISE EXCEPTION 'the sheet is closed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'score_of_open_sheet';
END IF;
IF NOT EXISTS (
    SELECT 1 FROM projects_seat seat
    JOIN projects_criterion criterion ON criterion.procurement_id = seat.procurement_id
    JOIN projects_bid bid ON bid.procurement_id = seat.procurement_id
    JOIN projects_openedbid opened ON opened.bid_id = bid.id
    WHERE seat.id = NEW.seat_id AND criterion.id = NEW.criterion_id
      AND opened.id = NEW.opened_bid_id AND opened.outcome = 'opened'
      AND criterion.kind <> 'price'
      AND (NEW.points IS NULL OR NEW.points <= criterion.weight)
) THEN
    RAISE EXCEPTION 'too many points, or another procurement'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'score_within_criterion';
END IF;
RETURN NEW;
"""


class ExpertQuerySet(ManagedQuerySet):
    place = "district"

    def shared(self, user: Any) -> Q:
        """Oneself."""
        return Q(user=user)


class Expert(models.Model):
    """评审专家: somebody whom a district may draw for a panel."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="expert",
    )
    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    fields = ArrayField(
        models.CharField(max_length=20, choices=Field), verbose_name=_("fields"), default=list
    )
    employer = models.CharField(_("employer"), max_length=60, blank=True)
    title = models.CharField(_("professional title"), max_length=40, blank=True)
    is_active = models.BooleanField(_("may be drawn"), default=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["district", "id"]
        triggers = [
            pgtrigger.ReadOnly(name="entered_once", fields=["user", "entered_by", "entered_at"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.user)


class TieQuerySet(VoidableQuerySet):
    entered = "entered_at"


class Tie(Voidable):
    """利害关系: what binds an expert to an organization or a center, over a period."""

    class Kind(models.TextChoices):
        EMPLOYMENT = "employment", _("employed there")
        COUNCIL = "council", _("in its council")
        SUPERVISOR = "supervisor", _("supervisor of it")
        CONTROL = "control", _("controls it")
        RELATIVE = "relative", _("relative of its head")
        OTHER = "other", _("another interest")

    class Source(models.TextChoices):
        DECLARED = "declared", _("declared by the expert")
        REGISTER = "register", _("found in the register")

    expert = models.ForeignKey(
        Expert, verbose_name=_("expert"), on_delete=models.PROTECT, related_name="ties"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    center = models.ForeignKey(
        Center,
        verbose_name=_("center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    note = models.CharField(_("note"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = TieQuerySet.as_manager()

    class Meta:
        verbose_name = _("tie of an expert")
        verbose_name_plural = _("ties of experts")
        ordering = ["expert", "id"]
        constraints = [
            models.CheckConstraint(
                name="tie_to_one",
                condition=Q(organization__isnull=False, center=None)
                | Q(organization=None, center__isnull=False),
            ),
            models.CheckConstraint(
                name="tie_dates_ordered",
                condition=Q(from_on=None) | Q(to_on=None) | Q(to_on__gte=F("from_on")),
            ),
            models.CheckConstraint(
                name="tie_voided_who_when_why", condition=who_when_why()
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="voided_only", exclude=[*VOIDED]),
            voided_once(),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.organization or self.center}"


class Draw(models.Model):
    """抽取: experts drawn at random: ``pool`` and ``seed`` give ``drawn`` again.

    ``pool`` is ``[{"expert": id, "excluded": reason or ""}]``, ``drawn`` the ids in order.
    """

    procurement = models.ForeignKey(
        Procurement, verbose_name=_("procurement"), on_delete=models.PROTECT, related_name="draws"
    )
    number = models.PositiveSmallIntegerField(_("no."))
    wanted = models.PositiveSmallIntegerField(_("experts wanted"))
    seed = models.CharField(_("seed"), max_length=64)
    pool = models.JSONField(_("who could be drawn"))
    drawn = models.JSONField(_("who was drawn"))
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("drawn by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    drawn_at = models.DateTimeField(_("drawn at"))

    objects = ManagedQuerySet.as_manager()

    class Meta:
        verbose_name = _("draw of experts")
        verbose_name_plural = _("draws of experts")
        ordering = ["procurement", "number"]
        constraints = [
            models.UniqueConstraint(name="draw_number_once", fields=["procurement", "number"]),
            models.CheckConstraint(name="draw_wanted", condition=Q(wanted__gt=0)),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.procurement} · {self.number}"


class SeatQuerySet(ManagedQuerySet):
    def shared(self, user: Any) -> Q:
        """One's own."""
        return Q(user=user)

    def sat_by(self, user: Any) -> Self:
        """Seats that ``user`` has or is asked to take."""
        return self.filter(user=user, status__in=["invited", "declared", "submitted"])

    def scoring(self, user: Any) -> Self:
        """Seats of ``user`` who declared to have no interest in the bidders."""
        return self.filter(user=user, status__in=["declared", "submitted"])

    def bound(self, user: Any) -> Self:
        """Seats of ``user`` who has not declared to have no interest in the bidders, or has one."""
        return self.filter(user=user, status__in=["invited", "recused"])

    def sitting(self) -> Self:
        """Seats that count: neither declined nor recused."""
        return self.filter(status__in=["invited", "declared", "submitted"])


class Seat(models.Model):
    """评委: somebody on the panel of a procurement, and how far the sheet is.

    A recused seat stays, with its scores, and counts nowhere.
    """

    class Role(models.TextChoices):
        EXPERT = "expert", _("expert")
        PURCHASER = "purchaser", _("representative of the purchaser")

    class Status(models.TextChoices):
        INVITED = "invited", _("asked to declare interests")
        DECLARED = "declared", _("scoring")
        SUBMITTED = "submitted", _("sheet submitted")
        RECUSED = "recused", _("recused")
        DECLINED = "declined", _("declined")

    TRANSITIONS = SEAT_MOVES

    procurement = models.ForeignKey(
        Procurement, verbose_name=_("procurement"), on_delete=models.PROTECT, related_name="seats"
    )
    expert = models.ForeignKey(
        Expert,
        verbose_name=_("expert"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seats",
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    draw = models.ForeignKey(
        Draw,
        verbose_name=_("draw"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="seats",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.INVITED)
    declaration = models.TextField(_("declaration"), max_length=1000, blank=True)
    declared_at = models.DateTimeField(_("declared at"), null=True, blank=True)
    recusal_reason = models.CharField(_("why recused"), max_length=300, blank=True)
    is_computed = models.BooleanField(_("found by the portal"), default=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = _("seat on a panel")
        verbose_name_plural = _("seats on panels")
        ordering = ["procurement", "id"]
        constraints = [
            models.UniqueConstraint(name="seat_once", fields=["procurement", "user"]),
            models.CheckConstraint(
                name="seat_expert_by_role",
                condition=Q(role="expert", expert__isnull=False)
                | Q(role="purchaser", expert=None, draw=None),
            ),
            models.CheckConstraint(
                name="seat_declared_before_scoring",
                condition=~Q(status__in=["declared", "submitted"])
                | Q(declared_at__isnull=False) & ~Q(declaration=""),
            ),
            models.CheckConstraint(
                name="seat_submitted_when",
                condition=~Q(status="submitted") | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="seat_recused_why", condition=~Q(status="recused") | ~Q(recusal_reason="")
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="seat_transitions", field="status", transitions=jumps(SEAT_MOVES)),
            pgtrigger.ReadOnly(
                name="of_one_person", fields=["procurement", "expert", "user", "role", "draw"]
            ),
            pgtrigger.Protect(
                name="declared_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.declared_at IS NOT NULL AND (OLD.declared_at, OLD.declaration)"
                    " IS DISTINCT FROM (NEW.declared_at, NEW.declaration)"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.user)


class ScoreQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own; those of others where ``user`` manages procurements, and only once no sheet
        of the panel is open and it is not evaluated any more, or again."""
        if not user.is_authenticated:
            return self.none()
        still_open = Seat.objects.filter(
            procurement=OuterRef("seat__procurement"), status__in=["invited", "declared"]
        )
        through = ~Exists(still_open) & ~Q(seat__procurement__status="evaluating")
        if user.is_superuser:
            return self.filter(through | Q(seat__user=user))
        managed = divisions_with(user, Capability.PROCUREMENT_MANAGE)
        return self.filter(
            Q(seat__user=user) | through & Q(seat__procurement__project__division__in=managed)
        )


class Score(models.Model):
    """评分: the points of one seat for one bid and criterion; to abstain is not zero."""

    seat = models.ForeignKey(
        Seat, verbose_name=_("seat"), on_delete=models.PROTECT, related_name="scores"
    )
    opened_bid = models.ForeignKey(
        OpenedBid, verbose_name=_("opened bid"), on_delete=models.PROTECT, related_name="scores"
    )
    criterion = models.ForeignKey(
        Criterion, verbose_name=_("criterion"), on_delete=models.PROTECT, related_name="scores"
    )
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True, blank=True)
    is_abstained = models.BooleanField(_("abstained"), default=False)
    comment = models.CharField(_("comment"), max_length=500, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["seat", "opened_bid", "criterion"]
        constraints = [
            models.UniqueConstraint(name="score_once", fields=["seat", "opened_bid", "criterion"]),
            models.CheckConstraint(
                name="score_points_or_abstained",
                condition=Q(points__isnull=False, points__gte=0, is_abstained=False)
                | Q(points=None, is_abstained=True),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_open_sheet",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=SCORED,
            ),
            pgtrigger.ReadOnly(name="of_one_line", fields=["seat", "opened_bid", "criterion"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.seat_id} {self.criterion_id}"


class RankedBid(models.Model):
    """排名: where a bid stands after an evaluation, and every step of the reckoning."""

    opened_bid = models.ForeignKey(
        OpenedBid, verbose_name=_("opened bid"), on_delete=models.PROTECT, related_name="rankings"
    )
    attempt = models.PositiveSmallIntegerField(_("evaluation"))
    rank = models.PositiveSmallIntegerField(_("rank"))
    total = models.DecimalField(_("total"), max_digits=7, decimal_places=4, null=True, blank=True)
    price_points = models.DecimalField(
        _("points for the price"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    technical_points = models.DecimalField(
        _("points for the quality"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    explanation = models.JSONField(_("explanation"))

    class Meta:
        verbose_name = _("ranked bid")
        verbose_name_plural = _("ranked bids")
        ordering = ["attempt", "rank"]
        constraints = [
            models.UniqueConstraint(
                name="rankedbid_once_an_attempt", fields=["opened_bid", "attempt"]
            ),
            models.CheckConstraint(name="rankedbid_rank", condition=Q(rank__gte=1, attempt__gte=1)),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.opened_bid}"


class AwardQuerySet(ManagedQuerySet):
    def shared(self, user: Any) -> Q:
        """Once notified: where ``user`` sees projects or decides on awards, and one's own."""
        seen = divisions_with(user, Capability.PROJECT_VIEW)
        decided = divisions_with(user, Capability.PROCUREMENT_AWARD)
        return Q(procurement__project__division__in=decided) | Q(notified_at__isnull=False) & (
            Q(procurement__project__division__in=seen) | Q(organization__in=own_organizations(user))
        )


class Award(models.Model):
    """定标: who is to be the supplier, decided by somebody with a reason; one that stands."""

    procurement = models.ForeignKey(
        Procurement, verbose_name=_("procurement"), on_delete=models.PROTECT, related_name="awards"
    )
    # Null for routes without bids.
    opened_bid = models.ForeignKey(
        OpenedBid,
        verbose_name=_("bid"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="awards",
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("supplier"), on_delete=models.PROTECT, related_name="awards"
    )
    price_yuan = models.DecimalField(_("price (yuan)"), max_digits=16, decimal_places=2)
    reason = models.CharField(_("reason"), max_length=500)
    deviation_reason = models.CharField(
        _("why not the first in the ranking"), max_length=500, blank=True
    )
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    awarded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("award decided by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    awarded_at = models.DateTimeField(_("award decided at"))
    notified_at = models.DateTimeField(_("award notice sent at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("revoked by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoke_reason = models.CharField(_("reason for revoking"), max_length=300, blank=True)

    objects = AwardQuerySet.as_manager()

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="award_one_stands", fields=["procurement"], condition=Q(revoked_at=None)
            ),
            models.CheckConstraint(
                name="award_reasoned", condition=~Q(reason="") & Q(price_yuan__gt=0)
            ),
            models.CheckConstraint(
                name="award_revoked_who_when_why",
                condition=Q(revoked_by=None, revoked_at=None, revoke_reason="")
                | Q(revoked_by__isnull=False, revoked_at__isnull=False) & ~Q(revoke_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="decided_once",
                exclude=[
                    *("notified_at", "accepted_at"),
                    *("revoked_by", "revoked_at", "revoke_reason"),
                ],
            ),
            pgtrigger.Protect(
                name="revoked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            # The days until the contract are counted from it.
            pgtrigger.Protect(
                name="notified_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.notified_at IS NOT NULL AND OLD.notified_at IS DISTINCT FROM"
                    " NEW.notified_at"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.price_yuan}"
