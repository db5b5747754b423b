"""Importing a district's workbook, all or nothing; writing its template and export."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.timezone import localdate
from django.utils.translation import ngettext
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from tablib import Dataset

from centers.models import Center, Filing
from centers.resources import exports
from centers.resources.assembly import Assembly
from centers.resources.columns import SHEETS
from centers.resources.reading import Found, SheetSeen, read_lines
from centers.services import imports
from centers.services.imports import Declaration
from portal import workbooks
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.workbooks import CellProblem


class WorkbookHasErrors(DomainError):
    """Nothing was imported; ``problems`` says where to mend the workbook."""

    def __init__(self, problems: Sequence[CellProblem]) -> None:
        self.problems = problems
        errors = [problem for problem in problems if not problem.is_warning]
        super().__init__(
            ngettext(
                "Nothing was imported: %(count)s error. The first: %(first)s",
                "Nothing was imported: %(count)s errors. The first: %(first)s",
                len(errors),
            )
            % {"count": len(errors), "first": errors[0].as_text()}
        )


@dataclass
class Reading:
    """What a workbook says, and the declarations it makes."""

    found: Found
    declarations: list[Declaration]


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
        preview = Preview(reading.found.problems, sheets=reading.found.sheets)
        if not preview.errors:
            preview.result = self._accept(reading.declarations, by=by, at=at, dry_run=True)
        return preview

    def commit(
        self, path: str | Path, *, by: User, at: datetime, leave_out: Collection[str] = ()
    ) -> imports.Result:
        """Import the file, all of it or nothing.

        Raises ``WorkbookRefused`` or ``WorkbookHasErrors``.
        """
        reading = self._read(path, at, leave_out)
        if reading.found.errors:
            raise WorkbookHasErrors(reading.found.problems)
        return self._accept(reading.declarations, by=by, at=at, dry_run=False)

    def marked(
        self, path: str | Path, *, at: datetime, leave_out: Collection[str] = ()
    ) -> bytes:
        """The file with every error and warning written where it is.

        Raises ``WorkbookRefused``.
        """
        found = self._read(path, at, leave_out).found
        return workbooks.mark(path, found.problems, header_rows=found.header_rows)

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
        found = read_lines(workbooks.read(path), SHEETS, leave_out=leave_out)
        for title, lines in found.lines.items():
            for line in lines:
                found.problems += line.problems(title)
        assembly = Assembly(self.district, found.lines, localdate(at))
        found.problems += assembly.problems
        return Reading(found, assembly.declarations)
