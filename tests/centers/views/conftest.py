"""A filing of the golden center C05, whose director diane is here."""

import pytest

from centers.services import filings
from tests.factories.centers import MembershipFactory
from tests.factories.portal import UserFactory


@pytest.fixture
def c05(golden, diane):
    """The golden center without signage; diane directs it as well."""
    MembershipFactory(user=diane, center=golden["C05"], role="center_director")
    return golden["C05"]


@pytest.fixture
def filing(c05, diane, at):
    """A draft with one section, premises as accepted last."""
    filing = filings.open_change(center=c05, by=diane, at=at)
    filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    return filing


@pytest.fixture
def section(filing):
    return filing.sections.get()


@pytest.fixture
def emil_client(c05, client_for):
    """A staff member of C05."""
    emil = UserFactory(username="emil", full_name="李员工")
    MembershipFactory(user=emil, center=c05, role="center_staff")
    return client_for(emil)
