"""Activity teams: filed with a township, without legal personality."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models.organization import USCC_PATTERN, DivisionScopedQuerySet
from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division


class ActivityTeam(models.Model):
    """群众活动团队: filed with the township, never registered, so it has no credit code."""

    class Kind(models.TextChoices):
        CULTURE_SPORT = "culture_sport", _("culture and sport")
        CHARITY = "charity", _("public benefit and charity")
        LIVELIHOOD = "livelihood", _("services for daily life")
        MEDIATION = "mediation", _("professional mediation")
        OTHER = "other", _("other")

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        CLEARED = "cleared", _("cleared from the register")
        CONVERTED = "converted", _("registered as an organization")

    name = models.CharField(_("name"), max_length=40)
    division = models.ForeignKey(
        Division, verbose_name=_("township"), on_delete=models.PROTECT, related_name="+"
    )
    neighborhood = models.CharField(_("neighborhood"), max_length=60)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    member_count = models.PositiveIntegerField(_("members"), null=True, blank=True)
    filing_no = models.CharField(_("filing no."), max_length=40, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)

    objects = DivisionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity team")
        verbose_name_plural = _("activity teams")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="team_filing_no_once", fields=["filing_no"], condition=~Q(filing_no="")
            ),
            models.CheckConstraint(
                name="team_filing_no_is_no_credit_code",
                condition=~Q(filing_no__regex=USCC_PATTERN),
            ),
        ]
        triggers = [Feeds(to_division("teams", "'T' || {row}.id"))]

    def __str__(self) -> str:
        return self.name
