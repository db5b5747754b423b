"""Records of the work of centers: what their figures are counted from."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils.translation import gettext_lazy as _

from centers.models import FUNCTIONS, Center
from centers.models.center import to_center
from organizations.models.case import Case
from organizations.models.organization import Organization
from organizations.models.team import ActivityTeam
from portal.feeds.triggers import Feeds
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why

ZERO_REPORTED = "FN-18"
# The function that knows years in which nobody was due.
ANNUAL_INSPECTIONS = "FN-12"
BY_SUPPORT_KIND = "FN-24"


class WorkRecordQuerySet(VoidableQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Records of the centers that ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user))


class WorkRecord(Voidable):
    """工作记录: one piece of work of one function of part 二, done by a center on a day.

    Never edited and never deleted: a wrong record is voided with a reason, and entered anew.
    """

    class SupportKind(models.TextChoices):
        """The six services that 二(二)-4 names, and others."""

        TALENT = "talent", _("talent services")
        TRAINING = "training", _("capacity training")
        PROJECT = "project", _("project guidance")
        FINANCE = "finance", _("financial guidance")
        PUBLICITY = "publicity", _("brand publicity")
        RESOURCES = "resources", _("linking resources")
        OTHER = "other", _("other services")

    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="work_records"
    )
    function = models.CharField(
        _("function"),
        max_length=5,
        choices=[(code, title) for code, (title, _clause) in FUNCTIONS.items()],
    )
    happened_on = models.DateField(_("day"))
    title = models.CharField(_("what was done"), max_length=120)
    served = models.CharField(_("for whom"), max_length=120, blank=True)
    participant_count = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    support_kind = models.CharField(
        _("kind of support service"), max_length=10, choices=SupportKind, null=True, blank=True
    )
    is_zero_report = models.BooleanField(_("zero report"), default=False)
    # Of FN-12: in the township no organization was due, so there was nothing to help with. It is no
    # work and adds to no figure.
    is_none_due = models.BooleanField(_("nobody due"), default=False)
    note = models.TextField(_("note"), blank=True)
    # What the record came from, and whom it was done for; null where it was entered by hand.
    case = models.ForeignKey(
        Case,
        verbose_name=_("case"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="records",
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_records",
    )
    team = models.ForeignKey(
        ActivityTeam,
        verbose_name=_("activity team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="work_records",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = WorkRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("work record")
        verbose_name_plural = _("work records")
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="workrecord_function_known", condition=Q(function__in=list(FUNCTIONS))
            ),
            models.CheckConstraint(name="workrecord_titled", condition=~Q(title="")),
            models.CheckConstraint(
                name="workrecord_support_kind_of_support",
                condition=Q(function=BY_SUPPORT_KIND, support_kind__isnull=False)
                | (~Q(function=BY_SUPPORT_KIND) & Q(support_kind=None)),
            ),
            models.CheckConstraint(
                name="workrecord_zero_report_of_warning",
                condition=Q(is_zero_report=False) | Q(function=ZERO_REPORTED),
            ),
            models.CheckConstraint(
                name="workrecord_none_due_of_inspections",
                condition=Q(is_none_due=False) | Q(function=ANNUAL_INSPECTIONS),
            ),
            models.CheckConstraint(
                name="workrecord_voided_who_when_why",
                condition=who_when_why(),
            ),
            models.UniqueConstraint(
                "case",
                "function",
                ExtractYear("happened_on"),
                name="workrecord_case_counts_once_a_year",
                condition=Q(voided_at=None, case__isnull=False),
            ),
            models.UniqueConstraint(
                "center",
                ExtractYear("happened_on"),
                ExtractMonth("happened_on"),
                name="workrecord_zero_report_once_a_month",
                condition=Q(voided_at=None, is_zero_report=True),
            ),
            models.UniqueConstraint(
                "center",
                ExtractYear("happened_on"),
                name="workrecord_none_due_once_a_year",
                condition=Q(voided_at=None, is_none_due=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["center", "happened_on"],
                name="workrecord_valid",
                condition=Q(voided_at=None),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="voided_only", exclude=list(VOIDED)),
            voided_once(),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(to_center("casework")),
        ]

    def __str__(self) -> str:
        return f"{self.function} {self.happened_on} {self.title}"
