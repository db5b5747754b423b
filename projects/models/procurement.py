"""Procurements: how a project finds its supplier, from the notice to the contract."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from organizations.models.organization import divisions_with
from portal.feeds.triggers import Feeds
from portal.transitions import jumps
from portal.users.roles import Capability
from projects.models import feeds
from projects.models.guards import only_while
from projects.models.project import Project
from projects.models.scopes import ManagedQuerySet, own_organizations, seats

PROCUREMENT_MOVES = {
    "draft": frozenset({"announced", "awarded", "terminated"}),
    "announced": frozenset({"evaluating", "failed", "terminated"}),
    "evaluating": frozenset({"ranked", "void", "challenged", "terminated"}),
    "ranked": frozenset({"awarded", "evaluating", "void", "challenged", "terminated"}),
    "awarded": frozenset({"contracted", "ranked", "void", "challenged", "terminated"}),
    "challenged": frozenset({"evaluating", "ranked", "awarded", "void", "terminated"}),
    "contracted": frozenset({"completed", "terminated"}),
}
# Where nobody is found by it any more; the project may be procured anew.
ENDED_WITHOUT = ("failed", "void", "terminated")
# Routes by which a supplier is found without bids; READY names them too.
WITHOUT_BIDS = ("grant", "framework")
BY_PRICE = ("competitive_negotiation", "inquiry")
BY_INVITATION = ("invited_tender", "competitive_negotiation", "single_source", "inquiry")
# What may change once bidders read it.
OPEN_FIELDS = (
    *("deadline_at", "resumes", "failure_reason", "announced_at"),
    *("status", "version"),
)
LISTED_OPEN_FIELDS = ", ".join(f"'{name}'" for name in OPEN_FIELDS)

READY = """
IF OLD.status = 'draft' AND NEW.status = 'awarded'
   AND NEW.route NOT IN ('grant', 'framework') THEN
    RAISE EXCEPTION 'this route asks for bids'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'procurement_awarded_after_bids';
END IF;
IF NEW.status <> 'announced' THEN RETURN NEW; END IF;
IF NEW.deadline_at IS NULL OR NEW.deadline_at <= clock_timestamp() THEN
    RAISE EXCEPTION 'the deadline has passed or is missing'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'procurement_deadline_ahead';
END IF;
IF (SELECT count(*) FROM projects_keyholder WHERE procurement_id = NEW.id) <> NEW.key_total THEN
    RAISE EXCEPTION 'not every key holder has registered a key'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'procurement_keys_ready';
END IF;
IF NEW.choice = 'comprehensive' AND (
    SELECT coalesce(sum(weight), 0) FROM projects_criterion WHERE procurement_id = NEW.id
) <> 100 THEN
    RAISE EXCEPTION 'the weights of the criteria do not sum to 100'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'procurement_weights_100';
END IF;
RETURN NEW;
"""
STARTS_AS_DRAFT = """
RAISE EXCEPTION 'a procurement starts as a draft'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'procurement_starts_as_draft';
"""
LATER = """
IF NEW.deadline_at IS NULL OR NEW.deadline_at <= OLD.deadline_at
   OR OLD.status <> 'announced' OR OLD.deadline_at <= clock_timestamp() THEN
    RAISE EXCEPTION 'the deadline only moves later, before it passed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'procurement_deadline_later';
