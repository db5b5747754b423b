"""Who reads the REST interface, and every answer it was given."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.users.models import RoleAssignment
from portal.users.roles import Capability

REQUESTS_PER_MINUTE = (1, 6000)
STREAMS_AT_ONCE = (1, 20)


def _person(label: Any, **kwargs: Any) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=label,
        on_delete=models.PROTECT,
        related_name="+",
        **kwargs,
    )


class ClientQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Clients that work wholly within the divisions whose tokens ``user`` manages."""
        if user.is_superuser:
            return self
        inside = Q(pk=None)
        for path in user.paths_with(Capability.TOKEN_MANAGE):
            inside |= Q(division__path__startswith=path)
        assignments = RoleAssignment.objects.filter(user=OuterRef("user"))
        return self.filter(
            Exists(assignments.filter(inside)), ~Exists(assignments.exclude(inside))
        )


# What holds of service accounts holds of every client's: they work at no center.
SERVICE_ONLY = """
IF NOT (SELECT is_service FROM users_user WHERE id = NEW.user_id) THEN
    RAISE EXCEPTION 'the account of a client is a service account'
        USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN NEW;
"""


class Client(models.Model):
    """接口客户端: a platform that reads by REST, with its service account, whom to call about it,
    and how much it may ask."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("in use")
        SUSPENDED = "suspended", pgettext_lazy("client", "suspended")

    TRANSITIONS = {
        Status.ACTIVE: frozenset({Status.SUSPENDED}),
        Status.SUSPENDED: frozenset({Status.ACTIVE}),
    }

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        verbose_name=_("service account"),
        on_delete=models.PROTECT,
        related_name="client",
    )
    title = models.CharField(_("client"), max_length=60)
    contact = models.CharField(_("contact"), max_length=60, blank=True)
    contact_phone = models.CharField(_("phone of the contact"), max_length=40, blank=True)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ACTIVE)
    version = models.PositiveIntegerField(_("version"), default=1)
    suspend_reason = models.CharField(_("suspended because"), max_length=300, blank=True)
    requests_per_minute = models.PositiveIntegerField(
        _("requests per minute"),
        default=120,
        validators=[
            MinValueValidator(REQUESTS_PER_MINUTE[0]),
            MaxValueValidator(REQUESTS_PER_MINUTE[1]),
        ],
    )
    stream_limit = models.PositiveSmallIntegerField(
        _("streams at a time"),
        default=2,
        validators=[MinValueValidator(STREAMS_AT_ONCE[0]), MaxValueValidator(STREAMS_AT_ONCE[1])],
    )
    # CIDR; empty means from anywhere.
    networks = ArrayField(
        models.CharField(max_length=43), verbose_name=_("networks"), default=list, blank=True
    )
    opened_by = _person(pgettext_lazy("client", "opened by"), null=True, blank=True)
    opened_at = models.DateTimeField(pgettext_lazy("client", "opened at"))

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="client_has_a_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="client_requests_within",
                condition=Q(requests_per_minute__range=REQUESTS_PER_MINUTE),
            ),
            models.CheckConstraint(
                name="client_streams_within", condition=Q(stream_limit__range=STREAMS_AT_ONCE)
            ),
            models.CheckConstraint(
                name="client_suspended_with_reason",
                condition=(Q(status="suspended") & ~Q(suspend_reason=""))
                | Q(status="active", suspend_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="client_transitions",
                field="status",
                transitions=[("active", "suspended"), ("suspended", "active")],
            ),
            pgtrigger.Trigger(
                name="service_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=SERVICE_ONLY,
            ),
            pgtrigger.ReadOnly(name="opened_once", fields=["user", "opened_by", "opened_at"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title


class CallQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Calls of the clients that ``user`` manages."""
        if user.is_superuser:
            return self
        return self.filter(client__in=Client.objects.visible_to(user))


class Call(models.Model):
    """接口调用: one answer to a client, whatever it was. Written as the answer leaves, never
    edited, purged when it is older than the law asks for."""

    # Without a constraint: writing it locks no row. Clients are never deleted.
    client = models.ForeignKey(
        Client,
        verbose_name=_("client"),
        on_delete=models.PROTECT,
        related_name="calls",
        db_constraint=False,
        db_index=False,
    )
    token_key = models.CharField(_("token begins with"), max_length=25)
    at = models.DateTimeField(_("at"))
    method = models.CharField(_("method"), max_length=10)
    path = models.CharField(_("address"), max_length=200)
    query = models.CharField(_("parameters"), max_length=500, blank=True)
    status = models.PositiveSmallIntegerField(_("answer"))
    rows = models.PositiveIntegerField(_("rows"))
    ms = models.PositiveIntegerField(_("milliseconds"))
    size_bytes = models.PositiveBigIntegerField(_("bytes"))
    address = models.GenericIPAddressField(_("network address"), null=True)
    request_id = models.CharField(_("request id"), max_length=32, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("API call")
        verbose_name_plural = _("API calls")
        ordering = ["-id"]
        indexes = [
            models.Index(name="call_of_client", fields=["client", "-at"]),
            BrinIndex(name="call_at", fields=["at"]),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status}"
