"""The bureau's pages of annual inspections."""

from datetime import date

import pytest
from django.urls import reverse

from organizations.models import Campaign, Inspection, InspectionCalendar
from organizations.selectors.inspections import days_of
from tests.factories.organizations import (
    CampaignFactory,
    InspectionCalendarFactory,
    InspectionFactory,
    OrganizationFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
DAYS = {
    "year": "2024",
    "kind": "institution",
    "opens_on": "2025-01-02",
    "unit_due_on": "2025-04-15",
    "authority_due_on": "2025-06-15",
    "doc_no": "沪民社管〔2025〕1号",
}


@pytest.fixture
def bureau(alice_client):
    return in_english(alice_client)


def page_of(model, action, *args):
    return reverse(f"admin:organizations_{model}_{action}", args=args)


def test_the_officer_opens_a_campaign_and_sees_every_street(bureau, wutong):
    OrganizationFactory(division=wutong, registered_on=date(2019, 5, 1))
    OrganizationFactory(division=wutong, registered_on=date(2024, 7, 1))
    typed = {"year": "2024", "kind": "institution", "title": ""}
    answer = bureau.post(page_of("campaign", "open_campaign"), typed)
    campaign = Campaign.objects.get()
    assert answer.url == page_of("campaign", "change", campaign.pk)
    page = words(bureau.get(answer.url))
    assert "0 of 1 filed" in page
    assert "梧桐路街道 1 1 0 0 0 · 0.0% 0 0 1 0 0 · 0.0%" in page


def test_a_street_where_none_is_due_has_no_rate(bureau, haitang, wutong):
    campaign = CampaignFactory(district=haitang)
    InspectionFactory(
        organization__division=wutong,
        campaign=campaign,
        status="exempt",
        exempt_reason="six_months",
    )
    page = words(bureau.get(page_of("campaign", "change", campaign.pk)))
    assert "梧桐路街道 0 1 0 0 0 · none due" in page


def test_a_year_that_has_not_ended_is_refused_with_what_was_typed(bureau, haitang):
    typed = {"year": "2099", "kind": "association", "title": "提前的"}
    page = bureau.post(page_of("campaign", "open_campaign"), typed)
    assert "2099 has not ended" in words(page)
    assert "提前的" in page.content.decode()
    assert not Campaign.objects.exists()


def test_closing_notes_who_did_not_take_part(bureau, haitang, wutong):
    campaign = CampaignFactory(district=haitang)
    inspection = InspectionFactory(organization__division=wutong, campaign=campaign)
    bureau.post(page_of("campaign", "close", campaign.pk), {"version": campaign.version})
    inspection.refresh_from_db()
    assert inspection.status == "missed"
    assert "did not take part" in words(bureau.get(page_of("campaign", "change", campaign.pk)))


def test_who_came_since_is_added(bureau, haitang, wutong):
    campaign = CampaignFactory(district=haitang)
    OrganizationFactory(division=wutong, registered_on=date(2019, 5, 1))
    answer = bureau.post(page_of("campaign", "missing", campaign.pk), follow=True)
    assert "Organizations added: 1." in words(answer)


def test_inspection_moves_and_is_concluded_as_notified(bureau, wutong):
    inspection = InspectionFactory(organization__division=wutong)
    typed = {"to": "with_authority", "on": "2025-05-20", "reason": "", "version": "1"}
    bureau.post(page_of("inspection", "move", inspection.pk), typed)
    notified = {"conclusion": "qualified", "concluded_on": "2025-07-01", "version": "2"}
    path = page_of("inspection", "conclude", inspection.pk)
    assert "This field is required." in words(bureau.post(path, {**notified, "doc_no": ""}))
    bureau.post(path, {**notified, "doc_no": "海民社〔2025〕8号"})
    inspection.refresh_from_db()
    assert (inspection.status, inspection.conclusion) == ("concluded", "qualified")
    page = words(bureau.get(page_of("inspection", "change", inspection.pk)))
    assert "2025-07-01 海民社〔2025〕8号" in page


def test_exempting_needs_a_reason(bureau, wutong):
    inspection = InspectionFactory(organization__division=wutong)
    typed = {"to": "exempt", "on": "2025-05-20", "reason": "", "version": "1"}
    page = words(bureau.post(page_of("inspection", "move", inspection.pk), typed))
    assert "Say why nothing is asked of it this year." in page


def test_the_list_tells_who_is_overdue(bureau, wutong):
    InspectionFactory(organization__division=wutong, organization__name="逾期中心")
    InspectionFactory(
        organization__division=wutong,
        organization__name="免检中心",
        status="exempt",
        exempt_reason="other",
    )
    path = page_of("inspection", "changelist")
    assert "not begun yet, overdue" in words(bureau.get(path))
    page = words(bureau.get(f"{path}?standing=overdue"))
    assert "逾期中心" in page
    assert "免检中心" not in page


def test_days_are_set_and_corrected(bureau, haitang):
    bureau.post(page_of("inspectioncalendar", "set_days"), DAYS)
    days = InspectionCalendar.objects.get()
    assert days.authority_due_on == date(2025, 6, 15)
    changed = {**DAYS, "authority_due_on": "2025-06-30", "version": str(days.version)}
    bureau.post(page_of("inspectioncalendar", "correct_days", days.pk), changed)
    days.refresh_from_db()
    assert days.authority_due_on == date(2025, 6, 30)
    page = bureau.post(page_of("inspectioncalendar", "set_days"), DAYS)
    assert "are set already" in words(page)


@pytest.fixture
def municipal(client_for, shanghai):
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="municipal_officer", division=shanghai)
    return in_english(client_for(user))


