"""Centers, people, and filings in each of their states."""

from datetime import UTC, datetime

import factory

from centers.models import Center, Filing, Membership, Person, Section
from centers.services import filings
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class CenterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Center

    code = factory.Sequence(lambda n: f"T{n:03d}")
    name = factory.Sequence(lambda n: f"测试街道社会组织服务中心{n}")


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = "center_director"


class PersonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Person

    code = factory.Sequence(lambda n: f"P{n:04d}")
    name = factory.Sequence(lambda n: f"王芳{n}")


class FilingFactory(factory.django.DjangoModelFactory):
    """A draft."""

    class Meta:
        model = Filing

    source = "desk"
    opened_by = factory.SubFactory(UserFactory)
    opened_at = AT


class SubmittedFilingFactory(FilingFactory):
    status = "submitted"
    submitted_by = factory.SelfAttribute("opened_by")
    submitted_at = AT


class SectionFactory(factory.django.DjangoModelFactory):
    """A draft section of the filing's center."""

    class Meta:
        model = Section

    center = factory.SelfAttribute("filing.center")
    kind = "premises"


def hand_in(filing, *, by, at):
    """A colleague prepares the filing and ``by`` certifies it."""
    colleague = UserFactory()
    MembershipFactory(user=colleague, center=filing.center, role="center_staff")
    filings.prepare(filing=filing, version=filing.version, by=colleague, at=at)
    return filings.submit(filing=filing, version=filing.version, by=by, at=at)
