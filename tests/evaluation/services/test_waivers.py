"""Waivers: four eyes, once, until a date, and never on the outcome."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from evaluation.models import Finding, Run, Verdict, Waiver
from evaluation.selectors import judgments
from evaluation.services import waivers
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from tests.threads import at_once

pytestmark = pytest.mark.django_db

UNTIL = date(2026, 6, 30)


@pytest.fixture
def request_for(golden, alice, at):
    """Center code, rule → a requested waiver."""

    def request(code="C03", rule="ST-04", **kwargs):
        return waivers.request(
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
