"""The tree of administrative divisions."""

import re
from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.feeds.triggers import Feeds, to_everybody

code_validator = RegexValidator(
    re.compile(r"\A[0-9]{6}([0-9]{3}([0-9]{3})?)?\Z"), _("6, 9 or 12 digits")
)


class DivisionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Divisions are public facts: whoever is logged in may see all of them."""
        return self if user.is_authenticated else self.none()

    def townships(self) -> Self:
        """街镇: streets, towns and townships; special zones are not counted among them."""
        return self.filter(kind__in=Division.TOWNSHIP_KINDS)

    def within(self, path: str) -> Self:
        """``path``'s own division and everything below it."""
        return self.filter(path__startswith=path)


class Division(models.Model):
    """行政区划: municipality, district, and what lies below a district."""

    class Kind(models.TextChoices):
        MUNICIPALITY = "municipality", _("municipality")
        DISTRICT = "district", _("district")
        SUBDISTRICT = "subdistrict", _("street")
        TOWN = "town", _("town")
        TOWNSHIP = "township", pgettext_lazy("kind of division", "township")
        SPECIAL_ZONE = "special_zone", _("other administered zone")

    TOWNSHIP_KINDS = (Kind.SUBDISTRICT, Kind.TOWN, Kind.TOWNSHIP)

    code = models.CharField(_("code"), max_length=12, unique=True, validators=[code_validator])
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    # Codes from the root, each with a closing slash: one indexed prefix test answers "within".
    path = models.CharField(_("path"), max_length=60, unique=True, editable=False)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                name="division_root_is_municipality",
                condition=Q(kind="municipality", parent=None)
                | (~Q(kind="municipality") & Q(parent__isnull=False)),
            ),
            models.CheckConstraint(
                name="division_dates_ordered",
                condition=Q(valid_from=None)
                | Q(valid_to=None)
                | Q(valid_to__gte=models.F("valid_from")),
            ),
        ]
        triggers = [Feeds(to_everybody("divisions", "{row}.code"))]

    def __str__(self) -> str:
        return self.name

    @property
    def district_code(self) -> str:
        """Six digits; the division's own code when it is a district or above."""
        return self.code[:6]
