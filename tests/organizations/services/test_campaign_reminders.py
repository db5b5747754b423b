"""Reminders of a campaign: by working days, once each, in one sentence for a township."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from organizations.services import campaign_reminders
from portal.inbox.models import Notice
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.organizations import (
    CampaignFactory,
    InspectionCalendarFactory,
    InspectionFactory,
)
from tests.factories.portal import UserFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def run(on):
    day = date.fromisoformat(on) if isinstance(on, str) else on
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return campaign_reminders.remind(on=day, at=at)


@pytest.fixture
def campaign(haitang, wutong, center):
    """Three organizations of 梧桐路街道: one not started, one with its unit, one filed."""
    found = CampaignFactory(district=haitang, title="2024年度检查")
    made = {"campaign": found, "organization__division": wutong}
    InspectionFactory(**made)
    InspectionFactory(**made, status="with_unit", to_unit_on=date(2025, 3, 3))
    InspectionFactory(**made, status="with_authority", filed_on=date(2025, 3, 3))
    InspectionFactory(**made, status="exempt", exempt_reason="six_months")
    return found


def told(user):
    """(day, which deadline, step) of each reminder, in the order they came."""
    found = Notice.objects.filter(user=user, key__startswith="inspections:").order_by("pk")
    return [(notice.created_at.date().isoformat(), *notice.key.split(":")[2:4]) for notice in found]


def sentences(user):
    with translation.override("en"):
        return [notice.sentence for notice in Notice.objects.filter(user=user).order_by("pk")]


def test_each_step_is_told_once_on_its_working_day(campaign, diane):
    day = date(2025, 2, 20)
    while day < date(2025, 6, 20):
        run(day)
        run(day)
        day += timedelta(days=1)
    # 31 March and 31 May are the statute's days; 31 May 2025 is a Saturday, the first day of the
    # Dragon Boat holiday, so its last working day is the 30th.
    assert told(diane) == [
        ("2025-03-03", "unit", "-20"),
        ("2025-03-24", "unit", "-5"),
        ("2025-03-31", "unit", "0"),
        ("2025-04-29", "authority", "-20"),
        ("2025-05-23", "authority", "-5"),
        ("2025-05-30", "authority", "0"),
    ]


def test_sentences_count_what_is_missing(campaign, diane):
    run("2025-03-31")
    run("2025-05-30")
    assert sentences(diane) == [
        "2024年度检查: not with the supervising unit yet in your township: 1; the last day is"
        " 2025-03-31.",
        "2024年度检查: not filed yet in your township: 2; the last day is 2025-05-31.",
    ]
    assert Notice.objects.filter(user=diane).first().url_path == (
        "/desk/centers/C90/inspections/?year=2024"
    )


def test_the_days_of_a_notice_hold(campaign, haitang, diane):
    InspectionCalendarFactory(division=haitang)
    run("2025-06-13")
    assert sentences(diane) == [
        "2024年度检查: not filed yet in your township: 2; the last day is 2025-06-15."
    ]


def test_after_days_of_silence_what_passed_is_told_once(campaign, diane):
    run("2025-06-05")
    run("2025-06-06")
    assert sentences(diane) == [
        "2024年度检查: not filed in your township: 2; the last day was 2025-05-31."
    ]


def test_a_township_without_anything_missing_is_not_reminded(haitang, campaign, huangpu):
    other = CenterFactory(division=haitang)
    elsewhere = MembershipFactory(center=other, user=UserFactory()).user
    run("2025-05-30")
    assert told(elsewhere) == []


def test_a_closed_campaign_reminds_nobody(campaign, alice, diane):
    type(campaign).objects.filter(pk=campaign.pk).update(
        status="closed", closed_by=alice, closed_at=datetime(2025, 6, 1, tzinfo=UTC)
    )
    run("2025-05-30")
    assert told(diane) == []


def test_officers_are_told_once_a_week(campaign, alice):
    for day in ("2025-05-19", "2025-05-20", "2025-05-23", "2025-05-26"):
        run(day)
    assert (
        sentences(alice)
        == ["2024年度检查: not filed yet in the district: 2; the last day is 2025-05-31."] * 2
    )


def test_on_a_day_off_nobody_is_told(campaign, diane, alice):
    assert run("2025-05-31") == 0
    assert not Notice.objects.exists()


def test_a_year_without_working_days_is_told_to_the_chief_and_stops_nothing(
    haitang, wutong, campaign, diane, chief
):
    far = CampaignFactory(district=haitang, year=2049, kind="association")
    InspectionFactory(organization__division=wutong, campaign=far, year=2049, kind="association")
    assert run("2025-05-30") == 2
    assert [which for _day, which, _step in told(diane)] == ["authority"]
    assert Notice.objects.filter(user=chief, key__startswith="year-unknown:").exists()


@pytest.mark.django_db(transaction=True)
def test_two_timetables_tell_once(campaign, diane):
    at_once([lambda: run("2025-05-30"), lambda: run("2025-05-30")])
    assert [which for _day, which, _step in told(diane)] == ["authority"]
