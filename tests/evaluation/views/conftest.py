"""The golden center C05, evaluated, with its director diane and a draft of its premises."""

import pytest

from centers.services import filings
from evaluation.models import Run
from tests.factories.centers import MembershipFactory


@pytest.fixture
def c05(golden, diane):
    MembershipFactory(user=diane, center=golden["C05"], role="center_director")
    return golden["C05"]


@pytest.fixture
def evaluated(c05, computed):
    """C05 after the runs that its acceptance entered."""
    for run in Run.objects.filter(status="running"):
        computed(run)
    return c05


@pytest.fixture
def section(c05, diane, at):
    """The premises of an open draft, as accepted last."""
    filing = filings.open_change(center=c05, by=diane, at=at)
    return filings.add_section(filing=filing, kind="premises", by=diane, at=at)
