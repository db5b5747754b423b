"""Entries of the credit lists, matched with the register by code."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models.organization import USCC_PATTERN, Organization
from portal.jurisdictions.models import Division
from portal.users.roles import Capability


class CreditListingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """What the districts whose warnings ``user`` sees entered, and what concerns an
        organization where ``user`` sees warnings."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        query = Q(organization__in=Organization.objects.seen_with(user, Capability.WARNING_VIEW))
        for path in user.paths_with(Capability.WARNING_VIEW):
            query |= Q(district__path__startswith=path)
        return self.filter(query)

    def standing(self) -> Self:
        """Not removed, matched, and not set aside by somebody."""
        return self.filter(removed_on=None, ignored_at=None, organization__isnull=False)


class CreditListing(models.Model):
    """信用名录: one entry of the abnormal or the serious list, as the authority published it.

    ``organization`` is null where no credit code of the register matches: kept and shown.
    """

    class Kind(models.TextChoices):
        ABNORMAL = "abnormal", _("abnormal list")
        SERIOUS = "serious", _("serious dishonesty list")

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="listings",
    )
    uscc = models.CharField(_("credit code"), max_length=18)
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("list"), max_length=10, choices=Kind)
    grounds = models.CharField(_("grounds"), max_length=200, blank=True)
    listed_on = models.DateField(_("listed on"))
    removed_on = models.DateField(_("removed on"), null=True, blank=True)
    authority = models.CharField(_("authority"), max_length=60, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    ignored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set aside by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ignored_at = models.DateTimeField(_("set aside at"), null=True, blank=True)
    ignore_reason = models.CharField(_("reason for setting aside"), max_length=200, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = CreditListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit list entry")
        verbose_name_plural = _("credit list entries")
        ordering = ["-listed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="credit_listing_once", fields=["district", "uscc", "kind", "listed_on"]
            ),
            models.CheckConstraint(
                name="credit_listing_uscc_pattern", condition=Q(uscc__regex=USCC_PATTERN)
            ),
            models.CheckConstraint(
                name="credit_listing_removed_after",
                condition=Q(removed_on=None) | Q(removed_on__gte=F("listed_on")),
            ),
            models.CheckConstraint(
                name="credit_listing_ignored_who_when_why",
                condition=Q(ignored_by=None, ignored_at=None, ignore_reason="")
                | (Q(ignored_by__isnull=False, ignored_at__isnull=False) & ~Q(ignore_reason="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization"],
                name="credit_listing_standing",
                condition=Q(ignored_at=None, organization__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.name} {self.listed_on}"
