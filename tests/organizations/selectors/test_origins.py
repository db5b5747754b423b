"""From a record of work to what it came from."""

from datetime import date

import pytest

from organizations.selectors.origins import origins
from organizations.services import cases
from tests.factories.organizations import WorkRecordFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


def test_a_record_leads_to_its_case_and_one_by_hand_to_nothing(
    center, diane, at, django_assert_num_queries
):
    case = cases.open_case(
        center=center, kind="dispute", title="纠纷", opened_on=date(2026, 2, 1), by=diane, at=at
    )
    records = [case.records.get(), WorkRecordFactory(center=center)]
    with django_assert_num_queries(5):
        found = origins(records)
    assert found == {records[0].pk: (str(case), f"/desk/cases/{case.pk}/")}
