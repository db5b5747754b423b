"""Reading the rows of a table with the parsers of their columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from portal.cells import (
    OPEN,
    CellError,
    Message,
    Parsed,
    match_key,
    parse_period,
    parse_year,
)
from portal.workbooks.columns import Column
from portal.workbooks.problems import CellProblem
from portal.workbooks.tables import Cell, Table, TableRow


@dataclass(frozen=True)
class CheckedRow:
    """A row after parsing: a field whose cell was refused is absent from ``parsed``."""

    number: int
    parsed: Mapping[str, Parsed]
    problems: tuple[CellProblem, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether the row has no error; warnings do not count."""
        return all(problem.is_warning for problem in self.problems)

    @property
    def values(self) -> dict[str, object]:
        """The value of every field that was read."""
        return {name: parsed.value for name, parsed in self.parsed.items()}


def check(table: Table, columns: Sequence[Column]) -> tuple[CheckedRow, ...]:
    """Every row of the table with its values and its problems; nothing is raised."""
    by_field = {column.field: column for column in columns}
    return tuple(_check_row(table, row, by_field) for row in table.rows)


def _check_row(table: Table, row: TableRow, columns: Mapping[str, Column]) -> CheckedRow:
    parsed = _split_periods(row, columns)
    problems: list[CellProblem] = []
    for name, cell in row.cells.items():
        if name in parsed:
            continue
        try:
            parsed[name] = _parse(columns[name], cell)
        except CellError as error:
            problems.append(_problem(table, row, cell, error.message))
            continue
        warnings = parsed[name].warnings
        problems += [_problem(table, row, cell, message, is_warning=True) for message in warnings]
    return CheckedRow(row.number, parsed, tuple(problems))


def _split_periods(row: TableRow, columns: Mapping[str, Column]) -> dict[str, Parsed]:
    """Starts and ends of periods typed in the cell of the start, where that of the end is blank."""
    split: dict[str, Parsed] = {}
    for name, cell in row.cells.items():
        column = columns[name]
        end = row.cells.get(column.period_to)
        is_alone = end is None or not str("" if end.value is None else end.value).strip()
        period = _period(column, row) if column.period_to and is_alone else None
        if period is not None and _is_refused(column, cell):
            starts_on, ends_on = period
            split[name] = Parsed(starts_on)
            split[column.period_to] = Parsed(ends_on, precision="" if ends_on else OPEN)
    return split


def _period(column: Column, row: TableRow) -> tuple[date, date | None] | None:
    value, year = row.cells[column.field].value, row.cells.get(column.year)
    is_whole_year = match_key(str(value)) == "全年"
    try:
        if is_whole_year and year is not None:
            value = f"{parse_year(year.value).value}年全年"
        return parse_period(value).value
    except CellError:
        return None


def _is_refused(column: Column, cell: Cell) -> bool:
    """Whether the cell says more than the one date its column holds."""
    try:
        column.parse(cell.value)
    except CellError:
        return True
    return False


def _parse(column: Column, cell: Cell) -> Parsed:
    units = {"header_unit": cell.unit} if column.is_money else {}
    parsed = column.parse(cell.value, **units)
    if column.is_required and parsed.value is None:
        raise CellError("required", _("This cell must be filled."))
    return parsed


def _problem(
    table: Table, row: TableRow, cell: Cell, message: Message, *, is_warning: bool = False
) -> CellProblem:
    return CellProblem(
        table.sheet,
        row.number,
        cell.column_letter,
        cell.header,
        cell.value,
        message.code,
        message,
        is_warning,
    )
