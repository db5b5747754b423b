"""Reporting rounds: what a bureau asks of its centers, by when, and who got more time."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _

from centers.models.center import OBLIGATION_KEY, OF_OBLIGATION, Center, to_center
from centers.models.filing import OF_ITS_OBLIGATION, Filing, Section
from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division
from portal.users.roles import Capability

DATES_IN_ORDER = Q(due_on__gte=F("opens_on"), locks_on__gte=F("due_on")) & Q(
    period_to_on__gte=F("period_from_on")
)


def usual_reminder_days() -> list[int]:
    """Working days from the due date on which centers are reminded; minus is before it."""
    return [-5, -1, 0, 1, 5]


class RoundQuerySet(models.QuerySet):
    def visible_to(self, user: Any, capability: str = Capability.CENTER_VIEW) -> Self:
        """Rounds of the divisions in which ``user`` has the capability, and those of a district
        above them: a township sees what its district asks."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        query = Q(pk=None)
        for path in user.paths_with(capability):
            codes = path.rstrip("/").split("/")
            above = ["/".join(codes[:n]) + "/" for n in range(2, len(codes))]
            query |= Q(division__path__startswith=path) | Q(division__path__in=above)
        return self.filter(query)


class Round(models.Model):
    """报送轮次: what a bureau asks of all or some of its centers for one period."""

    class Kind(models.TextChoices):
        ANNUAL = "annual", _("annual report")
        QUARTERLY = "quarterly", _("quarterly report")
        MONTHLY_ROSTER = "monthly_roster", _("monthly roster")
        AD_HOC = "ad_hoc", _("special report")

    title = models.CharField(_("title"), max_length=60)
    kind = models.CharField(_("kind of round"), max_length=15, choices=Kind)
    division = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    period_from_on = models.DateField(_("period from"))
    period_to_on = models.DateField(_("period to"))
    opens_on = models.DateField(_("opens on"))
    due_on = models.DateField(_("due on"))
    locks_on = models.DateField(_("locks on"))
    section_kinds = ArrayField(
        models.CharField(max_length=12, choices=Section.Kind), verbose_name=_("sections asked for")
    )
    needs_opinion = models.BooleanField(_("the township gives its opinion first"), default=True)
    reminder_days = ArrayField(
        models.SmallIntegerField(),
        verbose_name=_("reminders, in working days from the due date"),
        default=usual_reminder_days,
        blank=True,
    )
    instructions = models.TextField(_("instructions"), blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("opened at"))
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancelled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=200, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting round")
        verbose_name_plural = _("reporting rounds")
        ordering = ["-due_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="round_title_once",
                fields=["division", "title"],
                condition=Q(cancelled_at=None),
            ),
            models.CheckConstraint(name="round_dates_in_order", condition=DATES_IN_ORDER),
            models.CheckConstraint(
                name="round_asks_for_something", condition=Q(section_kinds__len__gte=1)
            ),
            models.CheckConstraint(
                name="round_asks_for_what_there_is",
                condition=Q(section_kinds__contained_by=list(Section.Kind.values)),
            ),
            models.CheckConstraint(name="round_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="round_cancelled_who_when_why",
                condition=Q(cancelled_by=None, cancelled_at=None, cancel_reason="")
                | Q(cancelled_by__isnull=False, cancelled_at__isnull=False)
                & ~Q(cancel_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="written_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF OLD.cancelled_at IS NOT NULL
                    OR to_jsonb(OLD) - '{cancelled_by_id,cancelled_at,cancel_reason}'::text[]
                    <> to_jsonb(NEW) - '{cancelled_by_id,cancelled_at,cancel_reason}'::text[]
                THEN
                    RAISE EXCEPTION 'a round is written once; it can only be cancelled'
                        USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
                """,
            ),
            Feeds(
                to_division("rounds", "'R' || {row}.id"),
                to_center(
                    "obligations",
                    OBLIGATION_KEY,
                    joins=OF_OBLIGATION,
                    where="owed.round_id = {row}.id",
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def division_path(self) -> str:
        return self.division.path


class ObligationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Obligations of the centers that ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user))

    def in_force(self) -> Self:
        """Those of rounds that were not cancelled."""
        return self.filter(round__cancelled_at=None)

    def expected(self, on: date) -> Self:
        """The one denominator of every rate: in force and open for filing on ``on``."""
        return self.in_force().filter(opens_on__lte=on)

    def with_state(self, on: date) -> Any:
        """Annotate dates after extensions, the filing, and how the obligation stands on ``on``.

        ``last_due_on`` and ``last_locks_on`` (date), ``filing_id`` and ``filing_status`` (None
        without one), ``filed_on`` (day of the first submission), ``is_late`` (filed after the due
        date), ``is_overdue`` (due date passed, not filed) and ``state`` (``Obligation.State``).
        Nothing of it is stored: what is late is what the dates say.
        """
        extensions = Extension.objects.filter(obligation=OuterRef("pk")).order_by("-pk")
        filings = Filing.objects.filter(obligation=OuterRef("pk")).exclude(
            status=Filing.Status.WITHDRAWN
        )
        first = filings.order_by("-pk")
        zone = get_default_timezone()
        return self.annotate(
            last_due_on=Coalesce(Subquery(extensions.values("due_on")[:1]), "due_on"),
            last_locks_on=Coalesce(Subquery(extensions.values("locks_on")[:1]), "locks_on"),
            filing_id=Subquery(first.values("pk")[:1]),
            filing_status=Subquery(first.values("status")[:1]),
            filed_on=TruncDate(
                Subquery(first.values("first_submitted_at")[:1]), tzinfo=zone
            ),
        ).annotate(
            is_late=Case(When(filed_on__gt=F("last_due_on"), then=True), default=False),
            is_overdue=Case(
                When(filed_on=None, last_due_on__lt=on, then=True), default=False
            ),
            state=_state(on),
        )


def _state(on: date) -> Case:
    state, status = Obligation.State, Filing.Status
    return Case(
        When(filing_status=status.ACCEPTED, then=Value(state.ACCEPTED)),
        When(filing_status=status.SUBMITTED, then=Value(state.SUBMITTED)),
        When(filed_on__isnull=False, then=Value(state.RETURNED)),
        When(opens_on__gt=on, then=Value(state.UPCOMING)),
        When(last_locks_on__lt=on, then=Value(state.LOCKED)),
        When(last_due_on__lt=on, then=Value(state.OVERDUE)),
        When(filing_status=status.PREPARED, then=Value(state.PREPARED)),
        When(filing_status=status.DRAFT, then=Value(state.DRAFT)),
        default=Value(state.OPEN),
        output_field=models.CharField(),
    )


class Obligation(models.Model):
    """报送任务: what one center owes to one round. Its dates are written once; more time is an
    ``Extension``."""

    class State(models.TextChoices):
        UPCOMING = "upcoming", _("not open yet")
        OPEN = "open", _("to be filed")
        DRAFT = "draft", _("being prepared")
        PREPARED = "prepared", _("waiting for the director")
        OVERDUE = "overdue", _("overdue")
        LOCKED = "locked", _("not filed, locked")
        SUBMITTED = "submitted", _("with the bureau")
        RETURNED = "returned", _("returned for correction")
        ACCEPTED = "accepted", _("accepted")

    round = models.ForeignKey(
        Round, verbose_name=_("round"), on_delete=models.PROTECT, related_name="obligations"
    )
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="obligations"
    )
    period_from_on = models.DateField(_("period from"))
    period_to_on = models.DateField(_("period to"))
    opens_on = models.DateField(_("opens on"))
    due_on = models.DateField(_("due on"))
    locks_on = models.DateField(_("locks on"))

    objects = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ["due_on", "center__code"]
        constraints = [
            models.UniqueConstraint(name="obligation_once", fields=["round", "center"]),
            models.CheckConstraint(name="obligation_dates_in_order", condition=DATES_IN_ORDER),
        ]
        indexes = [models.Index(fields=["center", "due_on"])]
        triggers = [
            pgtrigger.Protect(
                name="written_once", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Feeds(to_center("obligations", "'R' || {row}.round_id || '/' || center.code")),
        ]

    def __str__(self) -> str:
        return f"{self.round} · {self.center}"

    @property
    def division_path(self) -> str:
        return self.center.division.path

    @property
    def state_label(self) -> Any:
        """The word for the state that ``with_state`` found."""
        return self.State(self.state).label  # type: ignore[attr-defined]


class ExtensionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Extensions given to the centers that ``user`` sees."""
        return self.filter(obligation__center__in=Center.objects.visible_to(user))


class Extension(models.Model):
    """延期: more time for one center, by whom and why. The newest one holds."""

    obligation = models.ForeignKey(
        Obligation,
        verbose_name=_("obligation"),
        on_delete=models.PROTECT,
        related_name="extensions",
    )
    due_on = models.DateField(_("due on"))
    locks_on = models.DateField(_("locks on"))
    reason = models.CharField(_("reason"), max_length=200)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("granted by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    granted_at = models.DateTimeField(_("granted at"))

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="extension_dates_in_order", condition=Q(locks_on__gte=F("due_on"))
            ),
            models.CheckConstraint(name="extension_has_reason", condition=~Q(reason="")),
        ]
        triggers = [
            pgtrigger.Protect(
                name="written_once", operation=pgtrigger.Update | pgtrigger.Delete
            ),
            Feeds(
                to_center("obligations", OBLIGATION_KEY, **OF_ITS_OBLIGATION),
                to_center("rounds", "'R' || owed.round_id", **OF_ITS_OBLIGATION),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} → {self.due_on}"
