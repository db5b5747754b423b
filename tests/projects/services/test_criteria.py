"""Criteria: rows that give 100, one of them the price, named before the notice."""

from decimal import Decimal

import pytest

from portal.audit.models import AuditEvent
from portal.errors import Conflict
from projects.services import criteria
from projects.services.criteria import CriteriaWrong, Row
from projects.services.procurements import AnnouncedAlready
from tests.factories.notices import AT
from tests.factories.procurements import CriterionFactory, ProcurementFactory, announced

pytestmark = pytest.mark.django_db

PRICE = Row("报价", "price", Decimal("20.00"))
PLAN = Row("服务方案", "technical", Decimal("80.00"), "完整得满分")


@pytest.fixture
def draft(wutong):
    return ProcurementFactory(project__division=wutong, price_weight=None)


def put(procurement, rows, by, **values):
    values = {"version": procurement.version, **values}
    return criteria.set_criteria(procurement=procurement, rows=rows, by=by, at=AT, **values)


def test_criteria_take_the_place_of_those_before_in_their_order(draft, alice):
    CriterionFactory(procurement=draft, name="旧标准")
    put(draft, [PRICE, PLAN], alice)
    draft.refresh_from_db()
    found = [(each.position, each.name, each.weight) for each in draft.criteria.all()]
    assert found == [(1, "报价", Decimal("20.00")), (2, "服务方案", Decimal("80.00"))]
    assert (draft.price_weight, draft.version) == (Decimal("20.00"), 2)
    event = AuditEvent.objects.get(action="projects.procurement.set_criteria")
    assert event.changes["criteria"][0] == [["旧标准", "20.00"]]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [PRICE],
        [PLAN, PLAN],
        [PRICE, PRICE, PLAN._replace(weight=Decimal("60.00"))],
        [PRICE, PLAN._replace(weight=Decimal("79.99"))],
        [PRICE, PLAN._replace(weight=Decimal("80.01"))],
        [PRICE, *[Row(f"标准{n}", "technical", Decimal(2)) for n in range(40)]],
    ],
)
def test_criteria_that_are_not_a_hundred_with_one_price_are_refused(draft, alice, rows):
    CriterionFactory(procurement=draft, name="旧标准")
    with pytest.raises(CriteriaWrong):
        put(draft, rows, alice)
    assert [each.name for each in draft.criteria.all()] == ["旧标准"]


def test_where_the_lowest_price_is_chosen_nothing_is_scored(wutong, alice):
    draft = ProcurementFactory(
        project__division=wutong,
        route="below_threshold",
        choice="lowest_price",
        price_weight=None,
    )
    with pytest.raises(CriteriaWrong):
        put(draft, [PRICE, PLAN], alice)


def test_criteria_stay_once_announced_and_on_another_version(wutong, draft, alice):
    with pytest.raises(AnnouncedAlready):
        put(announced(project__division=wutong), [PRICE, PLAN], alice)
    with pytest.raises(Conflict):
        put(draft, [PRICE, PLAN], alice, version=7)
    assert not draft.criteria.exists()
