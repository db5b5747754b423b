"""The child process that parses one workbook: no Django, no network, little memory.

Run by ``portal.sandbox`` with the workbook on standard input; see ``reading``. Prints JSON lines:
one object per sheet, then its rows as lists, or one object that names the limit that was passed.
"""

import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from math import isfinite
from typing import IO, Any, BinaryIO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.reader.workbook import WorkbookParser
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

MAX_ROWS = 20_000
MAX_COLUMNS = 702
MAX_MERGED_CELLS = 10_000
MAX_MERGED_TOTAL = 200_000
MAX_OUTPUT_CHARACTERS = 32 * 1024 * 1024
NOT_CALCULATED = "#NOT_CALCULATED!"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROOT, ROW, CELL, FORMULA, VALUE, INLINE, MERGE = (
    f"{NAMESPACE} {tag}" for tag in ("worksheet", "row", "c", "f", "v", "is", "mergeCell")
)


class LimitPassedError(Exception):
    """The workbook is larger than the portal reads; the arguments are code and sheet."""


@dataclass
class Extent:
    """What one pass over the XML of a sheet tells before openpyxl builds any cell."""

    title: str
    parser: Any
    last_row: int = 0
    last_column: int = 0
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    merged_total: int = 0
    uncalculated: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    is_worksheet: bool = False
    place: tuple[int, int] = (0, 0)
    is_text: bool = False
    has_formula: bool = False
    has_value: bool = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Expat calls this at every opening tag."""
        if tag == CELL:
            self._start_cell(attributes)
        elif tag in (VALUE, INLINE):
            self._start_value()
        elif tag == FORMULA:
            self.has_formula = True
        elif tag == ROW:
            row, _column = self.place
            self._move(int(attributes.get("r", row + 1)), 0)
        elif tag == MERGE:
            self._merge(attributes["ref"])
        elif tag == ROOT:
            self.is_worksheet = True

    def end(self, tag: str) -> None:
        """Expat calls this at every closing tag."""
        if tag == VALUE:
            self.parser.CharacterDataHandler = None
        if tag != CELL or not (self.has_value or self.has_formula):
            return
        row, column = self.place
        if row > MAX_ROWS:
            raise LimitPassedError("rows", self.title)
        if column > MAX_COLUMNS:
            raise LimitPassedError("columns", self.title)
        self.last_row, self.last_column = row, max(column, self.last_column)
        if not self.has_value:
            self.uncalculated[row].append(column)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self.has_formula = self.has_value = False
        self.is_text = attributes.get("t") == "str"
        row, column = self.place
        if "r" not in attributes:
            self._move(row, column + 1)
            return
        named_row, named_column = coordinate_to_tuple(attributes["r"])
        if named_row != row:
            raise ValueError("a cell outside its row")
        self._move(row, named_column)

    def _start_value(self) -> None:
        """An empty result counts where it is a text; elsewhere the formula was not calculated."""
        self.has_value = not self.has_formula or self.is_text
        if not self.has_value:
            self.parser.CharacterDataHandler = self._character_data

    def _character_data(self, _text: str) -> None:
        self.has_value = True

    def _move(self, row: int, column: int) -> None:
        # openpyxl drops what comes out of order without a word.
        if (row, column) <= self.place:
            raise ValueError("rows or cells out of order")
        self.place = row, column

    def _merge(self, reference: str) -> None:
        left, top, right, bottom = range_boundaries(reference)
        area = (right - left + 1) * (bottom - top + 1)
        self.merged_total += area
        if area > MAX_MERGED_CELLS or self.merged_total > MAX_MERGED_TOTAL:
            raise LimitPassedError("merged", self.title)
        self.merges.append((top, left, bottom, right))


def measure(title: str, stream: IO[bytes]) -> Extent:
    """Pass over the XML of one sheet. Raises LimitPassedError, or ValueError for broken XML."""
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    extent = Extent(title, parser)
    parser.StartElementHandler = extent.start
    parser.EndElementHandler = extent.end
    parser.ParseFile(stream)
    if not extent.is_worksheet:
        raise ValueError("not a worksheet of the transitional standard")
    return extent


def lines(stream: BinaryIO) -> Iterator[str]:
    """The workbook as JSON lines. Every sheet is measured before openpyxl touches any."""
    with ZipFile(stream) as archive:
        heads = {head["name"]: (head, extent) for head, extent in measured(archive)}
    book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        head, extent = heads[sheet.title]
        yield json.dumps(head)
        yield from _rows(sheet, extent)


def measured(archive: ZipFile) -> Iterator[tuple[dict[str, Any], Extent]]:
    """Name, state and merges of every worksheet with its extent; raises as ``measure`` does."""
    parser = WorkbookParser(archive, "xl/workbook.xml", keep_links=False)
    parser.parse()
    for sheet, relation in parser.find_sheets():
        if "chartsheet" in relation.Type:
            continue
        with archive.open(relation.target) as part:
            extent = measure(sheet.name, part)
        is_hidden = sheet.state != "visible"
        yield {"name": sheet.name, "is_hidden": is_hidden, "merges": extent.merges}, extent


def _rows(sheet: Any, extent: Extent) -> Iterator[str]:
    if not extent.last_row:
        return
    # The sheet's own dimension is a claim, and often wrong.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=extent.last_row, max_col=extent.last_column, values_only=True)
    for number, values in enumerate(rows, 1):
        cells = list(values)
        for column in extent.uncalculated.get(number, ()):
            cells[column - 1] = NOT_CALCULATED
        # Counting runs in C: wide and empty rows cost nothing.
        if cells.count(None) == len(cells):
            cells.clear()
        while cells and cells[-1] is None:
            cells.pop()
        yield json.dumps([_typed(value) for value in cells], allow_nan=False)


def _typed(value: Any) -> Any:
    """JSON knows text, numbers and truth; dates travel as {"date": ISO}."""
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    if isinstance(value, float) and not isfinite(value):
        return "#NUM!"
    return value


def main() -> None:
    """Read standard input and print the lines at once, or the limit passed."""
    warnings.simplefilter("ignore")
    output, length = [], 0
    try:
        for line in lines(sys.stdin.buffer):
            output.append(line)
            length += len(line)
            if length > MAX_OUTPUT_CHARACTERS:
                raise LimitPassedError("text", "")
    except LimitPassedError as error:
        code, sheet = error.args
        output = [json.dumps({"limit": code, "sheet": sheet})]
    except MemoryError:
        output = [json.dumps({"limit": "memory", "sheet": ""})]
    sys.stdout.write("\n".join(output))


if __name__ == "__main__":
    main()