END IF;
RETURN NEW;
"""
# For what belongs to the documents that bidders read.
WHILE_DRAFT = only_while("procurement", "draft", "the procurement is announced")


# Nobody but the office ever read it.
NOT_SHOWN = Q(status="draft") | Q(status="terminated", announced_at=None)


def while_draft() -> pgtrigger.Trigger:
    """Written only while the procurement is a draft."""
    return pgtrigger.Trigger(
        name="while_draft",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=WHILE_DRAFT,
    )


class ProcurementQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Procurements that ``user`` manages; once shown, those where ``user`` sees projects;
        those on whose panel ``user`` sits; and those that ``user``'s organization may answer."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        managed = divisions_with(user, Capability.PROCUREMENT_MANAGE)
        seen = divisions_with(user, Capability.PROJECT_VIEW)
        own = own_organizations(user)
        invited = Invitee.objects.filter(organization__in=own).values("procurement")
        asked = Q(Exists(own)) & ~Q(route__in=BY_INVITATION) | Q(pk__in=invited)
        return self.filter(
            Q(project__division__in=managed)
            | (Q(project__division__in=seen) | asked) & ~NOT_SHOWN
            | Q(pk__in=seats().sat_by(user).values("procurement"))
        )

    def shown(self) -> Self:
        """Those that others than the office read: announced, or decided where nobody bids; no
        draft, and none that was given up as one."""
        return self.exclude(NOT_SHOWN)

    def open_to(self, organization: Organization) -> Self:
        """Announced procurements that an organization may answer: all but those by invitation of
        others."""
        invited = Invitee.objects.filter(organization=organization).values("procurement")
        asked = ~Q(route__in=BY_INVITATION) | Q(pk__in=invited)
        return self.filter(asked, ~NOT_SHOWN)

    def receiving(self, at: datetime) -> Self:
        """Those whose deadline has not passed."""
        return self.filter(status="announced", deadline_at__gt=at)


class Procurement(models.Model):
    """采购: one attempt to find the supplier of a project. Amounts in yuan.

    Its status is the only one: what is announced, evaluated, challenged or failed stands there.
    """

    class Route(models.TextChoices):
        OPEN_TENDER = "open_tender", _("open tender")
        INVITED_TENDER = "invited_tender", _("invited tender")
        NEGOTIATION = "competitive_negotiation", _("competitive negotiation")
        CONSULTATION = "competitive_consultation", _("competitive consultation")
        SINGLE_SOURCE = "single_source", _("single source")
        INQUIRY = "inquiry", _("inquiry of prices")
        FRAMEWORK = "framework", _("framework agreement")
        BELOW_THRESHOLD = "below_threshold", _("below the threshold")
        WELFARE_TENDER = "welfare_tender", _("public-welfare tender")
        VENTURE_GRANT = "venture_grant", _("public-welfare venture")
        GRANT = "grant", _("grant")

    class Choice(models.TextChoices):
        COMPREHENSIVE = "comprehensive", _("comprehensive score")
        LOWEST_PRICE = "lowest_price", _("lowest price")

    class Ground(models.TextChoices):
        ONLY_SUPPLIER = "only_supplier", _("only one supplier")
        URGENT = "urgent", _("unforeseeable urgency")
        CONTINUITY = "continuity", _("continuity with additions up to 10 percent")

    class Status(models.TextChoices):
        DRAFT = "draft", _("still in preparation")
        ANNOUNCED = "announced", _("announced")
        EVALUATING = "evaluating", _("being evaluated")
        RANKED = "ranked", _("ranked, to be decided")
        AWARDED = "awarded", _("awarded")
        CHALLENGED = "challenged", _("challenged")
        CONTRACTED = "contracted", _("contracted")
        COMPLETED = "completed", _("completed")
        FAILED = "failed", _("failed: too few bids")
        VOID = "void", _("void")
        TERMINATED = "terminated", _("terminated")

    TRANSITIONS = PROCUREMENT_MOVES

    procurement_no = models.CharField(_("procurement no."), max_length=30, unique=True)
    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="procurements"
    )
    route = models.CharField(_("route"), max_length=30, choices=Route)
    category = models.CharField(_("budget item"), max_length=40)
    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"))
    is_goods = models.BooleanField(_("goods"), default=False)
    title = models.CharField(_("title"), max_length=120)
    requirement = models.TextField(_("requirement"), max_length=5000, blank=True)
    purchaser = models.CharField(_("purchaser"), max_length=60)
    contact = models.CharField(_("whom to ask"), max_length=120, blank=True)
    budget_yuan = models.DecimalField(_("budget (yuan)"), max_digits=16, decimal_places=2)
    choice = models.CharField(
        _("how the supplier is chosen"), max_length=15, choices=Choice, default=Choice.COMPREHENSIVE
    )
    price_weight = models.DecimalField(
        _("weight of the price (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    ground = models.CharField(
        _("ground for a single source"), max_length=15, choices=Ground, blank=True
    )
    ground_text = models.CharField(_("the ground in words"), max_length=500, blank=True)
    documents_from = models.DateField(_("documents from"), null=True, blank=True)
    documents_until = models.DateField(_("documents until"), null=True, blank=True)
    questions_until = models.DateField(_("questions until"), null=True, blank=True)
    deadline_at = models.DateTimeField(_("deadline"), null=True, blank=True)
    key_total = models.PositiveSmallIntegerField(_("key holders"), default=3)
    key_needed = models.PositiveSmallIntegerField(_("keys needed to open"), default=2)
    announced_at = models.DateTimeField(_("announced at"), null=True, blank=True)
    # The status that a challenge goes back to.
    resumes = models.CharField(_("goes back to"), max_length=15, choices=Status, blank=True)
    failure_reason = models.CharField(_("why it ended"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.DRAFT)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("drawn up by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("drawn up at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ProcurementQuerySet.as_manager()

    class Meta:
        verbose_name = _("procurement")
        verbose_name_plural = _("procurements")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="procurement_one_at_a_time",
                fields=["project"],
                condition=~Q(status__in=ENDED_WITHOUT),
            ),
            models.CheckConstraint(
                name="procurement_titled", condition=~Q(title="") & ~Q(category="")
            ),
            models.CheckConstraint(
                name="procurement_inquiry_of_goods",
                condition=Q(route="inquiry", is_goods=True)
                | ~Q(route="inquiry") & Q(is_goods=False),
            ),
            models.CheckConstraint(
                name="procurement_single_source_has_ground",
                condition=Q(route="single_source") & ~Q(ground="") & ~Q(ground_text="")
                | ~Q(route="single_source") & Q(ground="", ground_text=""),
            ),
            models.CheckConstraint(
                name="procurement_choice_of_its_route",
                condition=~Q(route__in=BY_PRICE) | Q(choice="lowest_price"),
            ),
            models.CheckConstraint(
                name="procurement_consultation_by_scores",
                condition=~Q(route="competitive_consultation") | Q(choice="comprehensive"),
            ),
            models.CheckConstraint(
                name="procurement_price_weight_of_scores",
                condition=Q(choice="lowest_price", price_weight=None)
                | Q(choice="comprehensive")
                & (Q(price_weight=None) | Q(price_weight__gt=0, price_weight__lte=100)),
            ),
            models.CheckConstraint(
                name="procurement_keys",
                condition=Q(key_needed__gte=2, key_total__lte=7)
                & Q(key_total__gte=F("key_needed")),
            ),
            models.CheckConstraint(
                name="procurement_amounts",
                condition=Q(budget_yuan__gt=0, fiscal_year__gte=2000, fiscal_year__lte=2100),
            ),
            models.CheckConstraint(
                name="procurement_days_ordered",
                condition=Q(documents_from=None)
                | Q(documents_until=None)
                | Q(documents_until__gte=F("documents_from")),
            ),
            models.CheckConstraint(
                name="procurement_ended_why",
                condition=~Q(status__in=ENDED_WITHOUT) | ~Q(failure_reason=""),
            ),
            models.CheckConstraint(
                name="procurement_challenged_resumes",
                condition=Q(status="challenged") & ~Q(resumes="")
                | ~Q(status="challenged") & Q(resumes=""),
            ),
        ]
        indexes = [
            models.Index(fields=["fiscal_year", "category"], name="procurement_category"),
            models.Index(fields=["status", "deadline_at"], name="procurement_deadline"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="procurement_transitions",
                field="status",
                transitions=jumps(PROCUREMENT_MOVES),
            ),
            pgtrigger.Trigger(
                name="ready",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__status="draft", new__status__in=["announced", "awarded"]
                ),
                func=READY,
            ),
            pgtrigger.Trigger(
                name="starts_as_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.status <> 'draft'"),
                func=STARTS_AS_DRAFT,
            ),
            pgtrigger.Trigger(
                name="deadline_later",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft' AND OLD.deadline_at IS DISTINCT FROM NEW.deadline_at"
                ),
                func=LATER,
            ),
            pgtrigger.Protect(
                name="announced_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'draft'"
                    f" AND to_jsonb(OLD) - ARRAY[{LISTED_OPEN_FIELDS}]"
                    f" IS DISTINCT FROM to_jsonb(NEW) - ARRAY[{LISTED_OPEN_FIELDS}]"
                ),
            ),
            pgtrigger.ReadOnly(
                name="created_once",
                fields=["procurement_no", "project", "created_by", "created_at"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(
                feeds.to_own_project(
                    "procurements", "'G' || {row}.id", shown=feeds.procurement_shown("{row}")
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procurement_no} {self.title}"


class InviteeQuerySet(ManagedQuerySet):
    def shared(self, user: Any) -> Q:
        """One's own invitations."""
        return Q(organization__in=own_organizations(user)) & ~Q(procurement__status="draft")


