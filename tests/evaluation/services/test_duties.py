"""Records of duties: entered once, proven, settled, voided, and judged again at each change."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.utils.timezone import get_current_timezone, localdate

from centers.services import events
from evaluation.models import DutyFinding, DutyRecord, Run, Shard
from evaluation.selectors import districts as facts
from evaluation.selectors import duties as judgments
from evaluation.services import duties, duty_results, evaluations
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from tests.factories.centers import CenterFactory
from tests.factories.duties import DutyRecordFactory
from tests.factories.evaluation import RunFactory
from tests.factories.events import HeldEventFactory
from tests.factories.evidence import EvidenceFileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(haitang, center, pack, alice, at):
    """(kind, …) → a record of 海棠区, on 2026-02-10."""

    def record(kind="guidance", **values):
        given = {"centers": [center]} if kind in DutyRecord.OF_CENTERS else {}
        given |= {"title": "现场指导", "doc_no": "海民〔2026〕3号", "starts_on": date(2026, 2, 10)}
        return duties.record(district=haitang, kind=kind, by=alice, at=at, **given | values)

    return record


@pytest.fixture
def deny(haitang, pack, alice, at):
    def declare(kind="guidance", year=2025, at=at):
        return duties.declare_none(
            district=haitang, kind=kind, year=year, note="已核对", by=alice, at=at
        )

    return declare


def outcome(haitang, rule="DD-20", year=2026, on=date(2026, 3, 2), **kwargs):
    return judgments.judge([haitang], year, on, **kwargs)[haitang.pk].outcomes[rule]


def test_a_record_is_judged_at_once_by_a_run_of_its_own(enter, haitang, drained, at):
    enter()
    assert Run.objects.get().trigger == "duty"
    drained(at)
    standing = DutyFinding.objects.standing().get(rule="DD-20", year=2026)
    assert (standing.outcome, standing.reason_code) == ("met", "centers_guided")
    assert standing.as_of == date(2026, 3, 2)
    assert DutyFinding.objects.standing().filter(year=2025).count() == 11


def test_voiding_closes_the_finding_and_writes_another(enter, haitang, alice, drained, at):
    record = enter()
    drained(at)
    later = at + timedelta(hours=1)
    duties.void(record=record, reason="重复登记", by=alice, at=later)
    drained(later)
    old, new = DutyFinding.objects.filter(rule="DD-20", year=2026).order_by("pk")
    assert (old.superseded_at, new.superseded_at) == (later, None)
    assert (old.outcome, new.outcome) == ("met", "no_data")


def test_voiding_the_only_record_of_a_year_long_past_judges_that_year_again(
    enter, haitang, alice, drained, at
):
    policy = enter("support_policy", starts_on=date(2020, 5, 1), ends_on=date(2021, 4, 30))
    drained(at)
    later = at + timedelta(hours=1)
    duties.void(record=policy, reason="登记有误", by=alice, at=later)
    drained(later)
    standing = DutyFinding.objects.standing().filter(rule="DD-11", year__in=(2020, 2021))
    assert set(standing.values_list("year", "outcome")) == {(2020, "no_data"), (2021, "no_data")}


def test_a_pack_without_duties_closes_what_stood(enter, haitang, version, drained, at):
    enter()
    drained(at)

    def drops_duties(content):
        duties_of = {rule["id"] for rule in content["rules"] if rule["id"].startswith("DD-")}
        content["rules"] = [rule for rule in content["rules"] if rule["id"] not in duties_of]
        content["parameters"] = {
            name: parameter
            for name, parameter in content["parameters"].items()
            if not duties_of.intersection(parameter.get("rules", ()))
        }

    run = RunFactory(division=haitang, pack=version(change=drops_duties), as_of=localdate(at))
    later = at + timedelta(hours=1)
    duty_results.compute(run=run, division_ids=[haitang.pk], at=later)
    assert not DutyFinding.objects.standing().filter(year=2026).exists()
    assert DutyFinding.objects.filter(year=2026, superseded_at=later).exists()


def test_the_districts_own_center_is_none_of_the_township_centers(center, haitang, pack):
    own = CenterFactory(division=haitang)
    HeldEventFactory(center=center, kind="exchange", participants=[own], minutes="议定")
    known = facts.facts_for([haitang], 2026, date(2026, 3, 2))[haitang.pk]
    assert list(known.centers) == [center.pk]
    (held,) = known.events
    assert held.townships == {center.division_id}
    assert outcome(haitang, "DD-21").reason_code == "events_0_of_1"


def test_a_run_over_what_did_not_change_writes_nothing(enter, haitang, alice, drained, at):
    enter()
    drained(at)
    before = DutyFinding.objects.count()
    run = evaluations.request(division=haitang, as_of=localdate(at), by=alice, at=at)
    assert [shard.division_ids for shard in run.shards.all()] == [[haitang.pk]]
    drained(at)
    assert DutyFinding.objects.count() == before


def test_a_run_as_of_a_past_day_leaves_duties_alone(enter, haitang, alice, at):
    run = evaluations.request(division=haitang, as_of=date(2025, 12, 31), by=alice, at=at)
    assert all(shard.division_ids == [] for shard in run.shards.all())


def test_the_nightly_run_judges_the_district_too(center, haitang, pack, drained, at):
    evaluations.request_nightly(at=at)
    drained(at)
    assert DutyFinding.objects.standing().filter(division=haitang, outcome="no_data").exists()


@pytest.mark.parametrize(
    ("day", "years"),
    [
        (date(2026, 3, 2), {2026}),
        (date(2026, 4, 1), {2024, 2025, 2026}),
        (date(2027, 1, 9), {2024, 2025, 2026, 2027}),
    ],
)
def test_most_nights_judge_the_duties_of_the_year_that_runs(
    enter, haitang, center, drained, day, years
):
    enter(starts_on=date(2024, 5, 1))
    at = datetime.combine(day, time(1, 30), tzinfo=get_current_timezone())
    Shard.objects.update(state="done", done_at=at)
    evaluations.request_nightly(at=at)
    drained(at)
    judged = DutyFinding.objects.standing().filter(division=haitang)
    assert set(judged.values_list("year", flat=True)) == years


def test_past_moments_are_judged_by_what_was_known_then(enter, haitang, alice, at):
    record = enter()
    later = at + timedelta(days=1)
    duties.void(record=record, reason="重复登记", by=alice, at=later)
    assert outcome(haitang, known_at=at - timedelta(minutes=1)).outcome == "no_data"
    assert outcome(haitang, known_at=at).outcome == "met"
    assert outcome(haitang, known_at=later).outcome == "no_data"


def test_a_result_entered_later_was_pending_before(enter, haitang, alice, at):
    record = enter("lottery_application", result="pending")
    later = at + timedelta(days=1)
    duties.settle(record=record, result="approved", by=alice, at=later)
    assert outcome(haitang, "DD-31", known_at=at).figures["approved"] == 0
    assert outcome(haitang, "DD-31").figures["approved"] == 1
    with pytest.raises(Conflict):
        duties.settle(record=record, result="refused", by=alice, at=later)


def test_a_record_of_no_result_cannot_be_settled(enter, alice, at):
    with pytest.raises(duties.ResultUnfit):
        duties.settle(record=enter(), result="approved", by=alice, at=at)


def test_a_file_proves_a_record_without_document_number(enter, haitang, alice, at):
    record = enter(doc_no="")
    assert outcome(haitang).uncounted == ((("records", record.pk), "not_evidenced"),)
    later = at + timedelta(days=1)
    duties.prove(record=record, files=[EvidenceFileFactory()], by=alice, at=later)
    assert outcome(haitang).outcome == "met"
    assert outcome(haitang, known_at=at).outcome == "not_met"


def test_events_of_the_year_are_seen_with_their_townships(center, haitang, pack):
    other = CenterFactory(division=type(haitang).objects.create(
        code="310199002",
        name="银杏街道",
        kind="subdistrict",
        parent=haitang,
        path=f"{haitang.path}310199002/",
    ))
    HeldEventFactory(center=center, kind="exchange", participants=[other], minutes="议定")
    HeldEventFactory(center=center, kind="exchange")
    HeldEventFactory(center=center, kind="visit", minutes="议定")
    judged = outcome(haitang, "DD-21")
    assert (judged.outcome, judged.figures["count"]) == ("met", 1)
    assert sorted(code for _row, code in judged.uncounted) == ["minutes_missing", "one_township"]
    before = outcome(haitang, "DD-21", known_at=HeldEventFactory._meta.model.objects.first()
                     .planned_at - timedelta(days=1))
    assert before.outcome == "no_data"


def test_an_event_that_is_held_is_judged_at_once(center, haitang, pack, alice, drained, at):
    event = events.plan(
        center=center,
        kind="consultation",
        title="季度会商",
        planned_year=2026,
        planned_quarter=1,
        by=alice,
        at=at,
    )
    events.record(
        event=event,
        version=event.version,
        held_on=date(2026, 2, 20),
        minutes="议定三项",
        by=alice,
        at=at,
    )
    drained(at)
    standing = DutyFinding.objects.standing().get(rule="DD-23", year=2026)
    assert (standing.outcome, standing.figures["consultation"]) == ("met", 1)


def test_golden_funding_is_summed_by_year(golden, haitang):
    """海棠区, golden: centers with purchases of 2025, and no funding filed of 2024."""
    judged = outcome(haitang, "DD-32", year=2025, on=date(2025, 12, 31))
    assert (judged.outcome, judged.reason_code) == ("no_data", "no_funding_of_last_year")
    assert outcome(haitang, "DD-33", year=2025, on=date(2025, 12, 31)).outcome == "met"


def test_a_center_established_later_is_not_missing_yet(golden, haitang, alice, at):
    known = facts.facts_for([haitang], 2010, date(2010, 12, 31))[haitang.pk]
    assert len(known.centers) < len(facts.facts_for([haitang], 2025, date(2025, 12, 31))[
        haitang.pk
    ].centers)


# --- what is refused


@pytest.mark.parametrize(
    ("kind", "values", "refusal"),
    [
        ("guidance", {"starts_on": date(2026, 3, 3)}, duties.DayStillToCome),
        ("link", {"ends_on": date(2026, 2, 9)}, duties.DayStillToCome),
        ("guidance", {"centers": []}, duties.CentersMissing),
        ("exchange", {}, duties.RecordedElsewhere),
    ],
)
def test_a_record_that_cannot_be_is_refused_and_nothing_is_written(enter, kind, values, refusal):
    with pytest.raises(refusal):
        enter(kind, **values)
    assert not DutyRecord.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="evaluation.duty").exists()


def test_centers_of_another_district_and_records_of_a_township_are_refused(
    enter, huangpu, wutong, alice, at
):
    with pytest.raises(duties.CentersMissing):
        enter(centers=[CenterFactory(division=huangpu)])
    with pytest.raises(duties.NotADistrict):
        duties.record(
            district=wutong, kind="complaint", title="x", starts_on=at.date(), by=alice, at=at
        )


def test_none_is_stated_once_the_year_is_over_and_once(deny):
    with pytest.raises(duties.YearNotOver):
        deny(year=2026)
    deny()
    with pytest.raises(duties.Contradiction):
        deny()


def test_a_record_and_the_statement_of_none_exclude_each_other(enter, deny, haitang, alice, at):
    said = deny()
    assert outcome(haitang, year=2025).reason == "declared_none"
    with pytest.raises(duties.Contradiction):
        enter(starts_on=date(2025, 6, 1))
    duties.void(record=said, reason="查到记录", by=alice, at=at)
    enter(starts_on=date(2025, 6, 1))
    with pytest.raises(duties.Contradiction):
        deny()
    assert outcome(haitang, year=2025).outcome == "met"


def test_a_policy_that_still_holds_contradicts_the_statement_of_a_later_year(enter, deny):
    enter("support_policy", starts_on=date(2023, 1, 1))
    with pytest.raises(duties.Contradiction):
        deny("support_policy", year=2025)


def test_void_needs_a_reason_and_happens_once(enter, alice, at):
    record = enter()
    with pytest.raises(ReasonMissing):
        duties.void(record=record, reason=" ", by=alice, at=at)
    duties.void(record=record, reason="重复", by=alice, at=at)
    with pytest.raises(Conflict):
        duties.void(record=record, reason="重复", by=alice, at=at)
    with pytest.raises(Conflict):
        duties.prove(record=record, files=[], by=alice, at=at)


# --- what the database refuses


def refused(act, error=IntegrityError):
    with pytest.raises(error), transaction.atomic():
        act()


@pytest.mark.parametrize(
    "cells",
    [
        {"title": ""},
        {"starts_on": None, "ends_on": None},
        {"ends_on": date(2026, 2, 9)},
        {"ends_on": date(2026, 2, 11)},
        {"kind": "exchange"},
        {"result": "approved"},
        {"kind": "lottery_application"},
        {"due_on": date(2026, 2, 9)},
        {"amount_yuan": 0},
        {"none_in_year": 2025},
        {"void_reason": "重复"},
    ],
)
def test_the_database_refuses_impossible_records(haitang, cells):
    refused(lambda: DutyRecordFactory(district=haitang, **cells))


def test_the_database_keeps_records_as_they_were_entered(haitang, center):
    record = DutyRecordFactory(district=haitang, centers=[center])
    rows = DutyRecord.objects.filter(pk=record.pk)
    refused(lambda: rows.update(title="改"), InternalError)
    refused(lambda: rows.delete(), (InternalError, IntegrityError))
    refused(lambda: record.centers.clear(), InternalError)
    rows.update(voided_by=record.recorded_by, voided_at=record.recorded_at, void_reason="重复")
    refused(
        lambda: rows.update(voided_by=None, voided_at=None, void_reason=""), InternalError
    )


def test_the_database_lets_a_pending_result_become_one_and_stand(haitang, center):
    record = DutyRecordFactory(
        district=haitang, kind="complaint", result="pending", title="居民意见"
    )
    rows = DutyRecord.objects.filter(pk=record.pk)
    rows.update(result="handled")
    refused(lambda: rows.update(result="pending"), InternalError)
