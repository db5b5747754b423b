"""What records of work add up to."""

from datetime import date, timedelta

import pytest

from centers.models import FunctionRow, Section
from organizations.selectors import work_records
from organizations.services import work_records as services
from tests.factories.centers import CenterFactory, FilingFactory
from tests.factories.organizations import AT, WorkRecordFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


@pytest.fixture
def added(center):
    return lambda known_at=None: {
        (worked.year, worked.function): [day.isoformat() for day in worked.days]
        for worked in work_records.days_worked([center.pk], known_at)
    }


def test_records_are_added_by_year_and_function_in_order_of_their_days(center, added):
    WorkRecordFactory(center=center, happened_on=date(2026, 12, 31))
    WorkRecordFactory(center=center)
    WorkRecordFactory(center=center, function="FN-18", is_zero_report=True)
    WorkRecordFactory(center=center, happened_on=date(2025, 12, 31))
    assert added() == {
        (2026, "FN-13"): ["2026-02-10", "2026-12-31"],
        (2026, "FN-18"): ["2026-02-10"],
        (2025, "FN-13"): ["2025-12-31"],
    }


def test_of_support_services_each_kind_adds_once_on_its_first_day(center, added):
    for day, kind in enumerate(("talent", "talent", "finance", "talent", "other"), start=1):
        WorkRecordFactory(
            center=center, function="FN-24", support_kind=kind, happened_on=date(2026, 1, day)
        )
    assert added() == {(2026, "FN-24"): ["2026-01-01", "2026-01-03", "2026-01-05"]}


def test_voided_records_counted_until_they_were_voided(center, added, diane):
    record = WorkRecordFactory(center=center)
    later = AT + timedelta(days=3)
    services.void(record=record, reason="重复", by=diane, at=later)
    assert added() == {}
    assert added(known_at=later - timedelta(seconds=1)) == {(2026, "FN-13"): ["2026-02-10"]}
    assert added(known_at=AT - timedelta(seconds=1)) == {}


def test_counting_costs_one_query_for_one_and_three(wutong, django_assert_num_queries):
    centers = [CenterFactory(division=wutong) for _ in range(3)]
    for center in centers:
        WorkRecordFactory(center=center)
    for some in (centers[:1], centers):
        with django_assert_num_queries(1):
            assert len(work_records.days_worked([c.pk for c in some])) == len(some)


def test_year_shows_records_beside_the_accepted_figure(center, diane):
    filing = FilingFactory(center=center, opened_by=diane)
    section = filing.sections.create(center=center, kind="functions")
    FunctionRow.objects.create(
        section=section, position=1, fiscal_year=2026, function="FN-13", count=5
    )
    FunctionRow.objects.create(
        section=section, position=2, fiscal_year=2026, function="FN-11", count=0
    )
    same = Section.objects.filter(pk=section.pk)
    same.update(status="submitted")
    same.update(status="accepted", decided_by=diane, decided_at=AT)
    WorkRecordFactory(center=center)
    lines = {line.code: line for line in work_records.year_of(center, 2026)}
    assert len(lines) == 22
    training, consultation = lines["FN-13"], lines["FN-11"]
    assert (training.recorded, training.filed, training.differs) == (1, 5, True)
    assert (consultation.recorded, consultation.filed, consultation.differs) == (None, 0, False)
    assert work_records.totals(lines.values()) == {"recorded": 1, "only_filed": 1, "all": 22}


def test_facts_changed_when_the_newest_record_was_entered_or_voided(center, diane):
    record = WorkRecordFactory(center=center)
    assert work_records.changed_at([center.pk]) == {center.pk: AT}
    services.void(record=record, reason="重复", by=diane, at=AT + timedelta(days=1))
    assert work_records.changed_at([center.pk]) == {center.pk: AT + timedelta(days=1)}
    assert work_records.changed_at([center.pk], AT) == {center.pk: AT}
