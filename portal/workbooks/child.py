"""The child process that parses one workbook: no Django, no network, little memory.

Run by ``portal.sandbox`` with the workbook on standard input; see ``reading``. Gives JSON lines:
one object per sheet, then its rows as lists, or one object that names the limit that was passed.
They go to standard output, or to the open file whose descriptor is the third argument; the first
two are the most rows of a sheet and the most bytes of the answer.
"""

import json
import sys
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import IO, Any, BinaryIO
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from openpyxl.reader.workbook import WorkbookParser
from openpyxl.utils.cell import column_index_from_string, range_boundaries
from python_calamine import load_workbook

MAX_ROWS = 20_000
MAX_COLUMNS = 702
MAX_MERGED_CELLS = 10_000
MAX_MERGED_TOTAL = 200_000
MAX_OUTPUT_BYTES = 32 * 1024 * 1024
# Excel counts 15 digits; a longer number is no whole number any more.
LARGEST_WHOLE = 10**15
NOT_CALCULATED = "#NOT_CALCULATED!"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ROOT, ROW, CELL, FORMULA, VALUE, INLINE, MERGE = (
    f"{NAMESPACE} {tag}" for tag in ("worksheet", "row", "c", "f", "v", "is", "mergeCell")
)
DIGITS = "0123456789"
# Kinds of cells whose value is looked at: numbers and errors.
TOLD_KINDS = frozenset({None, "n", "e"})


class LimitPassedError(Exception):
    """The workbook is larger than the portal reads; the arguments are code and sheet."""


@dataclass
class Extent:
    """What one pass over the XML of a sheet tells before calamine builds any cell.

    ``texts`` are the cells whose value calamine drops: errors, and formulas never calculated.
    """

    title: str
    max_rows: int = MAX_ROWS
    last_row: int = 0
    last_column: int = 0
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    merged_total: int = 0
    texts: dict[int, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))
    is_worksheet: bool = False

    def fill(self, row: int, column: int) -> None:
        """Note a cell that holds something, or raise LimitPassedError."""
        if row > self.max_rows:
            raise LimitPassedError("rows", self.title)
        if column > MAX_COLUMNS:
            raise LimitPassedError("columns", self.title)
        self.last_row = row
        self.last_column = max(column, self.last_column)

    def merge(self, reference: str) -> None:
        """Note a merged range, or raise LimitPassedError."""
        left, top, right, bottom = range_boundaries(reference)
        area = (right - left + 1) * (bottom - top + 1)
        self.merged_total += area
        if area > MAX_MERGED_CELLS or self.merged_total > MAX_MERGED_TOTAL:
            raise LimitPassedError("merged", self.title)
        self.merges.append((top, left, bottom, right))


class Pass:
    """What expat calls at every opening tag of a sheet.

    It runs millions of times, so it asks for no closing tags but those of numbers: a cell is judged
    when the next one begins.
    """

    __slots__ = (
        *("extent", "parser", "columns", "row", "row_text", "column", "kind", "said"),
        *("is_open", "has_formula", "has_value", "handlers"),
    )

    def __init__(self, extent: Extent, parser: Any) -> None:
        self.extent, self.parser = extent, parser
        self.columns: dict[str, int] = {}
        self.row, self.row_text, self.column = 0, "0", 0
        self.kind: str | None = None
        self.said: list[str] = []
        self.is_open = self.has_formula = self.has_value = False
        self.handlers: dict[str, Callable[[dict[str, str]], None]] = {
            CELL: self.cell,
            VALUE: self.value,
            INLINE: self.inline,
            FORMULA: self.formula,
            ROW: self.next_row,
            MERGE: self.merge,
            ROOT: self.root,
        }

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Expat's StartElementHandler."""
        handler = self.handlers.get(tag)
        if handler is not None:
            handler(attributes)

    def cell(self, attributes: dict[str, str]) -> None:
        if self.is_open:
            self.close()
        reference = attributes.get("r")
        column = self.column + 1 if reference is None else self._column(reference)
        # What comes out of order would be misplaced without a word.
        if column <= self.column:
            raise ValueError("cells out of order")
        self.column, self.kind = column, attributes.get("t")
        self.is_open, self.has_formula, self.has_value = True, False, False

    def _column(self, reference: str) -> int:
        letters = reference.rstrip(DIGITS)
        if reference[len(letters) :] != self.row_text:
            raise ValueError("a cell outside its row")
        column = self.columns.get(letters)
        if column is None:
            column = self.columns[letters] = column_index_from_string(letters)
        return column

    def value(self, _attributes: dict[str, str]) -> None:
        self.has_value = True
        if self.has_formula or self.kind in TOLD_KINDS:
            self.said.clear()
            self.parser.CharacterDataHandler = self.said.append
            self.parser.EndElementHandler = self.end

    def end(self, _tag: str) -> None:
        """The closing tag of a value that is looked at."""
        self.parser.CharacterDataHandler = self.parser.EndElementHandler = None

    def inline(self, _attributes: dict[str, str]) -> None:
        self.has_value = True

    def formula(self, _attributes: dict[str, str]) -> None:
        self.has_formula = True

    def next_row(self, attributes: dict[str, str]) -> None:
        if self.is_open:
            self.close()
        row = int(attributes.get("r", self.row + 1))
        if row <= self.row:
            raise ValueError("rows out of order")
        self.row, self.row_text, self.column = row, str(row), 0

    def merge(self, attributes: dict[str, str]) -> None:
        self.extent.merge(attributes["ref"])

    def root(self, _attributes: dict[str, str]) -> None:
        self.extent.is_worksheet = True

    def close(self) -> None:
        """Judge the cell that was opened last."""
        self.is_open = False
        if self.has_value or self.has_formula:
            self.extent.fill(self.row, self.column)
            # Most cells name a text among the shared ones: nothing more to see.
            if self.has_formula or self.kind in TOLD_KINDS:
                self._look()

    def _look(self) -> None:
        text = "".join(self.said).strip() if self.has_value else ""
        if self.has_formula and not text and (self.kind != "str" or not self.has_value):
            self.extent.texts[self.row].append((self.column, NOT_CALCULATED))
        elif self.kind == "e":
            self.extent.texts[self.row].append((self.column, text))
        elif text and self.kind in (None, "n") and not isfinite(float(text)):
            raise ValueError("a number without end")


