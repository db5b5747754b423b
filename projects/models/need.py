"""Needs of residents, offers of organizations, and what came of bringing them together."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models import Organization
from organizations.models.organization import divisions_with
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability
from projects.models.field import Field
from projects.models.scopes import PlacedQuerySet, own_organizations


class Service(models.TextChoices):
    """One taxonomy for what is needed and what is offered."""

    MEALS = "meals", _("meals")
    VISITING = "visiting", _("visits and company")
    CARE = "care", _("nursing and care")
    COUNSELING = "counseling", _("psychological counseling")
    MEDICAL = "medical", _("health and rehabilitation")
    LEGAL = "legal", _("legal advice and mediation")
    CULTURE = "culture", _("culture and sports")
    EDUCATION = "education", _("education and day care")
    ENVIRONMENT = "environment", _("environment")
    GOVERNANCE = "governance", _("community governance")
    TRAINING = "training", _("training and employment")
    OTHER = "other", _("other services")


NEED_MOVES = {
    "collected": frozenset({"screened", "closed"}),
    "screened": frozenset({"published", "closed"}),
    "published": frozenset({"matching", "adopted", "closed"}),
    "matching": frozenset({"published", "adopted", "completed", "closed"}),
    "adopted": frozenset({"completed", "closed"}),
}
OFFER_MOVES = {"offered": frozenset({"withdrawn"})}
MATCH_MOVES = {
    "introduced": frozenset({"intended", "failed"}),
    "intended": frozenset({"signed", "failed"}),
}


class NeedQuerySet(PlacedQuerySet):
    def published(self, on: date) -> Self:
        """Needs that organizations may answer on a day: published or being matched, and not past
        their window."""
        is_current = Q(until_on=None) | Q(until_on__gte=on)
        return self.filter(is_current, status__in=["published", "matching"])


class Need(models.Model):
    """需求: what people of a place need, collected, looked through and published."""

    class Source(models.TextChoices):
        RESIDENT = "resident", _("residents")
        NEIGHBORHOOD = "neighborhood", _("neighborhood committee")
        GOVERNMENT = "government", _("government department")
        ORGANIZATION = "organization", _("social organization")

    class Status(models.TextChoices):
        COLLECTED = "collected", _("collected")
        SCREENED = "screened", _("looked through")
        PUBLISHED = "published", _("published")
        MATCHING = "matching", _("being matched")
        ADOPTED = "adopted", _("made a project")
        COMPLETED = "completed", _("need met")
        CLOSED = "closed", _("closed without a match")

    TRANSITIONS = NEED_MOVES

    need_no = models.CharField(_("need no."), max_length=30, unique=True)
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )
    center = models.ForeignKey(
        Center,
        verbose_name=_("collected by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs",
    )
    source = models.CharField(_("where it comes from"), max_length=15, choices=Source)
    source_name = models.CharField(_("unit it comes from"), max_length=60, blank=True)
    field = models.CharField(_("field"), max_length=20, choices=Field)
    service = models.CharField(_("service"), max_length=15, choices=Service)
    target_group = models.CharField(_("target group"), max_length=60)
    title = models.CharField(_("title"), max_length=80)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    scale = models.PositiveIntegerField(_("people concerned"), null=True, blank=True)
    location = models.CharField(_("place"), max_length=120, blank=True)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    budget_hint_yuan = models.DecimalField(
        _("money in view (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    external_ref = models.CharField(_("no. on the city's platform"), max_length=60, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.COLLECTED)
    close_reason = models.CharField(_("reason for closing"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="need_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="need_window_ordered",
                condition=Q(from_on=None) | Q(until_on=None) | Q(until_on__gte=F("from_on")),
            ),
            models.CheckConstraint(
                name="need_money_not_negative",
                condition=Q(budget_hint_yuan=None) | Q(budget_hint_yuan__gte=0),
            ),
            models.CheckConstraint(
                name="need_closed_why", condition=~Q(status="closed") | ~Q(close_reason="")
            ),
        ]
        indexes = [
            models.Index("division", F("id").desc(), name="need_newest"),
            models.Index(fields=["field", "service"], name="need_taxonomy"),
        ]
        triggers = [
            pgtrigger.FSM(name="need_transitions", field="status", transitions=jumps(NEED_MOVES)),
            pgtrigger.ReadOnly(name="entered_once", fields=["need_no", "entered_by", "entered_at"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.need_no} {self.title}"


class OfferQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Offers of the districts in which ``user`` sees projects anywhere, and of the
        organizations for which ``user`` may bid."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        seen = divisions_with(user, Capability.PROJECT_VIEW)
        return self.filter(
            Q(district__in=seen)
            | Q(district__in=seen.values("parent"))
            | Q(organization__in=own_organizations(user))
        )

    def current(self, on: date) -> Self:
        """Offers that hold on a day."""
        holds = Q(valid_until=None) | Q(valid_until__gte=on)
        return self.filter(holds, status="offered")


class Offer(models.Model):
    """供给: what an organization offers to do in a district."""

    class Status(models.TextChoices):
        OFFERED = "offered", _("offered")
        WITHDRAWN = "withdrawn", _("withdrawn")

    TRANSITIONS = OFFER_MOVES

    offer_no = models.CharField(_("offer no."), max_length=30, unique=True)
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="offers",
    )
    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    field = models.CharField(_("field"), max_length=20, choices=Field)
    service = models.CharField(_("service"), max_length=15, choices=Service)
    title = models.CharField(_("title"), max_length=80)
    description = models.TextField(_("description"), max_length=1000, blank=True)
    capacity = models.PositiveIntegerField(_("people it can serve"), null=True, blank=True)
    price_basis = models.CharField(_("how it is priced"), max_length=200, blank=True)
    references = models.TextField(_("references"), max_length=1000, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OFFERED)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="offer_titled", condition=~Q(title=""))]
        indexes = [
            models.Index(fields=["district", "field", "service"], name="offer_taxonomy"),
        ]
        triggers = [
            pgtrigger.FSM(name="offer_transitions", field="status", transitions=jumps(OFFER_MOVES)),
            pgtrigger.ReadOnly(
                name="entered_once",
                fields=["offer_no", "organization", "district", "entered_by", "entered_at"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.offer_no} {self.title}"


class MatchQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Introductions of the needs that ``user`` sees."""
        return self.filter(need__in=Need.objects.visible_to(user).values("pk"))


