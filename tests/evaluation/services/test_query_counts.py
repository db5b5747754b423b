"""One center or many: judging and computing cost the same number of queries."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from evaluation.selectors import bases, facts, judgments
from evaluation.selectors.judgments import Ground
from evaluation.services import evaluations

pytestmark = pytest.mark.django_db

YEAR_END = date(2025, 12, 31)


def queries(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_judging_costs_twelve_queries_for_any_number_of_centers(golden, pack, count):
    ids = [center.pk for center in golden.values()][:count]
    assert queries(lambda: judgments.judge(ids, YEAR_END, pack=pack)) == 12


@pytest.mark.parametrize("count", [1, 3])
def test_judging_given_facts_costs_three_queries(golden, pack, count):
    ids = [center.pk for center in golden.values()][:count]
    given = facts.facts_for(ids, YEAR_END)
    assert queries(lambda: judgments.judge(ids, YEAR_END, pack=pack, facts=given)) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_judging_on_the_ground_that_was_digested_reads_nothing_twice(golden, pack, count):
    ids = [center.pk for center in golden.values()]
    ground = Ground(ids, YEAR_END, pack)
    assert len(bases.digests(ground)) == len(ids)
    assert queries(lambda: judgments.judge(ids[:count], YEAR_END, ground=ground)) == 8
    judged = judgments.judge(ids[:count], YEAR_END, ground=ground)
    assert judged == judgments.judge(ids[:count], YEAR_END, pack=pack)


@pytest.mark.parametrize("count", [1, 3])
def test_facts_cost_nine_queries(golden, count):
    ids = [center.pk for center in golden.values()][:count]
    assert queries(lambda: facts.facts_for(ids, YEAR_END)) == 9


@pytest.mark.parametrize("is_again", [False, True])
def test_computing_costs_the_same_for_one_and_three_centers(
    golden, haitang, alice, at, computed, is_again
):
    ids = [center.pk for center in golden.values()]
    counts = []
    for share in (ids[:1], ids[1:4]):
        if is_again:
            request(haitang, share, alice, at, computed)
        counts.append(queries(lambda share=share: request(haitang, share, alice, at, computed)))
    assert counts[0] == counts[1]


def request(division, ids, by, at, computed):
    run = evaluations.request(division=division, as_of=YEAR_END, by=by, at=at, center_ids=ids)
    assert computed(run).status == "done"
