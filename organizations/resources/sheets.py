"""Reading the sheets of a register's workbook, row by row, in memory that does not grow.

What a cell says is parsed once: names of townships, types and dates repeat by the ten thousand.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from portal import workbooks
from portal.cells import CellError, Parsed
from portal.workbooks import CellProblem, Column, Scan, SheetStream

# Made by the portal, and never data.
OWN_SHEETS = frozenset({workbooks.GUIDE_TITLE, workbooks.RESULTS_TITLE})
REMEMBERED = 4096


@dataclass(frozen=True)
class Layout:
    """The columns of a table, the headers that are known and not read, and of these the personal
    data that nobody may bring in."""

    title: str
    columns: Sequence[Column]
    ignored: Sequence[str] = ()
    unwanted: Sequence[str] = ()


@dataclass
class Line:
    """One row: ``values`` and ``notes`` by field, a refused cell absent; its problems with place.

    ``raw`` are the cells as they were typed, by field.
    """

    sheet: str
    row: int
    values: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    raw: dict[str, Any] = field(default_factory=dict)
    readers: Mapping[str, "Reader"] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        """Whether nothing in the row is an error."""
        return all(problem.is_warning for problem in self.problems)

    def tell(self, name: str, code: str, text: str, *, is_warning: bool = False) -> None:
        """Note a problem of a field; of one whose column is not there, at the row."""
        place = self.readers.get(name)
        letter, header = (place.letter, place.header) if place else ("", "")
        self.problems.append(
            CellProblem(
                self.sheet, self.row, letter, header, self.raw.get(name), code, text, is_warning
            )
        )


@dataclass
class Seen:
    """A sheet of the upload: its name, whether it is hidden, how many rows were read of it, and
    its columns of personal data that nobody may bring in, from 1."""

    name: str
    is_hidden: bool
    header_row: int
    row_count: int = 0
    unwanted: list[int] = field(default_factory=list)


@dataclass
class Workbook:
    """What stands in a workbook: problems of its form, and the sheets that were read."""

    problems: list[CellProblem] = field(default_factory=list)
    sheets: list[Seen] = field(default_factory=list)
    total_rows: int = 0


def read(path: str | Path, layout: Layout, found: Workbook) -> Iterator[Line]:
    """The rows of every sheet that holds a table of ``layout``; ``found`` is filled on the way.

    Raises WorkbookRefused when the file is not read at all.
    """
    return read_sheets(workbooks.stream(path), layout, found)


def read_sheets(sheets: Iterable[SheetStream], layout: Layout, found: Workbook) -> Iterator[Line]:
    """The rows of ``sheets``; one without a table of ``layout`` is told."""
    unread: list[CellProblem] = []
    for sheet in sheets:
        found.total_rows = sheet.total_rows
        if sheet.name in OWN_SHEETS:
            continue
        scan = Scan(sheet.name, sheet.rows, sheet.merges, layout.columns, layout.ignored)
        if not scan.header_row:
            unread += scan.problems
            continue
        seen = Seen(sheet.name, sheet.is_hidden, scan.header_row)
        unwanted = _unwanted(scan, layout)
        seen.unwanted = list(unwanted)
        found.sheets.append(seen)
        for line in _lines(sheet.name, scan):
            seen.row_count += 1
            yield line
        found.problems += [*_hidden(sheet), *_not_kept(scan, unwanted), *scan.problems]
    if not found.sheets:
        found.problems += unread or [_empty(layout)]
    else:
        found.problems += [_not_read(problem.sheet) for problem in unread]


class Reader:
    """One column at its place, with what its cells said so far."""

    def __init__(self, sheet: str, place: Any) -> None:
        self.sheet, self.column = sheet, place.column
        self.index, self.letter, self.header = place.index - 1, place.letter, place.header
        self.unit = place.unit
        units = {"header_unit": place.unit} if place.column.is_money else {}
        self._parse: Callable[..., Parsed] = place.column.parse
        self._units = units
        self._known: dict[Any, tuple[Parsed | None, tuple[tuple[Any, ...], ...]]] = {}

    def take(self, line: Line, raw: Any) -> None:
        """Read one cell into its line."""
        # True is 1 to a dictionary; whatever else is equal is read alike.
        is_kept = type(raw) is not bool
        said = self._known.get(raw) if is_kept else None
        if said is None:
            said = self._read(raw)
            if is_kept and len(self._known) < REMEMBERED:
                self._known[raw] = said
        parsed, problems = said
        name = self.column.field
        if parsed is not None and parsed.value is not None:
            line.values[name] = parsed.value
        if parsed is not None and parsed.note:
            line.notes[name] = parsed.note
        if problems:
            line.problems += [
                CellProblem(self.sheet, line.row, self.letter, self.header, raw, *problem)
                for problem in problems
            ]

    def _read(self, raw: Any) -> tuple[Parsed | None, tuple[tuple[Any, ...], ...]]:
        try:
            parsed = self._parse(raw, **self._units)
        except CellError as error:
            return None, ((error.code, str(error), False),)
        if self.column.is_required and parsed.value is None and not parsed.note:
            is_masked = isinstance(raw, str) and "****" in raw
            if not is_masked:
                return None, (("required", _("This cell must be filled."), False),)
        return parsed, tuple((said.code, str(said), True) for said in parsed.warnings)


def _lines(sheet: str, scan: Scan) -> Iterator[Line]:
    readers = {name: Reader(sheet, place) for name, place in scan.places.items()}
    placed = [(name, reader.index, reader) for name, reader in readers.items()]
    for number, cells in scan.rows():
        width = len(cells)
        line = Line(sheet, number, readers=readers)
        for name, index, reader in placed:
            raw = cells[index] if index < width else None
            line.raw[name] = raw
            reader.take(line, raw)
        yield line


def _hidden(sheet: SheetStream) -> list[CellProblem]:
    """Nobody may import what they did not see without being told."""
    if not sheet.is_hidden:
        return []
    text = _("This sheet is hidden and is read all the same. Look at it or delete it.")
    return [CellProblem(sheet.name, 0, "", "", None, "hidden_sheet", text, is_warning=True)]


def _unwanted(scan: Scan, layout: Layout) -> dict[int, str]:
    """Columns of personal data the portal does not need, with their headers."""
    headers = {part for header in layout.unwanted for part in (header, header.rpartition("/")[2])}
    return {index: header for index, header in scan.ignored.items() if header in headers}


def _not_kept(scan: Scan, unwanted: Mapping[int, str]) -> list[CellProblem]:
    """They are named, and not read."""
    text = _("The portal does not keep this: the column is not read. Leave it out next time.")
    return [
        CellProblem(scan.name, scan.header_row, "", header, None, "not_kept", text, is_warning=True)
        for header in unwanted.values()
    ]


def _not_read(name: str) -> CellProblem:
    text = _("This sheet is not read: it has none of the expected columns.")
    return CellProblem(name, 0, "", "", None, "unknown_sheet", text, is_warning=True)


def _empty(layout: Layout) -> CellProblem:
    text = _("The workbook has no sheet with a table of %(title)s.") % {"title": layout.title}
    return CellProblem("—", 0, "", "", None, "no_known_sheet", text)
