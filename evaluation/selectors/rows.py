"""Rows that lists, streams and details are made of, each with the columns it is read from."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Case, Func, TextField, Value, When
from django.db.models.functions import Cast
from django.utils.translation import gettext

from evaluation.selectors import wording


class FindingRow(NamedTuple):
    """One finding; ``as_of`` is the date it was computed for."""

    center_code: str
    center_name: str
    division_code: str
    division_path: str
    as_of: date
    rule: str
    outcome: str
    reason: str
    figures: Mapping[str, Any]
    in_grace: bool
    waiver_id: int | None
    waiver_reason: str | None
    waiver_from: date | None
    waiver_until: date | None
    waiver_requested_as: str | None
    waiver_requested_at: datetime | None
    waiver_approved_as: str | None
    waiver_approved_at: datetime | None
    params_version: int
    data_version: datetime | None
    computed_at: datetime
    pack_id: int


# Of a waiver, in the order of the fields of a finding that begin with ``waiver_``.
WAIVER_COLUMNS = (
    *("id", "reason", "starts_on", "ends_on"),
    *("requested_as", "requested_at", "approved_as", "approved_at"),
)
FINDING_COLUMNS = (
    *("center__code", "center__name", "center__division__code", "center__division__path"),
    *("as_of", "rule", "outcome", "reason", "figures", "in_grace"),
    *(f"waiver__{column}" for column in WAIVER_COLUMNS),
    *("params_version", "data_version", "computed_at", "run__pack_id"),
)


class RowNote(NamedTuple):
    """One row behind a finding, filed or recorded: where it stands (of a work record its number),
    what it says, and why it was not counted (or nothing)."""

    section: str
    position: int
    label: str
    note: str = ""

    @property
    def section_label(self) -> str:
        """The section, or the records of work, in words."""
        return str(wording.SECTIONS[self.section])

    @property
    def place(self) -> str:
        """The row of a section, or the number of a record."""
        if self.section != "work_records":
            return str(self.position)
        return gettext("No. %(number)s") % {"number": self.position}


class Said(NamedTuple):
    """What a finding says of its rule: the same for thousands of centers."""

    pack_id: int
    rule: str
    outcome: str
    reason: str
    figures: Mapping[str, Any]

    @classmethod
    def read(cls, text: str) -> "Said":
        """From the text of ``TEXT_COLUMNS``."""
        pack_id, rule, outcome, reason, figures = text.split(BREAK, 4)
        return cls(int(pack_id), rule, outcome, reason, json.loads(figures))


@lru_cache(maxsize=20_000)
def outcome_of(text: str) -> tuple[str, str]:
    """The rule and the outcome of the same text; a country repeats it by the thousand."""
    _pack_id, rule, outcome, _rest = text.split(BREAK, 3)
    return rule, outcome


class Basis(NamedTuple):
    """What a finding rests on and since when; ``waiver`` is in the order of WAIVER_COLUMNS."""

    in_grace: bool
    params_version: int
    pack_id: int
    data_version: datetime | None
    computed_at: datetime
    waiver: Sequence[Any]

    @classmethod
    def read(cls, text: str) -> "Basis":
        """From the text of ``TEXT_COLUMNS``."""
        in_grace, version, pack_id, data_version, computed_at, waiver = text.split(BREAK, 5)
        return cls(
            in_grace == "t",
            int(version),
            int(pack_id),
            _moment(data_version),
            datetime.fromisoformat(computed_at),
            _waiver(*json.loads(waiver)) if waiver else (None,) * len(WAIVER_COLUMNS),
        )


def _waiver(pk: int, reason: str, *said: str | None) -> tuple[Any, ...]:
    starts_on, ends_on, requested_as, requested_at, approved_as, approved_at = said
    return (
        pk,
        reason,
        starts_on and date.fromisoformat(starts_on),
        ends_on and date.fromisoformat(ends_on),
        requested_as,
        _moment(requested_at),
        approved_as,
        _moment(approved_at),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# No figure, code or time holds it: JSON writes it otherwise.
BREAK = "\n"


def _joined(*columns: Any) -> Func:
    parts = [part for column in columns for part in (Value(BREAK), column)]
    return Func(*parts[1:], function="concat", output_field=TextField())


# A finding for whoever repeats what was written before: the center's id, the day, and two texts
# that are read only where they are new.
TEXT_COLUMNS = (
    "center_id",
    Cast("as_of", TextField()),
    _joined("run__pack_id", "rule", "outcome", "reason", "figures"),
    _joined(
        *("in_grace", "params_version", "run__pack_id", "data_version", "computed_at"),
        Case(
            When(
                waiver__isnull=False,
                then=Func(
                    *(f"waiver__{column}" for column in WAIVER_COLUMNS),
                    function="jsonb_build_array",
                    output_field=TextField(),
                ),
            ),
            output_field=TextField(),
        ),
    ),
)


class VerdictRow(NamedTuple):
    """A center's roll-up and its verdict per dimension, in the order of ``DIMENSIONS``."""

    rollup: str
    staffing: str
    premises: str
    funding: str
    governance: str
    as_of: date
    computed_at: datetime
    not_computed: Sequence[str] = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The verdict of each dimension."""
        return (self.staffing, self.premises, self.funding, self.governance)


class Place(NamedTuple):
    """A center and where it stands."""

    id: int
    code: str
    name: str
    division_code: str
    division_name: str
    division_path: str


PLACE_COLUMNS = ("id", "code", "name", "division__code", "division__name", "division__path")


class CenterRow(NamedTuple):
    """One center; ``verdict`` is None while it was never evaluated, ``outcomes`` are by rule."""

    place: Place
    verdict: VerdictRow | None
    outcomes: Mapping[str, str]
    # Or in TEXT_COLUMNS, where a selector says so.
    findings: Sequence[Any]


class Before(NamedTuple):
    """What is known of the finding of the same rule before another one."""

    id: int
    outcome: str
    as_of: date
    computed_at: datetime
    params_version: int
    data_version: datetime | None
    waiver_id: int | None
    pack_id: int


class PeriodRow(NamedTuple):
    """One outcome of one rule of a center: computed for ``as_of``, held until superseded."""

    id: int
    rule: str
    outcome: str
    reason: str
    figures: Mapping[str, Any]
    as_of: date
    computed_at: datetime
    superseded_at: datetime | None
    in_grace: bool
    params_version: int
    data_version: datetime | None
    waiver_id: int | None
    pack_id: int
    before: Before | None

    @classmethod
    def read(cls, values: Sequence[Any]) -> "PeriodRow":
        """From ``PERIOD_COLUMNS``; the first finding of a rule has none before it."""
        own, before = values[: len(OWN)], values[len(OWN) :]
        return cls._make([*own, None if before[0] is None else Before._make(before)])


OWN = PeriodRow._fields[:-1]
BEFORE = {f"previous_{name}": name for name in Before._fields}
BEFORE["previous_pack_id"] = "run__pack_id"
PERIOD_COLUMNS = (*OWN[:-1], "run__pack_id", *BEFORE)
