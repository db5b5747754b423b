"""Filings and their sections: the only way a fact about a center enters."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models.center import (
    HANDED_IN,
    OBLIGATION_KEY,
    OF_FILING,
    OF_OBLIGATION,
    Center,
    to_center,
)
from portal.feeds.triggers import Feeds

# For the feed: the obligation a filing answers, and a section that has become fact.
OF_ITS_OBLIGATION = {"joins": OF_OBLIGATION, "where": "owed.id = {row}.obligation_id"}
ACCEPTED = "center.id = {row}.center_id AND {row}.status = 'accepted'"


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
        PREPARED = "prepared", _("waiting for the director")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned for correction")
        ACCEPTED = "accepted", _("accepted")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Source(models.TextChoices):
        DESK = "desk", _("center desk")
        IMPORT = "import", _("import")
        DEMO = "demo", _("demonstration")

    TRANSITIONS = {
        Status.DRAFT: frozenset({Status.PREPARED, Status.WITHDRAWN}),
        Status.PREPARED: frozenset({Status.SUBMITTED, Status.DRAFT, Status.RETURNED}),
        Status.SUBMITTED: frozenset({Status.RETURNED, Status.ACCEPTED}),
        Status.RETURNED: frozenset({Status.PREPARED, Status.WITHDRAWN}),
    }
    OPEN = (Status.DRAFT, Status.PREPARED, Status.SUBMITTED, Status.RETURNED)
    # The center works on it.
    EDITABLE = (Status.DRAFT, Status.RETURNED)

    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="filings"
    )
    # What it answers; none is a change the center reports by itself.
    obligation = models.ForeignKey(
        "centers.Obligation",
        verbose_name=_("obligation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="filings",
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
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("prepared by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    prepared_at = models.DateTimeField(_("prepared at"), null=True, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("declined by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    decline_reason = models.CharField(_("reason for declining"), max_length=500, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    # Whether it came in time is judged by the first submission, whatever is corrected later.
    first_submitted_at = models.DateTimeField(_("first submitted at"), null=True, blank=True)
    submission_count = models.PositiveSmallIntegerField(_("submissions"), default=0)
    # "" where it was accepted before hashes were kept.
    content_hash = models.CharField(_("content hash"), max_length=64, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing")
        verbose_name_plural = _("filings")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="filing_one_open_change_per_center",
                fields=["center"],
                condition=Q(
                    status__in=["draft", "prepared", "submitted", "returned"],
                    obligation=None,
                    source="desk",
                ),
            ),
            models.UniqueConstraint(
                name="filing_one_per_obligation",
                fields=["obligation"],
                condition=~Q(status="withdrawn") & Q(obligation__isnull=False),
            ),
            models.CheckConstraint(
                name="filing_prepared_who_and_when",
                condition=Q(prepared_by=None, prepared_at=None)
                | Q(prepared_by__isnull=False, prepared_at__isnull=False),
            ),
            models.CheckConstraint(
                name="filing_prepared_is_signed",
                condition=~Q(status="prepared") | Q(prepared_by__isnull=False),
            ),
            models.CheckConstraint(
                name="filing_certifier_is_not_preparer",
                condition=Q(prepared_by=None)
                | Q(submitted_by=None)
                | ~Q(submitted_by=F("prepared_by"))
                | ~Q(status__in=["submitted", "accepted"]),
            ),
            models.CheckConstraint(
                name="filing_declined_who_when_why",
                condition=Q(declined_by=None, declined_at=None, decline_reason="")
                | Q(declined_by__isnull=False, declined_at__isnull=False)
                & ~Q(decline_reason=""),
            ),
            models.CheckConstraint(
                name="filing_hash_when_accepted",
                condition=Q(content_hash="")
                | Q(status="accepted", content_hash__regex=r"^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="filing_submitted_who_and_when",
                condition=Q(submitted_by=None, submitted_at=None)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="filing_submitted_is_signed",
                condition=Q(status__in=["draft", "prepared", "withdrawn"])
                | Q(submitted_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="filing_transitions",
                field="status",
                transitions=[
                    (source, target)
                    for source, targets in {
                        "draft": ("prepared", "withdrawn"),
                        "prepared": ("submitted", "draft", "returned"),
                        "submitted": ("returned", "accepted"),
                        "returned": ("prepared", "withdrawn"),
                    }.items()
                    for target in targets
                ],
            ),
            pgtrigger.Protect(
                name="accepted_filing_is_immutable",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="accepted"),
            ),
            pgtrigger.Protect(
                name="first_submission_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__first_submitted_at__isnull=False)
                & pgtrigger.Q(
                    old__first_submitted_at__df=pgtrigger.F("new__first_submitted_at")
                ),
            ),
            Feeds(
                to_center(
                    "filings",
                    "'F' || {row}.id",
                    where="center.id = {row}.center_id"
                    " AND {row}.status NOT IN ('draft', 'withdrawn')",
                ),
                to_center("obligations", OBLIGATION_KEY, **OF_ITS_OBLIGATION),
                to_center("rounds", "'R' || owed.round_id", **OF_ITS_OBLIGATION),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center} #{self.pk}"

    @property
    def division_path(self) -> str:
        return self.center.division.path


# What was accepted is complete. The lock waits for whoever is accepting the filing just now.
INTO_ACCEPTED = """
IF (SELECT status FROM centers_filing WHERE id = NEW.filing_id FOR SHARE) = 'accepted' THEN
    RAISE EXCEPTION 'the filing is accepted and takes no more sections'
        USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN NEW;
"""


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
        STATUTORY = "statutory", _("statutory matters")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned for correction")
        ACCEPTED = "accepted", _("accepted")

    class Reported(models.TextChoices):
        """Whether anything was said: rows, the explicit word that there are none, or nothing."""

        REPORTED = "reported", _("reported")
        CONFIRMED_ZERO = "confirmed_zero", _("zero report")
        MISSING = "missing", _("not reported")

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
    # The last save by hand; none where it is as it was pre-filled or imported.
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("saved by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    saved_at = models.DateTimeField(_("saved at"), null=True, blank=True)
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
                name="section_saved_who_and_when",
                condition=Q(saved_by=None, saved_at=None)
                | Q(saved_by__isnull=False, saved_at__isnull=False),
            ),
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
            pgtrigger.Trigger(
                name="accepted_filing_is_complete",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("filing_id"),
                func=INTO_ACCEPTED,
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
            Feeds(
                to_center(
                    "filings",
                    "'F' || filing.id",
                    joins=OF_FILING,
                    where=f"filing.id = {{row}}.filing_id AND {HANDED_IN}",
                ),
                to_center("centers", where=ACCEPTED),
                to_center("casework", where=f"{ACCEPTED} AND {{row}}.kind = 'functions'"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.center}"

    def reported(self, row_count: int) -> "Section.Reported":
        """What the section says with so many rows."""
        if row_count:
            return self.Reported.REPORTED
        return self.Reported.MISSING if self.is_blank else self.Reported.CONFIRMED_ZERO

    @property
    def is_blank(self) -> bool:
        """Added, and nobody has said anything in it yet, not even that there is nothing."""
        was_said = self.saved_at is not None or self.based_on_id is not None
        return self.status == self.Status.DRAFT and not was_said
