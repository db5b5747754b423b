"""Records of work: entered, voided once, and told to whoever judges by them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from centers.signals import facts_changed
from organizations.models import WorkRecord
from organizations.services import work_records
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from tests.factories.organizations import WorkRecordFactory
from tests.factories.portal import UserFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
DAY = date(2026, 2, 10)


@pytest.fixture
def enter(center, diane, at):
    fixed = {"center": center, "happened_on": DAY, "title": "能力培训", "by": diane, "at": at}
    return lambda **fields: work_records.enter(**{**fixed, "function": "FN-13", **fields})


@pytest.fixture
def told():
    """The centers that the facts changed of."""
    heard = []

    def listen(sender, center_ids, **kwargs):
        heard.extend(center_ids)

    facts_changed.connect(listen)
    yield heard
    facts_changed.disconnect(listen)


def test_entered_record_says_who_and_when(enter, center, diane, at):
    record = enter(served="邻里社", participant_count=30)
    assert (record.recorded_by, record.recorded_at) == (diane, at)
    event = AuditEvent.objects.get(action="organizations.work_record.enter")
    assert event.changes["function"] == [None, "FN-13"]


def test_entering_and_voiding_change_the_facts_of_the_center(enter, told, center, diane, at):
    record = enter()
    work_records.void(record=record, reason="重复", by=diane, at=at)
    assert told == [center.pk, center.pk]


def test_work_still_to_come_is_refused(enter, at):
    with pytest.raises(work_records.WorkStillToCome, match="2026-03-04"):
        enter(happened_on=at.date() + timedelta(days=2))
    assert not WorkRecord.objects.exists()


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"function": "FN-99"}, work_records.FunctionUnknown),
        ({"function": "FN-24"}, work_records.SupportKindUnclear),
        ({"support_kind": "talent"}, work_records.SupportKindUnclear),
        ({"is_zero_report": True}, work_records.ZeroReportMisplaced),
    ],
)
def test_what_does_not_fit_the_function_is_refused(enter, fields, refusal):
    with pytest.raises(refusal):
        enter(**fields)
    assert not WorkRecord.objects.exists()


def test_zero_report_of_early_warning_is_a_record(enter):
    assert enter(function="FN-18", is_zero_report=True).is_zero_report


def test_zero_report_closes_a_month_that_is_over_and_has_no_report(enter, diane, at):
    zero = {"function": "FN-18", "is_zero_report": True}
    with pytest.raises(work_records.MonthNotOver, match="2026-03"):
        enter(**zero, happened_on=at.date())
    report = enter(function="FN-18", happened_on=date(2026, 2, 3))
    with pytest.raises(work_records.MonthReported, match="2026-02"):
        enter(**zero)
    work_records.void(record=report, reason="记错", by=diane, at=at)
    enter(**zero)
    with pytest.raises(work_records.MonthReported, match="2026-02"):
        enter(**zero, happened_on=date(2026, 2, 28))
    assert WorkRecord.objects.valid().count() == 1


def test_a_report_entered_by_hand_voids_the_zero_of_its_month(enter):
    zero = enter(function="FN-18", is_zero_report=True)
    other = enter(function="FN-18", is_zero_report=True, happened_on=date(2026, 1, 31))
    report = enter(function="FN-18", happened_on=date(2026, 2, 28))
    assert set(WorkRecord.objects.valid()) == {other, report}
    zero.refresh_from_db()
    assert zero.void_reason == work_records.REPORTED_AFTER_ALL


def test_void_needs_a_reason(enter, diane, at):
    record = enter()
    with pytest.raises(ReasonMissing):
        work_records.void(record=record, reason="  ", by=diane, at=at)
    assert WorkRecord.objects.get().voided_at is None


def test_voided_twice_tells_who_was_first(enter, diane, at):
    record = enter()
    work_records.void(record=record, reason="重复", by=diane, at=at)
    with pytest.raises(Conflict, match=diane.full_name):
        work_records.void(record=record, reason="再次", by=UserFactory(), at=at)
    assert WorkRecord.objects.get().void_reason == "重复"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_void_at_once_one_wins(center, diane, at):
    record = WorkRecordFactory(center=center)
    others = [UserFactory(), UserFactory()]

    def void(number):
        mine = WorkRecord.objects.get(pk=record.pk)
        return work_records.void(record=mine, reason=f"第{number}", by=others[number], at=at)

    outcomes = at_once([lambda: void(0), lambda: void(1)])
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]
    assert AuditEvent.objects.filter(action="organizations.work_record.void").count() == 1


# --- the database


@pytest.mark.parametrize(
    "fields",
    [
        {"function": "FN-99"},
        {"title": ""},
        {"function": "FN-24"},
        {"support_kind": "talent"},
        {"is_zero_report": True},
        {"void_reason": "没有人"},
    ],
)
def test_impossible_rows_are_refused(center, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkRecordFactory(center=center, **fields)


def test_a_record_is_neither_edited_nor_deleted(center):
    record = WorkRecordFactory(center=center)
    same = WorkRecord.objects.filter(pk=record.pk)
    for change in (lambda: same.update(title="改写"), same.delete):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_a_voided_record_stays_voided(enter, diane, at):
    record = enter()
    work_records.void(record=record, reason="重复", by=diane, at=at)
    same = WorkRecord.objects.filter(pk=record.pk)
    with pytest.raises(InternalError), transaction.atomic():
        same.update(voided_at=None, voided_by=None, void_reason="")
