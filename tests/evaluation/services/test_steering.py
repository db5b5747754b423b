"""A run that is stopped and goes on, and what could not be computed."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from evaluation.models import Finding, Run, Shard, Verdict
from evaluation.rules import KINDS, RuleKind
from evaluation.services import evaluations
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.leases import MAX_ATTEMPTS
from tests.factories.centers import CenterFactory
from tests.factories.evaluation import RunFactory
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
YEAR_END = date(2025, 12, 31)
LATER = timedelta(hours=1)


@pytest.fixture
def run(golden, haitang, alice, at, monkeypatch):
    """A run over the golden centers in four parts."""
    monkeypatch.setattr(evaluations, "SHARD_SIZE", 2)
    return evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)


@pytest.fixture
def shards(run):
    return list(run.shards.values_list("pk", flat=True))


def states(run):
    return list(run.shards.order_by("position").values_list("state", flat=True))


# --- requesting a country


def test_a_large_division_is_entered_in_pieces(wutong, haitang, alice, pack, at, monkeypatch):
    monkeypatch.setattr(evaluations, "SHARD_SIZE", 3)
    monkeypatch.setattr(evaluations, "SHARDS_AT_ONCE", 2)
    ids = sorted(center.pk for center in CenterFactory.create_batch(20, division=wutong))
    run = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)
    shared = list(run.shards.order_by("position").values_list("center_ids", "center_count"))
    assert [pk for share, _count in shared for pk in share] == ids
    assert [count for _share, count in shared] == [3] * 6 + [2]
    run.refresh_from_db()
    assert run.center_count == 20


# --- cancelling


def test_cancelled_run_hands_out_no_further_part(run, shards, alice, at):
    evaluations.compute(shard_id=shards[0], at=at)
    evaluations.cancel(run=run, by=alice, at=at, reason="规则包有误")
    assert evaluations.compute(shard_id=shards[1], at=at) is False
    assert states(run) == ["done", "pending", "pending", "pending"]
    assert (run.status, run.cancelled_by, run.cancelled_at) == ("cancelled", alice, at)
    assert (run.cancel_reason, run.finished_at) == ("规则包有误", None)
    assert Finding.objects.filter(run=run).values("center").distinct().count() == 2


def test_cancelled_run_is_left_alone_by_the_sweeper(run, alice, at, woken):
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    Shard.objects.exclude(run=run).delete()
    assert evaluations.sweep(at=at + timedelta(days=1)) == 0
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_cancelling_is_audited_with_its_reason(run, alice, at):
    before = AuditEvent.objects.count()
    evaluations.cancel(run=run, by=alice, at=at, reason=" 误点 ")
    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.first()
    assert (event.action, event.actor_id) == ("evaluation.run.cancel", alice.pk)
    assert (event.changes, event.reason) == ({"status": ["running", "cancelled"]}, "误点")


def test_cancelling_without_a_reason_is_refused(run, alice, at):
    with pytest.raises(ReasonMissing):
        evaluations.cancel(run=run, by=alice, at=at, reason="  ")
    run.refresh_from_db()
    assert run.status == "running"


def test_what_is_done_or_cancelled_is_not_cancelled_again(run, computed, alice, at):
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    with pytest.raises(Conflict):
        evaluations.cancel(run=run, by=alice, at=at, reason="y")
    assert run.cancel_reason == "x"
    done = RunFactory(division=run.division, pack=run.pack)
    with pytest.raises(Conflict):
        evaluations.cancel(run=done, by=alice, at=at, reason="x")


def test_the_page_of_a_run_that_went_on_meanwhile_does_not_cancel_it(run, alice, at):
    seen = run.version
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    evaluations.resume(run=run, by=alice, at=at)
    with pytest.raises(Conflict):
        evaluations.cancel(run=run, by=alice, at=at, reason="y", version=seen)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"cancel_reason": "x"},
        {"status": "cancelled", "cancel_reason": "x"},
    ],
)
def test_database_refuses_a_cancelled_run_without_who_when_and_why(run, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(**change)


# --- going on


def test_resumed_run_goes_on_where_it_stopped(run, shards, alice, at, drained):
    evaluations.compute(shard_id=shards[0], at=at)
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    evaluations.resume(run=run, by=alice, at=at + LATER)
    assert (run.status, run.cancelled_by, run.cancel_reason) == ("running", None, "")
    assert run.resumed_at == at + LATER
    drained(at + LATER)
    run.refresh_from_db()
    assert (run.status, run.finished_at) == ("done", at + LATER)
    first = run.shards.get(pk=shards[0])
    assert (first.done_at, first.attempts) == (at, 1)
    assert Verdict.objects.standing(YEAR_END).filter(run=run).count() == 8


def test_resuming_wakes_workers_for_what_is_open(
    run, shards, alice, at, woken, django_capture_on_commit_callbacks
):
    evaluations.compute(shard_id=shards[0], at=at)
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    with django_capture_on_commit_callbacks(execute=True):
        evaluations.resume(run=run, by=alice, at=at)
    assert woken == shards[1:]


def test_resuming_gives_failed_parts_new_attempts(run, shards, alice, at, drained):
    Shard.objects.filter(pk=shards[2]).update(state="failed", attempts=3, error="ValueError: x")
    drained(at)
    run.refresh_from_db()
    assert run.status == "done"
    evaluations.resume(run=run, by=alice, at=at + LATER)
    assert states(run) == ["done", "done", "pending", "done"]
    drained(at + LATER)
    run.refresh_from_db()
    mended = run.shards.get(pk=shards[2])
    assert (run.status, run.finished_at) == ("done", at + LATER)
    assert (mended.state, mended.attempts, mended.error) == ("done", 1, "")


def test_run_that_is_cancelled_while_its_last_part_is_computed_ends_when_resumed(
    run, shards, alice, at
):
    Shard.objects.filter(run=run).update(state="done")
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    evaluations.resume(run=run, by=alice, at=at + LATER)
    assert (run.status, run.finished_at) == ("done", at + LATER)


def test_nothing_to_resume_is_said(run, alice, at, drained):
    drained(at)
    run.refresh_from_db()
    with pytest.raises(evaluations.NothingToResume):
        evaluations.resume(run=run, by=alice, at=at)


def test_running_run_is_not_resumed(run, alice, at):
    with pytest.raises(Conflict):
        evaluations.resume(run=run, by=alice, at=at)


def test_run_of_another_pack_does_not_bring_it_back(run, alice, at, monkeypatch):
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    newer = type(run.pack)(pk=run.pack.pk + 1, code="shanghai-2030", version=1)
    monkeypatch.setattr(
        evaluations.parameters, "pack_in_force", lambda *_args, **_kwargs: newer
    )
    with pytest.raises(evaluations.PackChanged, match="shanghai-2030"):
        evaluations.resume(run=run, by=alice, at=at)
    run.refresh_from_db()
    assert run.status == "cancelled"


def test_resuming_is_audited(run, alice, at):
    evaluations.cancel(run=run, by=alice, at=at, reason="x")
    evaluations.resume(run=run, by=alice, at=at)
    event = AuditEvent.objects.first()
    assert event.action == "evaluation.run.resume"
    assert event.changes == {"status": ["cancelled", "running"]}


# --- what could not be computed


@pytest.fixture
def break_signage(monkeypatch):
    """A function that lets the rule on signage raise, and one that mends it."""
    sound = KINDS["signage"]

    def judge(facts, parameters):
        raise ZeroDivisionError("王主任")

    def change(*, broken):
        monkeypatch.setitem(KINDS, "signage", RuleKind(judge) if broken else sound)

    return change


def test_failed_rule_is_stored_by_its_name_and_logged_once(
    golden, break_signage, drained, at, caplog
):
    break_signage(broken=True)
    drained(at)
    findings = Finding.objects.standing().filter(rule="ST-09")
    assert set(findings.values_list("outcome", flat=True)) == {"error"}
    (figures,) = [dict(pairs) for pairs in {tuple(f.figures.items()) for f in findings}]
    assert figures["exception"] == "ZeroDivisionError"
    trace = figures["trace_id"]
    failed = [record for record in caplog.records if trace in record.getMessage()]
    assert [bool(record.exc_info) for record in failed] == [True, False]
    assert f"trace {trace}, 8 centers" in failed[1].getMessage()


def test_unchanged_failure_writes_nothing_the_next_night(
    golden, break_signage, drained, stored, at
):
    break_signage(broken=True)
    drained(at)
    before = stored()
    evaluations.request_nightly(at=at + timedelta(days=1))
    drained(at + timedelta(days=1))
    assert stored() == before


def test_failed_rule_leaves_its_dimension_not_computed(golden, break_signage, drained, at):
    break_signage(broken=True)
    drained(at)
    verdict = Verdict.objects.standing().get(center=golden["C01"])
    assert (verdict.rollup, verdict.premises, verdict.staffing) == (
        *("incomplete", "incomplete"),
        "compliant",
    )
    assert verdict.not_computed == ["rollup", "premises"]
    break_signage(broken=False)
    evaluations.request_nightly(at=at + timedelta(days=1))
    drained(at + timedelta(days=1))
    verdict = Verdict.objects.standing().get(center=golden["C01"])
    assert (verdict.premises, verdict.not_computed) == ("compliant", [])


def test_failed_rule_is_told_once_to_who_can_act(
    golden, break_signage, drained, alice, leader, bob, at
):
    root = UserFactory(username="root", is_superuser=True, is_staff=True)
    break_signage(broken=True)
    drained(at)
    evaluations.request_nightly(at=at + timedelta(days=1))
    drained(at + timedelta(days=1))
    for user, count in ((alice, 1), (root, 1), (leader, 0), (bob, 0)):
        assert user.notices.filter(key__startswith="alarm:").count() == count
    notice = alice.notices.get(key__startswith="alarm:")
    assert notice.url_path == "/admin/compliance/alarms/"
    assert "ST-09" in notice.sentence
    assert "王主任" not in notice.sentence


def test_part_that_is_given_up_is_told(golden, haitang, alice, at, woken):
    run = evaluations.request(division=haitang, as_of=YEAR_END, by=alice, at=at)
    run.shards.update(attempts=MAX_ATTEMPTS, lease_until=at)
    evaluations.sweep(at=at + timedelta(days=1))
    notice = alice.notices.get(key=f"run-failed:{run.pk}")
    assert notice.url_path == f"/admin/evaluation/run/{run.pk}/change/"
