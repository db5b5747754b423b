"""The register of social organizations."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division
from portal.users.models import User

USCC_PATTERN = r"^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$"


class DivisionScopedQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Rows of the divisions in which ``user`` sees centers."""
        if user.is_superuser:
            return self
        query = Q(pk=None)
        for path in user.paths_with("center.view"):
            query |= Q(division__path__startswith=path)
        return self.filter(query)

    def within(self, division: Division) -> Self:
        """Rows of ``division`` and of everything below it."""
        return self.filter(division__path__startswith=division.path)


class Organization(models.Model):
    """社会组织: one registered legal entity, as its registration authority records it."""

    class OrgType(models.TextChoices):
        ASSOCIATION = "association", _("association")
        INSTITUTION = "social_service_institution", _("social-service institution")
        FOUNDATION = "foundation", _("foundation")

    class Status(models.TextChoices):
        NORMAL = "normal", _("normal")
        DEREGISTERING = "deregistering", _("being deregistered")
        DEREGISTERED = "deregistered", _("deregistered")
        WITHDRAWN = "withdrawn", _("registration withdrawn")
        REVOKED = "revoked", _("registration revoked")

    class CommunityKind(models.TextChoices):
        LIVELIHOOD = "livelihood", _("services for daily life")
        CHARITY = "charity", _("public benefit and charity")
        CULTURE_SPORT = "culture_sport", _("culture and sport")
        MEDIATION = "mediation", _("professional mediation")
        NONE = "none", _("not a community organization")

    class Grade(models.TextChoices):
        A5 = "5A", "5A"
        A4 = "4A", "4A"
        A3 = "3A", "3A"
        A2 = "2A", "2A"
        A1 = "1A", "1A"
        NONE = "none", _("not graded")

    TRANSITIONS = {
        Status.NORMAL: frozenset(
            {Status.DEREGISTERING, Status.DEREGISTERED, Status.WITHDRAWN, Status.REVOKED}
        ),
        Status.DEREGISTERING: frozenset({Status.NORMAL, Status.DEREGISTERED}),
        Status.REVOKED: frozenset({Status.DEREGISTERED}),
    }

    name = models.CharField(_("name"), max_length=60)
    uscc = models.CharField(_("credit code"), max_length=18, null=True, blank=True, unique=True)
    org_type = models.CharField(_("type"), max_length=30, choices=OrgType)
    division = models.ForeignKey(
        Division, verbose_name=_("township"), on_delete=models.PROTECT, related_name="+"
    )
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.NORMAL)
    supervising_unit = models.CharField(_("supervising unit"), max_length=60, blank=True)
    community_kind = models.CharField(
        _("kind of community organization"),
        max_length=15,
        choices=CommunityKind,
        null=True,
        blank=True,
    )
    is_charity = models.BooleanField(_("charitable organization"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=5, choices=Grade, null=True, blank=True)
    grade_until = models.DateField(_("grade valid until"), null=True, blank=True)
    center = models.OneToOneField(
        Center,
        verbose_name=_("service center it is"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organization",
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = DivisionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("social organization")
        verbose_name_plural = _("social organizations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="organization_uscc_pattern",
                condition=Q(uscc=None) | Q(uscc__regex=USCC_PATTERN),
            ),
            models.CheckConstraint(
                name="organization_uscc_fits_type",
                condition=Q(uscc=None)
                | Q(org_type="association", uscc__startswith="51")
                | Q(org_type="social_service_institution", uscc__startswith="52")
                | Q(org_type="foundation", uscc__startswith="53"),
            ),
            models.CheckConstraint(
                name="organization_grade_until_needs_grade",
                condition=Q(grade_until=None) | (Q(grade__isnull=False) & ~Q(grade="none")),
            ),
        ]
        triggers = [Feeds(to_division("organizations", "'O' || {row}.id"))]

    def __str__(self) -> str:
        return self.name
