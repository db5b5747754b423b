"""Every code a rule may produce has a sentence, and every sentence gets its figures."""

import re
from datetime import date

import pytest
from django.utils import translation
from hypothesis import given, settings

from evaluation.rules import EXCLUSIONS, KINDS, REASONS, REMEDIES, evaluate
from evaluation.rules.packs import read_pack
from evaluation.rules.parameters import typed_values
from evaluation.selectors import facts, judgments, wording
from evaluation.services.packs import FOLDER
from tests.evaluation.rules.test_properties import FACTS, OVERRIDES

PACK = read_pack(FOLDER / "shanghai-2024-1.toml")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
LANGUAGES = ("en", "zh-hans")


def placeholders(text):
    return set(PLACEHOLDER.findall(str(text)))


def test_every_reason_has_a_sentence_and_every_sentence_a_reason():
    assert set(wording.REASONS) == REASONS


def test_every_exclusion_has_a_sentence_and_every_sentence_an_exclusion():
    assert set(wording.EXCLUSIONS) == EXCLUSIONS


def test_every_remedy_has_a_sentence_and_every_sentence_a_remedy():
    assert set(wording.REMEDIES) == REMEDIES


def test_every_kind_says_what_it_requires():
    assert set(wording.REQUIRED) == set(KINDS)
    assert set(wording.MEASURED) <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_kind_requires_is_filled_from_its_own_parameters(kind):
    assert placeholders(wording.REQUIRED[kind]) <= set(KINDS[kind].parameters)
    text = wording.required_text(kind, typed_values(PACK.parameters))
    assert "%" not in text


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_figure_in_a_reasons_code_is_a_figure_in_no_other_spelling(reason):
    """The template's figures and the sentence's are named alike, or left out of the sentence."""
    in_code = set(re.findall(r"\{(\w+)\}", reason))
    in_text = placeholders(wording.REASONS[reason])
    assert in_code <= in_text or not in_text


def speak(outcome, rule):
    """Every sentence of an outcome, in both languages; KeyError where a figure is missing."""
    for language in LANGUAGES:
        with translation.override(language):
            yield wording.reason_text(outcome.reason, outcome.figures)
            yield wording.measured_text(
                rule.kind, outcome.figures, outcome.outcome, rule.rule_class
            )
            if outcome.remedy:
                yield wording.remedy_text(outcome.remedy.code, outcome.remedy.figures)
            yield from (wording.exclusion_text(code) for _, code in outcome.uncounted)


def assert_spoken(outcome, rule):
    for sentence in speak(outcome, rule):
        assert sentence
        assert not placeholders(sentence), sentence
        assert "None" not in sentence, (rule.id, sentence)


@settings(max_examples=300, deadline=None)
@given(FACTS, OVERRIDES)
def test_every_sentence_gets_its_figures(filed, overrides):
    outcomes = evaluate(filed, PACK.rules, typed_values(PACK.parameters, overrides))
    for rule in PACK.rules:
        assert_spoken(outcomes[rule.id], rule)


@pytest.mark.django_db
@pytest.mark.parametrize("as_of", [date(2025, 6, 30), date(2025, 12, 31), date(2026, 1, 1)])
def test_every_sentence_of_the_golden_centers_gets_its_figures(golden, as_of):
    judged = judgments.judge([center.pk for center in golden.values()], as_of)
    for judgment in judged.values():
        for rule in judgment.setting.pack.center_rules:
            assert_spoken(judgment.outcomes[rule.id], rule)


@pytest.mark.django_db
def test_a_missing_section_is_asked_for_by_name(center, pack):
    with translation.override("en"):
        outcome = judgments.judge([center.pk], date(2025, 12, 31))[center.pk].outcomes["ST-08"]
        text = wording.remedy_text(outcome.remedy.code, outcome.remedy.figures)
    assert text == "File the section “premises”."
    assert set(facts.SHAPES) <= set(wording.SECTIONS)


@pytest.mark.parametrize(
    ("rule_class", "outcome", "label"),
    [
        ("M", "not_met", "not met"),
        ("G", "met", "met"),
        ("E", "not_met", "not adopted"),
        ("E", "met", "adopted"),
        ("E", "no_data", "no data"),
        ("M", "error", "not computed"),
    ],
)
def test_outcome_label_follows_the_class(rule_class, outcome, label):
    with translation.override("en"):
        assert wording.outcome_label(rule_class, outcome) == label


def test_open_ends_of_a_period_are_words_and_not_none():
    day = date(2026, 3, 2)
    with translation.override("en"):
        assert wording.period(day, day) == "2026-03-02 to 2026-03-02"
        assert wording.period(day, None) == "2026-03-02 to now"
        assert wording.period(None, day) == "no stated start to 2026-03-02"
        assert wording.period(None, None) == ""
