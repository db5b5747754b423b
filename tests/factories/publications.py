"""What is published, and what residents write to it."""

from datetime import UTC, date, datetime
from hashlib import sha256

import factory

from evaluation.models import Feedback, FeedbackStep, Publication
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
NO_HASH = "0" * 64


class PublicationFactory(factory.django.DjangoModelFactory):
    """A drafted list of services of 2026; ``division`` and ``center`` are given."""

    class Meta:
        model = Publication

    item = "services"
    year = 2026
    title = factory.Sequence(lambda n: f"服务事项清单{n}")
    content = {"fields": [{"key": "services", "label": "服务事项", "value": "登记咨询"}]}
    drafted_by = factory.SubFactory(UserFactory)
    drafted_at = AT


class PublishedFactory(PublicationFactory):
    """The same, published on 1 March 2026."""

    status = "published"
    sha256 = NO_HASH
    published_by = factory.SelfAttribute("drafted_by")
    published_at = AT
    published_on = date(2026, 3, 1)


class FeedbackFactory(factory.django.DjangoModelFactory):
    """A complaint that nobody has looked at; ``district`` is given."""

    class Meta:
        model = Feedback

    feedback_no = factory.Sequence(lambda n: f"310199-FY-2026-{n:05d}")
    kind = "complaint"
    text = "周一上午没有开门。"
    code_digest = factory.Sequence(lambda n: sha256(f"code {n}".encode()).digest())
    received_at = AT
    due_on = date(2026, 3, 20)
    first_due_on = factory.SelfAttribute("due_on")


class FeedbackStepFactory(factory.django.DjangoModelFactory):
    """The first step of a ``feedback`` beyond its receipt; ``status`` is given."""

    class Meta:
        model = FeedbackStep

    number = factory.LazyAttribute(lambda step: step.feedback.steps.count() + 1)
    taken_by = factory.SubFactory(UserFactory)
    taken_at = AT
