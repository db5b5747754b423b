"""What districts send the municipality of a year."""

from datetime import UTC, date, datetime
from hashlib import sha256

import factory

from evaluation.models import CityPack
from tests.factories.portal import UserFactory

AT = datetime(2026, 1, 20, 1, 0, tzinfo=UTC)


class CityPackFactory(factory.django.DjangoModelFactory):
    """The first version of 2025, built and not submitted; ``division`` is given."""

    class Meta:
        model = CityPack

    year = 2025
    number = factory.Sequence(lambda n: n % 30_000 + 1)
    as_of = date(2025, 12, 31)
    known_at = AT
    content = '{"figures":[]}'
    sha256 = factory.LazyAttribute(lambda made: sha256(made.content.encode()).hexdigest())
    reason = "更正"
    built_by = factory.SubFactory(UserFactory)
    built_at = AT


def submitted(pack):
    """The pack, submitted by another than who built it."""
    CityPack.objects.filter(pk=pack.pk).update(
        status="submitted", submitted_by=UserFactory(), submitted_at=AT, signer="郭局长"
    )
    pack.refresh_from_db()
    return pack
