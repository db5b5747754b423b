"""Every jump of a procurement from state to state, as the plan of states has it and no other."""

from itertools import permutations

import pytest
from django.db import DatabaseError, transaction

from projects.models import Procurement
from tests.factories.procurements import ProcurementFactory, ignoring

pytestmark = pytest.mark.django_db

TABLE = {
    "draft": {"announced", "awarded", "terminated"},
    "announced": {"evaluating", "failed", "terminated"},
    "evaluating": {"ranked", "void", "challenged", "terminated"},
    "ranked": {"awarded", "evaluating", "void", "challenged", "terminated"},
    "awarded": {"contracted", "ranked", "void", "challenged", "terminated"},
    "challenged": {"evaluating", "ranked", "awarded", "void", "terminated"},
    "contracted": {"completed", "terminated"},
    "failed": set(),
    "void": set(),
    "terminated": set(),
    "completed": set(),
}


def test_the_table_names_every_state():
    assert set(TABLE) == set(Procurement.Status.values)
    found = {state: set(Procurement.TRANSITIONS.get(state, ())) for state in TABLE}
    assert found == TABLE


def test_the_database_lets_through_these_jumps_and_no_other(wutong):
    """What has to be ready for a notice is asked elsewhere; here it is left aside."""
    procurement = ProcurementFactory(project__division=wutong)
    row = Procurement.objects.filter(pk=procurement.pk)

    def put(status):
        resumes = "evaluating" if status == "challenged" else ""
        return row.update(status=status, resumes=resumes, failure_reason="原因")

    passed = {state: set() for state in TABLE}
    with ignoring("Procurement:ready"):
        for before, after in permutations(TABLE, 2):
            with ignoring("Procurement:procurement_transitions"):
                put(before)
            try:
                with transaction.atomic():
                    put(after)
            except DatabaseError:
                continue
            passed[before].add(after)
    assert passed == TABLE
