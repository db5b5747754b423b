"""How much of what was asked is put right, and in time: by the steps, of any moment."""

from datetime import UTC, date, datetime

import pytest

from evaluation.models import ItemStep
from evaluation.selectors import rectifications
from tests.factories.rectifications import ItemFactory, RectificationFactory

pytestmark = pytest.mark.django_db

YEAR = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def notice(center):
    return RectificationFactory(center=center)


def item_with(notice, rule, *steps):
    """An item and its steps: (kind, month, day, due on or "")."""
    item = ItemFactory(rectification=notice, rule=rule)
    for number, (kind, month, day, due_on) in enumerate(steps, start=1):
        ItemStep.objects.create(
            item=item,
            number=number,
            kind=kind,
            figures={"due_on": due_on} if due_on else {},
            taken_at=datetime(2026, month, day, 1, tzinfo=UTC),
        )
    return item


OPENED = ("opened", 3, 2, "2026-04-01")


def test_rates_count_what_is_due_or_put_right(notice, center, haitang, huangpu):
    item_with(notice, "ST-07", OPENED, ("closed", 4, 1, ""))
    item_with(notice, "ST-08", OPENED, ("closed", 4, 2, ""))
    item_with(notice, "ST-09", OPENED)
    item_with(notice, "ST-10", OPENED, ("cancelled", 3, 5, ""))
    item_with(notice, "ST-11", ("opened", 3, 2, "2027-01-08"))
    assert rectifications.rates(center, *YEAR) == (1, 2, 3)
    assert rectifications.rates(haitang, *YEAR) == (1, 2, 3)
    assert rectifications.rates(huangpu, *YEAR) == (0, 0, 0)


def test_a_later_day_that_was_granted_counts(notice, center):
    item_with(notice, "ST-09", OPENED, ("extended", 3, 20, "2026-04-20"), ("closed", 4, 15, ""))
    assert rectifications.rates(center, *YEAR) == (1, 1, 1)


def test_what_fails_again_is_not_put_right(notice, center):
    again = ("reopened", 5, 1, "2026-06-01")
    item_with(notice, "ST-09", OPENED, ("closed", 3, 20, ""), again)
    assert rectifications.rates(center, *YEAR) == (0, 0, 1)


def test_of_the_past_it_says_what_was_known_then(notice, center, django_assert_num_queries):
    item_with(notice, "ST-09", OPENED, ("closed", 4, 15, ""))
    known = lambda month, day: rectifications.rates(  # noqa: E731
        center, *YEAR, known_at=datetime(2026, month, day, 2, tzinfo=UTC)
    )
    assert known(3, 1) == (0, 0, 0)
    assert known(3, 20) == (0, 0, 0)
    assert known(4, 3) == (0, 0, 1)
    with django_assert_num_queries(1):
        assert known(4, 15) == (0, 1, 1)
