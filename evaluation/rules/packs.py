"""Rule packs: one standard as data, checked as a whole before anything is judged by it.

A pack is a TOML file: the document (`code`, the `division` it holds in, `version`, `issuer`,
`doc_no`, `title`, `effective_from`), its `[[rules]]` in order, `[parameters.<name>]`, and the
`[[items]]` that are recorded and not judged.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from evaluation.rules import KINDS
from evaluation.rules.base import GROUPS, LEVELS, RULE_CLASSES, Item, Rule
from evaluation.rules.information import ITEMS
from evaluation.rules.parameters import TYPES, Parameter, ParameterError

_DOCUMENT_KEYS = ("code", "division", "issuer", "doc_no", "title")
_RULE_KEYS = ("id", "clause", "quote", "class", "kind", "dimension", "title", "title_en")
_ITEM_KEYS = ("id", "clause", "quote", "kind", "title", "title_en")
_PARAMETER_KEYS = ("type", "clause", "title", "title_en")
_PARAMETER_OPTIONS = (
    *("default", "rules", "is_nullable", "minimum", "maximum", "choices", "looser"),
    *("use", "use_en"),
)
_DIRECTIONS = ("", "lower", "higher")
_RANGED_TYPES = ("int", "decimal")


class PackError(ValueError):
    """A pack that cannot be used: the place in it and what is wrong there."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


@dataclass(frozen=True, slots=True)
class RulePack:
    """One dated version of a standard; rules in the order of the document.

    Of the rules some judge a center and some a district.
    """

    code: str
    division: str
    version: int
    issuer: str
    doc_no: str
    title: str
    effective_from: date
    rules: tuple[Rule, ...]
    parameters: Mapping[str, Parameter]
    items: tuple[Item, ...] = ()
    center_rules: tuple[Rule, ...] = field(init=False)
    district_rules: tuple[Rule, ...] = field(init=False)

    def __post_init__(self) -> None:
        # Kept, not asked for again: a run reads them once per center.
        for level in LEVELS:
            rules = tuple(rule for rule in self.rules if KINDS[rule.kind].level == level)
            object.__setattr__(self, f"{level}_rules", rules)


