"""The tables of states stand in the database too."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from organizations.models import STATES, Case, CaseStep, WorkRecord
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    CaseStepFactory,
    OrganizationFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db
PAIRS = [(kind, status) for kind, states in STATES.items() for status in states]


def test_every_kind_has_its_states_and_every_state_a_label():
    assert set(STATES) == set(Case.Kind.values)
    assert {status for _kind, status in PAIRS} == set(Case.Status.values)
    for states in STATES.values():
        assert set().union(*states.values()) <= set(states)


@pytest.mark.parametrize(("kind", "status"), PAIRS)
def test_the_database_moves_a_case_as_its_kind_allows(center, kind, status):
    case = CaseFactory(center=center, kind=kind, status=status)
    for to in Case.Status.values:
        if to == status:
            continue
        try:
            with transaction.atomic():
                Case.objects.filter(pk=case.pk).update(status=to)
                moved = True
                transaction.set_rollback(True)
        except DatabaseError:
            moved = False
        assert moved == (to in STATES[kind][status]), to


def test_a_status_of_another_kind_is_refused(center):
    with pytest.raises(IntegrityError, match="case_status_of_its_kind"):
        CaseFactory(center=center, kind="dispute", status="planned")


def test_a_case_is_of_an_organization_or_a_team(center, wutong):
    team, organization = ActivityTeamFactory(division=wutong), OrganizationFactory(division=wutong)
    with pytest.raises(IntegrityError, match="case_of_organization_or_team"):
        CaseFactory(center=center, team=team, organization=organization)


@pytest.mark.parametrize("field", ["case_no", "kind", "opened_at"])
def test_what_a_case_was_opened_as_stands(center, field):
    case = CaseFactory(center=center)
    value = {"kind": "dispute", "case_no": "X"}.get(field, case.opened_at.replace(year=2020))
    with pytest.raises(DatabaseError, match="Cannot update"):
        Case.objects.update(**{field: value})


def test_neither_a_case_nor_its_steps_are_removed(center):
    step = CaseStepFactory(case=CaseFactory(center=center))
    for rows in (CaseStep.objects.filter(pk=step.pk), Case.objects.filter(pk=step.case_id)):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            rows.delete()
    with pytest.raises(DatabaseError, match="Cannot update"):
        CaseStep.objects.update(text="别的")


def test_a_case_counts_once_a_year_until_its_record_is_voided(center, diane, at):
    case = CaseFactory(center=center)
    first = WorkRecordFactory(center=center, case=case)
    with pytest.raises(IntegrityError, match="once_a_year"), transaction.atomic():
        WorkRecordFactory(center=center, case=case, happened_on=date(2026, 12, 31))
    WorkRecordFactory(center=center, case=case, happened_on=date(2025, 12, 31))
    WorkRecord.objects.filter(pk=first.pk).update(voided_by=diane, voided_at=at, void_reason="重复")
    WorkRecordFactory(center=center, case=case)


def test_one_zero_report_stands_for_a_month(center):
    zero = {"center": center, "function": "FN-18", "is_zero_report": True}
    for day in (date(2025, 2, 28), date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1)):
        WorkRecordFactory(**zero, happened_on=day)
    with pytest.raises(IntegrityError, match="zero_report_once_a_month"):
        WorkRecordFactory(**zero, happened_on=date(2026, 2, 28))
