"""Where the money of a project comes from."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from portal.transitions import jumps
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why
from projects.models.document import ProjectDocument
from projects.models.project import Project
from projects.models.scopes import PlacedQuerySet

LOTTERY_MOVES = {
    "draft": frozenset({"recommended", "refused"}),
    "recommended": frozenset({"screened", "refused"}),
    "screened": frozenset({"reviewed", "refused"}),
    "reviewed": frozenset({"granted", "refused"}),
    "granted": frozenset({"paid", "refused"}),
    "paid": frozenset({"evaluated"}),
}


class FundingSourceQuerySet(VoidableQuerySet):
    entered = "entered_at"

    def visible_to(self, user: Any) -> Self:
        """Sources of the projects that ``user`` sees."""
        return self.filter(project__in=Project.objects.visible_to(user).values("pk"))


class FundingSource(Voidable):
    """资金来源: one part of the money of a project; a wrong one is voided with a reason."""

    class Kind(models.TextChoices):
        FISCAL_DISTRICT = "fiscal_district", _("budget of the district")
        FISCAL_TOWNSHIP = "fiscal_township", _("budget of the street or town")
        LOTTERY_MUNICIPAL = "welfare_lottery_municipal", _("municipal welfare-lottery fund")
        LOTTERY_DISTRICT = "welfare_lottery_district", _("district welfare-lottery fund")
        DONATION = "donation", _("donations")
        COMMUNITY_FOUNDATION = "community_foundation", _("community foundation")
        EARNED = "earned", _("income from services")
        OTHER = "other", _("other sources")

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="sources"
    )
    kind = models.CharField(_("source"), max_length=30, choices=Kind)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=16, decimal_places=2)
    payer = models.CharField(_("who pays"), max_length=60, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = FundingSourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("source of money")
        verbose_name_plural = _("sources of money")
        ordering = ["project", "id"]
        constraints = [
            models.CheckConstraint(name="fundingsource_amount", condition=Q(amount_yuan__gt=0)),
            models.CheckConstraint(
                name="fundingsource_voided_who_when_why", condition=who_when_why()
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="voided_only", exclude=[*VOIDED]),
            voided_once(),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount_yuan}"


class LotteryQuerySet(PlacedQuerySet):
    place = "project__division"


class LotteryApplication(models.Model):
    """福彩公益金申请: a project's way from the street's recommendation to the use of the money."""

    class Purpose(models.TextChoices):
        ELDERLY = "elderly", _("help the elderly")
        DISABLED = "disabled", _("help the disabled")
        ORPHANS = "orphans", _("help orphans")
        POOR = "poor", _("help the poor")

    class Status(models.TextChoices):
        DRAFT = "draft", _("being drafted")
        RECOMMENDED = "recommended", _("recommended by the street or town")
        SCREENED = "screened", _("looked through by the district")
        REVIEWED = "reviewed", _("reviewed by the municipality")
        GRANTED = "granted", _("granted")
        PAID = "paid", _("paid out")
        EVALUATED = "evaluated", _("evaluated")
        REFUSED = "refused", _("not granted")

    TRANSITIONS = LOTTERY_MOVES

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="lotteries"
    )
    center = models.ForeignKey(
        Center, verbose_name=_("applicant"), on_delete=models.PROTECT, related_name="lotteries"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    purpose = models.CharField(_("purpose"), max_length=10, choices=Purpose)
    amount_yuan = models.DecimalField(_("asked for (yuan)"), max_digits=16, decimal_places=2)
    granted_yuan = models.DecimalField(
        _("granted (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    paid_yuan = models.DecimalField(
        _("paid out (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    mark_shown = models.BooleanField(_("lottery mark shown"), default=False)
    mark_document = models.ForeignKey(
        ProjectDocument,
        verbose_name=_("photograph of the mark"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    use_published_on = models.DateField(_("use of the money published on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.DRAFT)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = LotteryQuerySet.as_manager()

    class Meta:
        verbose_name = _("welfare-lottery application")
        verbose_name_plural = _("welfare-lottery applications")
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="lottery_once_a_year",
                fields=["project", "year"],
                condition=~Q(status="refused"),
            ),
            models.CheckConstraint(
                name="lottery_amounts",
                condition=Q(amount_yuan__gt=0)
                & (Q(granted_yuan=None) | Q(granted_yuan__gt=0, granted_yuan__lte=F("amount_yuan")))
                & (Q(paid_yuan=None) | Q(paid_yuan__gt=0, paid_yuan__lte=F("granted_yuan"))),
            ),
            models.CheckConstraint(
                name="lottery_granted_how_much",
                condition=~Q(status__in=["granted", "paid", "evaluated"])
                | Q(granted_yuan__isnull=False),
            ),
            models.CheckConstraint(
                name="lottery_paid_how_much",
                condition=~Q(status__in=["paid", "evaluated"]) | Q(paid_yuan__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="lottery_transitions", field="status", transitions=jumps(LOTTERY_MOVES)
            ),
            pgtrigger.ReadOnly(
                name="entered_once", fields=["project", "center", "entered_by", "entered_at"]
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.project}"
