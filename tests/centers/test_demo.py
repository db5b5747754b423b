"""The invented coordination events."""

import pytest

from centers import demo
from centers.models import Center, CoordinationEvent, Section, StatutoryRow
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


def test_load_shows_statutory_matters_of_every_kind_and_leaves_the_scenario_silent(
    haitang, pack, alice, at
):
    demo.load(district=haitang, by=alice, at=at.replace(month=11))
    filed = Section.objects.filter(kind="statutory").values_list("center__code", flat=True)
    assert sorted(filed) == [f"C0{n}" for n in range(1, 9)]
    matters = StatutoryRow.objects.values_list("matter", flat=True)
    assert set(matters) == set(StatutoryRow.Matter.values)
    assert all("statutory" not in center for center in demo.golden())


@pytest.mark.parametrize("month", [1, 3, 12])
def test_load_works_on_any_day_of_the_year(haitang, pack, alice, at, month):
    demo.load(district=haitang, by=alice, at=at.replace(month=month))
    assert CoordinationEvent.objects.count() == len(demo.EVENTS)
