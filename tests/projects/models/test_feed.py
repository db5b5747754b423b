"""What the feed is told of projects: from the moment on at which clients read it, not before."""

import pytest

from portal.feeds.models import Change
from projects.models import Contract, Performance, Procurement, Project
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    BidderFactory,
    BidFactory,
    ContractFactory,
    PerformanceFactory,
    ProcurementFactory,
    advance,
    announced,
    awarded,
    opened,
    signed,
)
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


def told(*resources):
    """(key, division path) told since it was last asked."""
    wanted = Change.objects.filter(resource__in=resources)
    found = sorted(set(wanted.values_list("key", "division_path")))
    Change.objects.all().delete()
    return found


def test_a_project_is_told_of_wherever_it_was_and_is(wutong, huangpu):
    project = ProjectFactory(division=wutong)
    key = f"P{project.pk}"
    assert told("projects") == [(key, wutong.path)]
    Project.objects.update(purchaser="另一单位")
    assert told("projects") == [(key, wutong.path)]
    Project.objects.update(purchaser="另一单位")
    assert told("projects") == []
    Project.objects.update(division=huangpu)
    assert told("projects") == sorted([(key, wutong.path), (key, huangpu.path)])


def test_a_draft_is_told_of_once_it_is_announced(wutong):
    procurement = ProcurementFactory(project__division=wutong)
    Procurement.objects.update(title="另一名称")
    assert told("procurements") == []
    announced(procurement)
    assert told("procurements") == [(f"G{procurement.pk}", wutong.path)]


def test_a_draft_that_is_given_up_is_not_told_of(wutong):
    advance(ProcurementFactory(project__division=wutong), "terminated", failure_reason="不办了")
    assert told("procurements") == []


def test_nothing_tells_that_a_bid_was_handed_in(wutong):
    procurement = announced(project__division=wutong)
    organization = OrganizationFactory(division=wutong)
    BidderFactory(organization=organization)
    told()
    BidFactory(procurement=procurement, organization=organization)
    assert Change.objects.count() == 0


def test_an_announcement_is_told_of_where_its_project_lies(wutong):
    announcement = AnnouncementFactory(procurement=announced(project__division=wutong))
    assert told("announcements") == [(f"N{announcement.pk}", wutong.path)]


def test_a_contract_is_told_of_once_it_is_signed(wutong):
    ContractFactory(award=awarded(project__division=wutong))
    assert told("contracts") == []
    contract = signed(awarded(project__division=wutong))
    assert told("contracts") == [(f"H{contract.pk}", wutong.path)]
    Contract.objects.filter(pk=contract.pk).update(filed_on="2026-03-02")
    assert told("contracts") == [(f"H{contract.pk}", wutong.path)]


def test_an_evaluation_tells_of_its_contract(wutong):
    contract = signed(awarded(project__division=wutong))
    told()
    performance = PerformanceFactory(contract=contract)
    assert told("contracts") == [(f"H{contract.pk}", wutong.path)]
    Performance.objects.filter(pk=performance.pk).update(spent_yuan="1.00")
    assert told("contracts") == [(f"H{contract.pk}", wutong.path)]


def test_what_moves_takes_everything_along(wutong, huangpu):
    contract = signed(awarded(project__division=wutong))
    announcement = AnnouncementFactory(procurement=contract.procurement)
    ProcurementFactory(project__division=wutong)
    opened(project__division=huangpu)
    told()
    Project.objects.filter(pk=contract.project_id).update(division=huangpu)
    places = (wutong.path, huangpu.path)
    keys = (
        *(f"G{contract.procurement_id}", f"H{contract.pk}"),
        f"N{announcement.pk}",
    )
    assert told("procurements", "contracts", "announcements") == sorted(
        (key, place) for key in keys for place in places
    )
