"""Guidance to an organization that wants to answer a notice counts for FN-45."""

from datetime import date

import pytest

from portal.errors import ReasonMissing
from projects.models import Contribution
from projects.services import guidance
from projects.services.guidance import NothingToApplyFor
from tests.factories.notices import AT
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import ProcurementFactory, announced

pytestmark = pytest.mark.django_db


def guide(procurement, center, by, **values):
    values = {"happened_on": date(2026, 3, 2), "note": "指导编写服务方案", **values}
    return guidance.guide(
        center=center,
        procurement=procurement,
        organization=OrganizationFactory(division=center.division),
        by=by,
        at=AT,
        **values,
    )


def test_it_is_a_record_of_the_center_and_of_the_procurement(center, wutong, diane, pack):
    procurement = announced(project__division=wutong)
    contribution = guide(procurement, center, diane)
    record = contribution.record
    assert (record.center, record.function, record.happened_on) == (
        center,
        "FN-45",
        date(2026, 3, 2),
    )
    assert contribution.procurement == procurement
    assert procurement.title in record.title


@pytest.mark.parametrize(
    ("make", "values", "refusal"),
    [
        (ProcurementFactory, {}, NothingToApplyFor),
        (announced, {"happened_on": date(2026, 2, 28)}, NothingToApplyFor),
        (announced, {"note": " "}, ReasonMissing),
    ],
)
def test_there_is_something_to_apply_for(center, wutong, diane, make, values, refusal):
    with pytest.raises(refusal):
        guide(make(project__division=wutong), center, diane, **values)
    assert not Contribution.objects.exists()
