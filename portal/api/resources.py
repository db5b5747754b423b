"""What a resource is: its fields with their meanings, its key, and what tells of its changes.

One declaration makes the OpenAPI shape, the choice of fields, the columns of CSV, the guide's
tables and the contract's tests. A field without a meaning is refused when it is declared.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from portal.api import Fault, Problem

TYPES = {
    "code",
    "text",
    "day",
    "time",
    "decimal",
    # A count, never below zero; ``integer`` may be.
    "whole",
    "integer",
    "flag",
    "choice",
    # Names of figures with decimals as text, and any value of JSON.
    "figures",
    "value",
    "object",
    "list(object)",
    "list(text)",
    "list(choice)",
}
LISTS = {"list(object)", "list(text)", "list(choice)"}
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Deprecation:
    """What goes away, since when that is known, on which day, and what replaces it."""

    since: date
    sunset: date
    successor: str = ""


@dataclass(frozen=True)
class Field:
    """One field of a resource, as clients read it."""

    name: str
    type: str
    # One sentence: what is counted or stated, by whom, since when; what null means.
    meaning: Any
    nullable: bool = False
    # (value, label) of a choice.
    values: Sequence[tuple[str, Any]] = ()
    # Of an object and of the objects in a list.
    fields: Sequence["Field"] = ()
    # Of a quantity, such as m² or yuan.
    unit: str = ""
    # Of a rate: the field it is divided by.
    denominator: str = ""
    # Further values may come; clients must bear them.
    is_open: bool = False
    deprecated: Deprecation | None = None
    # Name of the object's shape, where it is not made of the names around it.
    shape: str = ""

    def __post_init__(self) -> None:
        if self.type not in TYPES or not NAME.fullmatch(self.name) or not self.meaning:
            message = (
                f"A field needs a name, a known type and a meaning: {self.name!r}, {self.type!r}."
            )
            raise ValueError(message)
        if ("object" in self.type) != bool(self.fields) or ("choice" in self.type) != bool(
            self.values
        ):
            message = f"Objects have fields and choices have values: {self.name!r}."
            raise ValueError(message)


@dataclass(frozen=True)
class Resource:
    """One kind of thing that has an address."""

    # Such as organizations: the operation's name, the guide's anchor.
    name: str
    # Below /api/v1/, with a slash at the end.
    path: str
    # One of the data sets, or REFERENCE.
    dataset: str
    fields: tuple[Field, ...]
    # The fields that are the key, in the order of the list.
    key: tuple[str, ...]
    title: Any
    about: Any
    # none, as_of, or both: as_of and known_at.
    moment: str = "none"
    # Under which name the feed tells of it; None: it does not.
    feed: str | None = None
    # The feed's names on which the answer of now depends; none: its tag is made of the answer.
    rests_on: tuple[str, ...] = ()
    streams: bool = True
    example: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        names = [each.name for each in self.fields]
        if len(set(names)) < len(names) or not set(self.key) <= set(names):
            raise ValueError(f"{self.name}: fields are named once and the key is among them.")


# Name → resource and → its list, in the order of the addresses.
REGISTRY: dict[str, Resource] = {}
LISTED: dict[str, Any] = {}


def register(view):
    """Enter a list under its resource's name; a name means one resource."""
    known = LISTED.setdefault(view.resource.name, view)
    if known is not view:
        raise ValueError(f"Two resources are named {view.resource.name!r}.")
    REGISTRY[view.resource.name] = view.resource
    return view


def labels(choices):
    """A function that words a value of these choices; None stays None."""
    return lambda value: None if value is None else str(choices(value).label)


def paths(fields: Sequence[Field]) -> list[str]:
    """Every name that may be chosen: fields, and one level of their parts after a dot."""
    found = []
    for each in fields:
        found.append(each.name)
        found += [f"{each.name}.{part.name}" for part in each.fields]
    return found


def chosen(fields: Sequence[Field], names: Sequence[str]) -> dict[str, set[str] | None]:
    """Field → the parts of it that are wanted, None for all of them, in the contract's order.

    Raises a 400 ``Problem`` that names every unknown one and the known ones.
    """
    known = paths(fields)
    if unknown := [name for name in names if name not in known]:
        message = _("There is no field “%(name)s” here.") % {"name": unknown[0][:60]}
        faults = [Fault("fields", name, message, known) for name in unknown]
        raise Problem(400, "unknown_field", message, faults)
    wanted: dict[str, set[str] | None] = {}
    for name in sorted(names, key=known.index):
        whole, _dot, part = name.partition(".")
        if not part:
            wanted[whole] = None
        elif wanted.get(whole, ()) is not None:
            wanted[whole] = {*(wanted.get(whole) or ()), part}
    return wanted


def cut(document: Mapping[str, Any], wanted: Mapping[str, set[str] | None] | None) -> Any:
    """The chosen part of a document."""
    if wanted is None:
        return document
    return {name: _part(document[name], parts) for name, parts in wanted.items()}


def _part(value: Any, parts: set[str] | None) -> Any:
    if parts is None or value is None:
        return value
    if isinstance(value, list):
        return [_part(each, parts) for each in value]
    return {name: each for name, each in value.items() if name in parts}


def columns(
    fields: Sequence[Field], wanted: Mapping[str, set[str] | None] | None = None
) -> list[tuple[str, tuple[str, ...]]]:
    """Columns of a table: (heading, where the value stands in the document)."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for each in fields:
        if wanted is not None and each.name not in wanted:
            continue
        parts = wanted and wanted[each.name]
        if each.type == "object":
            found += [
                (f"{each.name}_{inner.name}", (each.name, inner.name))
                for inner in each.fields
                if not parts or inner.name in parts
            ]
        else:
            found.append((each.name, (each.name,)))
    return found
