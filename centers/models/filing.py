"""Filings and their sections: the only way a fact about a center enters."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models.center import Center


class FilingQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Filings of the centers that ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user))

    def open(self) -> Self:
        """Filings somebody still has to act on."""
        return self.filter(status__in=Filing.OPEN)


class Filing(models.Model):
    """报送: a set of sections that one person declares at one time."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned for correction")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Source(models.TextChoices):
        DESK = "desk", _("center desk")
        IMPORT = "import", _("import")
        DEMO = "demo", _("demonstration")

    TRANSITIONS = {
        Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
        Status.SUBMITTED: frozenset({Status.RETURNED, Status.ACCEPTED}),
        Status.RETURNED: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    }
    OPEN = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED)

    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="filings"
    )
    source = models.CharField(_("source"), max_length=10, choices=Source)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=1)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("opened at"))
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="filing_one_open_per_center",
                fields=["center"],
                condition=Q(status__in=["draft", "submitted", "returned"]),
            ),
            models.CheckConstraint(
                name="filing_submitted_who_and_when",
                condition=Q(submitted_by=None, submitted_at=None)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="filing_submitted_is_signed",
                condition=Q(status__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="filing_transitions",
                field="status",
                transitions=[
                    (source, target)
                    for source, targets in {
                        "draft": ("submitted", "withdrawn"),
                        "submitted": ("returned", "accepted"),
                        "returned": ("submitted", "withdrawn"),
                    }.items()
                    for target in targets
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} #{self.pk}"

    @property
    def division_path(self) -> str:
        return self.center.division.path


class SectionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Sections of the centers that ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user))

    def accepted_last(self, known_at: datetime | None = None) -> Self:
        """Of each center and kind, the section accepted last, or last by ``known_at``."""
        accepted = self.filter(status=Section.Status.ACCEPTED)
        if known_at is not None:
            accepted = accepted.filter(decided_at__lte=known_at)
        return accepted.order_by("center_id", "kind", "-decided_at", "-id").distinct(
            "center_id", "kind"
        )


class Section(models.Model):
    """报送分项: a complete list of dated rows of one kind. Never filed means no section; filed as
    none means a section without rows."""

    class Kind(models.TextChoices):
        PROFILE = "profile", _("profile")
        STAFF = "staff", _("staff")
        PREMISES = "premises", _("premises")
        ACCOUNTS = "accounts", _("bank accounts")
        FUNDING = "funding", _("funding")
        GOVERNANCE = "governance", _("governance")
        FUNCTIONS = "functions", _("functions")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned for correction")
        ACCEPTED = "accepted", _("accepted")

    TRANSITIONS = {
        Status.DRAFT: frozenset({Status.SUBMITTED}),
        Status.SUBMITTED: frozenset({Status.RETURNED, Status.ACCEPTED}),
        Status.RETURNED: frozenset({Status.SUBMITTED}),
    }
    EDITABLE = (Status.DRAFT, Status.RETURNED)

    filing = models.ForeignKey(
        Filing, verbose_name=_("filing"), on_delete=models.CASCADE, related_name="sections"
    )
    # Repeats the filing's, for the one query that finds the facts of a country; a composite
    # foreign key in the migration keeps the two equal.
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="sections"
    )
    kind = models.CharField(_("section"), max_length=12, choices=Kind)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(_("version"), default=1)
    based_on = models.ForeignKey(
        "self",
        verbose_name=_("pre-filled from"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)

    objects = SectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="section_once_per_filing", fields=["filing", "kind"]),
            models.CheckConstraint(
                name="section_decision_has_author",
                condition=Q(status__in=["draft", "submitted"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="section_return_has_comment",
                condition=~Q(status="returned") | ~Q(comment=""),
            ),
        ]
        indexes = [
            models.Index(
                "center",
                "kind",
                F("decided_at").desc(),
                F("id").desc(),
                name="section_accepted_last",
                condition=Q(status="accepted"),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="accepted_is_immutable",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="accepted"),
            ),
            pgtrigger.FSM(
                name="section_transitions",
                field="status",
                transitions=[
                    ("draft", "submitted"),
                    ("submitted", "returned"),
                    ("submitted", "accepted"),
                    ("returned", "submitted"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.center}"
