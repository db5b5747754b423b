"""Files that prove what a case says."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models.case import Case
from portal.evidence.models import EvidenceFile


class CaseEvidence(models.Model):
    """个案佐证: one file of a case. Never removed."""

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="evidence"
    )
    file = models.ForeignKey(
        EvidenceFile,
        verbose_name=_("file"),
        on_delete=models.PROTECT,
        related_name="case_evidence",
    )
    title = models.CharField(_("title"), max_length=100)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("evidence of a case")
        verbose_name_plural = _("evidence of cases")
        ordering = ["case", "id"]
        constraints = [
            models.UniqueConstraint(name="case_evidence_file_once", fields=["case", "file"]),
            models.CheckConstraint(name="case_evidence_titled", condition=~Q(title="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.title
