"""Files of projects."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.evidence.models import EvidenceFile
from projects.models.project import Project


class ProjectDocument(models.Model):
    """项目材料: one file of a project, of a procurement of it or of its contract. Never removed."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("plan")
        QUOTE = "quote", _("quote")
        REQUIREMENT = "requirement", _("requirement")
        BIDDING = "bidding", _("bidding document")
        MINUTES = "minutes", _("minutes")
        CONTRACT = "contract", _("contract")
        PAYMENT = "payment", _("proof of payment")
        ACCEPTANCE = "acceptance", _("acceptance form")
        PHOTO = "photo", _("photograph")
        OTHER = "other", _("other material")

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="documents"
    )
    procurement = models.ForeignKey(
        "projects.Procurement",
        verbose_name=_("procurement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    contract = models.ForeignKey(
        "projects.Contract",
        verbose_name=_("contract"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="documents",
    )
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=100)
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="project_documents",
    )
    is_public = models.BooleanField(_("shown to everybody"), default=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("file of a project")
        verbose_name_plural = _("files of projects")
        ordering = ["project", "id"]
        constraints = [
            models.CheckConstraint(name="projectdocument_titled", condition=~Q(title="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.title
