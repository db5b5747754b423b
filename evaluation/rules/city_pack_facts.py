"""What a district's yearly report is made of: what is known of a year, the figures, and the index
of what proves them, each entry by the SHA-256 of its canonical text."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import orjson

from evaluation.rules.base import Outcome
from evaluation.rules.facts import Funding, Premises, Staff

COUNT, PERCENT, AREA, MONEY = "count", "percent", "m2", "ten_thousand_yuan"
# The name under which a center's evidence holds its verdict.
ROLLUP = "rollup"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One entry of the index: what it is, its name within its kind, and the SHA-256 of its
    canonical text."""

    kind: str
    key: str
    label: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True)
class Center:
    """One center on the day. Rows are None while their section was never filed; ``area_m2``
    likewise. ``evidence`` is that of its sections, by kind, and of its findings, by rule."""

    code: str
    township: str
    rollup: str
    outcomes: Mapping[str, Outcome]
    evidence: Mapping[str, Evidence]
    staff: tuple[Staff, ...] | None = None
    premises: tuple[Premises, ...] | None = None
    funding: tuple[Funding, ...] | None = None
    area_m2: Decimal | None = None


@dataclass(frozen=True)
class Proven:
    """One thing that is counted: of which kind, how it stands, whose it is, and what proves it."""

    evidence: Evidence
    kind: str = ""
    state: str = ""
    of: str = ""


@dataclass(frozen=True)
class YearInputs:
    """All that is known of a district and a year.

    ``rules`` are ids of the standard, ``functions`` those of the functions. ``duties`` are the
    outcomes of the duties by the kind of their rule. ``grades`` is None while no round of the year
    is final. ``lists`` proves how much of a kind there was, also that there was nothing.
    """

    year: int
    as_of: date
    townships: Mapping[str, Evidence]
    centers: tuple[Center, ...]
    rules: tuple[str, ...]
    functions: tuple[str, ...]
    duties: Mapping[str, Outcome]
    duty_evidence: Mapping[str, Evidence]
    grades: tuple[Proven, ...] | None = None
    complaints: tuple[Proven, ...] = ()
    feedback: tuple[Proven, ...] = ()
    items: tuple[Proven, ...] = ()
    disclosures: tuple[Proven, ...] = ()
    filings: tuple[Proven, ...] = ()
    lists: Mapping[str, Evidence] = field(default_factory=dict)


@dataclass(frozen=True)
class Figure:
    """One figure of a pack. ``of`` names the denominator, or of how many centers a sum is;
    ``parts`` are the counts or amounts it is made of; ``evidence`` holds names of the index."""

    key: str
    group: str
    unit: str
    value: str | None
    numerator: int | None = None
    denominator: int | None = None
    of: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)
    last_year: str | None = None
    change: str | None = None
    evidence: tuple[str, ...] = ()


def canonical(content: Any) -> str:
    """The one text of what JSON holds: keys in order, no blanks, no floats, one newline at its end.

    Raises ``TypeError`` for a float, whose digits depend on who writes them.
    """
    _refuse_floats(content)
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS).decode() + "\n"


def digest(content: Any) -> str:
    """SHA-256 of the canonical text; dates and decimals become text."""
    return sha256(canonical(_plain(content)).encode()).hexdigest()


def proven(kind: str, key: str, label: str, content: Any) -> Evidence:
    """The entry of what says ``content``."""
    return Evidence(kind, key, label, digest(content))


def _refuse_floats(content: Any) -> None:
    if isinstance(content, float):
        raise TypeError(f"{content!r} is a float: write decimals as text")
    if isinstance(content, Mapping):
        for value in content.values():
            _refuse_floats(value)
    elif isinstance(content, list | tuple):
        for value in content:
            _refuse_floats(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
