"""A filing of the golden center C05 that waits for the bureau, and a reader of its township."""

from decimal import Decimal

import pytest

from centers.models import Filing, Section
from centers.services import filings
from tests.factories.centers import hand_in
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english

FIGURES = {
    "address": "海棠区桂花镇社区服务路05号",
    "exclusive_area_m2": Decimal("25.00"),
    "has_signage": True,
    "has_equipment": True,
}


@pytest.fixture
def desk(alice_client):
    """The officer's admin, in English."""
    return in_english(alice_client)


@pytest.fixture
def filing(golden, diane, at):
    """Premises changed and staff filed as none, both submitted."""
    filing = filings.open_change(center=golden["C05"], by=diane, at=at)
    for kind, rows in (("premises", [FIGURES]), ("staff", [])):
        section = filings.add_section(filing=filing, kind=kind, by=diane, at=at)
        filings.save_section(section=section, version=1, rows=rows, by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    return Filing.objects.get(pk=filing.pk)


@pytest.fixture
def premises(filing):
    return Section.objects.get(filing=filing, kind="premises")


@pytest.fixture
def reader_client(golden, client_for):
    """The reviewer of C05's own township: sees, and decides nothing."""
    reader = UserFactory(is_staff=True)
    division = golden["C05"].division
    RoleAssignmentFactory(user=reader, role="township_reviewer", division=division)
    return in_english(client_for(reader))
