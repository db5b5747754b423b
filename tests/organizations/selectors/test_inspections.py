"""What is due by when, how far a district is, and how many a center helped."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import Inspection, InspectionHelp
from organizations.selectors import inspections as reading
from portal.jurisdictions import services as jurisdictions
from tests.factories.organizations import (
    CampaignFactory,
    InspectionCalendarFactory,
    InspectionFactory,
    InspectionHelpFactory,
    OrganizationFactory,
)

pytestmark = pytest.mark.django_db
ON = date(2025, 7, 15)


@pytest.fixture
def guihua(haitang):
    """桂花镇, the other township."""
    return jurisdictions.add(code="310199105", name="桂花镇", kind="town", parent=haitang)


@pytest.fixture
def inspect(wutong):
    return lambda **cells: InspectionFactory(**{"organization__division": wutong, **cells})


def dated(inspection, on=ON):
    found = reading.with_state(Inspection.objects.filter(pk=inspection.pk), on).get()
    return found.unit_due_on, found.authority_due_on, found.is_overdue


@pytest.mark.parametrize(
    ("kind", "unit_due_on", "authority_due_on"),
    [
        ("association", date(2025, 3, 31), date(2025, 5, 31)),
        ("institution", date(2025, 3, 31), date(2025, 5, 31)),
        ("foundation", None, date(2025, 3, 31)),
        ("charity_report", None, date(2025, 3, 31)),
    ],
)
def test_without_a_notice_the_statute_sets_the_days(
    inspect, haitang, kind, unit_due_on, authority_due_on
):
    assert dated(inspect(kind=kind))[:2] == (unit_due_on, authority_due_on)
    days = reading.days_of(year=2024, kind=kind, division=haitang)
    assert days == (unit_due_on, authority_due_on)


def test_the_districts_notice_goes_before_the_municipalitys(inspect, shanghai, haitang, huangpu):
    inspection = inspect()
    InspectionCalendarFactory(division=huangpu, authority_due_on=date(2025, 12, 1))
    InspectionCalendarFactory(
        division=shanghai, unit_due_on=None, authority_due_on=date(2025, 6, 30)
    )
    assert dated(inspection)[:2] == (None, date(2025, 6, 30))
    InspectionCalendarFactory(division=haitang)
    assert dated(inspection)[:2] == (date(2025, 4, 15), date(2025, 6, 15))
    days = reading.days_of(year=2024, kind="institution", division=haitang)
    assert days == (date(2025, 4, 15), date(2025, 6, 15))


def test_a_notice_of_another_year_or_kind_sets_nothing(inspect, haitang):
    InspectionCalendarFactory(division=haitang, year=2023, opens_on=date(2024, 1, 2))
    InspectionCalendarFactory(division=haitang, kind="association")
    assert dated(inspect())[1] == date(2025, 5, 31)


@pytest.mark.parametrize(
    ("cells", "overdue"),
    [
        ({}, True),
        ({"status": "filling"}, True),
        ({"status": "with_unit", "to_unit_on": date(2025, 3, 3)}, True),
        ({"status": "missed"}, True),
        ({"status": "returned", "return_count": 1, "returned_on": date(2025, 4, 1)}, True),
        (
            {
                "status": "returned",
                "filed_on": date(2025, 3, 3),
                "return_count": 1,
                "returned_on": date(2025, 4, 1),
            },
            False,
        ),
        ({"status": "with_authority", "filed_on": date(2025, 6, 20)}, False),
        ({"status": "concluded", "conclusion": "qualified"}, False),
        ({"status": "exempt", "exempt_reason": "six_months"}, False),
    ],
)
def test_overdue_is_who_neither_filed_nor_is_excused(inspect, cells, overdue):
    assert dated(inspect(**cells))[2] is overdue


def test_the_last_day_itself_is_in_time(inspect):
    inspection = inspect()
    assert not dated(inspection, date(2025, 5, 31))[2]
    assert dated(inspection, date(2025, 6, 1))[2]


# --- progress


@pytest.fixture
def campaign(haitang, wutong, guihua, center, inspect):
    found = CampaignFactory(district=haitang)
    helped = inspect(campaign=found, status="with_authority", filed_on=date(2025, 5, 2))
    InspectionHelpFactory(inspection=helped, center=center)
    inspect(campaign=found)
    inspect(campaign=found, status="concluded", conclusion="qualified")
    inspect(campaign=found, status="exempt", exempt_reason="six_months")
    InspectionFactory(
        organization__division=guihua,
        campaign=found,
        status="exempt",
        exempt_reason="six_months",
    )
    return found


def test_progress_by_street_with_due_as_denominator(campaign, wutong, guihua):
    lines, total = reading.progress(campaign.inspections.all(), ON)
    assert [line.division for line in lines] == [wutong, guihua]
    first, second = lines
    assert (first.due, first.exempt, first.filed, first.helped, first.overdue) == (3, 1, 2, 1, 1)
    assert (first.filed_percent, first.helped_percent) == (Decimal("66.7"), Decimal("33.3"))
    assert (second.due, second.filed_percent, second.helped_percent) == (0, None, None)
    assert (total.due, total.filed, total.exempt) == (3, 2, 2)
    assert first.counts["concluded"] == 1


def test_progress_costs_two_queries_however_many(campaign, inspect):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            reading.progress(campaign.inspections.all(), ON)
        return len(captured)

    one = cost()
    for _number in range(3):
        inspect(campaign=campaign)
    assert cost() == one == 2


# --- coverage


def test_coverage_of_a_years_work_is_of_the_year_before(campaign, wutong, guihua, huangpu):
    ids = [wutong.pk, guihua.pk, huangpu.pk]
    found = reading.coverage(ids, 2025, ON)
    assert found[wutong.pk] == (3, 1)
    assert found[wutong.pk].percent == Decimal("33.3")
    assert reading.coverage([wutong.pk], 2026, ON)[wutong.pk] == (0, 0)


def test_where_none_is_due_there_is_no_rate_and_not_zero(campaign, guihua):
    assert reading.coverage([guihua.pk], 2025, ON)[guihua.pk].percent is None


def test_due_and_none_helped_is_zero(wutong, inspect):
    inspect()
    assert reading.coverage([wutong.pk], 2025, ON)[wutong.pk].percent == 0


def test_help_counts_from_its_day_on_and_an_organization_once(wutong, center, inspect):
    inspection = inspect()
    for day in (3, 4):
        InspectionHelpFactory(inspection=inspection, center=center, happened_on=date(2025, 3, day))
    assert reading.coverage([wutong.pk], 2025, date(2025, 3, 2))[wutong.pk].assisted == 0
    assert reading.coverage([wutong.pk], 2025, date(2025, 3, 3))[wutong.pk].assisted == 1


# --- what help did


def test_results_against_help(campaign, center, inspect):
    filed = {"campaign": campaign, "filed_on": date(2025, 5, 2)}
    returned = {"return_count": 1, "returned_on": date(2025, 5, 9)}
    checked = inspect(**filed, status="concluded", conclusion="qualified")
    late = inspect(**filed, status="returned", **returned)
    inspect(**filed, status="concluded", conclusion="basically_qualified", **returned)
    check = {"kind": "precheck", "is_complete": True, "center": center}
    InspectionHelpFactory(inspection=checked, happened_on=date(2025, 5, 2), **check)
    # After it was filed a check could not help any more.
    InspectionHelpFactory(inspection=late, happened_on=date(2025, 5, 3), **check)
    prechecked, others = reading.results_by_help(campaign.inspections.all())
    assert (prechecked.filed, prechecked.returned, prechecked.qualified) == (1, 0, 1)
    assert (others.filed, others.returned, others.concluded, others.qualified) == (3, 2, 1, 0)
    assert (others.returned_percent, others.qualified_percent) == (Decimal("66.7"), 0)


def test_results_of_nobody_have_no_rate(haitang):
    nothing = CampaignFactory(district=haitang)
    prechecked, others = reading.results_by_help(nothing.inspections.all())
    assert prechecked.returned_percent is others.qualified_percent is None


def test_what_is_still_to_come_by_township(campaign, wutong, inspect):
    inspect(campaign=campaign, status="with_unit", to_unit_on=date(2025, 3, 3))
    inspect(campaign=campaign, status="missed")
    assert reading.unfiled(campaign) == {wutong.pk: (1, 2)}


def test_help_that_was_taken_back_helped_nobody(campaign, wutong, center, diane, at):
    given = InspectionHelp.objects.get()
    assert reading.coverage([wutong.pk], 2025, ON)[wutong.pk] == (3, 1)
    InspectionHelp.objects.update(voided_by=diane, voided_at=at, void_reason="记错")
    assert reading.coverage([wutong.pk], 2025, ON)[wutong.pk] == (3, 0)
    assert reading.progress(campaign.inspections.all(), ON)[1].helped == 0
    found = reading.with_state(Inspection.objects.filter(pk=given.inspection_id), ON).get()
    assert not found.is_helped


# --- where nobody is due


@pytest.mark.parametrize(
    ("cells", "is_due"),
    [
        ({}, True),
        ({"registered_on": None}, True),
        ({"registered_on": date(2024, 6, 30)}, True),
        ({"registered_on": date(2024, 7, 1)}, False),
        ({"registered_on": date(2024, 7, 1), "is_charity": True}, True),
        ({"registered_on": date(2024, 7, 1), "is_charity": False}, False),
        ({"registered_on": date(2024, 12, 31), "org_type": "association"}, True),
        ({"registered_on": date(2025, 1, 1), "org_type": "association"}, False),
        ({"status": "deregistering"}, True),
        ({"status": "deregistered"}, False),
        ({"authority_level": "district"}, True),
        ({"authority_level": "municipal"}, False),
    ],
)
def test_who_is_due_is_what_the_rules_say(haitang, wutong, center, cells, is_due):
    given = {"registered_on": date(2019, 5, 1), **cells}
    OrganizationFactory(division=wutong, **given)
    assert reading.where_nobody_is_due(haitang, 2024) == (set() if is_due else {wutong.pk})


def test_who_is_excused_is_not_due_and_who_is_written_down_is(haitang, wutong, center):
    excused = InspectionFactory(
        organization=OrganizationFactory(division=wutong, registered_on=date(2019, 5, 1)),
        status="exempt",
        exempt_reason="other",
    )
    assert reading.where_nobody_is_due(haitang, 2024) == {wutong.pk}
    assert reading.where_nobody_is_due(haitang, 2023) == set()
    gone = OrganizationFactory(division=wutong, status="deregistered")
    InspectionFactory(organization=gone)
    assert reading.where_nobody_is_due(haitang, 2024) == set()
    assert excused.status == "exempt"
