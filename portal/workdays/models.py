"""The yearly arrangement of holidays."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.utils.translation import gettext_lazy as _


class NotBefore(Func):
    """Whether no day of the array is earlier than the December before the year: the arrangement of
    a New Year reaches back into it."""

    template = "(make_date(%(expressions)s))"
    arg_joiner = " - 1, 12, 1) <= ALL ("
    output_field = BooleanField()


class NotAfter(Func):
    """Whether no day of the array is later than the year."""

    template = "(make_date(%(expressions)s))"
    arg_joiner = ", 12, 31) >= ALL ("
    output_field = BooleanField()


class Apart(Func):
    """Whether two arrays share nothing."""

    template = "(NOT (%(expressions)s))"
    arg_joiner = " && "
    output_field = BooleanField()


class WorkYearQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """The calendar is public: whoever is logged in may see it."""
        return self if user.is_authenticated else self.none()


class WorkYear(models.Model):
    """年度节假日安排: the State Council's arrangement for a year that the package does not know."""

    year = models.PositiveSmallIntegerField(_("year"), unique=True)
    document = models.CharField(_("document"), max_length=120)
    off_days = ArrayField(models.DateField(), verbose_name=_("days off"))
    working_days = ArrayField(models.DateField(), verbose_name=_("make-up working days"))
    version = models.PositiveIntegerField(_("version"), default=1)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = WorkYearQuerySet.as_manager()

    class Meta:
        verbose_name = _("year of the work calendar")
        verbose_name_plural = _("work calendar")
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="work_year_is_a_year", condition=Q(year__gte=2000, year__lte=2100)
            ),
            models.CheckConstraint(name="work_year_has_a_document", condition=~Q(document="")),
            models.CheckConstraint(
                name="work_year_has_days_off", condition=Q(off_days__len__gt=0)
            ),
            models.CheckConstraint(
                name="work_year_off_days_within",
                condition=NotBefore(F("year"), F("off_days"))
                & NotAfter(F("year"), F("off_days")),
            ),
            models.CheckConstraint(
                name="work_year_working_days_within",
                condition=NotBefore(F("year"), F("working_days"))
                & NotAfter(F("year"), F("working_days")),
            ),
            models.CheckConstraint(
                name="work_year_days_are_either",
                condition=Apart(F("off_days"), F("working_days")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)