class Invitee(models.Model):
    """受邀供应商: an organization that is asked for a bid; drawn at random or chosen."""

    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="invitees",
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    is_drawn = models.BooleanField(_("drawn at random"), default=False)
    # Of a draw: who stood in it and the seed, so that it can be repeated.
    draw = models.JSONField(_("draw"), default=dict, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("invited by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    invited_at = models.DateTimeField(_("invited at"))

    objects = InviteeQuerySet.as_manager()

    class Meta:
        verbose_name = _("invited supplier")
        verbose_name_plural = _("invited suppliers")
        ordering = ["procurement", "id"]
        constraints = [
            models.UniqueConstraint(name="invitee_once", fields=["procurement", "organization"]),
        ]
        triggers = [
            while_draft(),
            pgtrigger.Protect(
                name="drawn_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__is_drawn=True),
            ),
            pgtrigger.ReadOnly(
                name="drawn_once", fields=["procurement", "organization", "is_drawn", "draw"]
            ),
        ]

    def __str__(self) -> str:
        return str(self.organization)


class Criterion(models.Model):
    """评分标准: one criterion, with the points it gives at most; all of them give 100."""

    class Kind(models.TextChoices):
        PRICE = "price", _("price")
        BUSINESS = "business", _("standing of the bidder")
        TECHNICAL = "technical", _("quality of the plan")

    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="criteria",
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    weight = models.DecimalField(_("points at most"), max_digits=5, decimal_places=2)
    guide = models.CharField(_("how points are given"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["procurement", "position"]
        constraints = [
            models.UniqueConstraint(
                name="criterion_position_once",
                fields=["procurement", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                name="criterion_one_price", fields=["procurement"], condition=Q(kind="price")
            ),
            models.CheckConstraint(
                name="criterion_weight",
                condition=Q(weight__gt=0, weight__lte=100) & ~Q(name=""),
            ),
        ]
        triggers = [while_draft()]

    def __str__(self) -> str:
        return self.name
