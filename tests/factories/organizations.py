"""Organizations and activity teams."""

import factory

from organizations.models import ActivityTeam, Organization


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
