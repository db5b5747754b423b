"""From when to when: the days on which outcomes change, each found by judging, not by rule."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from evaluation.models import Finding
from evaluation.selectors import judgments, ledgers, timelines
from evaluation.selectors.timelines import Span
from evaluation.services import evaluations, parameters
from organizations.services import work_records

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
SPAN = Span(date(2025, 1, 1), date(2025, 12, 31))


def stretches(center, rule, span=SPAN):
    course = next(
        each for each in timelines.courses(center, span) if each.rule and each.rule.id == rule
    )
    return [
        (each.starts_on.isoformat(), each.ends_on.isoformat(), each.state.outcome, each.days)
        for each in course.stretches
    ]


def test_vacant_post_is_not_met_from_the_day_after_the_last_director_left(golden):
    assert stretches(golden["C08"], "ST-02")[-1] == ("2025-10-16", "2025-12-31", "not_met", 77)


def test_stretches_follow_each_other_without_a_gap(golden):
    for center in golden.values():
        for course in timelines.courses(center, SPAN):
            first, last = course.stretches[0], course.stretches[-1]
            assert (first.starts_on, last.ends_on) == (SPAN.first, SPAN.last)
            for one, next_one in zip(course.stretches, course.stretches[1:], strict=False):
                assert next_one.starts_on == one.ends_on + timedelta(days=1)
                assert next_one.state != one.state


def test_every_day_says_what_judging_that_day_says(golden):
    center = golden["C08"]
    courses = {each.rule.id: each for each in timelines.courses(center, SPAN) if each.rule}
    for day in (SPAN.first + timedelta(days=n) for n in range(0, 365, 9)):
        judged = judgments.judge([center.pk], day)[center.pk]
        for rule, outcome in judged.outcomes.items():
            (held,) = (
                each for each in courses[rule].stretches if each.starts_on <= day <= each.ends_on
            )
            assert (rule, day, held.state.outcome) == (rule, day, outcome.outcome)
            assert held.state.reason == outcome.reason


def test_parameter_set_for_a_day_begins_a_stretch_on_that_day(golden, haitang, alice, at):
    center = golden["C02"]
    before = stretches(center, "ST-08")
    parameters.override(
        division=haitang,
        key="min_area",
        value="5000",
        effective_from=date(2025, 7, 1),
        reason="试点",
        doc_no="海民〔2025〕1号",
        by=alice,
        at=at,
    )
    assert {outcome for *_dates, outcome, _days in before} == {"met"}
    assert stretches(center, "ST-08")[-1][:3] == ("2025-07-01", "2025-12-31", "not_met")


def test_what_was_not_known_then_does_not_show(golden, at):
    span = Span(SPAN.first, SPAN.last, known_at=at - timedelta(days=1))
    assert {o for *_dates, o, _days in stretches(golden["C08"], "ST-02", span)} == {"no_data"}


def test_years_cost_no_query(golden):
    def cost(span):
        with CaptureQueriesContext(connection) as captured:
            timelines.courses(golden["C08"], span)
        return len(captured)

    three, twenty = (cost(Span(date(year, 1, 1), SPAN.last)) for year in (2022, 2005))
    assert three == twenty


@pytest.fixture
def evaluated_on(golden, haitang, alice, computed):
    """Evaluate the district as of the day of a moment."""

    def evaluate(at):
        run = evaluations.request(
            division=haitang, as_of=at.date(), by=alice, at=at, trigger="request"
        )
        return computed(run, at)

    return evaluate


def cause_of(center, rule, **kwargs):
    found = ledgers.ledger(center, rule=rule, limit=10, **kwargs)
    return [(each.cause.kind, each.cause.reference) for each in found], found


def test_first_finding_has_no_cause_but_the_first_evaluation(golden, evaluated_on, at):
    evaluated_on(at)
    causes, (entry,) = cause_of(golden["C05"], "ST-09")
    assert causes == [("first", None)]
    assert (entry.before, entry.days) == ("", None)


def test_parameter_is_the_cause_with_its_document(golden, evaluated_on, haitang, alice, at):
    evaluated_on(at)
    parameters.override(
        division=haitang,
        key="min_area",
        value="5000",
        effective_from=at.date(),
        reason="试点",
        doc_no="海民〔2026〕1号",
        by=alice,
        at=at,
    )
    evaluated_on(at + timedelta(days=1))
    causes, entries = cause_of(golden["C02"], "ST-08")
    assert causes[0] == ("parameter", "海民〔2026〕1号")
    assert entries[1].days == 1
    known_then, _entries = cause_of(golden["C02"], "ST-08", known_at=at)
    assert known_then == [("first", None)]


def test_day_that_passed_names_the_row_that_ended(golden, evaluated_on, at):
    """C01's purchase contract ends on 2026-12-31 or before; the year that follows is not signed."""
    evaluated_on(at)
    evaluated_on(at + timedelta(days=900))
    with override("en"):
        changed = [
            entry
            for center in golden.values()
            for entry in ledgers.ledger(center, limit=100)
            if entry.row.before
        ]
    assert changed
    assert {entry.cause.kind for entry in changed} == {"calendar"}
    assert any("ended on" in entry.cause.text for entry in changed)
    assert Finding.objects.filter(superseded_at__isnull=False).exists()


