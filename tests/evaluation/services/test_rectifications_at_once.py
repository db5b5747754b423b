"""Two people at one item at the same moment: one wins, the other is told."""

from functools import partial

import pytest

from evaluation.models import ItemResponse, ItemStep, Rectification, RectificationItem
from evaluation.services import rectification_follows, rectification_items
from portal.errors import DomainError
from tests.conftest import AT
from tests.factories.evidence import EvidenceFileFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, ResponseFactory, issue
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def item(center, alice, diane):
    made = ItemFactory(rectification=RectificationFactory(center=center, opened_by=alice))
    issue(made.rectification)
    return made


def fresh(item):
    return RectificationItem.objects.select_related("rectification").get(pk=item.pk)


def test_of_two_who_verify_at_once_one_wins(item, diane, chief, leader):
    ResponseFactory(item=item, answered_by=diane)
    RectificationItem.objects.filter(pk=item.pk).update(status="answered")
    verify = partial(rectification_items.verify, note="仍缺指引。", at=AT)
    results = at_once(
        [
            partial(verify, item=fresh(item), result="done", by=chief),
            partial(verify, item=fresh(item), result="partly", by=leader),
        ]
    )
    refused = [each for each in results if isinstance(each, DomainError)]
    assert len(refused) == 1
    (won,) = [each for each in results if isinstance(each, ItemResponse)]
    expected = "closed" if won.result == "done" else "open"
    assert fresh(item).status == expected
    assert ItemStep.objects.filter(item=item).count() == 1


def test_of_two_responses_at_once_one_is_taken(item, diane):
    def respond():
        return rectification_items._enter(
            fresh(item), "已设置。", [EvidenceFileFactory()], by=diane, at=AT, version=item.version
        )

    results = at_once([respond, respond])
    assert sum(isinstance(each, DomainError) for each in results) == 1
    assert ItemResponse.objects.count() == 1


def test_what_is_overdue_is_raised_once_by_two_workers(item):
    late = partial(rectification_follows.escalate, on=AT.date().replace(month=6), at=AT)
    assert sorted(at_once([late, late])) == [0, 1]
    assert ItemStep.objects.filter(kind="escalated").count() == 1
    assert Rectification.objects.get().status == "issued"
