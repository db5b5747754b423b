"""Official documents and their templates."""

from datetime import UTC, datetime

import factory

from evaluation.models import DocumentTemplate, OfficialDocument
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class TemplateFactory(factory.django.DjangoModelFactory):
    """A version of the words of a briefing; ``district`` is given."""

    class Meta:
        model = DocumentTemplate

    kind = "briefing"
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    word = "海民社"
    issuer = "海棠区民政局"
    title = "情况专报"
    body = "现将有关情况报告如下。"
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class OfficialDocumentFactory(factory.django.DjangoModelFactory):
    """A drafted briefing; ``district`` is given."""

    class Meta:
        model = OfficialDocument

    kind = "briefing"
    title = factory.Sequence(lambda n: f"情况专报{n}")
    content = []
    word = "海民社"
    drafted_by = factory.SubFactory(UserFactory)
    drafted_at = AT
