"""The register of centers and the people named in their filings."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division
from portal.users import roles

# SQL that tells the feed of what concerns a center. What it has not handed in is its own.
HANDED_IN = "filing.status NOT IN ('draft', 'withdrawn')"
OF_FILING = "JOIN centers_filing filing ON filing.center_id = center.id"
OF_OBLIGATION = "JOIN centers_obligation owed ON owed.center_id = center.id"
OBLIGATION_KEY = "'R' || owed.round_id || '/' || center.code"
TO_CENTER = (
    "SELECT '{resource}', {key}, place.path FROM centers_center center {joins}"
    " JOIN jurisdictions_division place ON place.id = {place} WHERE {where}"
)


def to_center(
    resource: str,
    key: str = "center.code",
    *,
    joins: str = "",
    where: str = "center.id = {row}.center_id",
    place: str = "center.division_id",
) -> str:
    """What concerns whoever sees a center, for ``Feeds``: SQL over ``center`` and ``joins``."""
    return TO_CENTER.format(resource=resource, key=key, joins=joins, where=where, place=place)


ITS_OWN = {"where": "center.id = {row}.id", "place": "{row}.division_id"}


class CenterQuerySet(models.QuerySet):
    def visible_to(self, user: Any, capability: str = roles.Capability.CENTER_VIEW) -> Self:
        """Centers in the divisions, or of the memberships, that give ``user`` the capability."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        mine = Membership.objects.filter(
            user=user, center=OuterRef("pk"), role__in=roles.roles_with(capability)
        )
        query = Q(Exists(mine))
        for path in user.paths_with(capability):
            query |= Q(division__path__startswith=path)
        return self.filter(query)

    def within(self, division: Division) -> Self:
        """Centers of ``division`` and of everything below it."""
        return self.filter(division__path__startswith=division.path)


class Center(models.Model):
    """街镇社会组织服务中心: who it is. What it has and does stands in its filings; ``name`` and
    ``uscc`` repeat the profile accepted last, for lists."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=60)
    uscc = models.CharField(_("credit code"), max_length=18, null=True, blank=True, unique=True)
    division = models.ForeignKey(
        Division, verbose_name=_("township"), on_delete=models.PROTECT, related_name="+"
    )

    objects = CenterQuerySet.as_manager()

    class Meta:
        verbose_name = _("center")
        verbose_name_plural = _("centers")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="center_uscc_pattern",
                condition=Q(uscc=None)
                | Q(uscc__regex=r"^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$"),
            ),
        ]
        # Whose rows carry its name and its place: they change with it.
        triggers = [
            Feeds(
                to_division("centers", "{row}.code"),
                to_division("compliance", "{row}.code"),
                to_division("casework", "{row}.code"),
                to_center(
                    "filings",
                    "'F' || filing.id",
                    joins=f"{OF_FILING} AND {HANDED_IN}",
                    **ITS_OWN,
                ),
                to_center("obligations", OBLIGATION_KEY, joins=OF_OBLIGATION, **ITS_OWN),
                to_center("rounds", "'R' || owed.round_id", joins=OF_OBLIGATION, **ITS_OWN),
            )
        ]

    def __str__(self) -> str:
        return self.name


# A token is narrowed to divisions; what its account saw by working at a center would not be.
PEOPLE_ONLY = """
IF (SELECT is_service FROM users_user WHERE id = NEW.user_id) THEN
    RAISE EXCEPTION 'a service account works at no center'
        USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN NEW;
"""


class Membership(models.Model):
    """中心账号: a person who works at a center and files for it; never a service account."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("user"),
        on_delete=models.CASCADE,
        related_name="memberships",
    )
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=30, choices=roles.center_choices)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(name="membership_once", fields=["user", "center", "role"]),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="people_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=PEOPLE_ONLY,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.center}"


class Person(models.Model):
    """人员: a person as one center knows them. Rules compare persons, never names."""

    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.CASCADE, related_name="persons"
    )
    code = models.CharField(_("person code"), max_length=30)
    name = models.CharField(_("name"), max_length=20)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [
            models.UniqueConstraint(name="person_code_once", fields=["center", "code"]),
        ]

    def __str__(self) -> str:
        return self.name