class Match(models.Model):
    """对接: a need and an offer that a center brought together, and what came of it."""

    class Status(models.TextChoices):
        INTRODUCED = "introduced", _("introduced")
        INTENDED = "intended", _("both intend to")
        SIGNED = "signed", _("signed")
        FAILED = "failed", _("came to nothing")

    TRANSITIONS = MATCH_MOVES

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="matches"
    )
    offer = models.ForeignKey(
        Offer, verbose_name=_("offer"), on_delete=models.PROTECT, related_name="matches"
    )
    center = models.ForeignKey(
        Center, verbose_name=_("introduced by"), on_delete=models.PROTECT, related_name="matches"
    )
    event = models.CharField(_("at which event"), max_length=80, blank=True)
    happened_on = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.INTRODUCED)
    amount_yuan = models.DecimalField(
        _("amount (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    outcome = models.CharField(_("what came of it"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="match_once", fields=["need", "offer"], condition=~Q(status="failed")
            ),
            models.CheckConstraint(
                name="match_signed_for_how_much",
                condition=~Q(status="signed") | Q(amount_yuan__gte=0, amount_yuan__isnull=False),
            ),
            models.CheckConstraint(
                name="match_failed_why", condition=~Q(status="failed") | ~Q(outcome="")
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="match_transitions", field="status", transitions=jumps(MATCH_MOVES)),
            pgtrigger.ReadOnly(
                name="introduced_once",
                fields=["need", "offer", "center", "entered_by", "entered_at"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.need} · {self.offer}"
