"""What a bureau did of its duties, and what was found of it."""

from datetime import UTC, date, datetime

import factory

from evaluation.models import DutyCenter, DutyFinding, DutyRecord
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class DutyRecordFactory(factory.django.DjangoModelFactory):
    """A guidance on 10 February 2026, proven by its document; ``district`` is given."""

    class Meta:
        model = DutyRecord
        skip_postgeneration_save = True

    kind = "guidance"
    title = factory.Sequence(lambda n: f"现场指导{n}")
    doc_no = "海民〔2026〕3号"
    starts_on = date(2026, 2, 10)
    ends_on = factory.SelfAttribute("starts_on")
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = AT

    @factory.post_generation
    def centers(self, create, extracted):
        for center in extracted or ():
            DutyCenter.objects.create(record=self, center=center)


class DutyFindingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DutyFinding

    rule = "DD-11"
    year = 2026
    as_of = date(2026, 3, 1)
    outcome = "no_data"
    reason = "nothing_recorded"
    figures = factory.LazyAttribute(lambda finding: {"year": finding.year})
    computed_at = AT
