"""The workbooks of the register: read row by row, given back with errors, written, exported."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from organizations.models import Transfer
from organizations.resources.credit_lists import CreditListResource
from organizations.resources.organization import OrganizationResource
from organizations.resources.register import CHUNK, RegisterResource, SheetResource, Staged
from organizations.resources.sheets import Layout, Line, Reader, Workbook, read
from organizations.resources.team import TeamResource
from organizations.services import transfers
from organizations.services.transfers import Contents, StagedRow
from portal import workbooks
from portal.cells import header_unit
from portal.jurisdictions.models import Division
from portal.workbooks import CellProblem, Column, SheetContent, WorkbookRefused

# The largest workbook that is given back as it came, with marks in it.
LARGEST_MARKED = 20_000


class RegisterBook:
    """The workbook of one table as its resource has it; see ``transfers.Book``."""

    def __init__(self, resource: type[RegisterResource]) -> None:
        self.resource = resource

    @property
    def layout(self) -> Layout:
        """The columns of the table."""
        return self.resource.layout()

    def rows(
        self, path: Path, *, district: Division, on: date, contents: Contents
    ) -> Iterator[StagedRow]:
        """The rows of an upload, judged by themselves; ``contents`` is filled on the way."""
        found, resource = Workbook(), self.resource(district, on=on)
        for row in resource.import_lines(workbooks.stream(path), found):
            contents.total_rows = found.total_rows
            if row.line.sheet not in contents.places:
                contents.places[row.line.sheet] = _places(row.line.readers)
            yield kept_row(resource, row)
        contents.problems = [kept(problem) for problem in found.problems]
        contents.unwanted = {seen.name: seen.unwanted for seen in found.sheets if seen.unwanted}
        contents.sheets = [
            {
                "name": seen.name,
                "is_hidden": seen.is_hidden,
                "header_row": seen.header_row,
                "row_count": seen.row_count,
            }
            for seen in found.sheets
        ]

    def returned(
        self,
        path: Path,
        target: Path,
        problems: list[CellProblem],
        *,
        header_rows: Mapping[str, int],
        unwanted: Mapping[str, list[int]],
        row_count: int,
    ) -> None:
        """The upload with its problems marked; of a large one the wrong rows alone.

        Columns of ``unwanted`` come back without what stood below their headers.
        """
        if row_count <= LARGEST_MARKED:
            try:
                target.write_bytes(
                    workbooks.mark(path, problems, header_rows=header_rows, emptied=unwanted)
                )
            except WorkbookRefused:
                self._wrong_rows(path, target, problems)
        else:
            self._wrong_rows(path, target, problems)

    def _wrong_rows(self, path: Path, target: Path, problems: list[CellProblem]) -> None:
        said: dict[tuple[str, int], list[str]] = {}
        for problem in problems:
            if not problem.is_warning:
                text = f"{problem.header}：{problem.message}" if problem.header else problem.message
                said.setdefault((problem.sheet, problem.row), []).append(str(text))
        columns: list[Column] = []
        rows: list[dict[str, Any]] = []
        for line in read(path, self.layout, Workbook()):
            texts = said.get((line.sheet, line.row))
            if texts:
                columns = columns or _as_typed(line)
                rows.append({**line.raw, "message": "\n".join(texts)})
        message = Column("message", workbooks.RESULTS_TITLE)
        content = SheetContent(self.layout.title, [*columns, message], rows)
        workbooks.write([content], target, has_guide=False)

    def template(self, target: str | Path | BinaryIO) -> None:
        """An empty workbook with drop-down lists and the guide sheet."""
        content = SheetContent(self.layout.title, self.layout.columns)
        workbooks.write([content], target, notes=[("说明", NOTE)])

    def export(
        self,
        target: Path,
        *,
        district: Division,
        with_personal: bool,
        on: date,
        tell: Callable[[int], None],
    ) -> int:
        """Write a district's register; returns the number of rows."""
        resource = self.resource(district, on=on, with_personal=with_personal)
        return _write(resource, target, tell, notes=[("说明", NOTE)])


NOTE = "空白单元格不改动登记簿已有的内容；要清空某项，请在登记簿页面上修改。"


class CreditListExport:
    """The entries of a credit list going out; see ``transfers.Export``. None is personal."""

    def export(
        self,
        target: Path,
        *,
        district: Division,
        tell: Callable[[int], None],
        **_settings: Any,
    ) -> int:
        """Write what a district entered; returns the number of rows."""
        return _write(CreditListResource(district), target, tell, has_guide=False)


def _write(
    resource: SheetResource, target: Path, tell: Callable[[int], None], **settings: Any
) -> int:
    count = 0

    def rows() -> Iterator[Mapping[str, Any]]:
        nonlocal count
        for count, row in enumerate(resource.export_rows(), 1):
            yield row
            if count % CHUNK == 0:
                tell(count)

    layout = resource.layout()
    workbooks.write([SheetContent(layout.title, layout.columns, rows())], target, **settings)
    return count


def kept_row(resource: RegisterResource, row: Staged) -> StagedRow:
    """The row as it is kept until it is written: no telephone in it stands open, and no cell whose
    words are no business of whoever reads the problems later."""
    line = row.line
    resource.seal(row.values)
    hidden = {line.readers[name].header for name in resource.private if name in line.readers}
    problems = [kept(problem, hidden) for problem in line.problems]
    return StagedRow(line.sheet, line.row, row.key, row.values, problems, line.is_valid)


def _places(readers: Mapping[str, Reader]) -> dict[str, tuple[str, str]]:
    return {name: (reader.letter, reader.header) for name, reader in readers.items()}


def _as_typed(line: Line) -> list[Column]:
    """The columns of the upload, for cells that are written as they were typed."""
    return [
        replace(
            reader.column,
            header=_with_unit(reader),
            is_required=False,
            is_money=False,
            choices=(),
        )
        for reader in line.readers.values()
    ]


def _with_unit(reader: Reader) -> str:
    """The header; a unit that stood above the table goes into it."""
    is_above = reader.unit == "ten_thousand" and header_unit(reader.header) is None
    return f"{reader.header}（万元）" if is_above else reader.header


def kept(problem: CellProblem, hidden: Sequence[str] | set[str] = ()) -> dict[str, Any]:
    """A problem as a transfer keeps it."""
    return {
        "sheet": problem.sheet,
        "row": problem.row,
        "column": problem.column_letter,
        "header": problem.header,
        "value": "" if problem.header in hidden else problem.shown_value,
        "code": problem.rule_code,
        "text": str(problem.message),
        "is_warning": problem.is_warning,
    }


BOOKS = {
    Transfer.Table.ORGANIZATIONS: RegisterBook(OrganizationResource),
    Transfer.Table.TEAMS: RegisterBook(TeamResource),
}


def provide() -> None:
    """Let transfers read and write these workbooks."""
    for table, book in BOOKS.items():
        transfers.provide(table, book)
    transfers.provide_export(Transfer.Table.CREDIT_LIST, CreditListExport())
