"""Endpoints, deliveries and attempts as they stand in the database."""

from datetime import UTC, datetime

import factory

from portal.feeds import selectors as feeds
from portal.webhooks import signing
from portal.webhooks.models import Attempt, Delivery, Endpoint
from tests.factories.clients import ClientFactory
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class EndpointFactory(factory.django.DjangoModelFactory):
    """In use, told of centers and compliance from now on."""

    class Meta:
        model = Endpoint

    client = factory.SubFactory(ClientFactory)
    url = factory.Sequence(lambda n: f"https://receiver{n}.example.cn/hooks")
    events = ["center.changed", "compliance.changed"]
    secret = factory.LazyFunction(lambda: signing.seal(signing.new_secret()))
    epoch = factory.LazyFunction(feeds.epoch)
    position_xid = factory.LazyFunction(lambda: feeds.now().xid)
    position_id = factory.LazyFunction(lambda: feeds.now().id)
    read_at = AT
    created_by = factory.SubFactory(UserFactory)
    created_at = AT


class DeliveryFactory(factory.django.DjangoModelFactory):
    """Waiting, due at once."""

    class Meta:
        model = Delivery

    endpoint = factory.SubFactory(EndpointFactory)
    sequence = factory.Sequence(lambda n: n + 1)
    event_id = factory.Sequence(lambda n: f"msg_{n:032x}")
    event = "center.changed"
    data = factory.LazyFunction(lambda: {"items": []})
    next_at = AT
    created_at = AT


class AttemptFactory(factory.django.DjangoModelFactory):
    """Refused by the receiver."""

    class Meta:
        model = Attempt

    delivery = factory.SubFactory(DeliveryFactory)
    at = AT
    status_code = 500
    ms = 12
