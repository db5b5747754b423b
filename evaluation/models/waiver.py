"""Exceptions: asked for, decided by another person, ended by time or by being taken back."""

from datetime import date, datetime, timedelta
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centers.models import Center
from centers.models.center import to_center
from centers.models.event import who_and_when
from portal.evidence.models import EvidenceFile
from portal.feeds.triggers import Feeds


class WaiverQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Waivers of the centers whose compliance ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user, "compliance.view"))

    def in_force(self, as_of: date, known_at: datetime | None = None) -> Self:
        """Approved, begun, and neither ended (inclusive) nor revoked on ``as_of``; with
        ``known_at``, by what was decided then."""
        begun = Q(starts_on=None) | Q(starts_on__lte=as_of)
        stands = Q(revoked_on=None) | Q(revoked_on__gt=as_of)
        if known_at is None:
            known = Q(approved_at__isnull=False)
        else:
            known = Q(approved_at__lte=known_at)
            stands |= Q(revoked_at__gt=known_at)
        return self.filter(begun, stands, known, ends_on__gte=as_of)

    def in_force_between(self, first: date, last: date) -> Self:
        """Approved, and in force on any of the days; ``holds_on`` says on which."""
        begun = Q(starts_on=None) | Q(starts_on__lte=last)
        stands = Q(revoked_on=None) | Q(revoked_on__gt=first)
        return self.filter(begun, stands, approved_at__isnull=False, ends_on__gte=first)


def _person(label: Any, **kwargs: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.PROTECT,
        related_name="+",
        **kwargs,
    )

class Waiver(models.Model):
    """例外: changes the roll-up of a center, never the outcome of a rule.

    What was asked for and what was decided is never edited. Approved, it holds from ``starts_on``
    (or at once) to ``ends_on``, both inclusive, unless it is revoked before.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("waiting for approval")
        APPROVED = "approved", pgettext_lazy("waiver", "approved")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("waiver", "withdrawn")
        REVOKED = "revoked", _("revoked")

    TRANSITIONS = {
        Status.REQUESTED: frozenset({Status.APPROVED, Status.REFUSED, Status.WITHDRAWN}),
        Status.APPROVED: frozenset({Status.REVOKED}),
    }

    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="waivers"
    )
    rule = models.CharField(_("rule"), max_length=5)
    status = models.CharField(
        _("state"), max_length=10, choices=Status, default=Status.REQUESTED
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    reason = models.TextField(_("reason"))
    # A document by its name and number, or a file, or both.
    basis = models.CharField(_("document it rests on"), max_length=200, blank=True)
    evidence = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("evidence"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="waivers",
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"))
    # The role in which somebody acted: machine clients read it instead of the name.
    requested_as = models.CharField(_("requested as"), max_length=30, blank=True)
    requested_by = _person(_("requested by"))
    requested_at = models.DateTimeField(_("requested at"))
    approved_as = models.CharField(_("approved as"), max_length=30, blank=True)
    approved_by = _person(_("approved by"), null=True, blank=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    # Whoever refused, withdrew or revoked it, and why.
    closed_by = _person(_("closed by"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    closing_reason = models.CharField(_("reason for closing"), max_length=500, blank=True)
    # From this day on a revoked waiver no longer holds.
    revoked_on = models.DateField(_("revoked from"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="waiver_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="waiver_rests_on_something",
                condition=~Q(basis="") | Q(evidence__isnull=False),
            ),
            models.CheckConstraint(
                name="waiver_approval_who_and_when",
                condition=who_and_when("approved_by", "approved_at"),
            ),
            models.CheckConstraint(
                name="waiver_approved_by_somebody",
                condition=Q(status__in=["approved", "revoked"], approved_at__isnull=False)
                | Q(status__in=["requested", "refused", "withdrawn"], approved_at=None),
            ),
            models.CheckConstraint(
                name="waiver_closed_by_somebody",
                condition=Q(
                    status__in=["refused", "withdrawn", "revoked"],
                    closed_by__isnull=False,
                    closed_at__isnull=False,
                )
                | Q(status__in=["requested", "approved"], closed_by=None, closed_at=None),
            ),
            models.CheckConstraint(
                name="waiver_closed_with_reason",
                condition=~Q(status__in=["refused", "revoked"]) | ~Q(closing_reason=""),
            ),
            models.CheckConstraint(
                name="waiver_revoked_from_a_day",
                condition=Q(status="revoked", revoked_on__isnull=False, revoked_at__isnull=False)
                | (~Q(status="revoked") & Q(revoked_on=None, revoked_at=None)),
            ),
            models.CheckConstraint(
                name="waiver_four_eyes",
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="waiver_refused_by_another",
                condition=~Q(status="refused") | ~Q(closed_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="waiver_dates_ordered",
                condition=Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="waiver_one_request_at_a_time",
                fields=["center", "rule"],
                condition=Q(status="requested"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="waiver_transitions",
                field="status",
                transitions=[
                    ("requested", "approved"),
                    ("requested", "refused"),
                    ("requested", "withdrawn"),
                    ("approved", "revoked"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="asked_once",
                fields=[
                    *("center", "rule", "reason", "basis", "evidence", "starts_on", "ends_on"),
                    *("requested_as", "requested_by", "requested_at"),
                ],
            ),
            pgtrigger.Protect(
                name="decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.approved_at IS NOT NULL AND (OLD.approved_at, OLD.approved_by_id,"
                    " OLD.approved_as) IS DISTINCT FROM"
                    " (NEW.approved_at, NEW.approved_by_id, NEW.approved_as)"
                ),
            ),
            pgtrigger.Protect(
                name="closed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["refused", "withdrawn", "revoked"]),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(to_center("waivers")),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.center}"

    def holds_on(self, day: date) -> bool:
        """Whether an approved waiver is begun, and neither ended (inclusive) nor revoked."""
        is_begun = self.starts_on is None or self.starts_on <= day
        return is_begun and day <= self.ends_on and (not self.revoked_on or day < self.revoked_on)

    @property
    def turning_days(self) -> set[date]:
        """The days on which it begins or no longer holds."""
        days = {self.starts_on, self.ends_on + timedelta(days=1), self.revoked_on}
        return {day for day in days if day is not None}