def measure(title: str, stream: IO[bytes], max_rows: int = MAX_ROWS) -> Extent:
    """Pass over the XML of one sheet. Raises LimitPassedError, or ValueError for broken XML."""
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    extent = Extent(title, max_rows)
    seen = Pass(extent, parser)
    parser.StartElementHandler = seen.start
    parser.ParseFile(stream)
    if seen.is_open:
        seen.close()
    if not extent.is_worksheet:
        raise ValueError("not a worksheet of the transitional standard")
    return extent


def lines(stream: BinaryIO, max_rows: int = MAX_ROWS) -> Iterator[str]:
    """The workbook as JSON lines. Every sheet is measured before calamine touches any."""
    with ZipFile(stream) as archive:
        sheets = list(measured(archive, max_rows))
    stream.seek(0)
    book = load_workbook(stream)
    total = sum(extent.last_row for _head, extent in sheets)
    for head, extent in sheets:
        yield json.dumps(head | {"total_rows": total})
        if extent.last_row:
            yield from _rows(book.get_sheet_by_name(head["name"]), extent)


def measured(archive: ZipFile, max_rows: int = MAX_ROWS) -> Iterator[tuple[dict[str, Any], Extent]]:
    """Name, state and merges of every worksheet with its extent; raises as ``measure`` does."""
    parser = WorkbookParser(archive, "xl/workbook.xml", keep_links=False)
    parser.parse()
    for sheet, relation in parser.find_sheets():
        if "chartsheet" in relation.Type:
            continue
        with archive.open(relation.target) as part:
            extent = measure(sheet.name, part, max_rows)
        is_hidden = sheet.state != "visible"
        yield {"name": sheet.name, "is_hidden": is_hidden, "merges": extent.merges}, extent


def _rows(sheet: Any, extent: Extent) -> Iterator[str]:
    # Columns that are empty from top to bottom are left out on the left.
    left = [None] * (sheet.start[1] if sheet.start else 0)
    width, texts = extent.last_column - len(left), extent.texts
    for number, values in enumerate(sheet.iter_rows(), 1):
        if number > extent.last_row:
            break
        # Counting runs in C: wide and empty rows cost nothing.
        if values.count("") == len(values) and number not in texts:
            yield "[]"
            continue
        cells: list[Any] = left + [
            (value or None) if (kind := type(value)) is str else TYPED[kind](value)
            for value in values[:width]
        ]
        for column, text in texts.get(number, ()):
            cells += [None] * (column - len(cells))
            cells[column - 1] = text
        while cells and cells[-1] is None:
            cells.pop()
        yield json.dumps(cells, ensure_ascii=False, allow_nan=False)
    # Rows below the last that calamine gives hold nothing but what it drops.


def _number(value: float) -> float:
    if value.is_integer() and abs(value) < LARGEST_WHOLE:
        return int(value)
    return value


def _day(value: date) -> dict[str, str]:
    return {"date": value.isoformat()}


# JSON knows text, numbers and truth; dates travel as {"date": ISO}.
TYPED: dict[type, Callable[[Any], Any]] = {
    float: _number,
    int: int,
    bool: bool,
    date: _day,
    datetime: _day,
    time: str,
    timedelta: str,
}


def answer(max_rows: int, max_bytes: int) -> Iterator[bytes]:
    """The lines, encoded; raises LimitPassedError beyond ``max_bytes`` too."""
    length = 0
    for line in lines(sys.stdin.buffer, max_rows):
        encoded = line.encode() + b"\n"
        length += len(encoded)
        if length > max_bytes:
            raise LimitPassedError("text", "")
        yield encoded


def main(max_rows: str = "", max_bytes: str = "", target: str = "") -> None:
    """Read standard input; write the lines as they come, or all at once to standard output.

    A limit that was passed stands in the last line, without an end.
    """
    warnings.simplefilter("ignore")
    given = answer(int(max_rows or MAX_ROWS), int(max_bytes or MAX_OUTPUT_BYTES))
    with open(int(target or sys.stdout.fileno()), "wb", closefd=False) as output:
        try:
            output.writelines(given if target else list(given))
        except LimitPassedError as error:
            code, sheet = error.args
            output.write(json.dumps({"limit": code, "sheet": sheet}).encode())
        except MemoryError:
            output.write(json.dumps({"limit": "memory", "sheet": ""}).encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
