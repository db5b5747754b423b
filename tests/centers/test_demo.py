"""The invented coordination events."""

import pytest

from centers import demo
from centers.models import Center, CoordinationEvent
from centers.selectors import mechanisms

pytestmark = pytest.mark.django_db


def test_load_shows_every_situation_of_a_mechanism(haitang, pack, alice, at):
    demo.load(district=haitang, by=alice, at=at.replace(month=11))
    assert set(CoordinationEvent.objects.values_list("kind", flat=True)) == set(
        mechanisms.Mechanism.values
    )
    centers = Center.objects.select_related("division").order_by("code")
    lines = mechanisms.lines(centers, 2026, at.replace(month=11).date())
    states = {triple.state for line in lines for triple in line.triples}
    assert states == {"unset", "reached", "on_course", "short"}
    assert any(triple.without_minutes for line in lines for triple in line.triples)
    totals = mechanisms.totals(haitang, 2026, lines)
    assert any(total.across for total in totals if total.is_horizontal)


@pytest.mark.parametrize("month", [1, 3, 12])
def test_load_works_on_any_day_of_the_year(haitang, pack, alice, at, month):
    demo.load(district=haitang, by=alice, at=at.replace(month=month))
    assert CoordinationEvent.objects.count() == len(demo.EVENTS)
