"""Waivers: four eyes, once, until a date, and never on the outcome."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils.timezone import localdate

from evaluation.models import Finding, Run, Verdict, Waiver
from evaluation.selectors import judgments
from evaluation.services import evaluations, waivers
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.evidence import paper
from tests.threads import at_once

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 6, 30)


@pytest.fixture
def request_for(golden, alice, at):
    """Center code, rule → a requested waiver."""

    def request(code="C03", rule="ST-04", **kwargs):
        return waivers.request(
            basis="理事会决议",
            center=golden[code],
            rule=rule,
            reason="正在招聘",
            ends_on=UNTIL,
            by=alice,
            at=at,
            **kwargs,
        )

    return request


def judge(center, as_of, **kwargs):
    return judgments.judge([center.pk], as_of, **kwargs)[center.pk]


def test_requested_waiver_changes_nothing_yet(golden, request_for):
    waiver = request_for()
    assert (waiver.approved_at, waiver.approved_by) == (None, None)
    assert judge(golden["C03"], date(2025, 12, 31)).rollup == "basically_compliant"


def test_approved_waiver_changes_the_rollup_and_never_the_outcome(golden, request_for, leader, at):
    waiver = request_for()
    waivers.approve(waiver=waiver, by=leader, at=at)
    found = judge(golden["C03"], date(2025, 12, 31))
    assert (found.rollup, found.dimensions["staffing"]) == ("compliant", "compliant")
    assert found.outcomes["ST-04"].outcome == "not_met"
    assert found.waivers == {"ST-04": waiver.pk}


def test_waiver_of_one_center_covers_no_other(golden, request_for, leader, at):
    waivers.approve(waiver=request_for("C07", "ST-04"), by=leader, at=at)
    assert judge(golden["C03"], date(2025, 12, 31)).rollup == "basically_compliant"


@pytest.mark.parametrize(
    ("as_of", "is_waived"), [(date(2026, 6, 30), True), (date(2026, 7, 1), False)]
)
def test_waiver_ends_on_its_last_day(golden, request_for, leader, at, as_of, is_waived):
    waivers.approve(waiver=request_for(), by=leader, at=at)
    found = judge(golden["C03"], as_of)
    assert ("ST-04" in found.waivers) == is_waived
    assert found.outcomes["ST-04"].outcome == "not_met"
    assert found.dimensions["staffing"] == ("compliant" if is_waived else "basically_compliant")


@pytest.mark.parametrize(
    ("as_of", "is_waived"), [(date(2026, 1, 31), False), (date(2026, 2, 1), True)]
)
def test_waiver_begins_on_its_first_day(golden, request_for, leader, at, as_of, is_waived):
    waivers.approve(waiver=request_for(starts_on=date(2026, 2, 1)), by=leader, at=at)
    assert ("ST-04" in judge(golden["C03"], as_of).waivers) == is_waived


def test_waiver_was_not_known_before_it_was_approved(golden, request_for, leader, at):
    waivers.approve(waiver=request_for(), by=leader, at=at.replace(hour=5))
    found = judge(golden["C03"], date(2025, 12, 31), known_at=at)
    assert found.rollup == "basically_compliant"


def test_requester_cannot_approve(golden, request_for, alice, at):
    waiver = request_for()
    with pytest.raises(waivers.WaiverBySameHand):
        waivers.approve(waiver=waiver, by=alice, at=at)
    assert Waiver.objects.get().approved_at is None


def test_requester_cannot_approve_in_the_database_either(request_for, alice, at):
    waiver = request_for()
    with pytest.raises(IntegrityError), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(approved_by=alice, approved_at=at)


def test_second_approval_is_a_conflict(request_for, leader, charlie, at):
    waiver = request_for()
    waivers.approve(waiver=waiver, by=leader, at=at)
    with pytest.raises(Conflict):
        waivers.approve(waiver=waiver, by=charlie, at=at)
    assert Waiver.objects.get().approved_by == leader


def test_waiver_needs_a_reason(golden, alice, at):
    with pytest.raises(IntegrityError), transaction.atomic():
        waivers.request(
            basis="理事会决议",
            center=golden["C03"], rule="ST-04", reason="", ends_on=UNTIL, by=alice, at=at
        )


def test_waiver_steps_write_exactly_one_audit_row_each(request_for, leader, at):
    before = AuditEvent.objects.count()
    waiver = request_for()
    waivers.approve(waiver=waiver, by=leader, at=at)
    new = AuditEvent.objects.order_by("id")[before:]
    assert [(event.action, event.actor_id, event.reason) for event in new] == [
        ("evaluation.waiver.request", waiver.requested_by_id, "正在招聘"),
        ("evaluation.waiver.approve", leader.pk, "正在招聘"),
    ]


def test_approval_reevaluates_the_center(golden, request_for, leader, drained, at):
    drained(at)
    known = set(Run.objects.values_list("pk", flat=True))
    old = Finding.objects.standing().get(center=golden["C03"], rule="ST-04")
    waiver = request_for()
    waivers.approve(waiver=waiver, by=leader, at=at)
    (run,) = Run.objects.exclude(pk__in=known)
    assert run.shards.get().center_ids == [golden["C03"].pk]
    drained(at)
    new = Finding.objects.standing().get(center=golden["C03"], rule="ST-04")
    assert (old.outcome, new.outcome) == ("not_met", "not_met")
    assert (old.waiver_id, new.waiver_id) == (None, waiver.pk)
    verdicts = Verdict.objects.filter(center=golden["C03"]).order_by("id")
    assert [verdict.staffing for verdict in verdicts] == ["basically_compliant", "compliant"]


@pytest.mark.django_db(transaction=True)
def test_many_approve_at_once_and_one_wins(request_for, leader, at):
    waiver = request_for()
    calls = [
        partial(waivers.approve, waiver=Waiver.objects.get(pk=waiver.pk), by=leader, at=at)
        for _ in range(8)
    ]
    results = at_once(calls)
    refusals = [type(result) for result in results if isinstance(result, Exception)]
    assert refusals == [Conflict] * 7
    assert AuditEvent.objects.filter(action="evaluation.waiver.approve").count() == 1


# --- the way a request goes


def test_request_tells_who_decides_and_approval_tells_who_asked(request_for, golden, leader, at):
    waiver = request_for()
    waivers.approve(waiver=waiver, by=leader, at=at)
    told = set(Notice.objects.filter(key__startswith="waiver:").values_list("user", "key"))
    assert (leader.pk, f"waiver:{waiver.pk}:request") in told
    assert (waiver.requested_by_id, f"waiver:{waiver.pk}:approve") in told
    assert (leader.pk, f"waiver:{waiver.pk}:approve") not in told


def test_roles_are_kept_for_machine_clients(request_for, leader, at):
    waiver = waivers.approve(waiver=request_for(), by=leader, at=at)
    assert (waiver.requested_as, waiver.approved_as) == ("district_officer", "district_leader")


@pytest.mark.parametrize("rule", ["ST-05", "ST-99"])
def test_a_waiver_that_would_change_nothing_is_refused(request_for, rule):
    with pytest.raises(waivers.NotWaivable):
        request_for(rule=rule)


def test_request_without_any_proof_is_refused(golden, alice, at):
    with pytest.raises(waivers.WaiverUnproved):
        waivers.request(
            center=golden["C03"], rule="ST-04", reason="招聘", ends_on=UNTIL, by=alice, at=at
        )


def test_request_with_a_file_keeps_it(golden, alice, at, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    waiver = waivers.request(
        center=golden["C03"],
        rule="ST-04",
        reason="招聘",
        upload=paper("决议.pdf"),
        ends_on=UNTIL,
        by=alice,
        at=at,
    )
    assert waiver.evidence.original_name == "决议.pdf"


def test_second_request_waits_for_the_first(request_for, leader, at):
    first = request_for()
    with pytest.raises(waivers.WaiverAlreadyRequested):
        request_for()
    waivers.refuse(waiver=first, reason="材料不足", by=leader, at=at)
    assert request_for().status == "requested"


def test_refused_waiver_changes_nothing(golden, request_for, leader, at):
    waivers.refuse(waiver=request_for(), reason="材料不足", by=leader, at=at)
    assert judge(golden["C03"], date(2025, 12, 31)).waivers == {}


@pytest.mark.parametrize("verb", [waivers.refuse, waivers.revoke])
def test_closing_needs_a_reason(request_for, leader, at, verb):
    with pytest.raises(ReasonMissing):
        verb(waiver=request_for(), reason=" ", by=leader, at=at)


def test_only_who_asked_withdraws(request_for, alice, leader, at):
    waiver = request_for()
    with pytest.raises(waivers.WaiverNotYours):
        waivers.withdraw(waiver=waiver, by=leader, at=at)
    assert waivers.withdraw(waiver=waiver, by=alice, at=at).status == "withdrawn"
    with pytest.raises(Conflict):
        waivers.approve(waiver=waiver, by=leader, at=at)


def test_revoked_waiver_holds_until_the_day_before(golden, request_for, leader, at):
    waiver = waivers.approve(waiver=request_for(), by=leader, at=at)
    later = at + timedelta(days=30)
    waivers.revoke(waiver=waiver, reason="已换届", by=leader, at=later)
    day = localdate(later)
    assert "ST-04" in judge(golden["C03"], day - timedelta(days=1)).waivers
    assert judge(golden["C03"], day).waivers == {}
    # What was known before the revocation stays what was known.
    assert "ST-04" in judge(golden["C03"], day, known_at=later - timedelta(hours=1)).waivers


def test_run_of_an_approval_says_what_started_it(request_for, leader, at):
    waivers.approve(waiver=request_for(), by=leader, at=at)
    assert Run.objects.latest("pk").trigger == "waiver"


def test_night_after_its_last_day_the_rule_weighs_again(golden, request_for, leader, drained, at):
    drained(at)
    waivers.approve(waiver=request_for(), by=leader, at=at)
    drained(at)
    night = datetime(2026, 7, 1, 1, tzinfo=UTC)
    evaluations.request_nightly(at=night)
    drained(night)
    finding = Finding.objects.standing().get(center=golden["C03"], rule="ST-04")
    assert (finding.outcome, finding.waiver_id) == ("not_met", None)


@pytest.mark.parametrize(
    ("on", "steps"),
    [
        (date(2026, 5, 30), []),
        (date(2026, 5, 31), ["ends:30"]),
        (date(2026, 6, 25), ["ends:7"]),
        (date(2026, 6, 30), ["ends:7"]),
        (date(2026, 7, 1), ["ended"]),
        (date(2026, 8, 1), []),
    ],
)
def test_end_is_told_before_and_after(request_for, leader, at, on, steps):
    waiver = waivers.approve(waiver=request_for(), by=leader, at=at)
    for _twice in range(2):
        waivers.remind(on=on, at=at)
    told = Notice.objects.filter(user=waiver.requested_by, key__contains=":end")
    assert [notice.key for notice in told] == [f"waiver:{waiver.pk}:{step}" for step in steps]


def test_end_is_not_told_where_a_later_exception_holds(request_for, golden, leader, alice, at):
    waivers.approve(waiver=request_for(), by=leader, at=at)
    next_one = waivers.request(
        center=golden["C03"],
        rule="ST-04",
        reason="继续招聘",
        basis="理事会决议",
        ends_on=date(2027, 6, 30),
        by=alice,
        at=at,
    )
    waivers.approve(waiver=next_one, by=leader, at=at)
    assert waivers.remind(on=date(2026, 6, 30), at=at) == 0


def test_law_is_not_excepted(request_for):
    with pytest.raises(waivers.NotWaivable, match="LX-01"):
        request_for(rule="LX-01")


# --- the database


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "改写"},
        {"ends_on": date(2030, 1, 1)},
        {"rule": "ST-02"},
        {"basis": ""},
    ],
)
def test_what_was_asked_is_never_edited(request_for, change):
    waiver = request_for()
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(**change)


def test_a_waiver_is_never_deleted_nor_decided_again(request_for, leader, at):
    waiver = waivers.approve(waiver=request_for(), by=leader, at=at)
    same = Waiver.objects.filter(pk=waiver.pk)
    later = at + timedelta(days=1)
    changes = (
        lambda: same.delete(),
        lambda: same.update(approved_as="center_director"),
        lambda: same.update(approved_at=later),
        lambda: same.update(status="requested", approved_at=None, approved_by=None),
    )
    for change in changes:
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            change()


def test_what_was_closed_stays_closed(request_for, leader, at):
    waiver = waivers.refuse(waiver=request_for(), reason="材料不足", by=leader, at=at)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(closing_reason="改写")
