"""What the database refuses of events, minutes, follow-ups and minima."""

from datetime import date, datetime, timedelta, timezone

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from centers.models import CoordinationEvent
from tests.factories.events import (
    AT,
    EventFactory,
    EventMinutesFactory,
    FollowUpFactory,
    HeldEventFactory,
    MechanismMinimumFactory,
)

pytestmark = pytest.mark.django_db
SHANGHAI = timezone(timedelta(hours=8))


def refused(make, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make()


@pytest.mark.parametrize(
    ("constraint", "wrong"),
    [
        ("event_has_title", {"title": ""}),
        ("event_planned_when", {"planned_quarter": 0}),
        ("event_planned_when", {"planned_quarter": 5}),
        ("event_planned_when", {"planned_year": 26}),
        ("event_planned_day_in_quarter", {"planned_on": date(2026, 4, 1)}),
        ("event_planned_day_in_quarter", {"planned_on": date(2025, 3, 31)}),
        ("attendee_count", {"attendee_count": -1}),
        ("event_planned_is_not_held", {"held_on": date(2026, 2, 1), "recorded_at": AT}),
        ("event_recorded_who_and_when", {"status": "cancelled", "recorded_at": AT}),
        ("event_cancelled_has_reason", {"status": "cancelled"}),
        ("event_cancelled_has_reason", {"cancel_reason": "台风"}),
        ("event_cancelled_who_and_when", {"status": "cancelled", "cancelled_at": AT}),
    ],
)
def test_a_planned_event_that_cannot_be(center, constraint, wrong):
    given = dict(wrong)
    if constraint in ("event_cancelled_who_and_when", "event_recorded_who_and_when"):
        given |= {"cancel_reason": "台风", "cancelled_at": AT}
    if constraint == "event_recorded_who_and_when":
        given["cancelled_by"] = EventFactory(center=center).planned_by
    refused(lambda: EventFactory(center=center, **given), constraint)


@pytest.mark.parametrize("planned_on", [date(2026, 1, 1), date(2026, 3, 31), None])
def test_a_planned_day_within_its_quarter_stands(center, planned_on):
    assert EventFactory(center=center, planned_on=planned_on).pk


def test_an_event_has_one_organiser(center, haitang):
    refused(lambda: EventFactory(center=center, district=haitang), "event_one_organiser")
    refused(EventFactory, "event_one_organiser")


def test_held_wants_a_day(center):
    refused(lambda: HeldEventFactory(center=center, held_on=None), "event_held_is_recorded")


def test_held_is_not_later_than_recorded_in_shanghai(center):
    late = datetime(2026, 3, 2, 0, 30, tzinfo=SHANGHAI)
    assert HeldEventFactory(center=center, held_on=date(2026, 3, 2), recorded_at=late).pk
    refused(
        lambda: HeldEventFactory(center=center, held_on=date(2026, 3, 3), recorded_at=late),
        "event_held_before_recorded",
    )


@pytest.mark.parametrize(
    ("planned_year", "held_on", "year"),
    [(2025, date(2026, 1, 1), 2026), (2026, date(2025, 12, 31), 2025)],
)
def test_the_day_it_was_held_decides_the_year(center, planned_year, held_on, year):
    event = HeldEventFactory(center=center, planned_year=planned_year, held_on=held_on)
    assert CoordinationEvent.objects.get(pk=event.pk).year == year


def test_a_planned_event_counts_in_its_planned_year(center):
    event = EventFactory(center=center, planned_year=2025)
    assert CoordinationEvent.objects.get(pk=event.pk).year == 2025


@pytest.mark.parametrize("target", ["planned", "cancelled"])
def test_illegal_steps_are_refused_by_the_database(center, target):
    event = HeldEventFactory(center=center) if target == "planned" else None
    if event is None:
        event = EventFactory(
            center=center,
            status="cancelled",
            cancel_reason="台风",
            cancelled_by=HeldEventFactory(center=center).planned_by,
            cancelled_at=AT,
        )
        change = {"title": "改"}
    else:
        change = {"status": "planned", "held_on": None, "recorded_by": None, "recorded_at": None}
    with pytest.raises(DatabaseError), transaction.atomic():
        CoordinationEvent.objects.filter(pk=event.pk).update(**change)


def test_events_are_kept(center):
    event = EventFactory(center=center)
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        event.delete()


def test_minutes_stand_and_say_something(center):
    event = HeldEventFactory(center=center)
    refused(lambda: EventMinutesFactory(event=event, text=" \n"), "event_minutes_say_something")
    minutes = EventMinutesFactory(event=event)
    refused(lambda: EventMinutesFactory(event=event, number=1), "event_minutes_once")
    for change in (lambda: type(minutes).objects.update(text="改"), minutes.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_a_follow_up_that_is_done_stands(center, diane):
    event = HeldEventFactory(center=center)
    refused(lambda: FollowUpFactory(event=event, text=""), "follow_up_says_what")
    refused(lambda: FollowUpFactory(event=event, done_at=AT), "follow_up_done_who_and_when")
    early = AT - timedelta(days=1)
    refused(
        lambda: FollowUpFactory(event=event, done_by=diane, done_at=early),
        "follow_up_done_after_added",
    )
    done = FollowUpFactory(event=event, done_by=diane, done_at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        type(done).objects.update(done_by=None, done_at=None)


def test_minima_stand_and_have_a_reason(haitang):
    refused(
        lambda: MechanismMinimumFactory(district=haitang, reason=""), "mechanism_minimum_reasoned"
    )
    refused(lambda: MechanismMinimumFactory(district=haitang, year=1), "mechanism_minimum_year")
    refused(lambda: MechanismMinimumFactory(district=haitang, minimum=-1), "minimum")
    standing = MechanismMinimumFactory(district=haitang)
    refused(lambda: MechanismMinimumFactory(district=haitang), "mechanism_minimum_once")
    with pytest.raises(DatabaseError), transaction.atomic():
        type(standing).objects.update(minimum=0)
