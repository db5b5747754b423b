"""What the district bureau did of its duties (二-0 and part 四), and what was found of it."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centers.models import Center
from centers.models.event import EARLIEST_YEAR, LATEST_YEAR
from evaluation.models.finding import Finding
from evaluation.models.guards import in_districts_of
from evaluation.models.pack import Pack
from evaluation.models.run import Run
from portal.evidence.models import EvidenceFile
from portal.jurisdictions.models import Division
from portal.users.roles import Capability
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why


class DutyRecordQuerySet(VoidableQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Records of the districts whose compliance ``user`` sees as a whole."""
        if user.is_superuser:
            return self
        return self.filter(in_districts_of(user, Capability.COMPLIANCE_VIEW))

    def touching(self, year: int) -> Self:
        """Records that hold or happened in the year; statements that it had none."""
        started = Q(starts_on__lte=date(year, 12, 31))
        lasted = Q(ends_on=None) | Q(ends_on__gte=date(year, 1, 1))
        return self.filter(Q(none_in_year=year) | started & lasted)


class DutyRecord(Voidable):
    """履职记录: one thing a district bureau did, or its statement that a year had none of a kind.

    Never edited: what was wrong is voided with a reason and entered anew. Only what an application
    or a complaint came to is added later, once.
    """

    class Kind(models.TextChoices):
        SUPPORT_POLICY = "support_policy", _("support policy")
        GUIDANCE = "guidance", _("guidance of centers")
        LINK = "link", _("link with the district's own center")
        RESOURCE_AGREEMENT = "resource_agreement", _("agreement with a resource platform")
        LOTTERY_APPLICATION = "lottery_application", _("application for welfare-lottery funds")
        PERFORMANCE_REVIEW = "performance_review", _("performance review")
        DISCLOSURE = "disclosure", _("disclosure of information")
        COMPLAINT = "complaint", _("complaint or suggestion of the public")
        EXCHANGE = "exchange", _("exchange between townships")
        COOPERATION = "cooperation", _("cooperation with streets and committees")

    class Result(models.TextChoices):
        PENDING = "pending", pgettext_lazy("duty", "pending")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", pgettext_lazy("application", "refused")
        HANDLED = "handled", _("handled")

    # Hold from a day to a day or for good; the rest happens on one day.
    LASTING = (Kind.SUPPORT_POLICY, Kind.LINK, Kind.RESOURCE_AGREEMENT)
    # Recorded as coordination events; here only that a year had none.
    BY_EVENTS = (Kind.EXCHANGE, Kind.COOPERATION)
    # Say which centers took part.
    OF_CENTERS = (
        *(Kind.GUIDANCE, Kind.LINK, Kind.LOTTERY_APPLICATION),
        *(Kind.PERFORMANCE_REVIEW, Kind.DISCLOSURE),
    )
    RESULTS: dict[str, tuple[str, ...]] = {
        Kind.LOTTERY_APPLICATION: (Result.PENDING, Result.APPROVED, Result.REFUSED),
        Kind.COMPLAINT: (Result.PENDING, Result.HANDLED),
    }

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    none_in_year = models.PositiveSmallIntegerField(_("none in the year"), null=True, blank=True)
    starts_on = models.DateField(_("on, or from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=120)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    counterpart = models.CharField(_("counterpart"), max_length=120, blank=True)
    centers = models.ManyToManyField(
        Center,
        verbose_name=_("centers taking part"),
        through="DutyCenter",
        blank=True,
        related_name="+",
    )
    amount_yuan = models.DecimalField(
        _("amount in yuan"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=10, choices=Result, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("result entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    settled_at = models.DateTimeField(_("result entered at"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    # Longer than that of other records.
    void_reason = models.TextField(  # type: ignore[assignment]
        _("reason of voiding"), max_length=500, blank=True
    )

    objects = DutyRecordQuerySet.as_manager()

    class Meta:
        verbose_name = _("record of a duty")
        verbose_name_plural = _("records of duties")
        ordering = ["-starts_on", "-id"]
        constraints = [
            models.CheckConstraint(name="duty_record_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="duty_record_day_or_none",
                condition=Q(none_in_year=None, starts_on__isnull=False)
                | Q(
                    none_in_year__isnull=False,
                    none_in_year__gte=EARLIEST_YEAR,
                    none_in_year__lte=LATEST_YEAR,
                    starts_on=None,
                    ends_on=None,
                    due_on=None,
                    amount_yuan=None,
                    result="",
                ),
            ),
            models.CheckConstraint(
                name="duty_record_of_events_only_none",
                condition=~Q(kind__in=["exchange", "cooperation"]) | Q(none_in_year__isnull=False),
            ),
            models.CheckConstraint(
                name="duty_record_days_ordered",
                condition=Q(starts_on=None)
                | Q(starts_on__gte=date(EARLIEST_YEAR, 1, 1))
                & (Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))),
            ),
            models.CheckConstraint(
                name="duty_record_one_day_or_lasting",
                condition=Q(kind__in=["support_policy", "link", "resource_agreement"])
                | Q(starts_on=None)
                | Q(ends_on=F("starts_on")),
            ),
            models.CheckConstraint(
                name="duty_record_due_is_disclosure",
                condition=Q(due_on=None) | Q(kind="disclosure"),
            ),
            models.CheckConstraint(
                name="duty_record_amount_positive",
                condition=Q(amount_yuan=None) | Q(amount_yuan__gt=0),
            ),
            models.CheckConstraint(
                name="duty_record_result_of_kind",
                condition=Q(none_in_year__isnull=False)
                | Q(kind="lottery_application", result__in=["pending", "approved", "refused"])
                | Q(kind="complaint", result__in=["pending", "handled"])
                | ~Q(kind__in=["lottery_application", "complaint"]) & Q(result=""),
            ),
            models.CheckConstraint(
                name="duty_record_settled_who_and_when",
                condition=Q(settled_by=None, settled_at=None)
                | Q(settled_by__isnull=False, settled_at__isnull=False)
                & ~Q(result__in=["", "pending"]),
            ),
            models.CheckConstraint(
                name="duty_record_void_has_reason",
                condition=who_when_why(),
            ),
            models.UniqueConstraint(
                name="duty_record_none_once",
                fields=["district", "kind", "none_in_year"],
                condition=Q(voided_at=None, none_in_year__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["district", "kind", "starts_on"], name="duty_record_by_district"),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="entered_once",
                exclude=[
                    *("result", "settled_by", "settled_at"),
                    *VOIDED,
                ],
            ),
            pgtrigger.Protect(
                name="result_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__result__df=pgtrigger.F("new__result"),
                )
                & ~pgtrigger.Q(old__result="pending"),
            ),
            voided_once("void_stands"),
            pgtrigger.Protect(name="duty_record_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_none(self) -> bool:
        """Whether it says that the year had none, instead of telling of one."""
        return self.none_in_year is not None

    @property
    def is_lasting(self) -> bool:
        return self.kind in self.LASTING


class DutyCenter(models.Model):
    """A center that took part in what a record tells of."""

    record = models.ForeignKey(
        DutyRecord,
        verbose_name=_("record of a duty"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("center taking part in a duty")
        verbose_name_plural = _("centers taking part in duties")
        constraints = [
            models.UniqueConstraint(name="duty_center_once", fields=["record", "center"]),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.record} · {self.center}"


class DutyEvidence(models.Model):
    """佐证材料: a file that proves a record. Added, never taken away."""

    record = models.ForeignKey(
        DutyRecord,
        verbose_name=_("record of a duty"),
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="duty_evidence",
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("evidence of a duty")
        verbose_name_plural = _("evidence of duties")
        ordering = ["record", "id"]
        constraints = [
            models.UniqueConstraint(name="duty_evidence_file_once", fields=["record", "file"]),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.file)


class DutyFindingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Findings of the districts that ``user`` sees summed up."""
        if user.is_superuser:
            return self
        return self.filter(in_districts_of(user, Capability.SUMMARY_VIEW, "division"))

    def standing(self) -> Self:
        """What holds now."""
        return self.filter(superseded_at=None)


class DutyFinding(models.Model):
    """履职结果: the outcome of one duty rule for one district and year. A change is a new row; the
    old one is closed by ``superseded_at`` and never edited otherwise."""

    division = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    rule = models.CharField(_("rule"), max_length=5)
    year = models.PositiveSmallIntegerField(_("year"))
    as_of = models.DateField(_("as of"))
    outcome = models.CharField(_("outcome"), max_length=15, choices=Finding.Outcome)
    # A template over ``figures``, as of a center's finding.
    reason = models.CharField(_("reason"), max_length=60)
    figures = models.JSONField(_("figures"), default=dict)
    in_grace = models.BooleanField(_("in grace"), default=False)
    params_version = models.PositiveIntegerField(_("parameters version"), default=0)
    pack = models.ForeignKey(
        Pack, verbose_name=_("rule pack"), on_delete=models.PROTECT, related_name="+"
    )
    run = models.ForeignKey(
        Run, verbose_name=_("run"), on_delete=models.PROTECT, related_name="+"
    )
    computed_at = models.DateTimeField(_("computed at"))
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)

    objects = DutyFindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding of a duty")
        verbose_name_plural = _("findings of duties")
        ordering = ["division", "-year", "rule", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="duty_finding_one_standing",
                fields=["division", "rule", "year"],
                condition=Q(superseded_at=None),
            ),
            models.CheckConstraint(
                name="duty_finding_in_its_year", condition=Q(year=ExtractYear("as_of"))
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="duty_closed_only", exclude=["superseded_at"]),
            pgtrigger.Protect(name="duty_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.division} · {self.year} · {self.outcome}"

    @property
    def reason_code(self) -> str:
        """The reason with its figures, as REST clients read it."""
        return self.reason.format(**self.figures)
