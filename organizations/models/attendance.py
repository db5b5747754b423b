"""Who came to a training, to an activity, or took part: organizations and teams, and how many of
each; never a person."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models.case import Case
from organizations.models.details import of_kind
from organizations.models.organization import Organization
from organizations.models.team import ActivityTeam

# Kinds of cases that others come to.
ATTENDED = ("training", "nurture", "participation")


class Attendance(models.Model):
    """签到: one organization or team at one of them; ``is_head`` says that its head came."""

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="attendances"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="attendances",
    )
    team = models.ForeignKey(
        ActivityTeam,
        verbose_name=_("activity team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="attendances",
    )
    is_head = models.BooleanField(_("its head came"), default=False)
    people = models.PositiveIntegerField(_("people"), default=1)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["case", "id"]
        constraints = [
            models.CheckConstraint(
                name="attendance_of_one",
                condition=Q(organization=None, team__isnull=False)
                | Q(organization__isnull=False, team=None),
            ),
            models.CheckConstraint(name="attendance_of_somebody", condition=Q(people__gte=1)),
            models.UniqueConstraint(
                name="attendance_once_per_organization", fields=["case", "organization"]
            ),
            models.UniqueConstraint(name="attendance_once_per_team", fields=["case", "team"]),
        ]
        triggers = [of_kind(*ATTENDED)]

    def __str__(self) -> str:
        return f"{self.subject} · {self.people}"

    @property
    def subject(self) -> Organization | ActivityTeam | None:
        """Who came."""
        return self.organization or self.team
