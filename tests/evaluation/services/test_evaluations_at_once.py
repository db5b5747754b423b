"""Workers on one ledger at the same moment, on connections of their own."""

from datetime import date, timedelta
from functools import partial

import pytest

from centers.services import filings
from evaluation.models import Finding, Run, Shard, Verdict
from evaluation.services import evaluations
from portal.leases import PATIENCE
from tests.factories.centers import CenterFactory, hand_in
from tests.standard import RULES
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

YEAR_END = date(2025, 12, 31)


def standing(series_on=YEAR_END):
    keys = Finding.objects.standing(series_on).values_list("center_id", "rule")
    return len(keys), len(set(keys))


def test_two_workers_on_one_shard_compute_it_once(golden, haitang, alice, at):
    shard = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at).shards.get()
    calls = [partial(evaluations.compute, shard_id=shard.pk, at=at)] * 4
    assert sorted(at_once(calls)) == [False, False, False, True]
    shard.refresh_from_db()
    assert (shard.state, shard.attempts) == ("done", 1)
    assert standing() == (8 * RULES, 8 * RULES)
    assert Finding.objects.filter(run=shard.run).count() == 8 * RULES


def test_a_worker_that_lost_its_lease_does_no_harm(golden, haitang, alice, at):
    """Both believe they hold the shard: the lease ran out while the first still computes."""
    shard = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at).shards.get()
    late = at + evaluations.LEASE + timedelta(seconds=1)
    results = at_once(
        [
            partial(evaluations.compute, shard_id=shard.pk, at=at),
            partial(evaluations.compute, shard_id=shard.pk, at=late),
        ]
    )
    assert not any(isinstance(result, Exception) for result in results)
    assert standing() == (8 * RULES, 8 * RULES)
    assert Verdict.objects.filter(series_on=YEAR_END).count() == 8


def test_two_runs_over_the_same_centers_leave_one_standing_set(golden, haitang, alice, at):
    shards = [
        evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at).shards.get()
        for _ in range(3)
    ]
    results = at_once([partial(evaluations.compute, shard_id=shard.pk, at=at) for shard in shards])
    assert results == [True, True, True]
    assert standing() == (8 * RULES, 8 * RULES)
    assert Finding.objects.filter(series_on=YEAR_END).count() == 8 * RULES
    assert set(Run.objects.filter(shards__in=shards).values_list("status", flat=True)) == {"done"}


def test_shards_of_one_run_finish_it_once(golden, haitang, alice, at):
    run = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)
    whole = run.shards.get()
    for position, pk in enumerate(whole.center_ids, start=1):
        Shard.objects.create(run=run, position=position, center_ids=[pk], enqueued_at=at)
    whole.delete()
    ids = list(run.shards.values_list("pk", flat=True))
    assert all(at_once([partial(evaluations.compute, shard_id=pk, at=at) for pk in ids]))
    run.refresh_from_db()
    assert run.status == "done"
    assert standing() == (8 * RULES, 8 * RULES)


def test_two_timetables_enter_the_night_once(golden, huangpu, haitang, at):
    CenterFactory(division=huangpu)
    results = at_once([partial(evaluations.request_nightly, at=at)] * 2)
    assert not any(isinstance(result, Exception) for result in results)
    nights = Run.objects.filter(trigger="night")
    assert {run.division for run in nights} == {haitang, huangpu}
    assert nights.count() == 2


def test_two_sweepers_call_for_a_shard_once(golden, at, woken):
    Run.objects.exclude(pk=Run.objects.first().pk).delete()
    pending = Shard.objects.filter(state="pending").count()
    after = at + PATIENCE + timedelta(seconds=1)
    assert sorted(at_once([partial(evaluations.sweep, at=after)] * 2)) == [0, pending]
    assert len(woken) == pending


def test_acceptance_while_computing_ends_with_the_new_fact(
    golden, haitang, alice, diane, center, at
):
    """Whoever comes first, after all shards are computed the accepted fact stands."""
    filing = filings.open_change(center=center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    section.refresh_from_db()
    run = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)
    series = evaluations.request(
        division=haitang, as_of=YEAR_END, by=alice, at=at, center_ids=[center.pk]
    )
    evaluations.compute(shard_id=series.shards.get().pk, at=at)
    at_once(
        [
            partial(evaluations.compute, shard_id=run.shards.get().pk, at=at),
            partial(
                filings.accept_section, section=section, version=section.version, by=alice, at=at
            ),
        ]
    )
    for shard in Shard.objects.filter(state="pending").order_by("pk"):
        evaluations.compute(shard_id=shard.pk, at=at)
    for series_on in (None, YEAR_END):
        finding = Finding.objects.standing(series_on).get(center=center, rule="ST-11")
        assert finding.data_version == at
