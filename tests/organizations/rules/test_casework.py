"""What counts as what, and what has to be known: the tables fit the kinds they speak of."""

from datetime import date

import pytest

from centers.models import FUNCTIONS
from organizations.models import DETAIL_MODELS, STATES
from organizations.rules import casework


def test_every_kind_counts_for_a_function_of_its_own():
    assert set(casework.COUNTED) == set(STATES) == set(DETAIL_MODELS)
    functions = [counted.function for counted in casework.COUNTED.values()]
    assert len(functions) == len(set(functions))
    assert set(functions) <= set(FUNCTIONS)


@pytest.mark.parametrize("kind", STATES)
def test_a_kind_counts_at_a_status_it_has(kind):
    assert casework.COUNTED[kind].status in STATES[kind]


@pytest.mark.parametrize("table", ["NEEDED", "OFFERED", "DAY_OF"])
def test_what_is_asked_for_on_the_way_exists(table):
    for (kind, status), fields in getattr(casework, table).items():
        assert status in STATES[kind]
        columns = {field.name for field in DETAIL_MODELS[kind]._meta.fields}
        assert {*([fields] if isinstance(fields, str) else fields)} <= columns


@pytest.mark.parametrize(
    ("kind", "status", "day", "years", "due"),
    [
        ("training", "planned", date(2026, 3, 1), set(), False),
        ("training", "done", date(2026, 3, 1), set(), True),
        ("consultation", "advising", date(2027, 3, 1), {2026}, False),
        ("incubation", "growing", date(2026, 12, 31), {2026}, False),
        ("incubation", "growing", date(2027, 1, 1), {2026}, True),
    ],
)
def test_a_case_counts_once_and_an_incubation_once_a_year(kind, status, day, years, due):
    assert casework.is_due(kind, status, day, frozenset(years)) is due
