"""Coordination events and minima."""

from datetime import UTC, date, datetime

import factory

from centers.models import CoordinationEvent, EventMinutes, FollowUp, MechanismMinimum
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class EventFactory(factory.django.DjangoModelFactory):
    """A consultation planned for the first quarter of 2026; ``center`` or ``district`` is given."""

    class Meta:
        model = CoordinationEvent
        skip_postgeneration_save = True

    kind = "consultation"
    title = factory.Sequence(lambda n: f"季度会商{n}")
    planned_year = 2026
    planned_quarter = 1
    planned_by = factory.SubFactory(UserFactory)
    planned_at = AT

    @factory.post_generation
    def participants(self, create, extracted):
        self.participants.set(extracted or ())


class HeldEventFactory(EventFactory):
    """Held on 20 February 2026; with minutes where ``minutes`` says what."""

    status = "held"
    held_on = date(2026, 2, 20)
    recorded_by = factory.SelfAttribute("planned_by")
    recorded_at = AT

    @factory.post_generation
    def minutes(self, create, extracted):
        if extracted:
            EventMinutesFactory(event=self, text=extracted)


class EventMinutesFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EventMinutes

    number = 1
    text = "议定三项"
    written_by = factory.SubFactory(UserFactory)
    written_at = AT


class FollowUpFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FollowUp

    text = "提交汇总表"
    added_by = factory.SubFactory(UserFactory)
    added_at = AT


class MechanismMinimumFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MechanismMinimum

    kind = "consultation"
    year = 2026
    number = 1
    minimum = 4
    reason = "年度工作要点"
    set_by = factory.SubFactory(UserFactory)
    set_at = AT
