"""Rule packs as loaded, and the parameters a municipality or district set."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.jurisdictions.models import Division


class Pack(models.Model):
    """规则包: one dated version of a city's rules, exactly as the file said."""

    code = models.CharField(_("code"), max_length=40)
    version = models.PositiveSmallIntegerField(_("version"))
    division_code = models.CharField(_("division"), max_length=12)
    effective_from = models.DateField(_("in force from"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    content = models.JSONField(_("content"))
    loaded_at = models.DateTimeField(_("loaded at"))

    class Meta:
        verbose_name = _("rule pack")
        verbose_name_plural = _("rule packs")
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(name="pack_version_once", fields=["code", "version"]),
        ]
        triggers = [
            pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class ParameterOverride(models.Model):
    """参数调整: a value that a municipality or district set, from a date, with its document."""

    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )
    key = models.CharField(_("parameter"), max_length=60)
    value = models.JSONField(_("value"), null=True)
    effective_from = models.DateField(_("in force from"))
    reason = models.TextField(_("reason"))
    doc_no = models.CharField(_("document no."), max_length=60)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("parameter override")
        verbose_name_plural = _("parameter overrides")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="parameter_override_reasoned", condition=~Q(reason="") & ~Q(doc_no="")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.division}"
