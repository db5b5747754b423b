"""The golden district evaluated, and clients that ask for it by token."""

from datetime import date

import pytest

from evaluation.models import Run
from evaluation.services import evaluations, waivers
from tests.api import Api
from tests.conftest import AT
from tests.factories.clients import issue as issue_token
from tests.factories.portal import RoleAssignmentFactory, UserFactory


@pytest.fixture
def issue(alice):
    """Issue a token of a new service account with a role in a division."""

    def issue(division, *, role="api_client", datasets=("compliance",), days=30):
        account = UserFactory(is_service=True)
        RoleAssignmentFactory(user=account, role=role, division=division)
        return issue_token(account, datasets, days, name="platform")

    return issue


@pytest.fixture
def api(issue, haitang):
    """The client of a platform that reads 海棠区."""
    return Api(issue(haitang))


@pytest.fixture
def stranger(issue, huangpu):
    """The client of a platform that reads another district."""
    return Api(issue(huangpu))


@pytest.fixture
def api_of(client_for):
    """A client that asks by the session of a user."""
    return lambda user: Api(session=client_for(user))


@pytest.fixture
def waived(golden, alice, leader):
    """C04's legal representative is waived until 2026-06-30."""
    waiver = waivers.request(
        basis="理事会决议",
        center=golden["C04"],
        rule="ST-03",
        reason="理事长担任法定代表人",
        ends_on=date(2026, 6, 30),
        by=alice,
        at=AT,
    )
    return waivers.approve(waiver=waiver, by=leader, at=AT)


@pytest.fixture
def standing(golden, waived, computed):
    """The golden centers with the standing results of 2026-03-02."""
    for run in Run.objects.order_by("pk"):
        computed(run)
    return golden


@pytest.fixture
def year_end(golden, waived, haitang, alice, computed):
    """The golden centers with the official results of 2025-12-31."""
    run = evaluations.request(division=haitang, as_of=date(2025, 12, 31), by=alice, at=AT)
    computed(run)
    return golden
