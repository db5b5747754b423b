"""Approved exceptions."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center


class WaiverQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Waivers of the centers whose compliance ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user, "compliance.view"))

    def in_force(self, as_of: date) -> Self:
        """Approved and not expired on ``as_of``, which is inclusive."""
        return self.filter(Q(starts_on=None) | Q(starts_on__lte=as_of)).filter(
            approved_at__isnull=False, ends_on__gte=as_of
        )


class Waiver(models.Model):
    """例外: changes the roll-up of a center, never the outcome of a rule."""

    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="waivers"
    )
    rule = models.CharField(_("rule"), max_length=5)
    reason = models.TextField(_("reason"))
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"))
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("requested at"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("approved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="waiver_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="waiver_approval_who_and_when",
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="waiver_four_eyes",
                condition=Q(approved_by=None) | ~Q(approved_by=F("requested_by")),
            ),
            models.CheckConstraint(
                name="waiver_dates_ordered",
                condition=Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.center}"
