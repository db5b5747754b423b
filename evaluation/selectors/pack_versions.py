"""Versions of the standard: which judged when, and what differs between two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from evaluation.models import Activation, Pack
from evaluation.rules.base import Rule
from evaluation.rules.parameters import Parameter
from evaluation.selectors import parameter_wording, parameters, wording

DAY = timedelta(days=1)
# What may differ of a rule or a parameter.
LABELS = {
    "rule_class": _("class"),
    "clause": _("clause"),
    "quote": _("quote"),
    "kind": _("kind of test"),
    "subject": _("what it judges"),
    "dimension": _("part of the standard"),
    "title": _("title"),
    "title_en": _("English title"),
    "default": _("default"),
    "accepted": _("takes"),
    "rules": _("rules"),
    "looser": _("which direction asks for less"),
}


@dataclass(frozen=True)
class Period:
    """A pack judges from a day to another; without an end until further notice."""

    activation: Activation
    starts_on: date
    ends_on: date | None


def periods(known_at: datetime | None = None) -> list[Period]:
    """Which pack judges when, in the order of the days, by what was decided now or by a moment; of
    one day the later decision counts."""
    decisions = Activation.objects.own().standing(known_at)
    decided = list(decisions.select_related("pack", "activated_by"))
    by_day = {each.active_from: each for each in decided}
    days = sorted(by_day)
    ends = [day - DAY for day in days[1:]]
    return [
        Period(by_day[day], day, end)
        for day, end in zip(days, [*ends, None], strict=True)
    ]


def newest_decision() -> int:
    """The newest activation there is, withdrawn or not; 0 without any."""
    return Activation.objects.own().aggregate(newest=Max("pk"))["newest"] or 0


@dataclass(frozen=True)
class Change:
    """Something of both versions that differs: ``parts`` are (what, before, after) in words."""

    name: str
    title: str
    parts: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Difference:
    """What a version has that another has not, and what both have and differs."""

    rules_added: list[tuple[Rule, str]]
    rules_removed: list[tuple[Rule, str]]
    rules_changed: list[Change]
    parameters_added: list[Change]
    parameters_removed: list[Change]
    parameters_changed: list[Change]

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))


def difference(old: Pack, new: Pack) -> Difference:
    """From the old version to the new, in the order of the document."""
    before, after = parameters.parsed(old), parameters.parsed(new)
    rules_before = {rule.id: rule for rule in before.rules}
    rules_after = {rule.id: rule for rule in after.rules}
    both = [(rules_before[each], rules_after[each]) for each in rules_after if each in rules_before]
    kept = [
        (before.parameters[name], after.parameters[name])
        for name in after.parameters
        if name in before.parameters
    ]
    return Difference(
        rules_added=_titled(each for each in after.rules if each.id not in rules_before),
        rules_removed=_titled(each for each in before.rules if each.id not in rules_after),
        rules_changed=[
            Change(new_rule.id, wording.rule_title(new_rule), _rule_parts(old_rule, new_rule))
            for old_rule, new_rule in both
            if old_rule != new_rule
        ],
        parameters_added=_only(after.parameters, before.parameters, rules_after),
        parameters_removed=_only(before.parameters, after.parameters, rules_before),
        parameters_changed=[
            Change(
                new_one.name,
                parameter_wording.title(new_one),
                _parameter_parts(old_one, new_one, rules_before, rules_after),
            )
            for old_one, new_one in kept
            if old_one != new_one
        ],
    )


def _titled(rules: Iterable[Rule]) -> list[tuple[Rule, str]]:
    return [(rule, wording.rule_title(rule)) for rule in rules]


def _only(
    have: Mapping[str, Parameter], lack: Mapping[str, Parameter], rules: Mapping[str, Rule]
) -> list[Change]:
    return [
        Change(name, parameter_wording.title(each), [_default(each, rules)])
        for name, each in have.items()
        if name not in lack
    ]


def defaults(
    declared: Mapping[str, Parameter], rules: Mapping[str, Rule]
) -> list[tuple[Parameter, str, str, str]]:
    """(parameter, title, default, what it takes) of a version, in words."""
    return [
        (
            each,
            parameter_wording.title(each),
            parameter_wording.value(each, each.default, rules),
            parameter_wording.accepted(each, rules),
        )
        for each in declared.values()
    ]


def _default(parameter: Parameter, rules: Mapping[str, Rule]) -> tuple[str, str, str]:
    said = parameter_wording.value(parameter, parameter.default, rules)
    return (str(LABELS["default"]), "", said)


_RULE_PARTS = ("rule_class", "clause", "quote", "kind", "subject", "dimension", "title", "title_en")


def _rule_parts(old: Rule, new: Rule) -> list[tuple[str, str, str]]:
    return [
        (str(LABELS[name]), str(getattr(old, name)), str(getattr(new, name)))
        for name in _RULE_PARTS
        if getattr(old, name) != getattr(new, name)
    ]


def _parameter_parts(
    old: Parameter,
    new: Parameter,
    rules_before: Mapping[str, Rule],
    rules_after: Mapping[str, Rule],
) -> list[tuple[str, str, str]]:
    said: list[tuple[str, Any, Any]] = [
        (
            "default",
            parameter_wording.value(old, old.default, rules_before),
            parameter_wording.value(new, new.default, rules_after),
        ),
        (
            "accepted",
            parameter_wording.accepted(old, rules_before),
            parameter_wording.accepted(new, rules_after),
        ),
        ("clause", old.clause, new.clause),
        ("rules", ", ".join(old.rules), ", ".join(new.rules)),
        ("title", old.title, new.title),
        ("title_en", old.title_en, new.title_en),
        ("looser", old.looser, new.looser),
    ]
    return [
        (str(LABELS[name]), before, after) for name, before, after in said if before != after
    ]
