"""Sections as people read them: a table of what the rows say, and what changed since."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from centers.models import FUNCTIONS, ROW_MODELS, PremisesRow, Row, Section
from centers.selectors.sections import declared_fields

EMPTY = "—"
SAME, ADDED, REMOVED, CHANGED = "same", "added", "removed", "changed"
# By what a row is taken for the same row, changed. A profile has one row at a time.
KEYS: dict[str, tuple[str, ...]] = {
    Section.Kind.PROFILE: (),
    Section.Kind.STAFF: ("person_id",),
    Section.Kind.PREMISES: ("address",),
    Section.Kind.ACCOUNTS: ("holder",),
    Section.Kind.FUNDING: ("fiscal_year", "form", "contract_name"),
    Section.Kind.GOVERNANCE: ("starts_on",),
    Section.Kind.FUNCTIONS: ("fiscal_year", "function"),
    Section.Kind.STATUTORY: ("matter", "occurred_on"),
}
# The bureau's own judgment is not part of what the center declared.
JUDGED = frozenset({"adequacy"})
Pair = tuple[Row | None, Row | None]


@dataclass(frozen=True)
class Cell:
    """``before`` is the text it replaces, None when nothing changed."""

    header: str
    text: str
    before: str | None = None


@dataclass(frozen=True)
class Line:
    """One row; of a removed one the cells say what it said."""

    state: str
    position: int
    cells: list[Cell]
    row: Row
    adequacy: str | None = None


@dataclass(frozen=True)
class SectionTable:
    """What a section declares beside what it replaces (None: nothing was accepted before)."""

    section: Section
    headers: list[str]
    lines: list[Line]
    is_compared: bool

    @property
    def changes(self) -> dict[str, int]:
        """State → number of lines."""
        counts = dict.fromkeys((ADDED, REMOVED, CHANGED), 0)
        for line in self.lines:
            if line.state != SAME:
                counts[line.state] += 1
        return counts

    @property
    def row_count(self) -> int:
        """Rows that the section declares."""
        return sum(line.state != REMOVED for line in self.lines)

    @property
    def is_unchanged(self) -> bool:
        return self.is_compared and not any(self.changes.values())


def plain(section: Section, rows: Sequence[Row]) -> SectionTable:
    """The section by itself."""
    return _table(section, [(row, row) for row in rows], is_compared=False)


def compared(
    section: Section, rows: Sequence[Row], rows_before: Sequence[Row] | None
) -> SectionTable:
    """The section beside the one accepted last; ``rows_before`` None when there is none."""
    if rows_before is None:
        return plain(section, rows)
    return _table(section, pair(section.kind, rows_before, rows), is_compared=True)


def pair(kind: str, before: Sequence[Row], after: Sequence[Row]) -> list[Pair]:
    """(old row, new row) in the order of the new ones, removed ones last, None where there is none.

    The same line is the same row, else the same content, else the same key; premises also by
    position, since an address is often only written differently.
    """
    left, twins = list(before), {}
    for is_twin in _matchers(kind):
        for row in after:
            if row.position not in twins:
                twin = next((old for old in left if is_twin(old, row)), None)
                if twin is not None:
                    twins[row.position] = twin
                    left.remove(twin)
    return [(twins.get(row.position), row) for row in after] + [(old, None) for old in left]


def _matchers(kind: str) -> list[Callable[[Row, Row], bool]]:
    def same(fields: Iterable[str]) -> Callable[[Row, Row], bool]:
        return lambda old, new: all(getattr(old, f) == getattr(new, f) for f in fields)

    fields = [name for name in declared_fields(kind) if name not in JUDGED]
    matchers = [same(["line"]), same(fields), same(KEYS[kind])]
    return [*matchers, same(["position"])] if kind == Section.Kind.PREMISES else matchers


def _table(section: Section, pairs: Sequence[Pair], *, is_compared: bool) -> SectionTable:
    model = ROW_MODELS[section.kind]
    rows = [row for both in pairs for row in both if row is not None]
    fields: list[Any] = [
        model._meta.get_field(name)
        for name in declared_fields(section.kind)
        if any(getattr(row, name) not in (None, "", []) for row in rows)
    ]
    if section.status == Section.Status.SUBMITTED:
        fields = [field for field in fields if field.name not in JUDGED]
    return SectionTable(
        section=section,
        headers=[str(capfirst(field.verbose_name)) for field in fields],
        lines=[_line(old, new, fields) for old, new in pairs],
        is_compared=is_compared,
    )


def _line(old: Any, new: Any, fields: Sequence[Any]) -> Line:
    cells = [_cell(old, new, field) for field in fields]
    if new is None:
        state = REMOVED
    elif old is None:
        state = ADDED
    else:
        state = CHANGED if any(cell.before is not None for cell in cells) else SAME
    row = new or old
    adequacy = getattr(row, "adequacy", None) or getattr(old, "adequacy", None)
    return Line(state, row.position, cells, row, adequacy)


def _cell(old: Any, new: Any, field: Any) -> Cell:
    is_changed = (
        old is not None
        and new is not None
        and field.name not in JUDGED
        and getattr(old, field.attname) != getattr(new, field.attname)
    )
    before = _text(old, field) if is_changed else None
    return Cell(capfirst(field.verbose_name), _text(new or old, field), before)


def _text(row: Any, field: Any) -> str:
    value = getattr(row, field.name)
    if value is None or value in ("", []):
        return EMPTY
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if field.name == "function":
        return f"{value} {FUNCTIONS[value][0]}"
    if field.name == "co_location":
        labels = dict(PremisesRow.CoLocation.choices)
        return "、".join(str(labels.get(code, code)) for code in value)
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value.to_integral_value() if value % 1 == 0 else value:,f}"
    return str(value)
