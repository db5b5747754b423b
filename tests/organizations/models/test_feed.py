"""What the feed is told of the registers and of the work of centers."""

import pgtrigger
import pytest

from centers.models import Center
from organizations.models import ActivityTeam, Organization, WorkRecord
from portal.feeds.models import Change
from tests.factories.centers import CenterFactory
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    EarlyWarningFactory,
    OrganizationFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db


def told(*resources):
    """(key, division path) told since it was last asked, without the centers and divisions."""
    of_these = resources or ("organizations", "teams", "casework")
    wanted = Change.objects.filter(resource__in=of_these)
    found = sorted(wanted.values_list("key", "division_path"))
    Change.objects.all().delete()
    return found


@pytest.mark.parametrize(
    ("factory", "model", "letter"),
    [(OrganizationFactory, Organization, "O"), (ActivityTeamFactory, ActivityTeam, "T")],
)
def test_a_row_of_a_register_is_told_of_wherever_it_was_and_is(
    factory, model, letter, wutong, huangpu
):
    row = factory(division=wutong)
    key = f"{letter}{row.pk}"
    assert told() == [(key, wutong.path)]
    model.objects.update(name="改名")
    assert told() == [(key, wutong.path)]
    model.objects.update(name="改名")
    assert told() == []
    model.objects.update(division=huangpu)
    assert told() == sorted([(key, wutong.path), (key, huangpu.path)])
    with pgtrigger.ignore(f"{model._meta.label}:kept"):
        model.objects.all().delete()
    assert told() == [(key, huangpu.path)]


def test_a_team_is_told_of_once_it_is_on_file(wutong):
    team = ActivityTeamFactory(division=wutong, status="community")
    ActivityTeam.objects.update(status="township")
    assert told() == []
    ActivityTeam.objects.update(status="active")
    assert told() == [(f"T{team.pk}", wutong.path)]
    ActivityTeamFactory(division=wutong, status="refused")
    assert told() == []


def test_many_rows_at_once_are_each_told_of(wutong):
    Organization.objects.bulk_create(OrganizationFactory.build(division=wutong) for _ in range(3))
    assert len(told()) == 3
    Organization.objects.update(grade="3A")
    assert len(told()) == 3


def test_work_entered_and_voided_moves_the_figures_of_its_center(center, wutong, alice, at):
    told()
    record = WorkRecordFactory(center=center)
    assert told() == [("C90", wutong.path)]
    WorkRecord.objects.filter(pk=record.pk).update(
        voided_by=alice, voided_at=at, void_reason="重复"
    )
    assert told() == [("C90", wutong.path)]


@pytest.mark.parametrize(
    ("factory", "model", "column"),
    [
        (OrganizationFactory, Organization, "organization"),
        (ActivityTeamFactory, ActivityTeam, "team"),
    ],
)
def test_what_moves_takes_its_warnings_along(factory, model, column, wutong, huangpu):
    warning = EarlyWarningFactory(**{column: factory(division=wutong)})
    EarlyWarningFactory(organization=OrganizationFactory(division=wutong))
    told()
    model.objects.filter(warnings=warning).update(division=huangpu)
    assert told("warnings") == sorted(
        [(f"W{warning.pk}", wutong.path), (f"W{warning.pk}", huangpu.path)]
    )
    model.objects.filter(warnings=warning).update(name="改名")
    assert told("warnings") == []


def test_cases_go_where_their_center_goes_and_are_called_as_it_is(center, wutong, huangpu):
    cases = [CaseFactory(center=center) for _number in range(2)]
    CaseFactory(center=CenterFactory(division=wutong))
    told()
    Change.objects.all().delete()
    Center.objects.filter(pk=center.pk).update(division=huangpu)
    assert told("cases") == sorted(
        (f"K{case.pk}", place.path) for case in cases for place in (wutong, huangpu)
    )
    Center.objects.filter(pk=center.pk).update(name="更名中心")
    assert told("cases") == []
    Center.objects.filter(pk=center.pk).update(code="C89")
    assert told("cases") == sorted((f"K{case.pk}", huangpu.path) for case in cases)
