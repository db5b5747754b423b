"""What the standing results of a center rest on, and until when they hold."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center


class Basis(models.Model):
    """评估依据: a note to the night, which leaves alone what cannot have turned.

    Where it is missing, or says anything else than what is found, the center is judged. Without a
    checked foreign key, like the results it stands beside.
    """

    center = models.OneToOneField(
        Center,
        verbose_name=_("center"),
        primary_key=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    digest = models.CharField(_("digest"), max_length=32)
    judged_on = models.DateField(_("judged on"))
    # The first day after it on which a rule may say something else though nothing was filed.
    turns_on = models.DateField(_("turns on"))

    class Meta:
        verbose_name = _("basis of the results")
        verbose_name_plural = _("bases of the results")
        constraints = [
            models.CheckConstraint(
                name="basis_turns_later", condition=Q(turns_on__gt=F("judged_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center_id} · {self.turns_on}"
