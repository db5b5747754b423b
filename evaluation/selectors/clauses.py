"""The words of a clause: from the rule pack in force, and from the document the pack comes from."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluation.rules.base import Rule
from evaluation.rules.packs import RulePack
from evaluation.selectors import wording
from evaluation.selectors.parameters import Setting

TEXTS = Path(__file__).resolve().parent.parent / "packs" / "texts"


@dataclass(frozen=True)
class Use:
    """A rule that judges by the clause: its class and what it asks for, in words."""

    rule: Rule
    title: str
    class_label: str
    required: str


@dataclass(frozen=True)
class Clause:
    """A clause's words where they stand: ``before`` and ``after`` are the rest of the paragraph."""

    id: str
    title: str
    before: str
    quote: str
    after: str
    uses: list[Use]


@lru_cache(maxsize=8)
def document(code: str) -> Mapping[str, Any]:
    """The text a pack comes from: ``paragraphs`` by id and ``clauses``; empty where none is kept.

    ``code`` is the pack's; a test holds every quote to be found once in its paragraph.
    """
    try:
        data = tomllib.loads((TEXTS / f"{code}.toml").read_text("utf-8"))
    except FileNotFoundError:
        return {"paragraphs": {}, "clauses": {}}
    return {
        "paragraphs": {each["id"]: each for each in data["paragraphs"]},
        "clauses": data["clauses"],
    }


def find(clause: str, setting: Setting) -> Clause | None:
    """The clause of the pack's document, or None when the document has none of that id."""
    rules = [rule for rule in setting.pack.rules if rule.clause == clause]
    quote = _quote(clause, setting.pack, rules)
    if quote is None:
        return None
    paragraph = document(setting.pack.code)["paragraphs"].get(clause.rpartition("-")[0], {})
    before, found, after = paragraph.get("text", "").partition(quote)
    return Clause(
        id=clause,
        title=paragraph.get("title", ""),
        before=before if found else "",
        quote=quote,
        after=after,
        uses=[_use(rule, setting) for rule in rules],
    )


def _quote(clause: str, pack: RulePack, rules: list[Rule]) -> str | None:
    """As the pack quotes it; of what no rule judges, as the document says it."""
    if rules:
        return rules[0].quote
    return document(pack.code)["clauses"].get(clause)


def _use(rule: Rule, setting: Setting) -> Use:
    return Use(
        rule=rule,
        title=wording.rule_title(rule),
        class_label=wording.class_label(rule),
        required=wording.required_text(rule.kind, setting.values),
    )
