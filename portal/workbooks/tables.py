"""Finding the table in a sheet: its header, its rows, where it ends (domain.md 7)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from portal.cells import Message, match_key
from portal.workbooks.columns import Column, header_key
from portal.workbooks.headers import Headers, find_headers
from portal.workbooks.problems import CellProblem
from portal.workbooks.reading import Sheet

TOTAL = re.compile(r"(本页|本表)?(合计|小计|总计)(:|（.*）)?")
NOTE_WORD = re.compile(r"(注|备注|附注|说明|填表说明|填报人|填表人|填报单位|制表人|审核人|联系人)")
NOTE_WITH_COLON = re.compile(NOTE_WORD.pattern + r"\d?[:.、]")


@dataclass(frozen=True)
class Cell:
    """A raw value with its place; ``unit`` is that of amounts, from the header or above it."""

    value: Any
    column_letter: str
    header: str
    unit: str | None = None


@dataclass(frozen=True)
class TableRow:
    """One data row: ``number`` as Excel shows it, a cell for every column that was found."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True)
class Table:
    """The data rows of a sheet and what is wrong with the sheet's form."""

    sheet: str
    header_row: int
    rows: tuple[TableRow, ...] = ()
    problems: tuple[CellProblem, ...] = ()


@dataclass(frozen=True)
class _Body:
    """The rows under the header, with vertical merges filled down."""

    sheet: Sheet
    headers: Headers
    filled: Mapping[tuple[int, int], Any]

    def value(self, row: int, index: int) -> Any:
        cells = self.sheet.rows[row - 1] if row <= len(self.sheet.rows) else ()
        value = cells[index - 1] if index <= len(cells) else None
        if value is None or (isinstance(value, str) and not value.strip()):
            return self.filled.get((row, index))
        return value

    @property
    def numbers(self) -> range:
        return range(self.headers.row + 1, len(self.sheet.rows) + 1)


def locate(sheet: Sheet, columns: Sequence[Column], *, ignored: Sequence[str] = ()) -> Table:
    """The table of ``columns`` in ``sheet``; ``ignored`` headers are known and not read.

    Headers count, not positions. Rows of totals, blank rows and repeated headers are left out;
    the table ends at its notes. An unknown, missing or repeated header is a problem, as is a
    row after the notes: nothing is dropped in silence.
    """
    headers = find_headers(sheet, columns, ignored)
    if headers is None:
        expected = "、".join(column.header for column in columns if column.is_required)
        text = _("No header row was found. Expected columns: %(expected)s.")
        message = Message("header_not_found", text, {"expected": expected})
        problem = CellProblem(sheet.name, 0, "", "", None, message.code, message)
        return Table(sheet.name, 0, problems=(problem,))
    body = _Body(sheet, headers, _filled_down(sheet, headers))
    end = _end(body)
    data = [number for number in body.numbers if _is_data(body, number)]
    above = [number for number in data if number < end]
    below = [number for number in data if number > end]
    rows = tuple(_row(body, number) for number in above)
    problems = (
        *headers.problems,
        *_merged_amounts(body, end),
        *_stray_values(body, above),
        *_rows_after(body, below),
    )
    return Table(sheet.name, headers.row, rows, problems)


def _filled_down(sheet: Sheet, headers: Headers) -> dict[tuple[int, int], Any]:
    """The value of a vertical merge in its lower rows; an amount counts once, in the first."""
    money = {place.index for place in headers.places.values() if place.column.is_money}
    filled: dict[tuple[int, int], Any] = {}
    for merge in sheet.merges:
        is_below = headers.row < merge.top < merge.bottom and merge.top <= len(sheet.rows)
        cells = sheet.rows[merge.top - 1] if is_below and merge.left not in money else ()
        if merge.left <= len(cells):
            value = cells[merge.left - 1]
            rows = range(merge.top + 1, merge.bottom + 1)
            filled.update(((row, merge.left), value) for row in rows)
    return filled


def _row(body: _Body, number: int) -> TableRow:
    cells = {
        name: Cell(body.value(number, place.index), place.letter, place.header, place.unit)
        for name, place in body.headers.places.items()
    }
    return TableRow(number, cells)


def _texts(body: _Body, number: int) -> list[str]:
    """The filled cells of a row from left to right."""
    cells = body.sheet.rows[number - 1]
    return [text for value in cells if value is not None and (text := str(value).strip())]


def _is_data(body: _Body, number: int) -> bool:
    """Whether the row is neither blank nor a total nor the header once more."""
    places = body.headers.places.values()
    own = [place for place in places if _own(body, number, place.index)]
    if not own or any(_is_total(text) for text in _texts(body, number)[:3]):
        return False
    return any(
        header_key(body.value(number, place.index)) not in place.column.keys for place in own
    )


def _is_total(text: str) -> bool:
    return "计" in text and TOTAL.fullmatch(match_key(text)) is not None


def _own(body: _Body, number: int, index: int) -> bool:
    """Whether the row itself holds a value there, not only a merge from above."""
    cells = body.sheet.rows[number - 1]
    value = cells[index - 1] if index <= len(cells) else None
    return value is not None and bool(str(value).strip())


def _end(body: _Body) -> int:
    """The row of the first note below the table, or the row after the last."""
    required = {place.index for place in body.headers.places.values() if place.column.is_required}
    key_cells = required or {place.index for place in body.headers.places.values()}
    for number in body.numbers:
        texts = _texts(body, number)
        if texts and _is_note(match_key(texts[0]), body, number, key_cells):
            return number
    return len(body.sheet.rows) + 1


def _is_note(first: str, body: _Body, number: int, key_cells: set[int]) -> bool:
    if NOTE_WITH_COLON.match(first):
        return True
    filled = [index for index in key_cells if _own(body, number, index)]
    is_elsewhere_empty = all(match_key(str(body.value(number, index))) == first for index in filled)
    return NOTE_WORD.match(first) is not None and is_elsewhere_empty


def _merged_amounts(body: _Body, end: int) -> Iterator[CellProblem]:
    """Amounts merged over several rows, which count in the first row only."""
    money = {place.index: place for place in body.headers.places.values() if place.column.is_money}
    message = Message("merged_amount", _("The merged amount counts in its first row only."))
    for merge in body.sheet.merges:
        if merge.left in money and body.headers.row < merge.top < min(merge.bottom, end):
            place = money[merge.left]
            value = body.value(merge.top, merge.left)
            yield CellProblem(
                body.sheet.name,
                merge.top,
                place.letter,
                place.header,
                value,
                message.code,
                message,
                is_warning=True,
            )


def _rows_after(body: _Body, numbers: Sequence[int]) -> Iterator[CellProblem]:
    """Rows below the notes that look like data: all required cells are filled."""
    required = [place for place in body.headers.places.values() if place.column.is_required]
    for number in numbers if len(required) > 1 else ():
        if all(_own(body, number, place.index) for place in required):
            message = Message("row_after_notes", _("The row stands below the notes. Move it up."))
            yield CellProblem(body.sheet.name, number, "", "", None, message.code, message)


def _stray_values(body: _Body, numbers: Sequence[int]) -> Iterator[CellProblem]:
    """Values in columns without a header, told once per column."""
    told = {place.index for place in body.headers.places.values()} | body.headers.skipped
    message = Message("no_header", _("The column has no header; its values are not read."))
    for number in numbers:
        for index, value in enumerate(body.sheet.rows[number - 1], 1):
            if index in told or not _own(body, number, index):
                continue
            told.add(index)
            letter = get_column_letter(index)
            yield CellProblem(
                body.sheet.name, number, letter, "", value, message.code, message, is_warning=True
            )
