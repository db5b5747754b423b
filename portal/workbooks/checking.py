"""Reading the rows of a table with the parsers of their columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.cells import CellError, Message, Parsed
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
    parsed: dict[str, Parsed] = {}
    problems: list[CellProblem] = []
    for name, cell in row.cells.items():
        try:
            parsed[name] = _parse(columns[name], cell)
        except CellError as error:
            problems.append(_problem(table, row, cell, error.message))
            continue
        warnings = parsed[name].warnings
        problems += [_problem(table, row, cell, message, is_warning=True) for message in warnings]
    return CheckedRow(row.number, parsed, tuple(problems))


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
