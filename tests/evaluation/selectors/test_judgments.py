"""The engine without the pen."""

from datetime import date, timedelta

import pytest

from centers import demo
from centers.services import imports
from evaluation.models import Finding, Run
from evaluation.selectors import facts, judgments
from evaluation.services import evaluations
from tests.factories.centers import CenterFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("golden_once")]

AS_OF = date(2025, 12, 31)
DAY = timedelta(days=1)


def judge(center, **kwargs):
    return judgments.judge([center.pk], AS_OF, **kwargs)[center.pk]


def test_judging_writes_nothing(golden):
    runs = Run.objects.count()
    judgments.judge([center.pk for center in golden.values()], AS_OF)
    assert Run.objects.count() == runs
    assert not Finding.objects.exists()


def test_judging_twice_says_the_same(golden):
    first, second = judge(golden["C05"]), judge(golden["C05"])
    assert first == second


def test_judging_agrees_with_what_a_run_stores(golden, haitang, alice, at, computed):
    computed(evaluations.request(division=haitang, as_of=AS_OF, by=alice, at=at))
    for finding in Finding.objects.standing(AS_OF):
        center = next(c for c in golden.values() if c.pk == finding.center_id)
        outcome = judge(center).outcomes[finding.rule]
        assert (finding.outcome, finding.reason_code) == (outcome.outcome, outcome.reason_code)


def test_judging_by_what_was_known_then(golden, alice, at):
    c05 = next(c for c in demo.golden() if c["code"] == "C05")
    declaration = demo.declaration(c05 | {"signage": True}, golden["C05"].division)
    imports.accept_declarations(declarations=[declaration], by=alice, at=at + DAY)
    assert judge(golden["C05"]).outcomes["ST-09"].outcome == "met"
    assert judge(golden["C05"], known_at=at).outcomes["ST-09"].outcome == "not_met"
    before = judge(golden["C05"], known_at=at - DAY)
    assert {o.outcome for rule, o in before.outcomes.items() if rule != "ST-03"} == {"no_data"}
    assert before.rollup == "incomplete"


def test_a_center_that_never_filed_has_no_data_and_fails_nothing(center, pack):
    found = judge(center)
    assert {outcome.outcome for outcome in found.outcomes.values()} == {"no_data"}
    assert found.rollup == "incomplete"


def test_taking_a_section_away_never_makes_a_failure_or_success(golden):
    """Invariant: without a section, its rules have no data (or do not apply)."""
    for center in golden.values():
        full = facts.facts_for([center.pk], AS_OF)[center.pk]
        for kind in facts.SHAPES:
            values = {name: getattr(full, name) for name in facts.SHAPES} | {kind: None}
            less = judge(center, facts={center.pk: type(full)(as_of=AS_OF, **values)})
            for rule, before in judge(center).outcomes.items():
                after = less.outcomes[rule]
                if after.outcome != before.outcome:
                    assert after.outcome in ("no_data", "not_applicable"), (rule, kind)


def test_judging_nobody_is_nothing(pack):
    assert judgments.judge([], AS_OF) == {}


def test_judging_a_center_that_is_gone_leaves_it_out(golden):
    assert list(judgments.judge([golden["C01"].pk, 10**9], AS_OF)) == [golden["C01"].pk]


def test_before_its_first_day_a_center_is_not_included(golden):
    found = judgments.judge([golden["C01"].pk], date(2000, 1, 1))[golden["C01"].pk]
    assert found.rollup == "not_included"
    assert {o.reason for o in found.outcomes.values()} == {"not_established"}


def test_centers_of_two_districts_are_judged_by_their_own_parameters(
    golden, huangpu, pack, alice, at
):
    from_huangpu = CenterFactory(division=huangpu)
    found = judgments.judge([golden["C02"].pk, from_huangpu.pk], AS_OF)
    assert {judgment.setting.version for judgment in found.values()} == {0}
    assert set(found) == {golden["C02"].pk, from_huangpu.pk}


def test_dimensions_partition_the_rules(golden):
    judged = judge(golden["C01"])
    rules = judged.setting.pack.center_rules
    assert {rule.dimension for rule in rules if rule.rule_class in ("M", "G")} == set(
        judged.dimensions
    )
