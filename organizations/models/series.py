"""Numbers given out in order."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Series(models.Model):
    """编号: the last number given out behind a prefix."""

    prefix = models.CharField(_("prefix"), max_length=40, primary_key=True)
    last = models.PositiveIntegerField(_("last number"))

    class Meta:
        verbose_name = _("series of numbers")
        verbose_name_plural = _("series of numbers")

    def __str__(self) -> str:
        return f"{self.prefix}{self.last:05d}"
