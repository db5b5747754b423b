"""Endpoints of clients, what is to be told to them, and every attempt to tell it."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.clients.models import Client


class Event(models.TextChoices):
    """What an endpoint can be told of: the documents of one resource of the feed changed."""

    COMPLIANCE = "compliance.changed", _("compliance of centers changed")
    CENTER = "center.changed", _("facts of centers changed")
    FILING = "filing.changed", _("filings changed")
    ROUND = "round.changed", _("reporting rounds changed")
    OBLIGATION = "obligation.changed", _("obligations of centers changed")
    ORGANIZATION = "organization.changed", _("the register of organizations changed")
    TEAM = "team.changed", _("the register of activity teams changed")
    CASEWORK = "casework.changed", _("work records of centers changed")
    CASE = "case.changed", _("cases of centers changed")
    INSPECTION = "inspection.changed", _("annual inspections changed")
    CAMPAIGN = "campaign.changed", _("campaigns of annual inspections changed")
    WARNING = "warning.changed", _("early warnings changed")
    PROJECT = "project.changed", _("projects changed")
    PROCUREMENT = "procurement.changed", _("procurements changed")
    ANNOUNCEMENT = "announcement.changed", _("something of a procurement was published")
    CONTRACT = "contract.changed", _("contracts of projects changed")
    REVIEW = "review.changed", _("results of reviews became final")
    RECTIFICATION = "rectification.changed", _("rectifications of centers changed")
    CITY_PACK = "city_pack.changed", _("yearly packs of districts submitted")
    PUBLICATION = "publication.changed", _("something of a center was published or withdrawn")
    DISTRICT = "district.changed", _("duties of districts changed")
    DIVISION = "division.changed", _("the list of divisions changed")
    STANDARD = "standard.changed", _("the standard or its parameters changed")
    RUN = "run.changed", _("an evaluation began or ended")
    TEST = "test", _("test delivery")


def event_choices() -> list[tuple[str, Any]]:
    """What can be asked for; a test comes when somebody presses the button."""
    return [choice for choice in Event.choices if choice[0] != Event.TEST]


class EndpointQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Endpoints of the clients that ``user`` manages."""
        if user.is_superuser:
            return self
        return self.filter(client__in=Client.objects.visible_to(user))


class Endpoint(models.Model):
    """推送地址: an address of a client's own server, and how far in the feed it has been told."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("in use")
        PAUSED = "paused", _("paused")
        DISABLED = "disabled", _("switched off by the portal")

    class Cause(models.TextChoices):
        EXHAUSTED = "exhausted", _("a delivery failed for a whole day")
        GONE = "gone", _("the receiver answered 410: it wants no more")

    TRANSITIONS = {
        Status.ACTIVE: frozenset({Status.PAUSED, Status.DISABLED}),
        Status.PAUSED: frozenset({Status.ACTIVE}),
        Status.DISABLED: frozenset({Status.ACTIVE}),
    }

    client = models.ForeignKey(
        Client, verbose_name=_("client"), on_delete=models.PROTECT, related_name="endpoints"
    )
    url = models.CharField(_("receiver's address"), max_length=500)
    events = ArrayField(
        models.CharField(max_length=30, choices=event_choices), verbose_name=_("events")
    )
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.ACTIVE)
    version = models.PositiveIntegerField(_("version"), default=1)
    disabled_for = models.CharField(_("why"), max_length=10, choices=Cause, blank=True)
    # Sealed: the portal needs them again at every sending.
    secret = models.BinaryField()
    old_secret = models.BinaryField(null=True)
    old_secret_until = models.DateTimeField(_("old secret holds until"), null=True, blank=True)
    # The place in the feed up to which deliveries were made, and of which database it is a place.
    epoch = models.CharField(max_length=60)
    position_xid = models.PositiveBigIntegerField()
    position_id = models.PositiveBigIntegerField()
    # Everything that changed before was read, so whether any of the rest is forgotten already.
    read_at = models.DateTimeField()
    last_sequence = models.PositiveBigIntegerField(default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True)
    told_at = models.DateTimeField(_("last delivered at"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    created_at = models.DateTimeField(_("entered at"))

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(name="endpoint_once_per_client", fields=["client", "url"]),
            models.CheckConstraint(
                name="endpoint_speaks_http",
                condition=Q(url__startswith="https://") | Q(url__startswith="http://"),
            ),
            models.CheckConstraint(
                name="endpoint_asks_for_something", condition=Q(events__len__gt=0)
            ),
            models.CheckConstraint(
                name="endpoint_disabled_why",
                condition=(Q(status="disabled") & ~Q(disabled_for=""))
                | (~Q(status="disabled") & Q(disabled_for="")),
            ),
            models.CheckConstraint(
                name="endpoint_old_secret_ends",
                condition=Q(old_secret=None, old_secret_until=None)
                | Q(old_secret__isnull=False, old_secret_until__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="endpoint_transitions",
                field="status",
                transitions=[
                    ("active", "paused"),
                    ("active", "disabled"),
                    ("paused", "active"),
                    ("disabled", "active"),
                ],
            ),
            pgtrigger.ReadOnly(name="entered_once", fields=["client", "created_by", "created_at"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        """Without the query, which may hold what only the receiver should know."""
        return self.url.partition("?")[0]


class DeliveryQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Deliveries of the clients that ``user`` manages."""
        if user.is_superuser:
            return self
        return self.filter(endpoint__client__in=Client.objects.visible_to(user))


