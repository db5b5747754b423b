"""What somebody knows of an organization or a team, and the annual figures of organizations."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centers.models import Center, Membership
from organizations.models.organization import Organization, RegisterQuerySet
from organizations.models.team import ActivityTeam
from portal.jurisdictions.models import Division
from portal.users.roles import Capability
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why


def one_subject() -> Q:
    """Of an organization or of a team, and never of both."""
    return Q(organization__isnull=False, team=None) | Q(organization=None, team__isnull=False)


class SubjectQuerySet(models.QuerySet):
    """Rows about an organization or a team: seen by whoever handles warnings where that lies."""

    def visible_to(self, user: Any) -> Self:
        """Rows about what lies in the divisions whose warnings ``user`` sees, or in the townships
        of the centers at which ``user`` sees them; but there not about a center of his own."""
        found = self.seen_with(user, Capability.WARNING_VIEW)
        if not user.is_authenticated or user.is_superuser:
            return found
        mine = Membership.objects.filter(user=user).values("center")
        overseen = Q(pk=None)
        for path in user.paths_with(Capability.WARNING_VIEW):
            overseen |= Q(division__path__startswith=path)
        own = Organization.objects.filter(center__in=mine).exclude(overseen)
        return found.exclude(organization__in=own)

    def seen_with(self, user: Any, capability: str) -> Self:
        """Rows where ``user`` has ``capability``: in the division, or at a center of it."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        organizations = Organization.objects.seen_with(user, capability)
        teams = ActivityTeam.objects.seen_with(user, capability)
        return self.filter(Q(organization__in=organizations) | Q(team__in=teams))

    def within(self, division: Division) -> Self:
        """Rows about what lies in ``division`` and below it."""
        inside = Division.objects.within(division.path)
        return self.filter(Q(organization__division__in=inside) | Q(team__division__in=inside))


class ObservationQuerySet(SubjectQuerySet, VoidableQuerySet):  # type: ignore[override]
    entered = "noted_at"


class Observation(Voidable):
    """观察记录: what was seen or heard of an organization or a team on a day.

    Never edited and never deleted: a wrong one is voided with a reason, and noted anew.
    """

    class Kind(models.TextChoices):
        ACTIVITY = "activity", _("activity seen")
        CONTACT_FAILED = "contact_failed", _("could not be reached")
        LETTER_RETURNED = "letter_returned", _("letter returned")
        CONTACT_RESTORED = "contact_restored", _("reached again")
        REGISTER_DIFFERS = "register_differs", _("differs from what is registered")
        SCOPE_CLUE = "scope_clue", _("sign of work beyond its scope or against the law")
        PENALTY = "penalty", _("administrative penalty")
        COMPLAINT = "complaint", _("complaint or bad press")
        MAJOR_EVENT = "major_event", _("major event")
        PROJECT_MONEY = "project_money", _("irregular use of project money")

    # These stay open until somebody settles them.
    SETTLED_BY_HAND = (
        *(Kind.REGISTER_DIFFERS, Kind.SCOPE_CLUE, Kind.PENALTY, Kind.COMPLAINT),
        *(Kind.MAJOR_EVENT, Kind.PROJECT_MONEY),
    )

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="observations",
    )
    team = models.ForeignKey(
        ActivityTeam,
        verbose_name=_("activity team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="observations",
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    happened_on = models.DateField(_("day"))
    text = models.CharField(_("what was seen"), max_length=500)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    reported_on = models.DateField(_("reported to the authority on"), null=True, blank=True)
    settled_on = models.DateField(_("settled on"), null=True, blank=True)
    center = models.ForeignKey(
        Center,
        verbose_name=_("center that noted it"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("noted by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    noted_at = models.DateTimeField(_("noted at"))

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of an organization", "observation")
        verbose_name_plural = pgettext_lazy("of organizations", "observations")
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.CheckConstraint(name="observation_of_one_subject", condition=one_subject()),
            models.CheckConstraint(name="observation_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="observation_reported_is_major_event",
                condition=Q(reported_on=None) | Q(kind="major_event"),
            ),
            models.CheckConstraint(
                name="observation_settled_after",
                condition=Q(settled_on=None) | Q(settled_on__gte=F("happened_on")),
            ),
            models.CheckConstraint(
                name="observation_voided_who_when_why",
                condition=who_when_why(),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "kind", "happened_on"],
                name="observation_of_organization",
                condition=Q(voided_at=None, organization__isnull=False),
            ),
            models.Index(
                fields=["team", "kind", "happened_on"],
                name="observation_of_team",
                condition=Q(voided_at=None, team__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="noted_once",
                exclude=["reported_on", "settled_on", *VOIDED],
            ),
            voided_once(),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.happened_on} {self.get_kind_display()}"

    @property
    def subject(self) -> Organization | ActivityTeam:
        """What it is about."""
        return self.organization or self.team  # type: ignore[return-value]


class FiguresQuerySet(RegisterQuerySet):
    place = "organization__division"

    def visible_to(self, user: Any) -> Self:
        """Figures of organizations whose warnings ``user`` sees."""
        if not user.is_authenticated:
            return self.none()
        return self if user.is_superuser else self.seen_with(user, Capability.WARNING_VIEW)


class AnnualFigures(models.Model):
    """年度财务数据: some figures of an organization's year, in yuan, as its annual report gives
    them. Entered anew to correct them; the highest number holds."""

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="figures",
    )
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    net_assets_yuan = models.DecimalField(
        _("net assets at the end (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    net_assets_before_yuan = models.DecimalField(
        _("net assets at the beginning (yuan)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
    )
    public_received_yuan = models.DecimalField(
        _("public money received (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    public_unspent_yuan = models.DecimalField(
        _("public money not spent (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    is_change_explained = models.BooleanField(
        _("the change of net assets is explained"), null=True, blank=True
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = FiguresQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual figures")
        verbose_name_plural = _("annual figures")
        ordering = ["-year", "organization", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="annual_figures_once", fields=["organization", "year", "number"]
            ),
            models.CheckConstraint(
                name="annual_figures_year", condition=Q(year__gte=2000, year__lte=2100)
            ),
            models.CheckConstraint(
                name="annual_figures_public_money",
                condition=(Q(public_received_yuan=None) | Q(public_received_yuan__gte=0))
                & (Q(public_unspent_yuan=None) | Q(public_unspent_yuan__gte=0))
                & (
                    Q(public_received_yuan=None)
                    | Q(public_unspent_yuan=None)
                    | Q(public_unspent_yuan__lte=F("public_received_yuan"))
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"
