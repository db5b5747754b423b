"""The list of materials of a case: what is there and what is missing."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models.case import Case


class CaseMaterial(models.Model):
    """材料清单: one material of a case, ``code`` in the words of ``rules.materials``."""

    class State(models.TextChoices):
        MISSING = "missing", _("missing")
        RECEIVED = "received", _("at hand")
        NOT_NEEDED = "not_needed", _("not needed")

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="materials"
    )
    code = models.CharField(_("material"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.MISSING)
    note = models.CharField(_("note"), max_length=200, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("material of a case")
        verbose_name_plural = _("materials of cases")
        ordering = ["case", "id"]
        constraints = [
            models.UniqueConstraint(name="case_material_once", fields=["case", "code"]),
            models.CheckConstraint(name="case_material_named", condition=~Q(code="")),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.code
