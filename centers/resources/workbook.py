"""Importing a district's workbook, all or nothing; writing its template and export."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from tablib import Dataset

from centers.models import Center, Filing
from centers.resources import exports
from centers.resources.assembly import Assembly, Line
from centers.resources.columns import IGNORED, SHEETS
from centers.services import imports
from centers.services.imports import Declaration
from portal import workbooks
from portal.cells import Message, match_key
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.workbooks import CellProblem, Sheet


class WorkbookHasErrors(DomainError):
    """Nothing was imported; ``problems`` says where to mend the workbook."""

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        self.problems = problems
        errors = [problem for problem in problems if not problem.is_warning]
        super().__init__(
            _("Nothing was imported: %(count)s errors. The first: %(first)s")
            % {"count": len(errors), "first": errors[0].as_text()}
        )


@dataclass(frozen=True)
class SheetSeen:
    """A sheet of the upload: whether it is read, and how many rows of data it holds."""

    name: str
    is_hidden: bool
    is_read: bool
    row_count: int = 0


@dataclass
class Reading:
    """What was found in a workbook."""

    problems: list[CellProblem] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)
    header_rows: dict[str, int] = field(default_factory=dict)
    sheets: list[SheetSeen] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        return any(not problem.is_warning for problem in self.problems)


@dataclass
class Preview:
    """What an import would do: problems by place, centers by what happens to them."""

    problems: list[CellProblem] = field(default_factory=list)
    result: imports.Result = field(default_factory=imports.Result)
    sheets: list[SheetSeen] = field(default_factory=list)

    @property
    def errors(self) -> list[CellProblem]:
        return [problem for problem in self.problems if not problem.is_warning]

    @property
    def warnings(self) -> list[CellProblem]:
        return [problem for problem in self.problems if problem.is_warning]

    @property
    def entered(self) -> list[str]:
        return self.result.entered

    @property
    def changed(self) -> list[str]:
        return self.result.changed

    @property
    def unchanged(self) -> list[str]:
        return self.result.unchanged

    @property
    def section_count(self) -> int:
        return self.result.section_count


class DeclarationResource(Resource):
    """One row per center; the whole dataset is accepted in one transaction, or rolled back."""

    name = Field(attribute="name", column_name="name")

    class Meta:
        skip_diff = True
        instance_loader_class = BaseInstanceLoader

    def __init__(self, *, by: User, at: datetime) -> None:
        super().__init__()
        self.by, self.at = by, at
        self.declared: list[Declaration] = []
        self.accepted = imports.Result()

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> None:
        """Every row is a new declaration; the service finds the center it speaks of."""

    def init_instance(self, row: dict[str, Any] | None = None) -> Declaration:
        assert row is not None  # noqa: S101  (import-export always passes it)
        return row["declaration"]

    def save_instance(self, instance: Declaration, *_args: Any, **_kwargs: Any) -> None:
        self.declared.append(instance)

    def after_import(self, *_args: Any, **_kwargs: Any) -> None:
        self.accepted = imports.accept_declarations(
            declarations=self.declared, by=self.by, at=self.at, source=Filing.Source.IMPORT
        )

    def get_db_connection_name(self) -> str:
        return "default"


class DistrictWorkbook:
    """The workbook of one district."""

    def __init__(self, district: Division) -> None:
        self.district = district

    def dry_run(
        self, path: str | Path, *, by: User, at: datetime, leave_out: Collection[str] = ()
    ) -> Preview:
        """What importing the file would do; nothing is written. Sheets may be left out by name.

        Raises ``WorkbookRefused`` when the file cannot be read at all.
        """
        reading = self._read(path, at, leave_out)
        preview = Preview(reading.problems, sheets=reading.sheets)
        if not reading.has_errors:
            preview.result = self._accept(reading.declarations, by=by, at=at, dry_run=True)
        return preview

    def commit(
        self, path: str | Path, *, by: User, at: datetime, leave_out: Collection[str] = ()
    ) -> imports.Result:
        """Import the file, all of it or nothing.

        Raises ``WorkbookRefused`` or ``WorkbookHasErrors``.
        """
        reading = self._read(path, at, leave_out)
        if reading.has_errors:
            raise WorkbookHasErrors(reading.problems)
        return self._accept(reading.declarations, by=by, at=at, dry_run=False)

    def marked(
        self, path: str | Path, *, at: datetime, leave_out: Collection[str] = ()
    ) -> bytes:
        """The file with every error and warning written where it is.

        Raises ``WorkbookRefused``.
        """
        reading = self._read(path, at, leave_out)
        return workbooks.mark(path, reading.problems, header_rows=reading.header_rows)

    @staticmethod
    def template(target: str | Path | BinaryIO) -> None:
        """An empty workbook with drop-down lists and the guide sheet."""
        contents = [workbooks.SheetContent(title, columns) for title, columns in SHEETS.items()]
        workbooks.write(contents, target)

    def export(self, target: str | Path | BinaryIO, *, as_of: date) -> None:
        """What was accepted last, in the shape that ``commit`` takes back unchanged."""
        centers = Center.objects.within(self.district).select_related("division").order_by("code")
        workbooks.write(exports.sheets(centers, self.district, as_of), target)

    def _accept(
        self, declarations: Iterable[Declaration], *, by: User, at: datetime, dry_run: bool
    ) -> imports.Result:
        resource = DeclarationResource(by=by, at=at)
        rows = [(declaration.name, declaration) for declaration in declarations]
        dataset = Dataset(*rows, headers=["name", "declaration"])
        resource.import_data(dataset, dry_run=dry_run, use_transactions=True, raise_errors=True)
        return resource.accepted

    def _read(self, path: str | Path, at: datetime, leave_out: Collection[str]) -> Reading:
        reading = Reading()
        lines: dict[str, list[Line]] = {}
        for sheet in workbooks.read(path):
            title = _sheet_title(sheet)
            if sheet.name in leave_out:
                reading.sheets.append(SheetSeen(sheet.name, sheet.is_hidden, is_read=False))
                continue
            if title is None or title in lines:
                reading.problems += _not_read(sheet, title)
                reading.sheets.append(SheetSeen(sheet.name, sheet.is_hidden, is_read=False))
                continue
            table = workbooks.locate(sheet, SHEETS[title], ignored=IGNORED)
            checked = workbooks.check(table, SHEETS[title])
            lines[title] = [
                Line(table, place, row) for place, row in zip(table.rows, checked, strict=True)
            ]
            reading.problems += [*_hidden(sheet), *table.problems]
            for line in lines[title]:
                reading.problems += line.problems(title)
            if table.header_row:
                reading.header_rows[sheet.name] = table.header_row
            seen = SheetSeen(sheet.name, sheet.is_hidden, is_read=True, row_count=len(table.rows))
            reading.sheets.append(seen)
        if not lines:
            reading.problems.append(_no_known_sheet())
        assembly = Assembly(self.district, lines, localdate(at))
        reading.problems += assembly.problems
        reading.declarations = assembly.declarations
        return reading


def _sheet_title(sheet: Sheet) -> str | None:
    """Which of our sheets it is: by its name, which may carry more words."""
    key = match_key(sheet.name)
    exact = [title for title in SHEETS if match_key(title) == key]
    return next(iter(exact), None)


def _not_read(sheet: Sheet, title: str | None) -> list[CellProblem]:
    """A second sheet of one name is an error, an unknown one a warning."""
    if not sheet.rows or sheet.name in (workbooks.GUIDE_TITLE, workbooks.RESULTS_TITLE):
        return []
    if title is not None:
        text = gettext_lazy("Another sheet is called %(names)s too. Keep one of them.")
        return [_sheet_problem(sheet, "sheet_twice", text, names=title)]
    text = gettext_lazy("This sheet is not read. Sheets are called %(names)s.")
    names = "、".join(SHEETS)
    return [_sheet_problem(sheet, "unknown_sheet", text, is_warning=True, names=names)]


def _hidden(sheet: Sheet) -> list[CellProblem]:
    """Nobody may import what they did not see without being told."""
    if not (sheet.is_hidden and sheet.rows):
        return []
    text = gettext_lazy("This sheet is hidden and is read all the same. Look at it or delete it.")
    return [_sheet_problem(sheet, "hidden_sheet", text, is_warning=True)]


def _sheet_problem(
    sheet: Sheet, code: str, text: Any, *, is_warning: bool = False, **params: str
) -> CellProblem:
    message = Message(code, text, params)
    return CellProblem(sheet.name, 0, "", "", None, code, message, is_warning)


def _no_known_sheet() -> CellProblem:
    message = Message(
        "no_known_sheet",
        gettext_lazy("The workbook has none of the sheets %(names)s."),
        {"names": "、".join(SHEETS)},
    )
    return CellProblem("—", 0, "", "", None, message.code, message)
