"""Every rule of the city's pack stands in the document, word for word."""

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest

from evaluation.rules import KINDS
from evaluation.rules.packs import read_pack
from evaluation.services.packs import FOLDER

TESTS = Path(__file__).parents[1]
PACK = read_pack(FOLDER / "shanghai-2024-1.toml")
TEXTS = tomllib.loads((FOLDER / "texts/shanghai-2024-1.toml").read_text(encoding="utf-8"))
GUIDANCE = (TESTS / "data/guidance.md").read_text(encoding="utf-8")
BY_ID = pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.id)
# What a document's layout adds to its words.
SECTION = re.compile(r"^### \[(?P<id>[^\]]+)\]", re.MULTILINE)


def words(text):
    """The text without blanks, so that neither lines nor 中西文 spacing matter, and with the scan's
    slip mended."""
    return "".join(unicodedata.normalize("NFC", text).replace(" and ", "和").split())


def clause_text(clause):
    """The part of the document a clause id names: 三(一)-1′ → [三(一)], 三-0 → the head of 三."""
    section = clause.split("-")[0]
    found = re.search(
        rf"^### \[{re.escape(section)}\].*?(?=^##|\Z)", GUIDANCE, re.MULTILINE | re.DOTALL
    )
    if found is None:
        numeral = re.escape(section)
        found = re.search(rf"^## {numeral}、.*?(?=^##|\Z)", GUIDANCE, re.MULTILINE | re.DOTALL)
    assert found, clause
    return found[0]


def test_the_pack_holds_the_fifteen_construction_rules_and_the_twenty_two_functions():
    ids = [rule.id for rule in PACK.rules]
    assert ids[:15] == [f"ST-{n:02d}" for n in range(1, 16)]
    assert len([rule_id for rule_id in ids if rule_id.startswith("FN-")]) == 22


@BY_ID
def test_rule_has_clause_class_and_titles(rule):
    assert re.fullmatch(r"[一二三四](\([一二三四]\))?-\d+[a-f′]?", rule.clause)
    assert rule.rule_class in {"M", "G", "E", "D", "L"}
    # What is law names its article; what is not names none.
    assert bool(rule.basis) == (rule.rule_class == "L")
    assert rule.title
    assert rule.title_en


@BY_ID
def test_quote_stands_in_the_clause_it_names(rule):
    assert words(rule.quote) in words(clause_text(rule.clause))


# The modality of the words decides the class: domain §1.2.
MODALITY = {"M": "应|按照|实行|配备|标识|资助", "G": "一般|不宜|原则上", "E": "鼓励"}


@BY_ID
def test_class_fits_the_words_of_the_quote(rule):
    if rule.rule_class == "L":
        assert "按照《民办非企业单位登记管理暂行条例》" in rule.quote
        return
    if rule.rule_class == "D":
        # 要, in the sentence or, for each of part 二, at the head of the part.
        head = next(each for each in TEXTS["paragraphs"] if each["id"] == "二")["text"]
        paragraph = clause_text(rule.clause)
        assert "要" in (head if rule.clause.startswith("二(") else paragraph)
        return
    assert re.search(MODALITY[rule.rule_class], rule.quote)
    if rule.rule_class == "M":
        assert not re.search("鼓励|不宜|原则上", rule.quote)


def test_classes_are_those_of_the_reference():
    found = {}
    for rule in PACK.rules:
        found.setdefault(rule.rule_class, []).append(int(rule.id[3:]))
    assert {name: found[name] for name in "MG"} == {
        "M": [1, 2, 7, 9, 10, 11, 12, 15],
        "G": [3, 4, 8, 13],
    }
    assert found["E"] == [5, 6, 14, 33]


@pytest.mark.parametrize("kind", KINDS)
def test_kind_is_tested_by_name(kind):
    """The pack's rule of this kind, or the kind itself, is named in a test of the rules."""
    ids = [rule.id for rule in PACK.rules if rule.kind == kind]
    texts = [
        path.read_text(encoding="utf-8") for path in (TESTS / "evaluation/rules").glob("test_*.py")
    ]
    unit = [text for text in texts if "GOLDEN" not in text]
    assert any(name in text for text in unit for name in (kind, *ids))


@pytest.mark.parametrize("kind", KINDS)
def test_kind_is_used_by_a_rule(kind):
    assert [rule.id for rule in PACK.rules if rule.kind == kind]


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_function_says_the_policy_in_chinese(kind):
    doc = KINDS[kind].judge.__doc__ or ""
    assert re.search(r"[\u4e00-\u9fff]{4}", doc.splitlines()[0])


def test_own_figures_of_the_document_are_the_defaults():
    """Only 1 director, 2 full-time staff and 30 m² are the document's own."""
    assert "不少于2名" in GUIDANCE.replace(" ", "")
    assert "30平方米" in GUIDANCE.replace(" ", "")
    assert PACK.parameters["min_fulltime_staff"].default == 2
    assert str(PACK.parameters["min_area"].default) == "30.00"
