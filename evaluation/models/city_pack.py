"""市级综合评估材料: what a district sends the municipality of a year, each figure proven."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models.event import EARLIEST_YEAR, LATEST_YEAR, who_and_when
from evaluation.models.guards import in_districts_of, kept, perhaps, person
from portal.evidence.models import EvidenceFile
from portal.feeds.triggers import Feeds
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability

PACK_MOVES = {
    "built": frozenset({"submitted", "dropped"}),
    "submitted": frozenset({"superseded"}),
}
TO_SUBMITTED = (
    "SELECT 'city-packs', 'B' || {row}.id, place.path FROM jurisdictions_division place"
    " WHERE place.id = {row}.division_id AND {row}.status IN ('submitted', 'superseded')"
)


class CityPackQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Packs of the districts whose compliance ``user`` sees as a whole; submitted ones of the
        districts that ``user`` sees summed up."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        within = in_districts_of(user, Capability.COMPLIANCE_VIEW, "division")
        summed = in_districts_of(user, Capability.SUMMARY_VIEW, "division")
        return self.filter(within | Q(status__in=["submitted", "superseded"]) & summed)

    def submitted(self) -> Self:
        """The version of each district and year that holds."""
        return self.filter(status="submitted")


class CityPack(models.Model):
    """区年度报送: one version of a district's figures of a year. ``content`` is canonical JSON, the
    same bytes for the same ``as_of``, ``known_at`` and ``notes``.

    ``notes``: [{figure, kind (exception, practice), text}], what people wrote to the figures.
    """

    class Status(models.TextChoices):
        BUILT = "built", _("pack built")
        SUBMITTED = "submitted", _("pack submitted")
        SUPERSEDED = "superseded", _("corrected by a later pack")
        DROPPED = "dropped", _("pack given up")

    TRANSITIONS = PACK_MOVES

    division = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("version of the pack"))
    as_of = models.DateField(_("figures as of"))
    known_at = models.DateTimeField(_("as known at"))
    notes = models.JSONField(_("explanations"), default=list, blank=True)
    content = models.TextField(_("content"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    # Why another version, from the second on.
    reason = models.CharField(_("reason for the correction"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.BUILT)
    built_by = person(_("built by"))
    built_at = models.DateTimeField(_("built at"))
    submitted_by = perhaps(_("submitted by"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    signer = models.CharField(_("signed by"), max_length=30, blank=True)
    # The signed and sealed page.
    scan = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("scan with signature and seal"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="city_packs",
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = CityPackQuerySet.as_manager()

    class Meta:
        verbose_name = _("yearly pack of a district")
        verbose_name_plural = _("yearly packs of districts")
        ordering = ["-year", "division", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="city_pack_number_once", fields=["division", "year", "number"]
            ),
            models.UniqueConstraint(
                name="city_pack_one_submitted",
                fields=["division", "year"],
                condition=Q(status="submitted"),
            ),
            models.CheckConstraint(
                name="city_pack_year",
                condition=Q(year__gte=EARLIEST_YEAR, year__lte=LATEST_YEAR),
            ),
            models.CheckConstraint(
                name="city_pack_hashed",
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$") & ~Q(content=""),
            ),
            models.CheckConstraint(
                name="city_pack_corrected_why", condition=Q(number=1) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="city_pack_known_before_built", condition=Q(known_at__lte=F("built_at"))
            ),
            models.CheckConstraint(
                name="city_pack_submitted_whole",
                condition=Q(status__in=["built", "dropped"], submitted_by=None, submitted_at=None)
                | Q(
                    status__in=["submitted", "superseded"],
                    submitted_by__isnull=False,
                    submitted_at__isnull=False,
                )
                & ~Q(signer=""),
            ),
            models.CheckConstraint(
                name="city_pack_submitted_by_another",
                condition=Q(submitted_by=None) | ~Q(submitted_by=F("built_by")),
            ),
            models.CheckConstraint(
                name="city_pack_submitted_who_and_when",
                condition=who_and_when("submitted_by", "submitted_at"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="city_pack_transitions", field="status", transitions=jumps(PACK_MOVES)
            ),
            pgtrigger.ReadOnly(
                name="city_pack_built_once",
                fields=[
                    *("division", "year", "number", "as_of", "known_at", "notes", "content"),
                    *("sha256", "reason", "built_by", "built_at"),
                ],
            ),
            pgtrigger.Protect(
                name="submitted_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'built' AND (OLD.submitted_by_id, OLD.submitted_at,"
                    " OLD.signer, OLD.scan_id) IS DISTINCT FROM (NEW.submitted_by_id,"
                    " NEW.submitted_at, NEW.signer, NEW.scan_id)"
                ),
            ),
            kept(),
            Feeds(TO_SUBMITTED),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.year} v{self.number}"
