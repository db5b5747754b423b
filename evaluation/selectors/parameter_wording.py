"""Parameters in words: titles, values, ranges and choices, and what is wrong with a value."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from centers.models import PremisesRow, StaffRow
from evaluation.models import ParameterOverride
from evaluation.rules import parameters as p
from evaluation.rules.base import Rule
from evaluation.rules.packs import RulePack
from evaluation.rules.parameters import Parameter, ParameterError
from evaluation.selectors import wording

TYPES = {
    "bool": _("yes or no"),
    "int": _("whole number"),
    "decimal": _("number, also with decimals"),
    "choice": _("one of several"),
    "list": _("any of several"),
    "month_day": _("day of the year"),
}
GROUPS = {
    "staffing": _("staffing"),
    "premises": _("premises"),
    "funding": _("funding"),
    "governance": _("governance"),
    "functions": _("functions"),
    "statute": _("statutory duties"),
    "safeguards": _("safeguards of the district"),
    "": _("other readings"),
}
# What a choice says, by parameter; rules are named by their titles.
CHOICES: Mapping[str, Mapping[str, Any]] = {
    "counted_types": dict(StaffRow.EmploymentType.choices),
    "area_basis": dict(PremisesRow.AreaBasis.choices),
    "shared_area_policy": {
        "exclusive_only": _("exclusive area only"),
        "apportioned": _("shared area by its share"),
        "full_shared": _("all of the shared area"),
    },
    "area_site_policy": {
        "sum": _("all sites together"),
        "main_only": _("the main site only"),
    },
    "account_name_match": {
        "strict": _("to the letter"),
        "normalized": _("spaces and brackets aside"),
    },
    "funding_basis": {
        "committed": _("as committed"),
        "received": _("as received"),
    },
    "encouragement_scoring": {"none": _("without points"), "bonus": _("extra points")},
    "default_as_of": {
        "today": _("today"),
        "last_month_end": _("the end of last month"),
        "year_end": _("the end of the year"),
    },
    "no_data_policy": {
        "zero": _("counts as 0"),
        "exclude_and_rescale": _("left out, the rest scaled up"),
        "manual": _("judged by hand"),
    },
}


def title(parameter: Parameter) -> str:
    """The parameter's title in the language in use."""
    return parameter.title_en if (get_language() or "").startswith("en") else parameter.title


def group(parameter: Parameter, rules: Mapping[str, Rule]) -> str:
    """The part of the standard a parameter belongs to: that of the first rule it touches."""
    touched = [rules[each].dimension for each in parameter.rules if each in rules]
    return touched[0] if touched else ""


def choices(parameter: Parameter, rules: Mapping[str, Rule]) -> list[tuple[str, str]]:
    """(code, words) of what may be chosen."""
    return [(code, _choice(parameter, code, rules)) for code in parameter.choices]


def _choice(parameter: Parameter, code: str, rules: Mapping[str, Rule]) -> str:
    if code in rules:
        return f"{code} {wording.rule_title(rules[code])}"
    return str(CHOICES.get(parameter.name, {}).get(code, code))


def value(parameter: Parameter, typed: Any, rules: Mapping[str, Rule]) -> str:
    """A value as people say it; null is “no limit”, which is not 0."""
    return gettext("no limit") if typed is None else _SAY[parameter.type](parameter, typed, rules)


def _bool(_parameter: Parameter, typed: bool, _rules: Mapping[str, Rule]) -> str:
    return gettext("yes") if typed else gettext("no")


def _figure(_parameter: Parameter, typed: int | Decimal, _rules: Mapping[str, Rule]) -> str:
    return f"{typed:f}" if isinstance(typed, Decimal) else str(typed)


def _one(parameter: Parameter, typed: str, rules: Mapping[str, Rule]) -> str:
    return _choice(parameter, typed, rules)


def _many(parameter: Parameter, typed: frozenset[str], rules: Mapping[str, Rule]) -> str:
    """In the order of the pack's choices, whatever order they were chosen in."""
    ordered = [code for code in parameter.choices if code in typed] or sorted(typed)
    named = [_choice(parameter, code, rules) for code in ordered]
    return gettext(", ").join(named) if named else gettext("none")


def _month_day(_parameter: Parameter, typed: tuple[int, int], _rules: Mapping[str, Rule]) -> str:
    return "{:02}-{:02}".format(*typed)


_SAY: dict[str, Callable[[Parameter, Any, Mapping[str, Rule]], str]] = {
    "bool": _bool,
    "int": _figure,
    "decimal": _figure,
    "choice": _one,
    "list": _many,
    "month_day": _month_day,
}


def override(parameter: Parameter, row: ParameterOverride, rules: Mapping[str, Rule]) -> str:
    """What a row set; one the pack cannot take is shown as it was written."""
    if row.is_reset:
        return gettext("as the level above")
    try:
        return value(parameter, parameter.parse(row.value), rules)
    except ParameterError:
        return str(row.value)


def accepted(parameter: Parameter, rules: Mapping[str, Rule]) -> str:
    """What the parameter takes: its type with range or choices."""
    parts = [str(TYPES[parameter.type]), _range(parameter)]
    if parameter.choices:
        parts.append(gettext(", ").join(words for _code, words in choices(parameter, rules)))
    if parameter.is_nullable:
        parts.append(gettext("or no limit"))
    return gettext("; ").join(part for part in parts if part)


def _range(parameter: Parameter) -> str:
    lowest, highest = parameter.minimum, parameter.maximum
    if lowest is None and highest is None:
        return ""
    if highest is None:
        return gettext("%(lowest)s or more") % {"lowest": lowest}
    if lowest is None:
        return gettext("%(highest)s or less") % {"highest": highest}
    return gettext("%(lowest)s to %(highest)s") % {"lowest": lowest, "highest": highest}


_PROBLEMS = {
    p.NULL_NOT_ALLOWED: _("it cannot be left without a value. Give one."),
    p.BELOW_MINIMUM: _("it is below %(expected)s. Give %(accepted)s."),
    p.ABOVE_MAXIMUM: _("it is above %(expected)s. Give %(accepted)s."),
    p.NOT_A_CHOICE: _("it is not among the choices. Choose: %(accepted)s."),
    p.WRONG_TYPE: _("it cannot be read. Give: %(accepted)s."),
    p.UNKNOWN_PARAMETER: _("the pack has no such parameter."),
}


def problem(parameter: Parameter, raw: Any, error: ParameterError, pack: RulePack) -> str:
    """The value, what is wrong with it, and what to give instead."""
    rules = {rule.id: rule for rule in pack.rules}
    said = _PROBLEMS[error.problem] % {
        "expected": error.expected,
        "accepted": accepted(parameter, rules),
    }
    shown = "—" if raw is None else raw
    return gettext("“%(value)s” was given: %(problem)s") % {"value": shown, "problem": said}

