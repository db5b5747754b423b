"""Sources of the money of a project, and how it is split."""

from decimal import Decimal

import pytest

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from projects.models import FundingSource
from projects.selectors import funding as selectors
from projects.services import funding
from tests.factories.procurements import LotteryApplicationFactory
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def by(alice, at):
    return {"by": alice, "at": at}


@pytest.fixture
def project(wutong):
    return ProjectFactory(division=wutong, budget_yuan=D("300000.00"))


def test_the_money_of_several_sources_is_one_sum(project, by):
    funding.add(project=project, kind="fiscal_district", amount_yuan=D("200000.00"), **by)
    funding.add(
        project=project, kind="welfare_lottery_municipal", amount_yuan=D("50000.00"), **by
    )
    found = selectors.of_project(project)
    assert [(source.kind, share) for source, share in found.lines] == [
        ("fiscal_district", D("80.00")),
        ("welfare_lottery_municipal", D("20.00")),
    ]
    assert (found.total, found.gap, found.removed) == (D("250000.00"), D("50000.00"), [])


def test_lottery_money_that_was_paid_out_is_to_stand_among_the_sources(project, center, by):
    LotteryApplicationFactory(
        project=project,
        center=center,
        status="paid",
        granted_yuan=D("80000.00"),
        paid_yuan=D("80000.00"),
    )
    assert selectors.of_project(project).unsourced == D("80000.00")
    part = {"kind": "welfare_lottery_district", "amount_yuan": D("30000.00")}
    source = funding.add(project=project, **part, **by)
    assert selectors.of_project(project).unsourced == D("50000.00")
    funding.add(
        project=project, kind="welfare_lottery_municipal", amount_yuan=D("60000.00"), **by
    )
    assert selectors.of_project(project).unsourced == 0
    funding.remove(source=source, reason="误录", **by)
    assert selectors.of_project(project).unsourced == D("20000.00")


def test_a_wrong_source_is_removed_with_a_reason_and_stays_on_record(project, by):
    wrong = funding.add(project=project, kind="donation", amount_yuan=D("999.00"), **by)
    with pytest.raises(ReasonMissing):
        funding.remove(source=wrong, reason="", **by)
    funding.remove(source=wrong, reason="重复录入", **by)
    with pytest.raises(Conflict):
        funding.remove(source=wrong, reason="再删", **by)
    found = selectors.of_project(project)
    assert (found.lines, found.removed, found.total) == ([], [wrong], D("0.00"))
    assert FundingSource.objects.get().void_reason == "重复录入"
    told = AuditEvent.objects.get(action="projects.project.remove_source")
    assert (told.reason, told.changes) == ("重复录入", {"source": ["donation 999.00", None]})


@pytest.mark.parametrize("amount", ["0.00", "-5.00"])
def test_a_source_brings_something(project, by, amount):
    with pytest.raises(funding.SourceEmpty):
        funding.add(project=project, kind="other", amount_yuan=D(amount), **by)
    assert not FundingSource.objects.exists()
