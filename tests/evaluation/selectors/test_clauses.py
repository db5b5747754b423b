"""Every clause id that a form or a rule names leads to its words."""

from pathlib import Path

import pytest

from centers.models.definitions import DEFINITIONS
from evaluation.rules.packs import read_pack
from evaluation.selectors import clauses, parameters
from evaluation.selectors.parameters import Setting
from evaluation.services.packs import FOLDER

PACK = read_pack(FOLDER / "shanghai-2024-1.toml")
DOCUMENT = clauses.document(PACK.code)
GUIDANCE = Path(__file__).parents[2] / "data/guidance.md"
ASKED = sorted({d.clause for fields in DEFINITIONS.values() for d in fields.values()} - {""})
SETTING = Setting(PACK, parameters.typed_values(PACK.parameters, {}), 0)


def bare(text):
    """The text without blanks, with Chinese commas and brackets, and the scan's slip mended."""
    return "".join(text.replace(" and ", "和").replace(",", "，").split())


@pytest.mark.parametrize("clause", ASKED)
def test_every_clause_of_the_forms_resolves(clause):
    found = clauses.find(clause, SETTING)
    assert found.quote in found.before + found.quote + found.after
    assert found.title


@pytest.mark.parametrize("clause", list(DOCUMENT["clauses"]))
def test_clause_stands_once_in_its_paragraph(clause):
    paragraph = DOCUMENT["paragraphs"][clause.rpartition("-")[0]]
    assert paragraph["text"].count(DOCUMENT["clauses"][clause]) == 1


@pytest.mark.parametrize("rule", PACK.rules, ids=lambda rule: rule.id)
def test_rule_and_document_agree_on_the_clause(rule):
    assert DOCUMENT["clauses"][rule.clause] == rule.quote


@pytest.mark.parametrize("paragraph", DOCUMENT["paragraphs"].values(), ids=lambda p: p["id"])
def test_paragraph_is_the_documents(paragraph):
    original = bare(GUIDANCE.read_text(encoding="utf-8"))
    assert bare(paragraph["text"]) in original
    assert bare(paragraph["title"]) in original


def test_clause_names_its_rules_with_class_and_requirement():
    (use,) = clauses.find("三(二)-4", SETTING).uses
    assert (use.rule.id, use.class_label) == ("ST-08", "一般要求")
    assert "30.00" in use.required


def test_clause_no_rule_judges_is_quoted_from_the_document():
    found = clauses.find("三(二)-3", SETTING)
    assert (found.quote, found.uses) == ("有条件的可相对独立", [])
    assert found.before.endswith("办公场所应满足工作开展需要，")


def test_unknown_clause_is_nothing():
    assert clauses.find("九-9", SETTING) is None


def test_city_whose_document_is_not_kept_quotes_its_rules():
    assert clauses.document("hangzhou-2030-1") == {"paragraphs": {}, "clauses": {}}
