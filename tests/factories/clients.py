"""Clients of the interface, their tokens, and what they asked."""

from datetime import UTC, datetime, timedelta

import factory
from django.utils import timezone

from portal.clients.models import Call, Client
from portal.clients.services import tokens
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class ClientFactory(factory.django.DjangoModelFactory):
    """Without a division: give its ``user`` a role in one. No test is slowed down by its limits."""

    class Meta:
        model = Client

    user = factory.SubFactory(UserFactory, is_service=True)
    title = factory.Sequence(lambda n: f"平台{n}")
    opened_at = AT
    requests_per_minute = 6000
    stream_limit = 20


class CallFactory(factory.django.DjangoModelFactory):
    """One answered question of today."""

    class Meta:
        model = Call

    client = factory.SubFactory(ClientFactory)
    token_key = "ssp_0123456789a"
    at = factory.LazyFunction(timezone.now)
    method = "GET"
    path = "/api/v1/compliance/centers/"
    status = 200
    rows = 1
    ms = 12
    size_bytes = 300


def issue(user, datasets=("compliance",), days=30, **values):
    """A token of a service account that is, or becomes, a client's; its text."""
    client = Client.objects.filter(user=user).first() or ClientFactory(user=user)
    at = timezone.now()
    return tokens.issue(
        **{"client": client, "name": "平台", "datasets": datasets, "by": None, "at": at}
        | {"expires_at": at + timedelta(days=days)}
        | values
    )
