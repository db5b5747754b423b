"""Centers, people, and filings in each of their states."""

from datetime import UTC, date, datetime

import factory

from centers.models import (
    Center,
    Extension,
    Filing,
    Membership,
    Obligation,
    Opinion,
    Person,
    Round,
    Section,
)
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


class RoundFactory(factory.django.DjangoModelFactory):
    """The annual report of 2025: opens 2026-01-05, due 2026-03-31, locks 2026-04-30."""

    class Meta:
        model = Round

    title = factory.Sequence(lambda n: f"2025年度报告{n}")
    kind = "annual"
    period_from_on = date(2025, 1, 1)
    period_to_on = date(2025, 12, 31)
    opens_on = date(2026, 1, 5)
    due_on = date(2026, 3, 31)
    locks_on = date(2026, 4, 30)
    section_kinds = ["premises"]
    needs_opinion = False
    opened_by = factory.SubFactory(UserFactory)
    opened_at = AT


class ObligationFactory(factory.django.DjangoModelFactory):
    """What a center owes to a round, with the round's dates."""

    class Meta:
        model = Obligation

    round = factory.SubFactory(RoundFactory)
    period_from_on = factory.SelfAttribute("round.period_from_on")
    period_to_on = factory.SelfAttribute("round.period_to_on")
    opens_on = factory.SelfAttribute("round.opens_on")
    due_on = factory.SelfAttribute("round.due_on")
    locks_on = factory.SelfAttribute("round.locks_on")


class ExtensionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Extension

    due_on = date(2026, 4, 15)
    locks_on = date(2026, 5, 15)
    reason = "主任换届"
    granted_by = factory.SubFactory(UserFactory)
    granted_at = AT


class OpinionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Opinion

    number = 1
    verdict = "agree"
    given_by = factory.SubFactory(UserFactory)
    given_at = AT


def hand_in(filing, *, by, at):
    """A colleague prepares the filing and ``by`` certifies it."""
    colleague = UserFactory()
    MembershipFactory(user=colleague, center=filing.center, role="center_staff")
    filings.prepare(filing=filing, version=filing.version, by=colleague, at=at)
    return filings.submit(filing=filing, version=filing.version, by=by, at=at)