def read_pack(path: Path) -> RulePack:
    """The pack in a TOML file; raises PackError where it cannot be read or used."""
    try:
        return parse_pack(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(path.name, str(error)) from error


def parse_pack(data: Mapping[str, Any]) -> RulePack:
    """The pack in a TOML dict; raises PackError at the first place that is wrong."""
    _refuse_unknown_keys(
        data, (*_DOCUMENT_KEYS, "version", "effective_from", "rules", "parameters", "items"), "pack"
    )
    rules = _rules(data.get("rules"))
    parameters = _parameters(data.get("parameters", {}))
    _check_references(rules, parameters)
    return RulePack(
        **{key: _text(data, key, "pack") for key in _DOCUMENT_KEYS},
        version=_version(data),
        effective_from=_effective_from(data),
        rules=rules,
        parameters=parameters,
        items=_items(data.get("items", [])),
    )


def _version(data: Mapping[str, Any]) -> int:
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise PackError("pack.version", "must be a whole number from 1")
    return version


def _effective_from(data: Mapping[str, Any]) -> date:
    day = data.get("effective_from")
    if type(day) is not date:
        raise PackError("pack.effective_from", "must be a date")
    return day


def _rules(items: Any) -> tuple[Rule, ...]:
    if not isinstance(items, list) or not items:
        raise PackError("rules", "must be a list of at least one rule")
    rules = tuple(_rule(item, f"rules[{number}]") for number, item in enumerate(items, start=1))
    seen = set()
    for number, rule in enumerate(rules, start=1):
        if rule.id in seen:
            raise PackError(f"rules[{number}] {rule.id}", "duplicate id")
        seen.add(rule.id)
    return rules


def _rule(item: Any, place: str) -> Rule:
    _check_table(item, place)
    if item.get("id"):
        place = f"{place} {item['id']}"
    _refuse_unknown_keys(item, (*_RULE_KEYS, "subject", "basis"), place)
    values = {key: _text(item, key, place) for key in _RULE_KEYS}
    _check_member(values["class"], RULE_CLASSES, f"{place}.class")
    _check_member(values["kind"], KINDS, f"{place}.kind")
    _check_member(values["dimension"], GROUPS, f"{place}.dimension")
    subject = _subject(item, KINDS[values["kind"]].subjects, place)
    if "basis" in item:
        values["basis"] = _text(item, "basis", place)
    return Rule(rule_class=values.pop("class"), subject=subject, **values)


def _items(items: Any) -> tuple[Item, ...]:
    if not isinstance(items, list):
        raise PackError("items", "must be a list")
    return tuple(_item(item, f"items[{number}]") for number, item in enumerate(items, start=1))


def _item(item: Any, place: str) -> Item:
    _check_table(item, place)
    _refuse_unknown_keys(item, _ITEM_KEYS, place)
    values = {key: _text(item, key, place) for key in _ITEM_KEYS}
    _check_member(values["kind"], ITEMS, f"{place}.kind")
    return Item(**values)


def _subject(item: Mapping[str, Any], known: tuple[str, ...], place: str) -> str:
    """What the rule judges of the many things its kind can; of most kinds there is one."""
    if not known and "subject" not in item:
        return ""
    subject = _text(item, "subject", place)
    _check_member(subject, known, f"{place}.subject")
    return subject


def _parameters(table: Any) -> dict[str, Parameter]:
    _check_table(table, "parameters")
    return {name: _parameter(name, item, f"parameters.{name}") for name, item in table.items()}


def _parameter(name: str, item: Any, place: str) -> Parameter:
    _check_table(item, place)
    _refuse_unknown_keys(item, _PARAMETER_KEYS + _PARAMETER_OPTIONS, place)
    # What no rule reads yet says what will, and need not be of a clause.
    asked = [key for key in _PARAMETER_KEYS if key != "clause" or "use" not in item]
    asked += ["use", "use_en"] if "use" in item else []
    values: dict[str, Any] = {"clause": item.get("clause", "")}
    values |= {key: _text(item, key, place) for key in asked}
    _check_member(values["type"], TYPES, f"{place}.type")
    is_nullable = item.get("is_nullable", False)
    if not isinstance(is_nullable, bool):
        raise PackError(f"{place}.is_nullable", "must be true or false")
    parameter = Parameter(
        name,
        default=None,
        rules=_texts(item, "rules", place),
        choices=_texts(item, "choices", place),
        is_nullable=is_nullable,
        looser=item.get("looser", ""),
        **values,
    )
    _check_member(parameter.looser, _DIRECTIONS, f"{place}.looser")
    parameter = _with_bounds(parameter, item, place)
    # TOML has no null: a nullable parameter without a default is null.
    return replace(parameter, default=_parsed(parameter, item, "default", place))


def _with_bounds(parameter: Parameter, item: Mapping[str, Any], place: str) -> Parameter:
    bounds = [key for key in ("minimum", "maximum") if key in item]
    if bounds and parameter.type not in _RANGED_TYPES:
        raise PackError(f"{place}.{bounds[0]}", f"a {parameter.type} has no range")
    return replace(parameter, **{key: _parsed(parameter, item, key, place) for key in bounds})


def _parsed(parameter: Parameter, item: Mapping[str, Any], key: str, place: str) -> Any:
    try:
        return parameter.parse(item.get(key))
    except ParameterError as error:
        raise PackError(f"{place}.{key}", str(error)) from error


def _check_references(rules: Iterable[Rule], parameters: Mapping[str, Parameter]) -> None:
    """Kinds find the parameters they read, and parameters the rules they touch."""
    ids = {rule.id for rule in rules}
    for name, parameter in parameters.items():
        for rule_id in parameter.rules:
            _check_member(rule_id, ids, f"parameters.{name}.rules")
    for number, rule in enumerate(rules, start=1):
        for name in KINDS[rule.kind].parameters:
            if name not in parameters:
                place = f"rules[{number}] {rule.id}"
                raise PackError(place, f"kind {rule.kind} needs parameter {name}")


def _check_table(item: Any, place: str) -> None:
    if not isinstance(item, Mapping):
        raise PackError(place, "must be a table")


def _refuse_unknown_keys(item: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    for key in item:
        if key not in known:
            raise PackError(f"{place}.{key}", "unknown key")


def _check_member(value: str, known: Iterable[str], place: str) -> None:
    if value not in known:
        raise PackError(place, f"unknown: {value}")


def _text(item: Mapping[str, Any], key: str, place: str) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise PackError(f"{place}.{key}", "must be a text and not empty")
    return value


def _texts(item: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    values = item.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise PackError(f"{place}.{key}", "must be a list of texts")
    return tuple(values)
