"""Records that are never edited: a wrong one is voided with a reason, and entered anew."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.errors import Conflict
from portal.transitions import edit_if
from portal.users.models import User

VOIDED = ("voided_by", "voided_at", "void_reason")


class VoidableQuerySet(models.QuerySet):
    """Rows of ``Voidable``."""

    # When a row was entered.
    entered = "recorded_at"

    def valid(self, known_at: datetime | None = None) -> Self:
        """Neither voided nor, where ``known_at`` is given, entered or voided after it."""
        if known_at is None:
            return self.filter(voided_at=None)
        not_voided = Q(voided_at=None) | Q(voided_at__gt=known_at)
        return self.filter(not_voided, **{f"{self.entered}__lte": known_at})


class Voidable(models.Model):
    """A record that may be voided, once; see ``who_when_why`` and ``voided_once``."""

    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=gettext_lazy("voided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    voided_at = models.DateTimeField(gettext_lazy("voided at"), null=True, blank=True)
    void_reason = models.CharField(gettext_lazy("reason for voiding"), max_length=200, blank=True)

    class Meta:
        abstract = True


def who_when_why() -> Q:
    """For the constraint: voided by whom, when and why, or not at all."""
    return Q(voided_by=None, voided_at=None, void_reason="") | (
        Q(voided_by__isnull=False, voided_at__isnull=False) & ~Q(void_reason="")
    )


def voided_once(name: str = "voided_once") -> pgtrigger.Protect:
    """The trigger that leaves a voided record as it is."""
    return pgtrigger.Protect(
        name=name,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__voided_at__isnull=False),
    )


def void(record: Voidable, *, reason: str, by: User, at: datetime) -> None:
    """Void a record; raises ``Conflict`` where somebody did already."""
    if not edit_if(record, Q(voided_at=None), voided_by=by, voided_at=at, void_reason=reason):
        raise Conflict(_("%(name)s already voided this record.") % {"name": record.voided_by})
