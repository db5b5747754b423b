"""Many ids in one condition; the cycle collector at rest."""

import gc

import pytest

from centers.models import Center
from evaluation.selectors.batches import any_of, uncollected


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 3])
def test_any_of_finds_what_in_finds(golden, count):
    ids = [center.pk for center in golden.values()][:count]
    found = Center.objects.filter(any_of("id", ids))
    assert set(found.values_list("pk", flat=True)) == set(ids)


@pytest.mark.django_db
def test_any_of_costs_one_parameter_for_any_number_of_ids():
    _sql, parameters = Center.objects.filter(any_of("id", range(1_000))).query.sql_with_params()
    assert len(parameters) == 1


def test_the_collector_rests_and_works_again_whatever_happens():
    with uncollected():
        assert not gc.isenabled()
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ZeroDivisionError):
        uncollected()(lambda: 1 / 0)()
    assert gc.isenabled()
