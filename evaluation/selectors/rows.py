"""Rows that lists, streams and details are made of, each with the columns it is read from."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

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
    findings: Sequence[FindingRow]


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
