"""An event's way: planned, held, minuted, corrected, cancelled; and the minima of a district."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from centers.models import CoordinationEvent, EventMinutes, MechanismMinimum
from centers.services import events
from portal.audit.models import AuditEvent
from portal.errors import Conflict, DomainError, ReasonMissing
from portal.jurisdictions import services as jurisdictions
from portal.jurisdictions.models import Division
from tests.factories.centers import AT, CenterFactory
from tests.factories.events import EventFactory
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
PLAN = {"title": "一季度会商", "planned_year": 2026, "planned_quarter": 1, "planned_on": None}
HELD_ON = date(2026, 2, 20)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def event(center, diane, at):
    return events.plan(center=center, kind="consultation", **PLAN, by=diane, at=at)


@pytest.fixture
def yinxing(haitang):
    """A center of another township of 海棠区."""
    street = jurisdictions.add(
        code="310199002", name="银杏街道", kind="subdistrict", parent=haitang
    )
    return CenterFactory(code="C91", name="银杏街道社会组织服务中心", division=street)


def hold(event, by, at, **changes):
    given = {"held_on": HELD_ON, "minutes": "议定三项", **changes}
    return events.record(event=event, version=event.version, **given, by=by, at=at)


# --- planning -------------------------------------------------------------------------------------


def test_plan_says_who_planned_what_for_when(event, center, diane, at):
    assert (event.center, event.status, event.planned_by, event.planned_at) == (
        center,
        "planned",
        diane,
        at,
    )
    told = AuditEvent.objects.get(action="centers.event.plan")
    assert told.changes == {"kind": [None, "consultation"], "planned": [None, "2026-Q1"]}
    assert told.division_path == center.division.path


def test_plan_of_the_bureau_has_no_center(haitang, yinxing, center, alice, at):
    event = events.plan(
        district=haitang,
        kind="training",
        **PLAN,
        participants=[center, yinxing],
        by=alice,
        at=at,
    )
    assert event.organiser == haitang
    assert set(event.participants.all()) == {center, yinxing}


@pytest.mark.parametrize("both", [True, False])
def test_plan_wants_exactly_one_organiser(both, center, haitang, alice, at):
    given = {"center": center, "district": haitang} if both else {}
    with pytest.raises(events.OrganiserUnclear, match="one center or one bureau"):
        events.plan(kind="visit", **PLAN, **given, by=alice, at=at)


def test_plan_of_a_bureau_is_of_a_district(wutong, alice, at):
    with pytest.raises(events.OrganiserUnclear, match="bureau of a district"):
        events.plan(district=wutong, kind="visit", **PLAN, by=alice, at=at)


def test_plan_refuses_a_day_outside_its_quarter(center, diane, at):
    plan = {**PLAN, "planned_on": date(2026, 4, 1)}
    with pytest.raises(events.DayOutsideQuarter, match="2026-04-01 does not lie in quarter 1"):
        events.plan(center=center, kind="visit", **plan, by=diane, at=at)
    assert not CoordinationEvent.objects.exists()


def test_plan_refuses_a_center_of_another_district(center, huangpu, diane, at):
    stranger = CenterFactory(division=huangpu, name="外区中心")
    with pytest.raises(events.ParticipantElsewhere, match="外区中心 belongs to another district"):
        events.plan(
            center=center, kind="visit", **PLAN, participants=[stranger], by=diane, at=at
        )


def test_the_organiser_is_never_a_participant_as_well(center, yinxing, diane, at):
    event = events.plan(
        center=center, kind="visit", **PLAN, participants=[center, yinxing], by=diane, at=at
    )
    assert list(event.participants.all()) == [yinxing]


# --- correcting -----------------------------------------------------------------------------------


def test_correct_changes_the_plan_and_tells_what(event, yinxing, diane, at):
    changes = {**PLAN, "planned_quarter": 2, "planned_on": date(2026, 5, 6), "topics": "预算"}
    events.correct(
        event=event, version=1, **changes, participants=[yinxing], by=diane, at=at
    )
    event.refresh_from_db()
    assert (event.planned_quarter, event.planned_on) == (2, date(2026, 5, 6))
    assert AuditEvent.objects.get(action="centers.event.correct").changes == {
        "planned_quarter": ["1", "2"],
        "planned_on": [None, "2026-05-06"],
        "topics": ["…", "…"],
        "participants": ["", "C91"],
    }


def test_correct_refuses_what_somebody_changed_meanwhile(event, diane, at):
    events.correct(event=event, version=1, **PLAN, participants=[], by=diane, at=at)
    with pytest.raises(Conflict, match="somebody else changed this"):
        events.correct(
            event=event, version=1, **{**PLAN, "title": "x"}, participants=[], by=diane, at=at
        )


def test_nothing_is_corrected_once_cancelled(event, diane, at):
    events.cancel(event=event, version=1, reason="台风", by=diane, at=at)
    with pytest.raises(events.EventClosed, match="“cancelled”"):
        events.correct(event=event, version=2, **PLAN, participants=[], by=diane, at=at)
    with pytest.raises(events.EventClosed):
        hold(event, diane, at)


# --- holding and minutes --------------------------------------------------------------------------


def test_record_holds_the_event_with_its_minutes(event, diane, at):
    hold(event, diane, at, attendee_count=12, decisions="每季一次")
    assert (event.status, event.held_on, event.attendee_count) == ("held", HELD_ON, 12)
    minutes = event.minutes.get()
    assert (minutes.number, minutes.text, minutes.decisions) == (1, "议定三项", "每季一次")
    assert (minutes.written_by, minutes.written_at) == (diane, at)


def test_record_without_minutes_holds_and_minutes_come_later(event, diane, at):
    hold(event, diane, at, minutes=" ")
    assert (event.status, event.minutes.count()) == ("held", 0)
    hold(event, diane, at)
    assert event.minutes.count() == 1
    assert event.version == 3


def test_corrected_minutes_keep_the_earlier_version(event, diane, alice, at):
    hold(event, diane, at)
    hold(event, alice, at, minutes="议定四项")
    assert list(event.minutes.values_list("number", "text")) == [
        (2, "议定四项"),
        (1, "议定三项"),
    ]


def test_the_same_minutes_are_not_written_twice(event, diane, at):
    hold(event, diane, at)
    hold(event, diane, at, attendee_count=9)
    assert EventMinutes.objects.count() == 1


def test_minutes_once_written_cannot_be_taken_away(event, diane, at):
    hold(event, diane, at)
    with pytest.raises(events.MinutesMissing, match="corrected, not removed"):
        hold(event, diane, at, minutes="")
    assert CoordinationEvent.objects.get().version == 2


def test_decisions_need_minutes(event, diane, at):
    with pytest.raises(events.MinutesMissing):
        hold(event, diane, at, minutes="", decisions="同意")
    assert CoordinationEvent.objects.get().status == "planned"


def test_record_refuses_a_day_to_come_by_shanghais_calendar(event, diane, at):
    hold(event, diane, at.replace(hour=17), held_on=date(2026, 3, 3))
    assert event.held_on == date(2026, 3, 3)
    with pytest.raises(events.NotHeldYet, match="2026-03-04 is still to come"):
        hold(event, diane, at.replace(hour=17), held_on=date(2026, 3, 4))


def test_the_trail_holds_no_word_of_the_minutes(event, diane, at):
    hold(event, diane, at, minutes="王芳发言", decisions="李敏负责")
    trail = str(list(AuditEvent.objects.values_list("changes", flat=True)))
    assert "王芳" not in trail
    assert "李敏" not in trail


# --- cancelling -----------------------------------------------------------------------------------


def test_cancel_keeps_reason_person_and_moment(event, diane, at):
    events.cancel(event=event, version=1, reason=" 台风 ", by=diane, at=at)
    assert (event.status, event.cancel_reason) == ("cancelled", "台风")
    assert (event.cancelled_by, event.cancelled_at) == (diane, at)
    assert AuditEvent.objects.get(action="centers.event.cancel").reason == "台风"


def test_cancel_wants_a_reason(event, diane, at):
    with pytest.raises(ReasonMissing):
        events.cancel(event=event, version=1, reason="  ", by=diane, at=at)


# --- follow-ups -----------------------------------------------------------------------------------


def test_follow_up_belongs_to_what_was_held(event, diane, at):
    with pytest.raises(events.EventClosed, match="“planned”"):
        events.add_follow_up(event=event, text="报送名单", by=diane, at=at)
    hold(event, diane, at)
    follow_up = events.add_follow_up(
        event=event, text="报送名单", due_on=date(2026, 3, 31), by=diane, at=at
    )
    events.finish_follow_up(follow_up=follow_up, by=diane, at=at)
    assert (follow_up.done_by, follow_up.done_at) == (diane, at)
    with pytest.raises(Conflict, match="done already"):
        events.finish_follow_up(follow_up=follow_up, by=diane, at=at)


# --- minima ---------------------------------------------------------------------------------------


def test_the_newest_minimum_follows_the_older_ones(haitang, alice, at):
    given = {"district": haitang, "kind": "visit", "year": 2026, "by": alice, "at": at}
    events.set_minimum(**given, minimum=4, reason="要点", doc_no="〔2026〕3号")
    new = events.set_minimum(**given, minimum=None, reason="另行安排")
    assert (new.number, new.minimum) == (2, None)
    assert MechanismMinimum.objects.count() == 2
    assert AuditEvent.objects.filter(action="centers.minimum.set").first().changes in (
        {"minimum": [4, None]},
        {"minimum": [None, 4]},
    )


def test_minimum_wants_a_reason_and_a_district(haitang, wutong, alice, at):
    given = {"kind": "visit", "year": 2026, "minimum": 1, "by": alice, "at": at}
    with pytest.raises(ReasonMissing):
        events.set_minimum(district=haitang, reason=" ", **given)
    with pytest.raises(events.OrganiserUnclear, match="Only a district"):
        events.set_minimum(district=wutong, reason="要点", **given)


# --- any order of steps ---------------------------------------------------------------------------

STEPS = st.sampled_from(["hold", "minute", "correct", "cancel"])


class AnyOrder(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(STEPS, max_size=7))
    def test_steps_lead_only_where_the_table_allows(self, steps):
        """Against a model of two booleans: was it held, was it cancelled."""
        parent = Division.objects.get(code="310101")
        street = Division.objects.create(
            code="310101999",
            name="试街道",
            kind="subdistrict",
            parent=parent,
            path=f"{parent.path}310101999/",
        )
        by = UserFactory()
        event = EventFactory(center=CenterFactory(division=street), planned_by=by)
        was_held, is_minuted, is_cancelled, version = False, False, False, 1
        for number, step in enumerate(steps):
            at = AT + timedelta(minutes=number)
            if is_cancelled:
                with pytest.raises(DomainError):
                    self.take(step, event, by, at)
                continue
            if step == "hold" and is_minuted:
                with pytest.raises(events.MinutesMissing):
                    self.take(step, event, by, at)
                event.refresh_from_db()
                continue
            self.take(step, event, by, at)
            version += 1
            was_held = was_held or step in ("hold", "minute")
            is_minuted = is_minuted or step == "minute"
            is_cancelled = step == "cancel"
        event.refresh_from_db()
        status = "cancelled" if is_cancelled else "held" if was_held else "planned"
        assert (event.status, event.version) == (status, version)
        assert event.minutes.exists() == is_minuted
        assert (event.held_on is not None) == was_held

    @staticmethod
    def take(step, event, by, at):
        given = {"event": event, "version": event.version, "by": by, "at": at}
        steps = {
            "hold": lambda: events.record(**given, held_on=HELD_ON),
            "minute": lambda: events.record(**given, held_on=HELD_ON, minutes="议定"),
            "correct": lambda: events.correct(**given, **PLAN, participants=[]),
            "cancel": lambda: events.cancel(**given, reason="改期"),
        }
        return steps[step]()
