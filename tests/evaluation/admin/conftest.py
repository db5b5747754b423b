"""The golden district as the bureau sees it after an evaluation."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.models import Run
from evaluation.services import evaluations
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english


@pytest.fixture
def desk(alice_client):
    """The officer's admin, in English."""
    return in_english(alice_client)


@pytest.fixture
def evaluated(golden, computed):
    """code → center, after the runs that acceptance entered."""
    for run in Run.objects.filter(status="running"):
        computed(run)
    return golden


@pytest.fixture
def year_end(evaluated, haitang, alice, at, computed):
    """The official evaluation as of 2025-12-31."""
    return computed(
        evaluations.request(division=haitang, as_of=date(2025, 12, 31), by=alice, at=at)
    )


@pytest.fixture
def client_as(client_for, haitang):
    """The admin of somebody with a role in 海棠区, or in another division."""

    def log_in(role, division=haitang):
        user = UserFactory(is_staff=True)
        RoleAssignmentFactory(user=user, role=role, division=division)
        return in_english(client_for(user))

    return log_in


@pytest.fixture
def assert_same_queries():
    """A page costs the same after two calls of ``more``."""

    def count(client, path):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    def check(client, path, more):
        count(client, path)
        before = count(client, path)
        more(), more()
        assert count(client, path) == before

    return check
