"""The section chief of 海棠区, and a client that reads it."""

from datetime import timedelta

import pytest

from portal.clients.models import Client
from portal.clients.services import clients, tokens
from portal.users.models import ApiToken


@pytest.fixture
def chief_client(client_for, chief):
    return client_for(chief)


@pytest.fixture
def platform(haitang, chief, at):
    """市大数据中心, which reads 海棠区."""
    client = clients.open_client(
        username="city-data",
        title="市大数据中心",
        contact="沈工",
        contact_phone="021-63210000",
        divisions=[haitang],
        by=chief,
        at=at,
    )
    return Client.objects.get(pk=client.pk)


@pytest.fixture
def issue(platform, chief, at):
    """Issue a token of the platform; its text."""

    def issue(**values):
        # As it is now: every token raises the version.
        platform.refresh_from_db()
        given = {"name": "生产环境", "datasets": ["compliance"], "by": chief, "at": at}
        given["expires_at"] = given["at"] + timedelta(days=365)
        return tokens.issue(client=platform, **given | values)

    return issue


@pytest.fixture
def token_of():
    """The stored token behind a text."""
    return lambda text: ApiToken.scoped.get(token_key=text[:15])
