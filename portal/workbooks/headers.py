"""Finding the header row of a sheet and the columns under it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _
from openpyxl.utils import get_column_letter

from portal.cells import CellError, Message, header_unit, match_key
from portal.workbooks.columns import Column, header_key
from portal.workbooks.problems import CellProblem
from portal.workbooks.reading import Sheet

Grid = Mapping[tuple[int, int], Any]

SEARCHED_ROWS = 40
SERIAL_NUMBERS = {"序号", "no", "no."}
# The sheet and the column of an earlier check; nothing in them is data.
RESULTS_TITLE = "检查结果"


@dataclass(frozen=True)
class Place:
    """Where a declared column stands: ``index`` is 1-based, ``unit`` that of its amounts."""

    column: Column
    index: int
    header: str
    unit: str | None

    @property
    def letter(self) -> str:
        """The column as Excel names it."""
        return get_column_letter(self.index)


@dataclass
class Headers:
    """The header row, the places found under it, and what is wrong with it."""

    row: int
    places: dict[str, Place] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    # Index → header of the columns that are known and not read.
    ignored: dict[int, str] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)


def header_grid(sheet: Sheet) -> Grid:
    """The first rows with merged values in every cell of their range."""
    grid = {
        (number, index): value
        for number, row in enumerate(sheet.rows[:SEARCHED_ROWS], 1)
        for index, value in enumerate(row, 1)
        if value is not None and str(value).strip()
    }
    for merge in sheet.merges:
        value = grid.get((merge.top, merge.left))
        for row in range(merge.top, min(merge.bottom, SEARCHED_ROWS) + 1 if value else 0):
            grid.update(((row, index), value) for index in range(merge.left, merge.right + 1))
    return grid


def find_headers(sheet: Sheet, columns: Sequence[Column], ignored: Sequence[str]) -> Headers | None:
    """The row that names most declared columns; None when no row names at least two."""
    known = _known(columns)
    grid = header_grid(sheet)
    scores = {row: len(_matches(grid, row, known)) for row in range(1, SEARCHED_ROWS + 1)}
    best = max(scores, key=lambda row: (scores[row], -row))
    if scores[best] < min(2, len(columns)):
        return None
    headers = Headers(_last_header_row(sheet, grid, best, known))
    for index, levels in _levels(grid, headers.row, known):
        _place(sheet, headers, index, levels, known, ignored)
    _apply_preamble_unit(sheet, headers, best)
    _require(sheet, headers, columns)
    return headers


def _known(columns: Sequence[Column]) -> dict[str, Column]:
    known: dict[str, Column] = {}
    for column in columns:
        for key in column.keys:
            if known.setdefault(key, column) is not column:
                raise ValueError(f"Two columns are called {key}.")
    return known


def _last_header_row(sheet: Sheet, grid: Grid, row: int, known: Mapping[str, Column]) -> int:
    """The lower row where a known header is merged over rows, or parts of a group stand below."""
    bottoms = [
        merge.bottom
        for merge in sheet.merges
        if merge.top <= row < merge.bottom
        and header_key(grid.get((merge.top, merge.left))) in known
    ]
    below = row + 1 if _has_groups(grid, row + 1, known) else row
    return min(max([*bottoms, below]), SEARCHED_ROWS)


def _has_groups(grid: Grid, row: int, known: Mapping[str, Column]) -> bool:
    """Whether headers such as 人员配备/专职 end in this row."""
    indexes = [index for number, index in grid if number == row and (row - 1, index) in grid]
    pairs = ((header_key(grid[row - 1, index]), header_key(grid[row, index])) for index in indexes)
    return any("/".join(pair) in known for pair in pairs)


def _levels(grid: Grid, row: int, known: Mapping[str, Column]) -> Iterator[tuple[int, list[str]]]:
    """Per filled column its header texts from the row above down, each once."""
    rows = {row - 1, row} if _has_groups(grid, row, known) else {row}
    for index in sorted({index for number, index in grid if number in rows}):
        texts = [str(grid[at, index]) for at in (row - 1, row) if (at, index) in grid]
        yield index, list(dict.fromkeys(texts))


def _matches(grid: Grid, row: int, known: Mapping[str, Column]) -> set[str]:
    found = (_match(levels, known) for _index, levels in _levels(grid, row, known))
    return {column.field for column in found if column}


def _match(levels: Sequence[str], known: Mapping[str, Column]) -> Column | None:
    return known.get(_joined(levels)) or known.get(header_key(levels[-1]))


def _joined(levels: Sequence[str]) -> str:
    return "/".join(header_key(level) for level in levels)


def _place(
    sheet: Sheet,
    headers: Headers,
    index: int,
    levels: Sequence[str],
    known: Mapping[str, Column],
    ignored: Sequence[str],
) -> None:
    text = " ".join(levels[-1].split())
    left_out = {header_key(header) for header in ignored}
    column = _match(levels, known)
    if _joined(levels) in left_out or (column is None and header_key(text) in left_out):
        headers.skipped.add(index)
        headers.ignored[index] = text
    elif column is None:
        headers.skipped.add(index)
        if header_key(text) not in SERIAL_NUMBERS | {RESULTS_TITLE}:
            unknown = Message("unknown_header", _("This column is not known. Rename or delete it."))
            headers.problems.append(_problem(sheet, headers, index, text, unknown))
    elif column.field in headers.places:
        headers.skipped.add(index)
        twice = Message("header_twice", _("This column is there twice. Delete one."))
        headers.problems.append(_problem(sheet, headers, index, text, twice))
    else:
        unit = _unit(sheet, headers, index, text, column)
        headers.places[column.field] = Place(column, index, text, unit)


def _unit(sheet: Sheet, headers: Headers, index: int, text: str, column: Column) -> str | None:
    if not column.is_money:
        return None
    try:
        return header_unit(text)
    except CellError as error:
        headers.problems.append(_problem(sheet, headers, index, text, error.message))
        return None


def _apply_preamble_unit(sheet: Sheet, headers: Headers, row: int) -> None:
    """单位：万元 above the table holds for amounts whose own header names no unit."""
    above = [match_key(str(value)) for cells in sheet.rows[: row - 1] for value in cells if value]
    if not any("单位:" in text and "万元" in text.partition("单位:")[2] for text in above):
        return
    for name, place in headers.places.items():
        if place.column.is_money and place.unit is None:
            headers.places[name] = Place(place.column, place.index, place.header, "ten_thousand")


def _require(sheet: Sheet, headers: Headers, columns: Sequence[Column]) -> None:
    for column in columns:
        must_stand = column.is_required or column.is_expected
        if must_stand and column.field not in headers.places:
            text = _("The column %(header)s is missing.")
            missing = Message("missing_header", text, {"header": column.header})
            headers.problems.append(
                CellProblem(sheet.name, headers.row, "", column.header, None, missing.code, missing)
            )


def _problem(
    sheet: Sheet, headers: Headers, index: int, text: str, message: Message
) -> CellProblem:
    letter = get_column_letter(index)
    return CellProblem(sheet.name, headers.row, letter, text, text, message.code, message)
