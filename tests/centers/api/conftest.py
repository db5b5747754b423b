"""Clients with a token for everything, and centers whose declarations hold what must not leave."""


import pytest

from centers.models import ROW_MODELS, Section
from portal.users.models import Dataset
from tests.api import Api
from tests.conftest import AT
from tests.factories.centers import (
    FilingFactory,
    PersonFactory,
    SectionFactory,
)
from tests.factories.clients import issue as issue_token
from tests.factories.portal import RoleAssignmentFactory, UserFactory


@pytest.fixture
def issue(alice):
    """Issue a token for data sets in a division."""

    def issue(division, *datasets):
        account = UserFactory(is_service=True)
        RoleAssignmentFactory(user=account, role="api_client", division=division)
        return Api(issue_token(account, datasets or Dataset.values))

    return issue


@pytest.fixture
def api(issue, haitang):
    """The client of a platform that reads all of 海棠区."""
    return issue(haitang)


@pytest.fixture
def stranger(issue, huangpu):
    """The client of a platform that reads another district."""
    return issue(huangpu)


@pytest.fixture
def accept(alice):
    """Accept a section of the kind with these rows for a center."""

    def accept(center, kind, rows, at=AT):
        section = SectionFactory(
            filing=FilingFactory(center=center, source="import"), kind=kind
        )
        for position, row in enumerate(rows, start=1):
            ROW_MODELS[kind].objects.create(section=section, position=position, **row)
        for status in ("submitted", "accepted"):
            Section.objects.filter(pk=section.pk).update(
                status=status, decided_by=alice, decided_at=at
            )
        return section

    return accept


@pytest.fixture
def private(center, accept):
    """Declarations whose closed columns all hold CANARY."""
    person = PersonFactory(center=center, name="CANARY人", code="CANARY1")
    rows = {
        "profile": {
            "name": center.name,
            "phone": "CANARY电话",
            "legal_representative": person,
            "operating_model": "self_run",
        },
        "staff": {"person": person, "post": "director"},
        "premises": {"address": "梧桐路1号"},
        "accounts": {"holder": "CANARY户名", "bank": "海棠银行"},
        "funding": {"form": "donation", "payer": "CANARY付款", "contract_name": "CANARY合同"},
        "governance": {"member_count": 5},
        "functions": {"fiscal_year": 2025, "function": "FN-11", "count": 2},
        "statutory": {"matter": "branches", "is_so": False},
    }
    for kind, row in rows.items():
        accept(center, kind, [row | {"note": "CANARY备注"}])
    return center
