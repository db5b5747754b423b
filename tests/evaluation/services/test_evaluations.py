"""Runs: the ledger, what is written, and what survives loss and repetition."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from centers.models import Section
from centers.services import filings
from centers.signals import facts_changed
from evaluation.models import Activation, Finding, Pack, Run, Shard, Verdict
from evaluation.rules.packs import PackError
from evaluation.services import evaluations
from portal.audit.models import AuditEvent
from portal.leases import MAX_ATTEMPTS, PATIENCE
from tests.factories.centers import CenterFactory, hand_in
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory
from tests.standard import RULES

pytestmark = pytest.mark.django_db

YEAR_END = date(2025, 12, 31)
LONG_AGO = date(2010, 1, 1)
LATER = timedelta(hours=1)


@pytest.fixture
def request_run(haitang, alice, at):
    def request(as_of=YEAR_END, at=at, **kwargs):
        return evaluations.request(division=haitang, as_of=as_of, by=alice, at=at, **kwargs)

    return request


# --- requesting


def test_request_enters_a_run_over_the_divisions_centers(golden, request_run, alice, at):
    run = request_run()
    assert (run.status, run.center_count, run.requested_by) == ("running", 8, alice)
    shard = run.shards.get()
    assert shard.center_ids == sorted(center.pk for center in golden.values())
    assert (shard.state, shard.attempts, shard.enqueued_at) == ("pending", 0, at)


def test_request_leaves_other_districts_out(golden, huangpu, haitang, request_run):
    CenterFactory(division=huangpu)
    assert request_run().center_count == 8


def test_request_as_of_today_moves_the_standing_series(golden, request_run, at):
    assert request_run(as_of=localdate(at)).series_on is None
    assert request_run(as_of=YEAR_END).series_on == YEAR_END


def test_request_takes_today_from_shanghais_calendar(golden, request_run):
    """17:00 UTC is tomorrow in Shanghai."""
    evening = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    assert request_run(as_of=date(2026, 3, 3), at=evening).series_on is None
    assert request_run(as_of=date(2026, 3, 2), at=evening).series_on == date(2026, 3, 2)


def test_request_of_nothing_is_finished_at_once(haitang, pack, request_run, at):
    run = request_run()
    assert (run.status, run.finished_at, run.center_count) == ("done", at, 0)


def test_request_wakes_workers_when_committed(
    golden, request_run, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = request_run()
        assert woken == []
    assert woken == list(run.shards.values_list("pk", flat=True))


def test_request_writes_exactly_one_audit_row(golden, request_run):
    before = AuditEvent.objects.count()
    run = request_run()
    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.first()
    assert (event.action, event.target_id) == ("evaluation.run.request", str(run.pk))
    assert event.changes == {"as_of": [None, "2025-12-31"]}


def test_request_refuses_a_day_that_has_not_come(golden, request_run, at):
    before = Run.objects.count()
    with pytest.raises(evaluations.DateOutOfRange):
        request_run(as_of=localdate(at) + timedelta(days=1))
    assert Run.objects.count() == before


def test_large_divisions_are_shared_out(wutong, haitang, pack, request_run):
    CenterFactory.create_batch(evaluations.SHARD_SIZE + 1, division=wutong)
    shards = list(request_run().shards.order_by("position"))
    assert [len(shard.center_ids) for shard in shards] == [evaluations.SHARD_SIZE, 1]
    assert len({pk for shard in shards for pk in shard.center_ids}) == evaluations.SHARD_SIZE + 1


# --- computing


def test_compute_writes_one_finding_per_rule_and_one_verdict(golden, request_run, computed, at):
    run = computed(request_run())
    assert (run.status, run.finished_at) == ("done", at)
    assert Finding.objects.standing(YEAR_END).filter(run=run).count() == 8 * RULES
    assert Verdict.objects.standing(YEAR_END).filter(run=run).count() == 8
    assert run.shards.get().changed_count == 8 * RULES


def test_compute_notes_what_a_finding_rests_on(golden, request_run, computed, at):
    run = computed(request_run(at=at + LATER), at=at + LATER)
    finding = Finding.objects.get(run=run, center=golden["C05"], rule="ST-08")
    assert (finding.as_of, finding.series_on) == (YEAR_END, YEAR_END)
    assert (finding.computed_at, finding.data_version) == (at + LATER, at)
    assert (finding.params_version, finding.superseded_at) == (0, None)
    assert finding.figures == {
        "counted_area_m2": "33.00",
        "threshold_m2": "30.00",
        "policy": "apportioned",
    }


def test_recomputing_unchanged_facts_writes_no_row_and_closes_none(
    evaluated, request_run, computed, stored, at
):
    computed(request_run())
    before = stored()
    run = computed(request_run(at=at + LATER), at=at + LATER)
    assert stored() == before
    assert (run.status, run.shards.get().changed_count) == ("done", 0)


def test_another_day_writes_only_what_the_calendar_changed(evaluated, drained, stored, at):
    """A vacancy is a day longer, and nothing else happened."""
    before = stored()
    evaluations.request_nightly(at=at + timedelta(days=1))
    drained(at + timedelta(days=1))
    assert stored() == before


@pytest.mark.parametrize("kinds", [(), *([kind] for kind in Section.Kind.values)])
def test_only_who_was_there_and_the_money_have_the_districts_duties_judged(
    golden, haitang, kinds, at
):
    before = list(Shard.objects.values_list("pk", flat=True))
    facts_changed.send(sender=Section, center_ids=[golden["C01"].pk], at=at, kinds=kinds)
    judged = [haitang.pk] if set(kinds) & {"profile", "funding"} else []
    assert [shard.division_ids for shard in Shard.objects.exclude(pk__in=before)] == [judged]


def test_changed_fact_supersedes_exactly_the_findings_that_changed(evaluated, refile, drained, at):
    old = Finding.objects.standing().get(center=evaluated["C05"], rule="ST-09")
    verdict = Verdict.objects.standing().get(center=evaluated["C05"])
    untouched = set(Finding.objects.standing().exclude(pk=old.pk).values_list("pk", flat=True))
    count = Finding.objects.count()
    refile("C05", at=at + LATER, signage=True)
    drained(at + LATER)
    assert Finding.objects.count() == count + 1
    assert set(Finding.objects.standing().values_list("pk", flat=True)) > untouched
    new = Finding.objects.standing().get(center=evaluated["C05"], rule="ST-09")
    old.refresh_from_db()
    assert (old.outcome, old.superseded_at) == ("not_met", at + LATER)
    assert (new.outcome, new.computed_at, new.data_version) == ("met", at + LATER, at + LATER)
    verdict.refresh_from_db()
    assert verdict.superseded_at == at + LATER
    assert Verdict.objects.standing().filter(center=evaluated["C05"]).count() == 1


def test_history_of_a_center_is_what_was_superseded(evaluated, refile, drained, at):
    for hour, signage in enumerate((True, False, True), start=1):
        refile("C05", at=at + hour * LATER, signage=signage)
        drained(at + hour * LATER)
    history = Finding.objects.filter(center=evaluated["C05"], rule="ST-09").order_by("id")
    assert list(history.values_list("outcome", "superseded_at")) == [
        ("not_met", at + LATER),
        ("met", at + 2 * LATER),
        ("not_met", at + 3 * LATER),
        ("met", None),
    ]


def test_computing_a_shard_twice_leaves_one_set_of_results(golden, request_run, stored, at):
    shard = request_run().shards.get()
    assert evaluations.compute(shard_id=shard.pk, at=at) is True
    before = stored()
    assert evaluations.compute(shard_id=shard.pk, at=at + LATER) is False
    assert stored() == before


def test_compute_of_an_unknown_shard_does_nothing(db, at):
    assert evaluations.compute(shard_id=10**9, at=at) is False


def test_compute_leaves_a_shard_that_somebody_holds(golden, request_run, at):
    shard = request_run().shards.get()
    Shard.objects.filter(pk=shard.pk).update(lease_until=at + evaluations.LEASE)
    assert evaluations.compute(shard_id=shard.pk, at=at) is False
    assert not Finding.objects.filter(run=shard.run).exists()


def test_a_shard_whose_worker_died_is_swept_and_computed(
    golden, request_run, woken, at, django_capture_on_commit_callbacks
):
    shard = request_run().shards.get()
    Shard.objects.filter(pk=shard.pk).update(lease_until=at + evaluations.LEASE, attempts=1)
    Shard.objects.exclude(pk=shard.pk).delete()
    after = at + evaluations.LEASE + timedelta(seconds=1)
    with django_capture_on_commit_callbacks(execute=True):
        assert evaluations.sweep(at=after - timedelta(seconds=2)) == 0
        assert evaluations.sweep(at=after) == 1
    assert woken == [shard.pk]
    assert evaluations.compute(shard_id=shard.pk, at=after) is True
    shard.refresh_from_db()
    assert (shard.state, shard.attempts, shard.lease_until) == ("done", 2, None)
    assert Run.objects.get(pk=shard.run_id).status == "done"


def test_sweep_calls_again_for_shards_whose_message_was_lost(
    golden, request_run, woken, at, django_capture_on_commit_callbacks
):
    """As after FLUSHALL: the ledger still knows."""
    ids = list(Shard.objects.values_list("pk", flat=True))
    ids.append(request_run().shards.get().pk)
    with django_capture_on_commit_callbacks(execute=True):
        assert evaluations.sweep(at=at + PATIENCE) == 0
        assert evaluations.sweep(at=at + PATIENCE + timedelta(seconds=1)) == len(ids)
        assert evaluations.sweep(at=at + PATIENCE + timedelta(seconds=2)) == 0
    assert woken == ids


def test_sweep_leaves_finished_shards(evaluated, at):
    assert evaluations.sweep(at=at + timedelta(days=1)) == 0


# --- failure


@pytest.fixture
def broken_run(golden, haitang, alice, at):
    """A run with two shards whose pack cannot be read."""
    pack = Pack.objects.create(
        code="broken",
        version=1,
        division_code="310000",
        effective_from=LONG_AGO,
        sha256="0" * 64,
        content={"effective_from": LONG_AGO.isoformat()},
        loaded_at=at,
    )
    Activation.objects.create(
        pack=pack, active_from=LONG_AGO, reason="x", doc_no="0号", activated_at=at
    )
    run = RunFactory(
        division=haitang,
        pack=pack,
        status="running",
        requested_at=at,
        finished_at=None,
        series_on=LONG_AGO,
    )
    for position, code in enumerate(("C01", "C02")):
        Shard.objects.create(
            run=run, position=position, center_ids=[golden[code].pk], enqueued_at=at
        )
    return run


def test_failing_shard_is_freed_twice_and_parked_the_third_time(broken_run, at):
    shard = broken_run.shards.first()
    for attempt, state in ((1, "pending"), (2, "pending"), (3, "failed")):
        with pytest.raises(PackError):
            evaluations.compute(shard_id=shard.pk, at=at)
        shard.refresh_from_db()
        assert (shard.attempts, shard.state, shard.lease_until) == (attempt, state, None)
    assert shard.error
    assert evaluations.compute(shard_id=shard.pk, at=at) is False


def test_run_finishes_although_shards_failed(broken_run, at):
    for shard in broken_run.shards.all():
        for _ in range(MAX_ATTEMPTS):
            with pytest.raises(PackError):
                evaluations.compute(shard_id=shard.pk, at=at)
    broken_run.refresh_from_db()
    assert (broken_run.status, broken_run.finished_at) == ("done", at)


def test_failing_shard_writes_nothing_and_keeps_what_stood(
    evaluated, broken_run, request_run, computed, stored, at
):
    computed(request_run())
    before = stored()
    with pytest.raises(PackError):
        evaluations.compute(shard_id=broken_run.shards.first().pk, at=at)
    assert stored() == before


def test_shard_that_always_kills_its_worker_is_parked(golden, request_run, at):
    """Nobody reports its failure: the lease runs out each time."""
    run = request_run()
    shard = run.shards.get()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        Shard.objects.filter(pk=shard.pk).update(attempts=attempt, lease_until=at)
    after = at + timedelta(days=1)
    evaluations.sweep(at=after)
    evaluations.compute(shard_id=shard.pk, at=after)
    shard.refresh_from_db()
    run.refresh_from_db()
    assert (shard.state, run.status) == ("failed", "done")


# --- every night and after acceptance


def test_nightly_enters_one_run_per_district_and_day(golden, huangpu, haitang, at):
    CenterFactory(division=huangpu)
    first = evaluations.request_nightly(at=at)
    assert {run.division for run in first} == {haitang, huangpu}
    assert {(run.trigger, run.series_on, run.as_of) for run in first} == {
        ("night", None, localdate(at))
    }
    assert evaluations.request_nightly(at=at + LATER) == []
    assert len(evaluations.request_nightly(at=at + timedelta(days=1))) == 2


def test_nightly_leaves_districts_without_centers(haitang, pack, at):
    assert evaluations.request_nightly(at=at) == []


def test_night_is_entered_once_even_by_hand(golden, haitang, at):
    evaluations.request_nightly(at=at)
    with pytest.raises(IntegrityError), transaction.atomic():
        evaluations.request(
            division=haitang, as_of=localdate(at), by=None, at=at, trigger=Run.Trigger.NIGHT
        )


def test_acceptance_reevaluates_the_standing_series_and_every_stored_date(
    evaluated, request_run, computed, refile, at
):
    computed(request_run(as_of=YEAR_END))
    computed(request_run(as_of=date(2025, 6, 30)))
    known = set(Run.objects.values_list("pk", flat=True))
    refile("C05", at=at + LATER, signage=True)
    runs = Run.objects.exclude(pk__in=known).order_by("as_of")
    assert [(run.as_of, run.series_on, run.trigger) for run in runs] == [
        (date(2025, 6, 30), date(2025, 6, 30), "acceptance"),
        (YEAR_END, YEAR_END, "acceptance"),
        (localdate(at), None, "acceptance"),
    ]
    assert [run.shards.get().center_ids for run in runs] == [[evaluated["C05"].pk]] * 3
    for run in runs:
        computed(run, at=at + LATER)
    for series_on in (None, YEAR_END, date(2025, 6, 30)):
        finding = Finding.objects.standing(series_on).get(center=evaluated["C05"], rule="ST-09")
        assert finding.outcome == "met"


def test_a_date_is_judged_again_for_those_that_were_judged_as_of_it(
    evaluated, request_run, computed, at
):
    computed(request_run(center_ids=[evaluated["C05"].pk]))
    ids = [evaluated[code].pk for code in ("C01", "C05")]
    dated, today = evaluations.request_for(center_ids=ids, at=at + LATER)
    assert (dated.series_on, today.series_on) == (YEAR_END, None)
    assert dated.shards.get().center_ids == [evaluated["C05"].pk]
    assert today.shards.get().center_ids == sorted(ids)


def test_acceptance_by_the_bureau_enters_its_run_in_the_same_transaction(
    center, diane, alice, pack, at
):
    filing = filings.open_change(center=center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    filings.save_section(section=section, version=1, rows=[], by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    section.refresh_from_db()
    filings.accept_section(section=section, version=section.version, by=alice, at=at)
    run = Run.objects.get()
    assert (run.trigger, run.requested_by, run.division) == ("acceptance", None, center.division)
    assert run.shards.get().center_ids == [center.pk]


def test_of_two_runs_the_one_computed_later_knows_more(evaluated, refile, request_run, at):
    """The older run is computed last, and does not bring the older fact back."""
    today = localdate(at)
    older = request_run(as_of=today)
    refile("C05", at=at + LATER, signage=True)
    newer = Run.objects.filter(trigger="acceptance").order_by("-id").first()
    for run in (newer, older):
        evaluations.compute(shard_id=run.shards.get().pk, at=at + LATER)
    finding = Finding.objects.standing().get(center=evaluated["C05"], rule="ST-09")
    assert finding.outcome == "met"


def test_a_shard_computed_late_does_not_bring_yesterday_back(golden, haitang, drained, request_run):
    """C02's council ends on 31 December. The run of that day is computed after the next day's."""
    last_day = datetime(2025, 12, 31, 1, 0, tzinfo=UTC)
    next_day = last_day + timedelta(days=1)
    late = request_run(as_of=YEAR_END, at=last_day).shards.get()
    today = request_run(as_of=localdate(next_day), at=next_day).shards.get()
    evaluations.compute(shard_id=today.pk, at=next_day)
    evaluations.compute(shard_id=late.pk, at=next_day + LATER)
    finding = Finding.objects.standing().get(center=golden["C02"], rule="ST-15")
    assert finding.reason_code == "council_term_ended_2025-12-31"


# --- what the tables refuse


@pytest.mark.parametrize("series_on", [None, YEAR_END])
def test_one_standing_finding_per_center_rule_and_series(center, haitang, pack, series_on):
    run = RunFactory(division=haitang, pack=pack)
    FindingFactory(center=center, run=run, series_on=series_on)
    FindingFactory(center=center, run=run, series_on=date(2024, 12, 31))
    with pytest.raises(IntegrityError):
        FindingFactory(center=center, run=run, series_on=series_on)


@pytest.mark.parametrize("series_on", [None, YEAR_END])
def test_one_standing_verdict_per_center_and_series(center, haitang, pack, series_on):
    run = RunFactory(division=haitang, pack=pack)
    VerdictFactory(center=center, run=run, series_on=series_on)
    with pytest.raises(IntegrityError):
        VerdictFactory(center=center, run=run, series_on=series_on)


def test_superseded_findings_may_be_many(center, haitang, pack, at):
    run = RunFactory(division=haitang, pack=pack)
    for _ in range(2):
        FindingFactory(center=center, run=run, superseded_at=at)
    assert FindingFactory(center=center, run=run).pk


@pytest.mark.parametrize(
    ("factory", "change"),
    [
        (FindingFactory, {"outcome": "met"}),
        (FindingFactory, {"figures": {"x": 1}}),
        (FindingFactory, {"as_of": YEAR_END}),
        (VerdictFactory, {"rollup": "compliant"}),
        (VerdictFactory, {"staffing": "not_compliant"}),
    ],
)
def test_a_result_is_never_edited(center, haitang, pack, factory, change):
    result = factory(center=center, run=RunFactory(division=haitang, pack=pack))
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        type(result).objects.filter(pk=result.pk).update(**change)
    assert type(result).objects.filter(pk=result.pk).exclude(**change).exists()


def test_results_hold_no_key_that_leads_nowhere(evaluated):
    """The tables check no foreign keys, so that a country is written fast: this checks them."""
    for model in (Finding, Verdict):
        for result in model.objects.select_related("run", "center"):
            assert result.center.pk in {center.pk for center in evaluated.values()}
            assert result.run.pk
