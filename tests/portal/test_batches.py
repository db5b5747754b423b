"""Many ids in one condition; the cycle collector at rest."""

import gc

import pytest
from django.db import connection

from centers.models import Center, PremisesRow
from portal.batches import ANY_IDS, ahead, any_of, compiled, uncollected


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


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, 1, 3])
def test_what_was_compiled_once_answers_for_any_ids(golden, count):
    rows = Center.objects.exclude(code="C02").order_by("code").values_list("code", "pk")
    fetch = compiled(rows.filter(any_of("id", ANY_IDS)))
    ids = [golden[code].pk for code in ("C01", "C02", "C03")[:count]]
    assert fetch(ids) == list(rows.filter(pk__in=ids))
    assert fetch(()) == []


@pytest.mark.django_db
def test_what_was_compiled_converts_as_django_does(golden):
    rows = PremisesRow.objects.order_by("pk").values_list("pk", "exclusive_area_m2", "co_location")
    ids = [pk for pk, *_rest in rows]
    found = compiled(rows.filter(any_of("id", ANY_IDS)))(ids)
    assert found == list(rows)
    assert any(isinstance(co_location, list) for _pk, _area, co_location in found)


@pytest.mark.django_db
def test_what_is_read_ahead_comes_whole_in_order_and_from_the_same_transaction(golden):
    Center.objects.filter(code="C02").update(name="只在本事务中")
    codes = [center.code for center in golden.values()]
    names = list(ahead(Center.objects.get(code=code).name for code in codes))
    assert names == [Center.objects.get(code=code).name for code in codes]
    assert "只在本事务中" in names


@pytest.mark.django_db
def test_reading_ahead_stays_one_thing_ahead_and_ends_with_its_reader(golden):
    asked = []

    def read():
        for center in golden.values():
            asked.append(center.code)
            yield Center.objects.get(code=center.code)

    reading = ahead(read())
    next(reading)
    reading.close()
    assert len(asked) == 2
    # The connection is this thread's alone again.
    assert not connection.allow_thread_sharing


@pytest.mark.django_db
def test_what_fails_while_it_is_read_ahead_fails_where_it_is_used():
    with pytest.raises(Center.DoesNotExist):
        list(ahead(Center.objects.get(code=code) for code in ["nobody"]))
