"""Why a finding is what it is."""

import json
from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from centers import demo
from centers.models import Person
from centers.services import imports
from evaluation.models import Waiver
from evaluation.selectors import explanations, facts
from evaluation.services import waivers
from tests.standard import PACK

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("golden_once")]

AS_OF = date(2025, 12, 31)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def why(golden):
    """(code, rule) → its explanation."""

    def explain(code, rule, as_of=AS_OF, **kwargs):
        found = explanations.explain(golden[code], as_of, **kwargs)
        return next(e for e in found if e.rule.id == rule)

    return explain


def test_one_explanation_per_rule_in_the_packs_order(golden):
    found = explanations.explain(golden["C01"], AS_OF)
    assert [e.rule.id for e in found] == [rule.id for rule in PACK.center_rules]


@pytest.mark.parametrize(
    ("code", "rule", "label", "reason", "measured", "required", "remedy"),
    [
        (
            "C02",
            "ST-08",
            "met",
            "30.00 m² counted, at least 30.00 m² asked.",
            "30.00 m²",
            "at least 30.00 m²",
            "",
        ),
        (
            "C03",
            "ST-04",
            "not met",
            "1 full-time staff counted, 2 required.",
            "1 person (2 with the director)",
            "at least 2",
            "Hire 1 more full-time staff.",
        ),
        (
            "C05",
            "ST-09",
            "not met",
            "There is no signage.",
            "not met",
            "in place",
            "Put up signage and file it.",
        ),
        (
            "C07",
            "ST-13",
            "not met",
            "The purchase contract runs 184 days, which is not a year.",
            "184 days",
            "330 to 366 days, or renewed annually",
            "Sign the purchase for a whole year (at least 330 days).",
        ),
        (
            "C08",
            "ST-02",
            "not met",
            "The director's post has been vacant since 2025-10-16.",
            "not met",
            "1 full-time director in post",
            "Appoint a full-time director.",
        ),
        (
            "C02",
            "ST-05",
            "not adopted",
            "No community worker is seconded to the center.",
            "not adopted",
            "at least 1 (encouraged)",
            "Ask the street or town to second a community worker.",
        ),
    ],
)
def test_explanation_says_measured_required_reason_and_remedy(
    why, code, rule, label, reason, measured, required, remedy
):
    found = why(code, rule)
    assert (found.outcome_label, found.reason) == (label, reason)
    assert (found.measured, found.required, found.remedy) == (measured, required, remedy)


def test_an_encouragement_is_never_called_failed(golden):
    for code in golden:
        for found in explanations.explain(golden[code], AS_OF):
            if found.rule.rule_class == "E":
                assert found.outcome_label in (
                    "adopted",
                    "not adopted",
                    "no data",
                    "not applicable",
                )


def test_counted_and_uncounted_rows_are_all_rows_of_the_section(golden):
    filed = facts.facts_for([golden["C03"].pk], AS_OF)[golden["C03"].pk]
    for found in explanations.explain(golden["C03"], AS_OF):
        notes = [*found.counted, *found.uncounted]
        for section in {note.section for note in notes}:
            positions = sorted(note.position for note in notes if note.section == section)
            # Of the functions a rule knows its own.
            assert positions == [
                row.row
                for row in getattr(filed, section)
                if getattr(row, "function", found.rule.id) == found.rule.id
            ]


def test_uncounted_rows_say_why(why):
    found = why("C03", "ST-04")
    assert found.uncounted[0].note == "is the director, who is counted separately"
    assert all(note.note for note in found.uncounted)
    assert not any(note.note for note in found.counted)


def test_shared_area_is_shown_with_its_ratio(why):
    (note,) = why("C05", "ST-08").counted
    assert note.label == "own use 18.00 m² · shared 60.00 m² × 0.2500 · 2022-10-01 to now"


def all_text(found):
    """Every text and figure of the explanations, without the rules' own quotes."""
    fields = [{k: v for k, v in asdict(e).items() if k not in ("rule", "waiver")} for e in found]
    return json.dumps(fields, ensure_ascii=False, default=str)


def test_no_personal_name_without_being_asked_for(golden):
    for center in golden.values():
        text = all_text(explanations.explain(center, AS_OF))
        names = Person.objects.filter(center=center).values_list("name", flat=True)
        assert names
        assert not [name for name in names if name in text]


def test_names_where_the_reader_may_know_them(golden):
    center = golden["C01"]
    text = all_text(explanations.explain(center, AS_OF, with_names=True))
    names = set(Person.objects.filter(center=center).values_list("name", flat=True))
    assert names
    assert all(name in text for name in names)


@pytest.mark.parametrize("with_names", [False, True])
def test_explaining_twice_says_the_same(golden, with_names):
    for center in golden.values():
        first, second = (
            explanations.explain_all(center, AS_OF, with_names=with_names) for _ in range(2)
        )
        assert first == second


def test_explaining_the_past_by_what_was_known(golden, why, alice, at):
    c05 = next(c for c in demo.golden() if c["code"] == "C05")
    declaration = demo.declaration(c05 | {"signage": True}, golden["C05"].division)
    imports.accept_declarations(declarations=[declaration], by=alice, at=at + timedelta(days=1))
    assert why("C05", "ST-09").outcome == "met"
    assert why("C05", "ST-09", known_at=at).outcome == "not_met"


def test_explaining_a_draft_leaves_the_facts_alone(golden, why):
    filed = facts.facts_for([golden["C05"].pk], AS_OF)[golden["C05"].pk]
    draft = facts.with_draft(filed, "premises", [{"has_signage": True}])
    assert why("C05", "ST-09", facts=draft).outcome == "met"
    assert why("C05", "ST-09").outcome == "not_met"


def test_waiver_is_shown_beside_the_outcome(golden, why, alice, leader, at):
    waiver = waivers.request(
        basis="理事会决议",
        center=golden["C04"],
        rule="ST-03",
        reason="理事长担任法定代表人",
        ends_on=date(2026, 6, 30),
        by=alice,
        at=at,
    )
    waivers.approve(waiver=waiver, by=leader, at=at)
    found = why("C04", "ST-03")
    assert (found.outcome, found.waiver) == ("not_met", Waiver.objects.get())
    assert why("C04", "ST-02").waiver is None


def test_rollup_and_dimensions_come_along(golden):
    found = explanations.explain_all(golden["C05"], AS_OF)
    assert (found.rollup, found.dimensions["premises"]) == ("not_compliant", "not_compliant")


def test_explanation_costs_the_same_queries_whatever_was_filed(golden, center):
    def queries(one, **kwargs):
        with CaptureQueriesContext(connection) as captured:
            explanations.explain(one, AS_OF, **kwargs)
        return len(captured)

    assert queries(golden["C01"]) == queries(golden["C08"])
    # What was never filed need not be read.
    assert queries(center) < queries(golden["C01"])
    assert queries(golden["C01"], with_names=True) == queries(golden["C01"]) + 1


def test_title_follows_the_language(golden, why):
    assert why("C01", "ST-02").title == "Full-time director"
    with translation.override("zh-hans"):
        assert why("C01", "ST-02").title == "专职负责人"
