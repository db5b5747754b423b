"""Reading the sheets of a workbook into lines, whoever's workbook it is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.resources.assembly import Line
from centers.resources.columns import IGNORED
from portal import workbooks
from portal.cells import Message, match_key
from portal.workbooks import CellProblem, Column, Sheet

# Made by us, and never data.
OWN_SHEETS = (workbooks.GUIDE_TITLE, workbooks.RESULTS_TITLE)


@dataclass(frozen=True)
class SheetSeen:
    """A sheet of the upload: whether it is read or could be, and how many rows it holds."""

    name: str
    is_hidden: bool
    is_read: bool
    is_known: bool = True
    row_count: int = 0


@dataclass
class Found:
    """What stands in a workbook: its lines by our sheet titles, and where they were found."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    problems: list[CellProblem] = field(default_factory=list)
    header_rows: dict[str, int] = field(default_factory=dict)
    sheets: list[SheetSeen] = field(default_factory=list)

    @property
    def errors(self) -> list[CellProblem]:
        return [problem for problem in self.problems if not problem.is_warning]

    @property
    def warnings(self) -> list[CellProblem]:
        return [problem for problem in self.problems if problem.is_warning]



def read_lines(
    sheets: Iterable[Sheet],
    titles: Mapping[str, Sequence[Column]],
    *,
    ignored: Sequence[str] = IGNORED,
    leave_out: Collection[str] = (),
) -> Found:
    """The lines of the sheets called ``titles``, each with its own columns.

    Nothing is raised; problems of single cells stay with their lines.
    """
    found = Found()
    for sheet in sheets:
        title = _sheet_title(sheet, titles)
        is_left_out = sheet.name in leave_out
        if is_left_out or title is None or title in found.lines:
            found.problems += [] if is_left_out else _not_read(sheet, title, titles)
            if sheet.name not in OWN_SHEETS:
                found.sheets.append(
                    SheetSeen(sheet.name, sheet.is_hidden, is_read=False, is_known=is_left_out)
                )
            continue
        _read_sheet(found, sheet, title, titles[title], ignored)
    if not found.lines:
        found.problems.append(_no_known_sheet(titles))
    return found


def _read_sheet(
    found: Found, sheet: Sheet, title: str, columns: Sequence[Column], ignored: Sequence[str]
) -> None:
    table = workbooks.locate(sheet, columns, ignored=ignored)
    checked = workbooks.check(table, columns)
    found.lines[title] = [
        Line(table, place, row) for place, row in zip(table.rows, checked, strict=True)
    ]
    found.problems += [*_hidden(sheet), *table.problems]
    if table.header_row:
        found.header_rows[sheet.name] = table.header_row
    seen = SheetSeen(sheet.name, sheet.is_hidden, is_read=True, row_count=len(checked))
    found.sheets.append(seen)


def _sheet_title(sheet: Sheet, titles: Collection[str]) -> str | None:
    """Which of our sheets it is: by its name, which may carry more words."""
    key = match_key(sheet.name)
    exact = [title for title in titles if match_key(title) == key]
    return next(iter(exact), None)


def _not_read(
    sheet: Sheet, title: str | None, titles: Collection[str]
) -> list[CellProblem]:
    """A second sheet of one name is an error, an unknown one a warning."""
    if not sheet.rows or sheet.name in OWN_SHEETS:
        return []
    if title is not None:
        text = _("Another sheet is called %(names)s too. Keep one of them.")
        return [_sheet_problem(sheet, "sheet_twice", text, names=title)]
    text = _("This sheet is not read. Sheets are called %(names)s.")
    names = "、".join(titles)
    return [_sheet_problem(sheet, "unknown_sheet", text, is_warning=True, names=names)]


def _hidden(sheet: Sheet) -> list[CellProblem]:
    """Nobody may import what they did not see without being told."""
    if not (sheet.is_hidden and sheet.rows):
        return []
    text = _("This sheet is hidden and is read all the same. Look at it or delete it.")
    return [_sheet_problem(sheet, "hidden_sheet", text, is_warning=True)]


def _sheet_problem(
    sheet: Sheet, code: str, text: Any, *, is_warning: bool = False, **params: str
) -> CellProblem:
    message = Message(code, text, params)
    return CellProblem(sheet.name, 0, "", "", None, code, message, is_warning)


def _no_known_sheet(titles: Collection[str]) -> CellProblem:
    message = Message(
        "no_known_sheet",
        _("The workbook has none of the sheets %(names)s."),
        {"names": "、".join(titles)},
    )
    return CellProblem("—", 0, "", "", None, message.code, message)
