"""A night judges what may have turned and nothing else, and finds what judging everybody would."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils.timezone import get_current_timezone, localdate

from evaluation.models import Basis, Finding, Run, Shard
from evaluation.rules import KINDS, RuleKind
from evaluation.selectors import bases, judgments
from evaluation.selectors.judgments import Ground
from evaluation.selectors.parameters import pack_in_force
from evaluation.services import evaluations, parameters, waivers
from evaluation.services.results import MOVING
from organizations.services import work_records
from tests.factories.organizations import WorkRecordFactory

pytestmark = pytest.mark.django_db

NIGHT = timedelta(days=1)


@pytest.fixture
def night(drained):
    """Compute a night, of which no other run is left open; the codes of the centers it judged."""

    def spend(at):
        Shard.objects.filter(state="pending").update(state="done", done_at=at)
        Run.objects.filter(status="running").update(status="done", finished_at=at)
        Basis.objects.update(judged_on=date(2000, 1, 1))
        evaluations.request_nightly(at=at)
        drained(at)
        judged = Basis.objects.filter(judged_on=localdate(at))
        return set(judged.values_list("center__code", flat=True))

    return spend


def standing(pk):
    rows = Finding.objects.standing().filter(center=pk)
    return {f.rule: (f.outcome, f.reason, f.figures, f.in_grace, f.waiver_id) for f in rows}


def judged_anew(pk, as_of):
    (judgment,) = judgments.judge([pk], as_of).values()
    return {
        rule: (
            outcome.outcome,
            outcome.reason,
            {name: value for name, value in outcome.figures.items() if name not in MOVING},
            outcome.in_grace,
            judgment.waivers.get(rule),
        )
        for rule, outcome in judgment.outcomes.items()
    }


@pytest.fixture
def calm(evaluated, night, at):
    """A night after which none of the centers turns by itself for some days."""
    night(at + NIGHT)
    assert Basis.objects.filter(turns_on__gt=localdate(at) + 5 * NIGHT).count() == len(evaluated)
    return at + NIGHT


def test_only_whose_day_has_come_is_judged(evaluated, night, at):
    tomorrow = localdate(at) + NIGHT
    due = Basis.objects.filter(turns_on=tomorrow).values_list("center__code", flat=True)
    assert set(due) == {"C06"}
    assert Basis.objects.count() == len(evaluated)
    assert [night(at + n * NIGHT) for n in (1, 2)] == [{"C06"}, set()]


@pytest.mark.parametrize("first", [date(2025, 9, 20), date(2025, 12, 1), date(2026, 2, 20)])
def test_every_night_leaves_what_judging_everybody_finds(golden, night, first):
    ids = {center.pk: code for code, center in golden.items()}
    judged = []
    for offset in range(30):
        day = first + timedelta(days=offset)
        moment = datetime.combine(day, time(1, 30), tzinfo=get_current_timezone())
        judged.append(night(moment))
        for pk, code in ids.items():
            assert standing(pk) == judged_anew(pk, day), (code, day)
    assert judged[0] == set(golden)
    assert sum(map(len, judged[1:])) < len(golden) * 29 / 2


def test_whose_filing_was_accepted_is_judged_though_its_run_was_lost(
    evaluated, refile, night, calm
):
    refile("C05", at=calm + timedelta(hours=1), signage=True)
    assert night(calm + NIGHT) == {"C05"}
    assert standing(evaluated["C05"].pk)["ST-09"][0] == "met"


def test_whose_work_was_recorded_or_voided_is_judged(evaluated, night, calm):
    record = WorkRecordFactory(
        center=evaluated["C03"], function="FN-43", happened_on=localdate(calm), recorded_at=calm
    )
    assert night(calm + NIGHT) == {"C03"}
    assert night(calm + 2 * NIGHT) == set()
    work_records.void(record=record, by=record.recorded_by, at=calm + 2 * NIGHT, reason="记错")
    assert night(calm + 3 * NIGHT) == {"C03"}


def test_whose_waiver_begins_or_ends_is_judged(evaluated, night, alice, leader, calm):
    waiver = waivers.request(
        center=evaluated["C05"],
        rule="ST-09",
        basis="理事会决议",
        reason="招牌制作中",
        ends_on=localdate(calm) + 2 * NIGHT,
        by=alice,
        at=calm,
    )
    waivers.approve(waiver=waiver, by=leader, at=calm)
    judged = [night(calm + n * NIGHT) for n in (1, 2, 3, 4)]
    assert judged == [{"C05"}, set(), {"C05"}, set()]


def test_where_a_parameter_was_set_everybody_is_judged(evaluated, haitang, alice, night, calm):
    parameters.override(
        division=haitang,
        key="min_area",
        value=36,
        effective_from=localdate(calm) + NIGHT,
        reason="区里另有要求",
        doc_no="海民发〔2026〕1号",
        by=alice,
        at=calm,
    )
    assert night(calm + NIGHT) == set(evaluated)
    assert night(calm + 2 * NIGHT) == set()


def test_another_pack_or_program_is_another_basis(evaluated, pack, version, at):
    ids, today = [center.pk for center in evaluated.values()], localdate(at)
    now = bases.digests(Ground(ids, today, pack))
    assert bases.turned(now, today) == []
    assert set(bases.turned(bases.digests(Ground(ids, today, version())), today)) == set(ids)
    assert {path.name for path in bases.CODE} >= {"personnel.py", "facts.py", "judgments.py"}


def test_an_earlier_day_than_the_one_judged_is_not_taken_for_known(evaluated, at):
    ids, today = [center.pk for center in evaluated.values()], localdate(at)
    known = bases.digests(Ground(ids, today, pack_in_force(today)))
    assert set(bases.turned(known, today - NIGHT)) == set(ids)


def test_where_a_rule_failed_the_next_night_tries_again(golden, drained, monkeypatch, night, at):
    def broken(facts, parameters):
        return 1 / 0

    with monkeypatch.context() as patched:
        patched.setitem(KINDS, "signage", RuleKind(broken))
        drained(at)
    assert not Basis.objects.exists()
    assert night(at + NIGHT) == set(golden)
    assert not Finding.objects.standing().filter(outcome="error").exists()


def test_who_asks_for_a_run_has_everybody_judged(evaluated, haitang, alice, drained, at):
    Basis.objects.update(digest="")
    tomorrow = at + NIGHT
    evaluations.request(division=haitang, as_of=localdate(tomorrow), by=alice, at=tomorrow)
    drained(tomorrow)
    assert set(Basis.objects.values_list("judged_on", flat=True)) == {localdate(tomorrow)}


def test_the_night_costs_the_same_for_one_and_three_centers(
    evaluated, at, django_assert_num_queries
):
    ids, today = [center.pk for center in evaluated.values()], localdate(at)
    pack = pack_in_force(today)
    for count in (1, 3):
        with django_assert_num_queries(6):
            assert bases.turned(bases.digests(Ground(ids[:count], today, pack)), today) == []
