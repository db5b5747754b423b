"""Rule packs as loaded, since when each judges, and the parameters divisions set."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.feeds.triggers import Feeds, to_everybody
from portal.jurisdictions.models import Division

# For the feed: a pack, one that judges from another day, and a value set in a division, which
# holds whichever pack judges there.
OF_PACK = "SELECT 'standards', pack.code || ' v' || pack.version, "
OF_ACTIVATION = f"{OF_PACK} '' FROM evaluation_pack pack WHERE pack.id = {{row}}.pack_id"
OF_OVERRIDE = (
    f"{OF_PACK} place.path FROM evaluation_pack pack"
    " JOIN jurisdictions_division place ON place.id = {row}.division_id"
    " WHERE EXISTS (SELECT FROM evaluation_activation standing"
    " WHERE standing.pack_id = pack.id AND standing.withdrawn_at IS NULL)"
)


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
            pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete),
            Feeds(to_everybody("standards", "{row}.code || ' v' || {row}.version")),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class ActivationQuerySet(models.QuerySet):
    def own(self) -> Self:
        """Of the portal's municipality; packs of other cities judge nobody here."""
        return self.filter(pack__division_code=settings.MUNICIPALITY)

    def standing(self, known_at: datetime | None = None) -> Self:
        """Decided and not withdrawn, by now or by a moment, in the order of their days."""
        if known_at is None:
            found = self.filter(withdrawn_at=None)
        else:
            found = self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=known_at))
            found = found.filter(activated_at__lte=known_at)
        return found.order_by("active_from", "id")


class Activation(models.Model):
    """规则包启用: from which day a pack judges, by whose decision and which document.

    Without ``activated_by`` the portal did it itself: the first pack of a municipality judges from
    its day of effect. Of two of one day the later decision holds.
    """

    pack = models.ForeignKey(
        Pack, verbose_name=_("rule pack"), on_delete=models.PROTECT, related_name="activations"
    )
    active_from = models.DateField(_("judges from"))
    reason = models.TextField(_("reason"))
    doc_no = models.CharField(_("document no."), max_length=60)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("activated by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    activated_at = models.DateTimeField(_("activated at"))
    # Taken back before its day came.
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("withdrawn by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    withdrawal_reason = models.TextField(_("reason of the withdrawal"), blank=True)

    objects = ActivationQuerySet.as_manager()

    class Meta:
        verbose_name = _("pack activation")
        verbose_name_plural = _("pack activations")
        ordering = ["active_from", "id"]
        constraints = [
            models.CheckConstraint(
                name="activation_reasoned", condition=~Q(reason="") & ~Q(doc_no="")
            ),
            models.CheckConstraint(
                name="activation_withdrawal_whole",
                condition=Q(withdrawn_by=None, withdrawn_at=None, withdrawal_reason="")
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                & ~Q(withdrawal_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="decided",
                exclude=["withdrawn_by", "withdrawn_at", "withdrawal_reason"],
            ),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(OF_ACTIVATION),
        ]

    def __str__(self) -> str:
        return f"{self.pack} · {self.active_from}"


class ParameterOverride(models.Model):
    """参数调整: a value that a municipality or district set, from a date, with its document.

    One that is a reset has no value: from its date on the level above holds again.
    """

    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )
    key = models.CharField(_("parameter"), max_length=60)
    value = models.JSONField(_("value"), null=True)
    is_reset = models.BooleanField(_("back to the level above"), default=False)
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
            models.CheckConstraint(
                name="parameter_reset_has_no_value",
                condition=Q(is_reset=False) | Q(value__isnull=True),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            Feeds(OF_OVERRIDE),
        ]

    def __str__(self) -> str:
        return f"{self.key} · {self.division}"
