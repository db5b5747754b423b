"""What centers are asked to put right."""

from datetime import UTC, date, datetime

import factory

from evaluation.models import ItemResponse, Rectification, RectificationItem
from tests.factories.portal import UserFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class RectificationFactory(factory.django.DjangoModelFactory):
    """A drafted notice without items; ``center`` is given."""

    class Meta:
        model = Rectification

    rectification_no = factory.Sequence(lambda n: f"310199-ZG-2026-{n:05d}")
    source = "finding"
    title = "关于服务场所的整改"
    owner = factory.SelfAttribute("opened_by")
    opened_by = factory.SubFactory(UserFactory)
    opened_at = AT


class ItemFactory(factory.django.DjangoModelFactory):
    """An open item of a drafted ``rectification``."""

    class Meta:
        model = RectificationItem

    center = factory.SelfAttribute("rectification.center")
    position = factory.Sequence(lambda n: n % 30_000 + 1)
    rule = "ST-09"
    fact = "现场未设置标识。"
    requirement = "设置标识和指引。"
    due_on = date(2026, 3, 31)
    first_due_on = date(2026, 3, 31)


class ResponseFactory(factory.django.DjangoModelFactory):
    """The first response to an open ``item``."""

    class Meta:
        model = ItemResponse

    number = 1
    text = "已在入口处设置标识。"
    answered_by = factory.SubFactory(UserFactory)
    answered_at = AT


def issue(rectification):
    """The notice with what it holds by now, issued."""
    Rectification.objects.filter(pk=rectification.pk).update(
        status="issued", issued_by=rectification.opened_by, issued_at=AT
    )
    rectification.refresh_from_db()
    return rectification
