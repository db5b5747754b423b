"""People acting on one event, or one minimum, at the same moment."""

from functools import partial

import pytest

from centers.models import CoordinationEvent, EventMinutes, FollowUp, MechanismMinimum
from centers.services import events
from portal.errors import Conflict, DomainError
from tests.factories.events import EventFactory, FollowUpFactory, HeldEventFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def fresh(event):
    return {"event": CoordinationEvent.objects.get(pk=event.pk), "version": event.version}


def test_recording_and_cancelling_at_once_is_one_of_the_two(center, diane, at):
    event = EventFactory(center=center)
    minutes = {"held_on": at.date(), "minutes": "议定三项"}
    calls = [
        partial(events.record, **fresh(event), **minutes, by=diane, at=at),
        partial(events.cancel, **fresh(event), reason="改期", by=diane, at=at),
    ] * 3
    results = at_once(calls)
    refusals = [result for result in results if isinstance(result, Exception)]
    assert len(refusals) == 5
    assert all(isinstance(refusal, DomainError) for refusal in refusals)
    event.refresh_from_db()
    assert event.version == 2
    assert EventMinutes.objects.count() == (event.status == "held")


def test_minutes_written_at_once_are_never_lost_silently(center, diane, at):
    event = HeldEventFactory(center=center)
    texts = ["甲", "乙", "丙", "丁"]
    calls = [
        partial(
            events.record, **fresh(event), held_on=event.held_on, minutes=text, by=diane, at=at
        )
        for text in texts
    ]
    results = at_once(calls)
    won = [text for text, r in zip(texts, results, strict=True) if not isinstance(r, Exception)]
    assert {type(r) for r in results if isinstance(r, Exception)} == {Conflict}
    assert list(EventMinutes.objects.values_list("text", flat=True)) == won
    assert len(won) == 1


def test_a_follow_up_is_finished_once(center, diane, at):
    event = HeldEventFactory(center=center)
    pk = FollowUpFactory(event=event).pk
    calls = [
        partial(
            events.finish_follow_up,
            follow_up=FollowUp.objects.select_related("event__center__division").get(pk=pk),
            by=diane,
            at=at,
        )
    ] * 4
    results = at_once(calls)
    assert sum(isinstance(result, Conflict) for result in results) == 3


def test_minima_set_at_once_stand_one_after_the_other(haitang, alice, at):
    calls = [
        partial(
            events.set_minimum,
            district=haitang,
            kind="visit",
            year=2026,
            minimum=minimum,
            reason="要点",
            by=alice,
            at=at,
        )
        for minimum in range(4)
    ]
    assert not [result for result in at_once(calls) if isinstance(result, Exception)]
    assert sorted(MechanismMinimum.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
