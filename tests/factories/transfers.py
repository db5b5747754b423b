"""Workbooks of the register on their way."""

from datetime import UTC, datetime

import factory

from organizations.models import Transfer
from tests.factories.portal import UserFactory


class TransferFactory(factory.django.DjangoModelFactory):
    """An upload of organizations that waits to be checked; its file is gone."""

    class Meta:
        model = Transfer

    direction = "import"
    table = "organizations"
    language = "zh-hans"
    file_name = "海棠区.xlsx"
    requested_by = factory.SubFactory(UserFactory)
    requested_at = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
