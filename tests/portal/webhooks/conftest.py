"""A client of 海棠区 with a token, its receiver on this machine, and the chief who manages it."""

from datetime import timedelta

import pytest

from portal.clients.services import tokens
from portal.webhooks.services import endpoints
from tests.factories.clients import ClientFactory
from tests.factories.portal import RoleAssignmentFactory
from tests.portal.webhooks.receivers import LOOPBACK, Receiver

DATASETS = ("compliance", "centers", "filings", "register", "casework")


@pytest.fixture
def platform(haitang, at):
    """The municipal platform, which reads 海棠区 with a token of every data set."""
    client = ClientFactory(title="市级平台")
    RoleAssignmentFactory(user=client.user, role="api_client", division=haitang)
    tokens.issue(
        client=client,
        name="生产环境",
        datasets=DATASETS,
        expires_at=at + timedelta(days=300),
        by=None,
        at=at,
    )
    return client


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = LOOPBACK
    with Receiver() as receiver:
        yield receiver


@pytest.fixture
def endpoint(platform, receiver, chief, at):
    endpoint, receiver.secret = endpoints.open_endpoint(
        client=platform,
        url=receiver.url,
        events=["center.changed", "compliance.changed", "organization.changed"],
        by=chief,
        at=at,
    )
    return endpoint
