"""Campaigns as machines read them: what a district asks, by when, and who sees it."""

from datetime import date

import pytest

from organizations.api import campaigns as api_campaigns
from organizations.models import Campaign, InspectionCalendar
from portal.feeds.models import Change
from tests.conftest import AT
from tests.factories.organizations import (
    CampaignFactory,
    InspectionCalendarFactory,
    InspectionFactory,
)

pytestmark = pytest.mark.django_db


def test_a_campaign_is_what_a_district_asks_and_by_when(haitang, api):
    campaign = CampaignFactory(district=haitang, title="2024年度检查")
    row = api.json(f"campaigns/A{campaign.pk}/")
    assert list(row) == [field.name for field in api_campaigns.FIELDS]
    assert (row["title"], row["division_code"], row["division_name"]) == (
        "2024年度检查",
        "310199",
        "海棠区",
    )
    assert (row["year"], row["kind"], row["status"]) == (2024, "institution", "open")
    # No notice set other days.
    assert (row["unit_due_on"], row["authority_due_on"]) == ("2025-03-31", "2025-05-31")
    assert (row["opened_at"], row["closed_at"]) == ("2026-03-01T09:00:00+08:00", None)
    InspectionCalendarFactory(division=haitang, year=2024, kind="institution")
    set_days = api.json(f"campaigns/A{campaign.pk}/")
    assert (set_days["unit_due_on"], set_days["authority_due_on"]) == ("2025-04-15", "2025-06-15")
    assert api.json("campaigns/")["results"] == [set_days]


def test_a_charity_reports_to_the_authority_alone(haitang, api):
    CampaignFactory(district=haitang, kind="charity_report")
    (row,) = api.rows("campaigns/")
    assert (row["unit_due_on"], row["authority_due_on"]) == (None, "2025-03-31")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "association"}, 1),
        ({"year": "2023"}, 1),
        ({"status": "closed"}, 0),
        ({"division": "310199"}, 2),
        ({"division": "310101"}, 0),
    ],
)
def test_campaigns_are_narrowed_by_what_is_asked(haitang, huangpu, api, query, found):
    CampaignFactory(district=haitang)
    CampaignFactory(district=haitang, kind="association", year=2023)
    CampaignFactory(district=huangpu)
    assert len(api.rows("campaigns/", **query)) == found


def test_campaigns_come_in_pages(haitang, api):
    made = [CampaignFactory(district=haitang, year=year) for year in (2021, 2022, 2023)]
    first = api.json("campaigns/", page_size=2)
    assert [row["code"] for row in first["results"]] == [f"A{made[0].pk}", f"A{made[1].pk}"]
    assert [row["code"] for row in api.rows("campaigns/", page_size=2)] == [
        f"A{campaign.pk}" for campaign in made
    ]


def test_another_district_sees_none(haitang, stranger):
    campaign = CampaignFactory(district=haitang)
    assert stranger.rows("campaigns/") == []
    assert stranger.get(f"campaigns/A{campaign.pk}/").status_code == 404


def test_a_township_reads_what_its_district_asks(haitang, wutong, issue):
    campaign = CampaignFactory(district=haitang)
    assert [row["code"] for row in issue(wutong).rows("campaigns/")] == [f"A{campaign.pk}"]


def test_inspections_are_found_by_their_campaign(haitang, wutong, api):
    campaign = CampaignFactory(district=haitang)
    InspectionFactory(organization__division=wutong, campaign=campaign)
    InspectionFactory(organization__division=wutong)
    (row,) = api.rows("inspections/", campaign=f"A{campaign.pk}")
    assert row["campaign_code"] == f"A{campaign.pk}"
    assert len(api.rows("inspections/")) == 2
    assert api.get("inspections/?campaign=R1").status_code == 400


def test_the_feed_tells_the_whole_district_of_a_campaign_and_of_its_days(
    haitang, wutong, huangpu, shanghai, alice
):
    def told():
        found = Change.objects.filter(resource="campaigns")
        rows = sorted(found.values_list("key", "division_path"))
        Change.objects.all().delete()
        return rows

    campaign = CampaignFactory(district=haitang)
    here = sorted((f"A{campaign.pk}", place.path) for place in (haitang, wutong))
    assert told() == here
    Campaign.objects.filter(pk=campaign.pk).update(
        status="closed", closed_by=alice, closed_at=AT
    )
    assert told() == here
    InspectionCalendarFactory(division=shanghai, year=2024, kind="institution")
    assert told() == here
    InspectionCalendar.objects.update(authority_due_on=date(2025, 6, 30))
    assert told() == here
    InspectionCalendarFactory(division=huangpu, year=2024, kind="institution")
    InspectionCalendarFactory(division=haitang, year=2024, kind="association")
    assert told() == []
