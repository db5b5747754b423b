"""People, service accounts, and what they may do where."""

from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Self

import pgtrigger
from django.contrib.auth import models as auth_models
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from knox.models import AbstractAuthToken

from portal.jurisdictions.models import Division
from portal.users import roles


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Accounts with a role in the divisions whose users ``user`` may see, and one's own."""
        if user.is_superuser:
            return self
        query = Q(pk=user.pk)
        for path in user.paths_with(roles.Capability.USER_VIEW):
            query |= Q(assignments__division__path__startswith=path)
        return self.filter(query).distinct()

    def holding(self, capability: str, division: Division) -> Self:
        """Active people who have ``capability`` in ``division``, given there or above it."""
        codes = division.path.rstrip("/").split("/")
        assignments = RoleAssignment.objects.filter(
            user=OuterRef("pk"), role__in=roles.roles_with(capability), division__code__in=codes
        )
        return self.filter(Exists(assignments), is_active=True, is_service=False)


class UserManager(auth_models.UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Django's, scoped."""


class User(auth_models.AbstractUser):  # type: ignore[django-manager-missing]
    """用户: a person, or the service account of an API client."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("full name"), max_length=60)
    is_service = models.BooleanField(_("service account"), default=False)
    wants_digest = models.BooleanField(_("daily mail"), default=True)

    objects: ClassVar[UserManager] = UserManager()

    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        triggers = [pgtrigger.ReadOnly(name="kind_for_good", fields=["is_service"])]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name

    @cached_property
    def grants(self) -> list[tuple[str, str]]:
        """``[(role code, division path)]``, read once per request."""
        return list(self.assignments.values_list("role", "division__path"))

    def paths_with(self, capability: str) -> list[str]:
        """Paths of the divisions in which this user has ``capability``."""
        codes = set(roles.roles_with(capability))
        return sorted({path for role, path in self.grants if role in codes})

    def has_capability(self, capability: str, division: Division | None = None) -> bool:
        """True when it holds in ``division``, or anywhere when no division is given."""
        if self.is_superuser:
            return True
        paths = self.paths_with(capability)
        if division is None:
            return bool(paths)
        return any(division.path.startswith(path) for path in paths)


class RoleAssignment(models.Model):
    """角色授权: a role in a division and all below it."""

    user = models.ForeignKey(
        User, verbose_name=_("user"), on_delete=models.CASCADE, related_name="assignments"
    )
    role = models.CharField(_("role"), max_length=30, choices=roles.division_choices)
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("role assignment")
        verbose_name_plural = _("role assignments")
        constraints = [
            models.UniqueConstraint(
                name="role_assignment_once", fields=["user", "role", "division"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.division}"


class Dataset(models.TextChoices):
    """What a token opens."""

    COMPLIANCE = "compliance", _("compliance")
    CENTERS = "centers", _("centers")
    FILINGS = "filings", _("filings")
    REGISTER = "register", pgettext_lazy("data set", "register")
    CASEWORK = "casework", _("casework")
    WARNINGS = "warnings", _("early warnings")
    PROJECTS = "projects", _("projects")
    REVIEWS = "reviews", _("reviews and rectification")
    PUBLICATION = "publication", _("publications and yearly packs")
    SIMULATION = "simulation", _("simulation")


class ApiTokenQuerySet(models.QuerySet):
    def valid(self, at: datetime) -> Self:
        """Neither revoked nor expired."""
        return self.filter(revoked_at=None, expiry__gt=at)

    def visible_to(self, user: Any) -> Self:
        """Tokens of service accounts that work wholly within the user's divisions."""
        if user.is_superuser:
            return self
        inside = Q(pk=None)
        for path in user.paths_with(roles.Capability.TOKEN_MANAGE):
            inside |= Q(division__path__startswith=path)
        assignments = RoleAssignment.objects.filter(user=OuterRef("user"))
        return self.filter(
            Exists(assignments.filter(inside)), ~Exists(assignments.exclude(inside))
        )


class ApiToken(AbstractAuthToken):
    """API 令牌: stored as a digest, shown once; opens its data sets, in its divisions, until it
    expires or is revoked. What it was is kept after that."""

    # knox's own columns, named in the user's language.
    token_key = models.CharField(_("begins with"), max_length=25, unique=True)
    user = models.ForeignKey(
        User,
        verbose_name=_("service account"),
        on_delete=models.CASCADE,
        related_name="auth_token_set",
    )
    created = models.DateTimeField(_("issued at"), auto_now_add=True)
    expiry = models.DateTimeField(_("expires at"))
    name = models.CharField(_("name"), max_length=60)
    datasets = ArrayField(
        models.CharField(max_length=20, choices=Dataset),
        verbose_name=_("data sets"),
        default=list,
    )
    # Empty: all of the account's.
    division_codes = ArrayField(
        models.CharField(max_length=12), verbose_name=_("divisions"), default=list, blank=True
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    issued_by = models.ForeignKey(
        User,
        verbose_name=_("issued by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    replaces = models.OneToOneField(
        "self",
        verbose_name=pgettext_lazy("token", "replaces"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaced_by",
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User,
        verbose_name=_("revoked by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    revoke_reason = models.CharField(_("reason for revoking"), max_length=300, blank=True)

    scoped = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.CheckConstraint(
                name="api_token_revoked_by_whom_and_why",
                condition=(
                    Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoke_reason="")
                )
                | Q(revoked_at=None, revoked_by=None, revoke_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="issued_once",
                fields=[
                    *("digest", "token_key", "user", "created", "name", "datasets"),
                    *("division_codes", "issued_by", "replaces"),
                ],
            ),
            pgtrigger.Protect(
                name="revoked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.revoked_at IS NOT NULL AND (OLD.revoked_at, OLD.revoked_by_id,"
                    " OLD.revoke_reason) IS DISTINCT FROM"
                    " (NEW.revoked_at, NEW.revoked_by_id, NEW.revoke_reason)"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.token_key}…)"