class Delivery(models.Model):
    """推送: one message to one endpoint. The row is the queue; its message never changes."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting")
        DELIVERED = "delivered", _("delivered")
        FAILED = "failed", _("given up")
        DROPPED = "dropped", _("not sent: no longer permitted")

    TRANSITIONS = {
        Status.PENDING: frozenset({Status.DELIVERED, Status.FAILED, Status.DROPPED}),
        Status.FAILED: frozenset({Status.PENDING}),
    }

    endpoint = models.ForeignKey(
        Endpoint,
        verbose_name=_("endpoint"),
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    sequence = models.PositiveBigIntegerField(_("number"))
    event_id = models.CharField(_("event id"), max_length=40, unique=True)
    event = models.CharField(_("event"), max_length=30, choices=Event)
    data = models.JSONField(_("content"), encoder=DjangoJSONEncoder)
    # Resource → path prefixes within which the content was permitted when it was made.
    scope = models.JSONField(_("scope"), default=dict)
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.PENDING)
    version = models.PositiveIntegerField(_("version"), default=1)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt at"))
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("queued at"))
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="delivery_numbered_per_endpoint", fields=["endpoint", "sequence"]
            ),
            models.CheckConstraint(
                name="delivery_delivered_when",
                condition=Q(status="delivered", delivered_at__isnull=False)
                | (~Q(status="delivered") & Q(delivered_at=None)),
            ),
            models.CheckConstraint(
                name="delivery_leased_while_waiting",
                condition=Q(status="pending") | Q(lease_until=None),
            ),
        ]
        indexes = [
            models.Index(
                name="delivery_waiting",
                fields=["endpoint", "sequence"],
                condition=Q(status="pending"),
            ),
            models.Index(name="delivery_by_age", fields=["created_at"]),
        ]
        triggers = [
            pgtrigger.FSM(
                name="delivery_transitions",
                field="status",
                transitions=[
                    ("pending", "delivered"),
                    ("pending", "failed"),
                    ("pending", "dropped"),
                    ("failed", "pending"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="says_what_it_said",
                fields=[
                    *("endpoint", "sequence", "event_id", "event", "data", "scope", "created_at"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.event_id

    def is_leased(self, at: datetime) -> bool:
        """True while somebody sends it."""
        return self.lease_until is not None and self.lease_until >= at


class Attempt(models.Model):
    """推送尝试: one POST and what came of it."""

    class Error(models.TextChoices):
        MALFORMED = "malformed", _("the address is malformed")
        CREDENTIALS = "credentials", _("the address carries a user name or password")
        UNRESOLVED = "unresolved", _("no server is known under that name")
        FORBIDDEN = "forbidden", _("the address leads into a network that is not opened")
        INSECURE = "insecure", _("on the public network only https is used")
        PORT = "port", _("on the public network only ports 443 and 8443 are used")
        UNREACHABLE = "unreachable", _("the server took no connection, or broke it off")
        TLS = "tls", _("no trusted certificate of that name, or no common encryption")
        TIMEOUT = "timeout", _("no whole answer within 15 seconds")
        TOO_LONG = "too_long", _("the answer was longer than is read")
        PROTOCOL = "protocol", _("the answer was not HTTP")
        SEALED = "sealed", _("the portal's key was changed: make a new secret for the endpoint")

    delivery = models.ForeignKey(
        Delivery, verbose_name=_("delivery"), on_delete=models.CASCADE, related_name="tries"
    )
    at = models.DateTimeField(_("at"))
    status_code = models.PositiveSmallIntegerField(_("answer"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=12, choices=Error, blank=True)
    ms = models.PositiveIntegerField(_("milliseconds"))
    address = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    # What a stranger's server said: shown escaped, never in the audit trail.
    excerpt = models.CharField(_("beginning of the answer"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="attempt_answered_or_failed",
                condition=Q(status_code=None) & ~Q(error="")
                | Q(status_code__isnull=False, error=""),
            )
        ]
        # Deleted only with its delivery, when both are old.
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return str(self.status_code or self.get_error_display())
