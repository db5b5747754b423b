"""A database with tokens of before: they open what they opened."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from knox.models import get_digest_token

from portal.clients.models import Client
from portal.users.models import ApiToken
from tests.api import Api

BEFORE = [("users", "0003_datasets"), ("jurisdictions", "0004_feed_tells_one_side")]
# What is built upon the kernel says nothing of tokens, and takes long.
ABOVE = {"centers", "organizations", "projects", "evaluation"}


@pytest.fixture
def before(empty_database, transactional_db):
    """The models as they were before clients, with their tables."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    assert not any(app == "clients" for app, _name in executor.recorder.applied_migrations())
    return executor.loader.project_state(BEFORE).apps


def forward():
    executor = MigrationExecutor(connection)
    executor.migrate([leaf for leaf in executor.loader.graph.leaf_nodes() if leaf[0] not in ABOVE])


def test_tokens_of_before_keep_working_and_their_accounts_are_clients(before, haitang):
    account = before.get_model("users", "User").objects.create(
        username="city", full_name="市级平台", is_service=True, password="!"
    )
    before.get_model("users", "RoleAssignment").objects.create(
        user=account, role="api_client", division_id=haitang.pk
    )
    digest, text = get_digest_token()
    # Longer than a year: what was issued so stays so.
    expiry = timezone.now() + timedelta(days=900)
    before.get_model("users", "ApiToken")._base_manager.create(
        digest=digest,
        token_key=text[:15],
        user=account,
        name="旧令牌",
        datasets=["compliance"],
        expiry=expiry,
    )
    forward()
    token = ApiToken.scoped.get()
    assert (token.digest, token.expiry, token.datasets) == (digest, expiry, ["compliance"])
    client = Client.objects.get()
    assert (client.title, client.user_id, client.requests_per_minute) == (
        "市级平台",
        account.pk,
        120,
    )
    assert Api(text).json("me/")["divisions"] == [{"code": "310199", "name": "海棠区"}]