def test_the_municipality_sets_the_days_that_hold_where_no_district_does(
    municipal, shanghai, haitang
):
    assert "Days of annual inspections" in words(municipal.get("/admin/"))
    answer = municipal.post(page_of("inspectioncalendar", "set_days"), DAYS)
    days = InspectionCalendar.objects.get()
    assert (answer.status_code, days.division) == (302, shanghai)
    held = days_of(year=2024, kind="institution", division=haitang)
    assert held.authority_due_on == date(2025, 6, 15)
    changed = {**DAYS, "opens_on": "2025-01-06", "version": str(days.version)}
    municipal.post(page_of("inspectioncalendar", "correct_days", days.pk), changed)
    days.refresh_from_db()
    assert days.opens_on == date(2025, 1, 6)


def test_the_days_of_the_municipality_and_of_a_district_are_each_set_by_their_own(
    bureau, municipal, shanghai, haitang
):
    whole = InspectionCalendarFactory(division=shanghai)
    own = InspectionCalendarFactory(division=haitang)
    for client, days in ((bureau, whole), (municipal, own)):
        path = page_of("inspectioncalendar", "correct_days", days.pk)
        assert client.post(path, {**DAYS, "version": "1"}).status_code == 403
        page = client.get(page_of("inspectioncalendar", "change", days.pk))
        assert (page.status_code, path in page.content.decode()) == (200, False)
    path = page_of("inspectioncalendar", "correct_days", own.pk)
    assert path in bureau.get(page_of("inspectioncalendar", "change", own.pk)).content.decode()
    bureau.post(page_of("inspectioncalendar", "set_days"), {**DAYS, "kind": "foundation"})
    assert InspectionCalendar.objects.get(kind="foundation").division == haitang


def test_who_may_set_both_is_asked_for_which(admin_client, shanghai, haitang):
    client, path = in_english(admin_client), page_of("inspectioncalendar", "set_days")
    page = words(client.get(path))
    assert "Whose days does the notice set?" in page
    assert page.index(shanghai.name) < page.index(haitang.name)
    client.post(f"{path}?district={shanghai.code}", DAYS)
    assert InspectionCalendar.objects.get().division == shanghai


def test_who_only_reads_changes_nothing(client_for, leader, haitang, wutong):
    campaign = CampaignFactory(district=haitang)
    inspection = InspectionFactory(organization__division=wutong, campaign=campaign)
    days = InspectionCalendarFactory(division=haitang)
    client = client_for(leader)
    assert client.get(page_of("campaign", "change", campaign.pk)).status_code == 200
    for path in (
        page_of("campaign", "close", campaign.pk),
        page_of("campaign", "missing", campaign.pk),
        page_of("campaign", "open_campaign"),
        page_of("inspection", "move", inspection.pk),
        page_of("inspection", "conclude", inspection.pk),
        page_of("inspectioncalendar", "correct_days", days.pk),
        page_of("inspectioncalendar", "set_days"),
    ):
        assert client.post(path, {"version": "1"}).status_code == 403
    assert Campaign.objects.get().status == "open"
    assert Inspection.objects.get().status == "not_started"


def test_another_district_finds_nothing(bob_client, haitang, wutong):
    campaign = CampaignFactory(district=haitang)
    inspection = InspectionFactory(organization__division=wutong, campaign=campaign)
    for path in (
        page_of("campaign", "change", campaign.pk),
        page_of("campaign", "close", campaign.pk),
        page_of("inspection", "change", inspection.pk),
        page_of("inspection", "move", inspection.pk),
    ):
        assert bob_client.post(path).status_code == 404
