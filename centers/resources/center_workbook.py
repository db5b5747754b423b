"""The workbook of one filing: downloaded pre-filled, filled in offline, taken back.

A row that stands as it was downloaded is what is on record, whatever it says; only what was
changed is read anew. The guide sheet carries a signed mark of the filing and of the versions of
its sections, so that an upload never overwrites what was saved meanwhile.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, BinaryIO

from django.core import signing
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers import selectors
from centers.models import Filing, Section
from centers.resources import exports
from centers.resources.assembly import ROW_SHEETS
from centers.resources.center_columns import CENTER_SHEET, IGNORED_HERE, columns_for, title_of
from centers.resources.center_comparison import Comparison, Download
from centers.resources.reading import Found, read_lines
from centers.resources.workbook import WorkbookHasErrors
from centers.services import uploads
from centers.services.uploads import Upload
from portal import workbooks
from portal.audit.models import AuditEvent
from portal.errors import DomainError
from portal.users.models import User
from portal.workbooks import CellProblem, Sheet, SheetContent

SALT = "centers.workbook.filing"
MARK_LABEL = "工作簿标识（请勿改动）"
MAKERS = {
    "人员": exports.staff,
    "场所": exports.premises,
    "经费": exports.funding,
    "法定事项": exports.statutory,
}


class NotThisFiling(DomainError):
    """The file is not the workbook of this filing, or its mark was changed."""


class WorkbookOutdated(DomainError):
    """A section was changed after the workbook was downloaded."""


@dataclass(frozen=True)
class Mark:
    """What the guide sheet says of the download."""

    filing_id: int
    versions: Mapping[str, int]
    at: datetime

    @property
    def as_of(self) -> date:
        """The day whose rows the sheet 中心 shows."""
        return localdate(self.at)

    def sign(self) -> str:
        """Nobody else writes it."""
        content = {
            "filing": self.filing_id,
            "versions": dict(self.versions),
            "at": self.at.isoformat(),
        }
        return signing.dumps(content, salt=SALT)

    @classmethod
    def read(cls, sheets: Sequence[Sheet]) -> "Mark | None":
        """The mark of an upload; None when there is none, or not ours."""
        guide = next((sheet for sheet in sheets if sheet.name == workbooks.GUIDE_TITLE), None)
        said = [row[1] for row in guide.rows if row[:1] == (MARK_LABEL,)] if guide else []
        try:
            content = signing.loads(str(said[-1]).strip(), salt=SALT) if said else None
        except signing.BadSignature:
            content = None
        at = parse_datetime(content["at"]) if content else None
        return cls(content["filing"], content["versions"], at) if content and at else None


@dataclass
class Checked:
    """What an upload says: problems by place, and the sections it changes."""

    problems: list[CellProblem] = field(default_factory=list)
    uploads: dict[str, Upload] = field(default_factory=dict)
    header_rows: dict[str, int] = field(default_factory=dict)

    @property
    def errors(self) -> list[CellProblem]:
        return [problem for problem in self.problems if not problem.is_warning]

    @property
    def warnings(self) -> list[CellProblem]:
        return [problem for problem in self.problems if problem.is_warning]


class CenterWorkbook:
    """The workbook of one filing, with the sections its center may edit now."""

    def __init__(self, filing: Filing) -> None:
        self.filing, self.center = filing, filing.center
        editable = filing.sections.filter(status__in=Section.EDITABLE)
        self.sections: dict[str, Section] = {section.kind: section for section in editable}
        by_section = selectors.rows_by_section(self.sections.values())
        self.rows = {kind: by_section[section.pk] for kind, section in self.sections.items()}

    def download(self, target: str | Path | BinaryIO, *, at: datetime) -> None:
        """Write the workbook, pre-filled with what the sections say now."""
        versions = {kind: section.version for kind, section in self.sections.items()}
        mark = Mark(self.filing.pk, versions, at)
        workbooks.write(self._contents(mark), target, notes=[(MARK_LABEL, mark.sign())])

    def check(self, path: str | Path) -> Checked:
        """What the upload changes and what is wrong with it; nothing is written.

        Raises ``WorkbookRefused``, ``NotThisFiling`` or ``WorkbookOutdated``.
        """
        sheets = workbooks.read(path)
        mark = Mark.read(sheets)
        if mark is None or mark.filing_id != self.filing.pk:
            raise NotThisFiling(
                _("This is not the workbook of this filing. Download it here and fill that in.")
            )
        titles = columns_for(mark.versions)
        found = read_lines(sheets, titles, ignored=IGNORED_HERE)
        self._refuse_outdated(mark, found)
        comparison = Comparison(self._downloaded(mark), found)
        return Checked(
            [*found.problems, *comparison.problems], comparison.uploads, found.header_rows
        )

    def take(self, path: str | Path, *, by: User, at: datetime) -> Checked:
        """Check the upload and write it, all of it or nothing.

        Raises ``WorkbookHasErrors`` beside what ``check`` and ``uploads.take`` raise.
        """
        checked = self.check(path)
        if checked.errors:
            raise WorkbookHasErrors(checked.problems)
        if checked.uploads:
            uploads.take(filing=self.filing, uploads=checked.uploads, by=by, at=at)
        return checked

    def marked(self, path: str | Path) -> bytes:
        """The upload with every error and warning written where it is."""
        checked = self.check(path)
        return workbooks.mark(path, checked.problems, header_rows=checked.header_rows)

    def _downloaded(self, mark: Mark) -> Download:
        """The workbook as it was downloaded, read as an upload is."""
        with NamedTemporaryFile(suffix=".xlsx") as target:
            workbooks.write(self._contents(mark), target.name)
            sheets = workbooks.read(target.name)
        lines = read_lines(sheets, columns_for(mark.versions), ignored=IGNORED_HERE).lines
        return Download(
            self.center, mark.as_of, mark.versions, self.rows, frozenset(self._untouched()), lines
        )

    def _untouched(self) -> Iterator[str]:
        """Sections that were added, and nobody said anything in."""
        for kind, section in self.sections.items():
            if section.is_blank and not self.rows[kind]:
                yield kind

    def _standing(self, kind: str) -> list[Any] | None:
        return None if kind in self._untouched() else self.rows[kind]

    def _contents(self, mark: Mark) -> list[SheetContent]:
        titles = columns_for(mark.versions)
        return [
            SheetContent(title, columns, self._cells(title, mark))
            for title, columns in titles.items()
        ]

    def _cells(self, title: str, mark: Mark) -> list[dict[str, Any]]:
        if title == CENTER_SHEET:
            return [self._center_cells(mark)]
        kind, key, _make = ROW_SHEETS[title]
        filed = self._standing(kind)
        place = {"center": self.center.name}
        if kind == Section.Kind.FUNCTIONS:
            return exports.functions(self.center, filed)
        if filed == []:
            return [place | {key: exports.NONE}]
        # The bureau's column is shown empty: it is not the center's to fill.
        return [place | MAKERS[title](row) | {"adequacy": None} for row in filed or ()]

    def _center_cells(self, mark: Mark) -> dict[str, Any]:
        cells: dict[str, Any] = {"center": self.center.name}
        if Section.Kind.PROFILE in mark.versions:
            named = exports.current(self.rows[Section.Kind.PROFILE], mark.as_of)
            if named is not None:
                own = {"center": named.name, "established_on": named.established_on}
                cells |= exports.profile(named) | own
        if Section.Kind.GOVERNANCE in mark.versions:
            cells |= exports.council(
                exports.current(self.rows[Section.Kind.GOVERNANCE], mark.as_of)
            )
        if Section.Kind.ACCOUNTS in mark.versions:
            cells |= exports.account(self._standing(Section.Kind.ACCOUNTS), mark.as_of)
        return cells

    def _refuse_outdated(self, mark: Mark, found: Found) -> None:
        for kind, version in mark.versions.items():
            section = self.sections.get(kind)
            is_there = title_of(kind) in found.lines
            if is_there and (section is None or section.version != version):
                raise WorkbookOutdated(self._what_happened(kind, mark.at))

    def _what_happened(self, kind: str, since: datetime) -> str:
        events = AuditEvent.objects.filter(
            target_type=Filing._meta.label_lower, target_id=str(self.filing.pk), at__gte=since
        )
        last = events.first()
        if last is None:
            text = _(
                "“%(section)s” was changed after this workbook was downloaded. Nothing was taken"
                " in. Download it again and repeat your changes."
            )
            return text % {"section": Section.Kind(kind).label}
        text = _(
            "“%(section)s” was changed by %(who)s on %(when)s, after this workbook was"
            " downloaded. Nothing was taken in. Download it again and repeat your changes."
        )
        return text % {
            "section": Section.Kind(kind).label,
            "who": last.actor_name,
            "when": f"{localdate(last.at)}",
        }
