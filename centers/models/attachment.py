"""Attachments: the files that prove what a section says."""

from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centers.models.center import Center
from centers.models.filing import Section
from centers.models.rows import frozen_with_section
from portal.evidence.models import EvidenceFile
from portal.users import roles


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Attachments of the sections that ``user`` sees: those of a draft only who files it."""
        drafted_by = Center.objects.visible_to(user, roles.Capability.FILING_DRAFT)
        is_shown = ~Q(section__status__in=Section.EDITABLE) | Q(section__center__in=drafted_by)
        return self.filter(is_shown, section__center__in=Center.objects.visible_to(user))

    def standing(self) -> Self:
        """Not taken out; earlier versions too."""
        return self.filter(removed_at=None)

    def newest(self) -> Self:
        """The version that counts of each document."""
        return self.standing().filter(replaced_by=None)


class Attachment(models.Model):
    """附件: one version of a document that proves a row, or the section as a whole.

    ``chain`` is the document, from version to version and from filing to filing; ``number`` the
    version. One that was handed in with a returned section and then taken out is kept as removed.
    """

    class Kind(models.TextChoices):
        PHOTO = "photo", _("photograph")
        SCAN = "scan", _("scan")
        CONTRACT = "contract", _("contract")
        CERTIFICATE = "certificate", _("certificate")
        MINUTES = "minutes", _("minutes of a meeting")
        OTHER = "other", _("other")

    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.CASCADE, related_name="attachments"
    )
    # The row's identity; none: the section as a whole.
    line = models.UUIDField(_("row"), null=True, blank=True)
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="attachments",
    )
    title = models.CharField(_("title"), max_length=100)
    kind = models.CharField(_("kind of evidence"), max_length=12, choices=Kind)
    chain = models.UUIDField(_("document"), default=uuid4, editable=False)
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    # The version before, within this filing.
    replaces = models.OneToOneField(
        "self",
        verbose_name=_("replaces"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="replaced_by",
    )
    expires_on = models.DateField(_("valid until"), null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added at"))
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("removed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["section", "id"]
        constraints = [
            models.UniqueConstraint(
                name="attachment_version_once", fields=["section", "chain", "number"]
            ),
            models.CheckConstraint(name="attachment_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="attachment_versions_count_up",
                condition=Q(number__gte=1) & (Q(replaces=None) | Q(number__gt=1)),
            ),
            models.CheckConstraint(
                name="attachment_removal_has_author",
                condition=Q(removed_at=None, removed_by=None)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                "expires_on",
                name="attachment_expires_on",
                condition=Q(removed_at=None, expires_on__isnull=False),
            ),
        ]
        triggers = [frozen_with_section()]

    def __str__(self) -> str:
        return self.title
