"""Organizations, activity teams, and records of work."""

from datetime import UTC, date, datetime

import factory

from organizations.models import ActivityTeam, Organization, WorkRecord
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class OrganizationFactory(factory.django.DjangoModelFactory):
    """A social-service institution without a credit code."""

    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"海棠区测试服务中心{n}")
    org_type = "social_service_institution"


class ActivityTeamFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ActivityTeam

    name = factory.Sequence(lambda n: f"测试舞蹈队{n}")
    neighborhood = "东弄居委会"
    kind = "culture_sport"


class WorkRecordFactory(factory.django.DjangoModelFactory):
    """A training session of 10 February 2026; ``center`` is given."""

    class Meta:
        model = WorkRecord

    function = "FN-13"
    happened_on = date(2026, 2, 10)
    title = factory.Sequence(lambda n: f"能力培训{n}")
    recorded_by = factory.SubFactory(UserFactory)
    recorded_at = AT
