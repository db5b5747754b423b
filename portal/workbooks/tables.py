"""Finding the table in a sheet: its header, its rows, where it ends (domain.md 7)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.cells import Message, match_key
from portal.workbooks.columns import Column, header_key
from portal.workbooks.headers import SEARCHED_ROWS, Place, find_headers
from portal.workbooks.problems import CellProblem
from portal.workbooks.reading import Merge, Sheet

TOTAL = re.compile(r"(本页|本表)?(合计|小计|总计)(:|（.*）)?")
NOTE_WORD = re.compile(r"(注|备注|附注|说明|填表说明|填报人|填表人|填报单位|制表人|审核人|联系人)")
NOTE_START = re.compile(r"\W*[注备附说填制审联]")
NOTE_WITH_COLON = re.compile(NOTE_WORD.pattern + r"\d?[:.、]")


# Stands where a column has no header.
UNNAMED = Column("", "")


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


class Scan:
    """The table of a sheet, found by its header and taken row by row from the top.

    ``places`` are the columns that were found, ``ignored`` those known and not read by their index,
    ``header_row`` is 0 where none was; ``problems`` is complete once ``rows`` was taken to its end.
    """

    def __init__(
        self,
        name: str,
        rows: Iterable[tuple[Any, ...]],
        merges: Sequence[Merge],
        columns: Sequence[Column],
        ignored: Sequence[str] = (),
    ) -> None:
        following = iter(rows)
        first = tuple(islice(following, SEARCHED_ROWS))
        self.name, self.merges = name, merges
        found = find_headers(Sheet(name, rows=first, merges=tuple(merges)), columns, ignored)
        self._rows = chain(first, following)
        self.places: dict[str, Place] = found.places if found else {}
        self.header_row = found.row if found else 0
        self._skipped = found.skipped if found else set()
        self.ignored = found.ignored if found else {}
        self._form = found.problems if found else [_no_header(name, columns)]
        self._ends_at = 0
        self._merged: list[CellProblem] = []
        self._stray: list[CellProblem] = []
        self._after: list[CellProblem] = []
        self._named = {place.index for place in self.places.values()}
        self._keys = {place.index: place.column.keys for place in self.places.values()}
        self._money = {p.index: p for p in self.places.values() if p.column.is_money}
        self._required = {p.index for p in self.places.values() if p.column.is_required}

    @property
    def problems(self) -> tuple[CellProblem, ...]:
        """What is wrong with the form of the sheet."""
        merged = (problem for problem in self._merged if problem.row != self._ends_at)
        return (*self._form, *merged, *self._stray, *self._after)

    def rows(self) -> Iterator[tuple[int, Sequence[Any]]]:
        """Number and cells of every data row, with vertical merges filled down.

        Rows of totals, blank rows and repeated headers are left out; the table ends at its notes.
        """
        told = self._named | self._skipped
        for number, cells, whole in self._below_header():
            texts = _texts(cells)
            if self._ends_at:
                self._tell_after(number, cells, texts)
            elif self._is_note(texts, cells, whole):
                self._ends_at = number
            elif self._is_data(cells, texts):
                self._tell_stray(number, cells, told)
                yield number, whole

    def _below_header(self) -> Iterator[tuple[int, Sequence[Any], Sequence[Any]]]:
        """Number, own cells and cells with merges filled down, of every row below the header."""
        tops: dict[int, list[Merge]] = defaultdict(list)
        for merge in self.merges:
            if self.header_row < merge.top < merge.bottom:
                tops[merge.top].append(merge)
        filled: dict[int, list[tuple[int, Any]]] = defaultdict(list)
        for number, cells in enumerate(self._rows, 1):
            if self.header_row and number > self.header_row:
                for merge in tops.get(number, ()):
                    self._merge(merge, cells, filled)
                yield number, cells, _with_merged(cells, filled.pop(number, ()))

    def _merge(
        self, merge: Merge, cells: Sequence[Any], filled: dict[int, list[tuple[int, Any]]]
    ) -> None:
        """The value of a merge goes to its lower rows; an amount counts once, in the first."""
        value = cells[merge.left - 1] if merge.left <= len(cells) else None
        place = self._money.get(merge.left)
        if place is None:
            for row in range(merge.top + 1, merge.bottom + 1):
                filled[row].append((merge.left, value))
        elif not self._ends_at:
            text = _("The merged amount counts in its first row only.")
            self._merged.append(self._warning(merge.top, place, value, "merged_amount", text))

    def _warning(self, row: int, place: Place, value: Any, code: str, text: Any) -> CellProblem:
        message = Message(code, text)
        return CellProblem(
            self.name, row, place.letter, place.header, value, code, message, is_warning=True
        )

    def _is_data(self, cells: Sequence[Any], texts: Sequence[str]) -> bool:
        """Whether the row is neither blank nor a total nor the header once more."""
        own = [index for index in self._named if _own(cells, index)]
        if not own or any(_is_total(text) for text in texts[:3]):
            return False
        if any(type(cells[index - 1]) is not str for index in own):
            return True
        return any(header_key(cells[index - 1]) not in self._keys[index] for index in own)

    def _is_note(self, texts: list[str], cells: Sequence[Any], whole: Sequence[Any]) -> bool:
        if not texts or not NOTE_START.match(texts[0]):
            return False
        first = match_key(texts[0])
        if NOTE_WITH_COLON.match(first):
            return True
        filled = [index for index in self._required or self._named if _own(cells, index)]
        is_elsewhere_empty = all(match_key(str(whole[index - 1])) == first for index in filled)
        return NOTE_WORD.match(first) is not None and is_elsewhere_empty

    def _tell_after(self, number: int, cells: Sequence[Any], texts: list[str]) -> None:
        """Rows below the notes that look like data: all required cells are filled."""
        is_data = len(self._required) > 1 and all(_own(cells, index) for index in self._required)
        if is_data and self._is_data(cells, texts):
            message = Message("row_after_notes", _("The row stands below the notes. Move it up."))
            self._after.append(CellProblem(self.name, number, "", "", None, message.code, message))

    def _tell_stray(self, number: int, cells: Sequence[Any], told: set[int]) -> None:
        """Values in columns without a header, told once per column."""
        for index in range(1, len(cells) + 1):
            if index in told or not _own(cells, index):
                continue
            told.add(index)
            text = _("The column has no header; its values are not read.")
            nameless = Place(UNNAMED, index, "", None)
            value = cells[index - 1]
            self._stray.append(self._warning(number, nameless, value, "no_header", text))


def locate(sheet: Sheet, columns: Sequence[Column], *, ignored: Sequence[str] = ()) -> Table:
    """The table of ``columns`` in ``sheet``; ``ignored`` headers are known and not read.

    Headers count, not positions. Rows of totals, blank rows and repeated headers are left out;
    the table ends at its notes. An unknown, missing or repeated header is a problem, as is a
    row after the notes: nothing is dropped in silence.
    """
    scan = Scan(sheet.name, sheet.rows, sheet.merges, columns, ignored)
    rows = tuple(_row(scan, number, cells) for number, cells in scan.rows())
    return Table(sheet.name, scan.header_row, rows, scan.problems)


def _no_header(name: str, columns: Sequence[Column]) -> CellProblem:
    expected = "、".join(column.header for column in columns if column.is_required)
    text = _("No header row was found. Expected columns: %(expected)s.")
    message = Message("header_not_found", text, {"expected": expected})
    return CellProblem(name, 0, "", "", None, message.code, message)


def _row(scan: Scan, number: int, cells: Sequence[Any]) -> TableRow:
    width = len(cells)
    found = {
        name: Cell(
            cells[place.index - 1] if place.index <= width else None,
            place.letter,
            place.header,
            place.unit,
        )
        for name, place in scan.places.items()
    }
    return TableRow(number, found)


def _with_merged(cells: Sequence[Any], merged: Sequence[tuple[int, Any]]) -> Sequence[Any]:
    """The cells, and where they are blank what a merge from above says."""
    if not merged:
        return cells
    whole = list(cells)
    for index, value in merged:
        whole += [None] * (index - len(whole))
        if not _own(whole, index):
            whole[index - 1] = value
    return whole


def _texts(cells: Sequence[Any]) -> list[str]:
    """The first three filled cells of a row."""
    filled = (text for value in cells if value is not None and (text := str(value).strip()))
    return list(islice(filled, 3))


def _is_total(text: str) -> bool:
    return "计" in text and TOTAL.fullmatch(match_key(text)) is not None


def _own(cells: Sequence[Any], index: int) -> bool:
    """Whether the row itself holds a value there."""
    if index > len(cells):
        return False
    value = cells[index - 1]
    return value is not None and (type(value) is not str or bool(value.strip()))