def test_parameter_that_held_already_is_not_the_cause(
    golden, evaluated_on, haitang, alice, at
):
    """Contracts end, and meanwhile a parameter was set that the rule does not read."""

    def override(key, value, doc_no, at):
        parameters.override(
            division=haitang,
            key=key,
            value=value,
            effective_from=at.date(),
            reason="试点",
            doc_no=doc_no,
            by=alice,
            at=at,
        )

    override("funding_floor", "1000", "海民〔2026〕1号", at)
    evaluated_on(at)
    later = at + timedelta(days=900)
    override("min_area", "10", "海民〔2028〕2号", later)
    evaluated_on(later)
    changed = [
        entry
        for center in golden.values()
        for entry in ledgers.ledger(center, rule="ST-12", limit=10)
        if entry.row.before
    ]
    assert changed
    assert {entry.cause.kind for entry in changed} == {"calendar"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        # What held already.
        ("annual_min_days", "330"),
        # Names other rules.
        ("entrusted_model_exempt_rules", '["ST-01", "ST-15"]'),
    ],
)
def test_parameter_without_effect_is_not_the_cause(
    golden, evaluated_on, haitang, alice, at, key, value
):
    """Contracts end; a parameter that the rule reads was set, and reads as before."""
    evaluated_on(at)
    later = at + timedelta(days=900)
    parameters.override(
        division=haitang,
        key=key,
        value=value,
        effective_from=later.date(),
        reason="试点",
        doc_no="海民〔2028〕3号",
        by=alice,
        at=later,
    )
    evaluated_on(later)
    changed = [
        entry
        for code in ("C01", "C03", "C05")
        for entry in ledgers.ledger(golden[code], rule="ST-13", limit=10)
        if entry.row.before
    ]
    assert changed
    assert {entry.cause.kind for entry in changed} == {"calendar"}


def test_work_entered_and_voided_is_the_cause_with_its_record(
    golden, evaluated_on, diane, at
):
    center = golden["C05"]
    evaluated_on(at)
    record = work_records.enter(
        center=center,
        function="FN-13",
        happened_on=date(at.year - 1, 6, 1),
        title="能力培训",
        by=diane,
        at=at + HOUR,
    )
    evaluated_on(at + 2 * HOUR)
    work_records.void(record=record, reason="重复", by=diane, at=at + 3 * HOUR)
    evaluated_on(at + 4 * HOUR)
    causes, entries = cause_of(center, "FN-13")
    assert causes == [("work", str(record.pk)), ("work", str(record.pk)), ("first", None)]
    with override("en"):
        _causes, entries = cause_of(center, "FN-13")
        said = [entry.cause.text for entry in entries[:2]]
    assert [text.split()[-1] for text in said] == ["voided.", "entered."]
