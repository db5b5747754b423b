"""The event pages: what they show to whom, and what may be done on them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from centers.models import CoordinationEvent
from centers.services import events
from portal.jurisdictions import services as jurisdictions
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.events import (
    EventFactory,
    EventMinutesFactory,
    FollowUpFactory,
    HeldEventFactory,
    MechanismMinimumFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
PLAN = {
    "kind": "exchange",
    "title": "运营交流",
    "planned_year": "2026",
    "planned_quarter": "2",
    "planned_on": "",
    "place": "",
    "counterpart": "",
    "topics": "",
}


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


@pytest.fixture
def neighbour(haitang):
    """A center of another township of 海棠区."""
    street = jurisdictions.add(
        code="310199002", name="银杏街道", kind="subdistrict", parent=haitang
    )
    return CenterFactory(code="C91", name="银杏街道社会组织服务中心", division=street)


def url(event, step=""):
    return f"/desk/events/{event.pk}/{step}"


def year_page(client, center, year=2026):
    return words(client.get(f"/desk/centers/{center.code}/events/?year={year}"))


# --- where one lands ------------------------------------------------------------------------------


def test_home_leads_to_the_own_center(desk, center):
    assert desk.get("/desk/events/").url == f"/desk/centers/{center.code}/events/"


def test_home_offers_the_bureau_its_centers(alice_client, center):
    page = words(in_english(alice_client).get("/desk/events/"))
    assert f"Choose a center: its page shows minimum, planned and done of the year. Center Code " \
        f"Street or town {center.name}" in page


def test_navigation_has_the_events(desk, center):
    assert 'href="/desk/events/"' in desk.get("/desk/filings/").content.decode()


# --- the year -------------------------------------------------------------------------------------


def test_year_shows_the_triple_and_why(desk, center, haitang):
    MechanismMinimumFactory(district=haitang, minimum=4)
    EventFactory(center=center)
    HeldEventFactory(center=center)
    HeldEventFactory(center=center, minutes="议定")
    page = year_page(desk, center)
    assert "Consultation meeting 4 2 1 of them held without minutes 1 1 more to plan" in page
    assert "Situation briefing not set 0 0 no minimum set" in page


def test_year_without_minimum_is_not_shown_as_zero_or_failed(desk, center):
    page = year_page(desk, center, 2025)
    assert page.count("not set 0 0 no minimum set") == 6
    assert "not done" not in page


def test_past_year_tells_what_was_not_done(desk, center, haitang):
    MechanismMinimumFactory(district=haitang, year=2024, minimum=2)
    assert "2 not done" in year_page(desk, center, 2024)


def test_empty_year_says_what_happens_next(desk, alice_client, center, client_for, wutong):
    assert "No events in 2026 yet What happens next: plan the year by quarter" in year_page(
        desk, center
    )
    reader = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=reader, role="township_reviewer", division=wutong)
    page = year_page(in_english(client_for(reader)), center)
    assert "What happens next: the center plans its year by quarter" in page
    assert "Plan an event" not in page


def test_list_says_whose_event_it_is_and_what_is_late(desk, center, neighbour, haitang):
    EventFactory(center=neighbour, participants=[center], title="邻居的", planned_quarter=4)
    EventFactory(district=haitang, participants=[center], title="局里的", planned_quarter=4)
    EventFactory(center=center, title="过期的", planned_year=2025)
    assert "邻居的 organised by 银杏街道社会组织服务中心" in year_page(desk, center)
    assert "局里的 organised by the civil-affairs bureau of 海棠区" in year_page(desk, center)
    assert "its time has passed" in year_page(desk, center, 2025)


def test_year_that_cannot_be_read_is_this_year(desk, center):
    this = timezone.localdate().year
    page = year_page(desk, center, "x")
    assert f"Coordination events {this}" in page
    assert "“x” cannot be shown: choose a year from 2000 to 2100." in page


def test_chinese_page_names_what_is_not_set(diane_client, center):
    page = year_page(diane_client, center)
    assert "会商 未设定 0 0 未设定最低次数" in page


# --- planning -------------------------------------------------------------------------------------


def test_plan_writes_the_event_and_shows_it(desk, center, neighbour, diane):
    response = desk.post(
        f"/desk/centers/{center.code}/events/plan/", {**PLAN, "participants": [neighbour.pk]}
    )
    event = CoordinationEvent.objects.get()
    assert (event.center, event.planned_by, event.kind) == (center, diane, "exchange")
    assert list(event.participants.all()) == [neighbour]
    assert response.url == url(event)


def test_plan_offers_no_center_of_another_district(desk, center, neighbour, huangpu):
    stranger = CenterFactory(division=huangpu, name="外区中心")
    path = f"/desk/centers/{center.code}/events/plan/"
    page = words(desk.get(path))
    assert neighbour.name in page
    assert stranger.name not in page
    response = desk.post(path, {**PLAN, "participants": [stranger.pk]})
    assert response.status_code == 200
    assert not CoordinationEvent.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"title": ""}, "This field is required."),
        ({"planned_on": "2026-08-01"}, "2026-08-01 does not lie in quarter 2 of 2026."),
        ({"planned_year": "1999"}, "1999 is out of range"),
        ({"planned_on": "someday"}, "“someday” cannot be read"),
        ({"kind": "party"}, "party is not one of the available choices"),
    ],
)
def test_plan_refuses_with_the_place_and_keeps_what_was_typed(desk, center, wrong, text):
    typed = {**PLAN, "place": "三楼会议室", **wrong}
    response = desk.post(f"/desk/centers/{center.code}/events/plan/", typed)
    assert text in words(response)
    assert "三楼会议室" in response.content.decode()
    assert not CoordinationEvent.objects.exists()


def test_the_bureau_plans_its_own_event(alice_client, haitang, center, neighbour):
    client = in_english(alice_client)
    path = "/desk/districts/310199/events/plan/"
    assert client.get(path).status_code == 200
    response = client.post(path, {**PLAN, "participants": [center.pk, neighbour.pk]})
    event = CoordinationEvent.objects.get()
    assert (event.district, event.center) == (haitang, None)
    page = words(client.get(response.url))
    assert "Civil-affairs bureau of 海棠区" in page
    assert "Townships taking part 梧桐路街道, 银杏街道" in page


def test_a_single_township_is_told_that_it_is_no_exchange(desk, center):
    event = EventFactory(center=center, kind="exchange")
    assert "it counts with two of them or more" in words(desk.get(url(event)))


# --- recording ------------------------------------------------------------------------------------


def test_record_with_minutes_is_done(desk, center):
    event = EventFactory(center=center)
    given = {"version": 1, "held_on": "2026-02-20", "attendee_count": "12", "minutes": "议定三项"}
    page = words(desk.post(url(event, "record/"), given, follow=True))
    assert "Recorded." in page
    assert "done" in page
    assert "议定三项" in page


def test_record_without_minutes_says_how_to_mend_it(desk, center):
    event = EventFactory(center=center)
    desk.post(url(event, "record/"), {"version": 1, "held_on": "2026-02-20"})
    page = words(desk.get(url(event)))
    assert "Held, but it still counts as planned The minutes are missing. Write them" in page
    assert "Write the minutes" in page


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"held_on": ""}, "This field is required."),
        ({"held_on": "2014-12-31"}, "2014-12-31 is before 2015."),
        ({"attendee_count": "-3"}, "“-3” cannot be read"),
        ({"minutes": "", "decisions": "同意"}, "Decisions need minutes"),
    ],
)
def test_record_refuses_with_the_place(desk, center, wrong, text):
    event = EventFactory(center=center)
    given = {"version": 1, "held_on": "2026-02-20", "minutes": "议定三项", **wrong}
    assert text in words(desk.post(url(event, "record/"), given))
    assert CoordinationEvent.objects.get().status == "planned"


def test_record_refuses_a_day_to_come(desk, center):
    event = EventFactory(center=center)
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    page = words(desk.post(url(event, "record/"), {"version": 1, "held_on": tomorrow}))
    assert f"{tomorrow} is still to come." in page


def test_who_comes_second_keeps_what_was_typed_and_sees_what_is_stored(desk, center, diane, at):
    event = EventFactory(center=center)
    events.record(
        event=event, version=1, held_on=at.date(), minutes="先到的", by=diane, at=at
    )
    given = {"version": 1, "held_on": "2026-02-20", "minutes": "后到的"}
    response = desk.post(url(event, "record/"), given)
    page = words(response)
    assert "Not saved Nothing was saved: somebody else changed this meanwhile." in page
    assert "先到的" in page
    assert "后到的" in page
    assert 'name="version" value="2"' in response.content.decode()
    assert event.minutes.get().text == "先到的"


def test_record_page_is_filled_with_what_stands(desk, center):
    event = HeldEventFactory(center=center, minutes="议定三项")
    body = desk.get(url(event, "record/")).content.decode()
    assert 'value="2026-02-20"' in body
    assert "议定三项" in body


def test_earlier_minutes_stay_to_be_read(desk, center):
    event = HeldEventFactory(center=center, minutes="第一稿")
    EventMinutesFactory(event=event, number=2, text="第二稿")
    page = words(desk.get(url(event)))
    assert "第二稿" in page.split("1 earlier version")[0]
    assert "第一稿" in page.split("1 earlier version")[1]


# --- correcting, cancelling -----------------------------------------------------------------------


def test_correct_changes_the_plan(desk, center):
    event = EventFactory(center=center, place="旧址")
    assert "旧址" in desk.get(url(event, "correct/")).content.decode()
    desk.post(url(event, "correct/"), {**PLAN, "version": 1, "place": "新址"})
    event.refresh_from_db()
    assert (event.place, event.kind, event.planned_quarter) == ("新址", "exchange", 2)


def test_cancel_wants_a_reason_and_shows_it(desk, center):
    event = EventFactory(center=center)
    path = url(event, "cancel/")
    assert "This field is required." in words(desk.post(path, {"version": 1, "reason": ""}))
    page = words(desk.post(path, {"version": 1, "reason": "台风停办"}, follow=True))
    assert "It counts nowhere. 台风停办" in page
    assert "Correct the plan" not in page


def test_a_page_without_its_version_is_not_taken(desk, center):
    event = EventFactory(center=center)
    desk.post(url(event, "cancel/"), {"reason": "台风"})
    assert CoordinationEvent.objects.get().status == "planned"


# --- follow-ups -----------------------------------------------------------------------------------


def test_follow_up_is_noted_shown_overdue_and_finished(desk, center):
    event = HeldEventFactory(center=center)
    given = {"text": "报送名单", "responsible": "李敏", "due_on": "2026-02-25"}
    page = words(desk.post(url(event, "follow-ups/add/"), given, follow=True))
    assert "报送名单 李敏 2026-02-25" in page
    follow_up = event.follow_ups.get()
    page = words(desk.post(url(event, f"follow-ups/{follow_up.pk}/finish/"), follow=True))
    assert "Noted as done." in page


def test_follow_up_needs_a_text(desk, center):
    event = HeldEventFactory(center=center)
    page = words(desk.post(url(event, "follow-ups/add/"), {"text": "", "responsible": "李敏"}))
    assert "This field is required." in page
    assert not event.follow_ups.exists()


def test_follow_up_of_another_event_is_not_found(desk, center):
    event, other = HeldEventFactory(center=center), HeldEventFactory(center=center)
    follow_up = FollowUpFactory(event=other)
    assert desk.post(url(event, f"follow-ups/{follow_up.pk}/finish/")).status_code == 404


# --- who may --------------------------------------------------------------------------------------


def test_who_takes_part_reads_and_changes_nothing(desk, center, neighbour):
    event = EventFactory(center=neighbour, participants=[center])
    assert "Record the event" not in words(desk.get(url(event)))
    for step in ("record/", "correct/", "cancel/"):
        assert desk.get(url(event, step)).status_code == 403
        assert desk.post(url(event, step), {"version": 1}).status_code == 403


def test_staff_of_the_center_keep_events(client_for, center):
    staff = UserFactory()
    MembershipFactory(user=staff, center=center, role="center_staff")
    event = EventFactory(center=center)
    client = client_for(staff)
    client.post(url(event, "record/"), {"version": 1, "held_on": "2026-02-20", "minutes": "议定"})
    assert CoordinationEvent.objects.get().status == "held"


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, center, django_assert_num_queries):
    for _ in range(item_count):
        HeldEventFactory(center=center, minutes="议定")
    with django_assert_num_queries(12):
        desk.get(f"/desk/centers/{center.code}/events/?year=2026")
