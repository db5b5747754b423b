"""Parameters of a rule pack: their declarations, and raw values turned into typed ones.

A raw value comes from TOML, from JSON or from a form, where it is text. The typed values rules
see are bool, int, Decimal, str (choice), frozenset of str (list), (month, day) and None.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

TYPES = ("bool", "int", "decimal", "choice", "list", "month_day")

UNKNOWN_PARAMETER = "unknown_parameter"
NULL_NOT_ALLOWED = "null_not_allowed"
WRONG_TYPE = "wrong_type"
BELOW_MINIMUM = "below_minimum"
ABOVE_MAXIMUM = "above_maximum"
NOT_A_CHOICE = "not_a_choice"
PROBLEMS = frozenset(
    {
        UNKNOWN_PARAMETER,
        NULL_NOT_ALLOWED,
        WRONG_TYPE,
        BELOW_MINIMUM,
        ABOVE_MAXIMUM,
        NOT_A_CHOICE,
    }
)

_INT = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,9})?")
_MONTH_DAY = re.compile(r"([0-9]{2})-([0-9]{2})")
_BOOLS = {"true": True, "false": False}


class ParameterError(ValueError):
    """A value a parameter cannot take: its name, the problem's code, and what was expected."""

    def __init__(self, name: str, problem: str, expected: str = "") -> None:
        super().__init__(f"{name}: {problem}" + (f" ({expected})" if expected else ""))
        self.name = name
        self.problem = problem
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Parameter:
    """One threshold or reading a district may set: its type, its range and its clause.

    `choices` are the values of a choice, or the members a list may have; empty means any.
    `looser` says which direction asks for less: "lower", "higher", or "" where none does. `use`
    says what reads a parameter that no rule does.
    """

    name: str
    type: str
    default: Any
    clause: str
    rules: tuple[str, ...]
    title: str
    title_en: str
    is_nullable: bool = False
    minimum: int | Decimal | None = None
    maximum: int | Decimal | None = None
    choices: tuple[str, ...] = ()
    looser: str = ""
    use: str = ""
    use_en: str = ""

    def is_looser(self, value: Any, than: Any) -> bool:
        """Whether a figure asks for less than another; null asks for nothing.

        Only figures with a declared direction can be looser: the rest are readings.
        """
        if not self.looser or value == than or than is None:
            return False
        return value is None or (value < than) == (self.looser == "lower")

    def parse(self, raw: Any) -> Any:
        """The typed value.

        Raises ParameterError where the type, the range or the choices refuse it.
        """
        if raw is None:
            if not self.is_nullable:
                raise ParameterError(self.name, NULL_NOT_ALLOWED, self.type)
            return None
        value = _PARSERS[self.type](raw)
        if value is None:
            raise ParameterError(self.name, WRONG_TYPE, self.type)
        self._check_range(value)
        self._check_choices(value)
        return value

    def dump(self, value: Any) -> Any:
        """The typed value as JSON; `parse` reads it back."""
        if isinstance(value, Decimal):
            return f"{value:f}"
        if isinstance(value, frozenset):
            return sorted(value)
        if self.type == "month_day" and value is not None:
            return "{:02}-{:02}".format(*value)
        return value

    def _check_range(self, value: Any) -> None:
        if self.minimum is not None and value < self.minimum:
            raise ParameterError(self.name, BELOW_MINIMUM, str(self.minimum))
        if self.maximum is not None and value > self.maximum:
            raise ParameterError(self.name, ABOVE_MAXIMUM, str(self.maximum))

    def _check_choices(self, value: Any) -> None:
        if not self.choices:
            return
        chosen = value if self.type == "list" else {value}
        if not chosen <= set(self.choices):
            raise ParameterError(self.name, NOT_A_CHOICE, ", ".join(self.choices))


def typed_values(
    parameters: Mapping[str, Parameter], overrides: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Every parameter by name: the raw override where there is one, else the default.

    Raises ParameterError for a name the pack does not declare and for a value it refuses.
    """
    values = {name: parameter.default for name, parameter in parameters.items()}
    for name, raw in (overrides or {}).items():
        if name not in parameters:
            raise ParameterError(name, UNKNOWN_PARAMETER)
        values[name] = parameters[name].parse(raw)
    return values


class Override(NamedTuple):
    """A raw value that a level set, or a reset; ``version`` is its name in findings."""

    version: int
    level: str
    key: str
    value: Any
    is_reset: bool = False


class Resolved(NamedTuple):
    """The value that holds, and the version of the override it comes from; 0 is the default."""

    value: Any
    version: int = 0


def resolve(
    parameters: Mapping[str, Parameter],
    overrides: Iterable[Override],
    required: Collection[str] = (),
) -> dict[str, Resolved]:
    """Every parameter by name: default ← the level above ← the level below.

    ``overrides`` come from the top level down, and within a level from the earliest on; the last
    of a level speaks for it. What the pack does not declare is left out. A figure of ``required``
    only gets stricter on the way down: a looser one does not hold.
    """
    values = {name: Resolved(parameter.default) for name, parameter in parameters.items()}
    spoken = {(override.level, override.key): override for override in overrides}
    for override in spoken.values():
        parameter = parameters.get(override.key)
        if parameter is None or override.is_reset:
            continue
        value = parameter.parse(override.value)
        above = values[override.key].value
        if override.key in required and parameter.is_looser(value, above):
            continue
        values[override.key] = Resolved(value, override.version)
    return values


# Each parser returns None for what it cannot read.


def _bool(raw: Any) -> bool | None:
    return raw if isinstance(raw, bool) else _BOOLS.get(raw) if isinstance(raw, str) else None


def _int(raw: Any) -> int | None:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    return int(raw) if _INT.fullmatch(str(raw)) else None


def _decimal(raw: Any) -> Decimal | None:
    # A float is refused: it has already lost the exact figure.
    if isinstance(raw, bool) or not isinstance(raw, int | str | Decimal):
        return None
    text = f"{raw:f}" if isinstance(raw, Decimal) else str(raw)
    return Decimal(text) if _DECIMAL.fullmatch(text) else None


def _choice(raw: Any) -> str | None:
    return raw if isinstance(raw, str) and raw else None


def _list(raw: Any) -> frozenset[str] | None:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            return None
    if not isinstance(raw, list | tuple | frozenset):
        return None
    return frozenset(raw) if all(isinstance(item, str) and item for item in raw) else None


def _month_day(raw: Any) -> tuple[int, int] | None:
    match = _MONTH_DAY.fullmatch(raw) if isinstance(raw, str) else None
    if match is None:
        return None
    month, day = int(match[1]), int(match[2])
    try:
        # A common year: 29 February is no deadline, for it does not come every year.
        date(2023, month, day)
    except ValueError:
        return None
    return month, day


_PARSERS = {
    "bool": _bool,
    "int": _int,
    "decimal": _decimal,
    "choice": _choice,
    "list": _list,
    "month_day": _month_day,
}
