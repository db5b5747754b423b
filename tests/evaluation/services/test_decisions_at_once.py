"""Two people decide at the same moment: one wins, the other is told."""

from datetime import date
from functools import partial

import pytest

from evaluation.models import Activation, Pack, ParameterOverride
from evaluation.services import packs, parameters
from tests.conftest import AT
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PAPERS = {"reason": "细则", "doc_no": "1号", "at": AT}


def test_of_two_values_set_in_sight_of_the_same_one_wins(pack, haitang, alice, leader):
    calls = [
        partial(
            parameters.override,
            division=haitang,
            key="min_area",
            value=value,
            effective_from=date(2026, 1, 1),
            by=who,
            version=0,
            **PAPERS,
        )
        for who, value in ((alice, "35.00"), (leader, "40.00"))
    ]
    results = at_once(calls)
    refused = [each for each in results if isinstance(each, parameters.ParameterSetMeanwhile)]
    (row,) = ParameterOverride.objects.all()
    assert len(refused) == 1
    assert row in results
    assert row.value in str(refused[0])


def test_of_two_activations_in_sight_of_the_same_one_wins(pack, version, haitang, alice, leader):
    seen = Activation.objects.get().pk
    second, third = version(), version(9)
    calls = [
        partial(
            packs.activate,
            pack=each,
            active_from=date(2026, 7, 1),
            by=who,
            version=seen,
            **PAPERS,
        )
        for who, each in ((alice, second), (leader, third))
    ]
    results = at_once(calls)
    assert sum(isinstance(each, packs.ActivatedMeanwhile) for each in results) == 1
    assert Activation.objects.exclude(pk=seen).count() == 1


def test_two_hosts_that_load_at_once_activate_the_first_pack_once(haitang):
    results = at_once([partial(packs.load_all, at=AT)] * 2)
    assert not any(isinstance(each, Exception) for each in results)
    assert (Pack.objects.count(), Activation.objects.count()) == (1, 1)
