"""An upload of a filing's workbook beside the download it was made from."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers import selectors
from centers.models import Center, Person, Section
from centers.resources import checks, exports, rows
from centers.resources.assembly import ROW_SHEETS, Line
from centers.resources.center_columns import CENTER_SHEET, PARTS, columns_for
from centers.resources.places import CenterNames
from centers.resources.reading import Found
from centers.services.uploads import Upload
from portal.cells import Message, name_key
from portal.jurisdictions.models import Division
from portal.workbooks import CellProblem


@dataclass(frozen=True)
class Download:
    """What was downloaded: the rows on record, and the lines that show them.

    ``as_of`` is the day whose rows the sheet 中心 shows; ``untouched`` are the sections of which
    nobody has said anything yet.
    """

    center: Center
    as_of: date
    versions: Mapping[str, int]
    rows: Mapping[str, list[Any]]
    untouched: frozenset[str]
    lines: Mapping[str, Sequence[Line]]

    def standing(self, kind: str) -> list[Any] | None:
        """The section's rows; None where nobody has said anything."""
        return None if kind in self.untouched else self.rows[kind]


def _raw(line: Line, fields: Sequence[str] | None = None) -> dict[str, Any]:
    """The filled cells of a line, line ends alike."""
    cells = {
        name: cell.value.replace("\r\n", "\n") if isinstance(cell.value, str) else cell.value
        for name, cell in line.place.cells.items()
        if fields is None or name in fields
    }
    return {name: value for name, value in cells.items() if value not in (None, "")}


class Comparison:
    """An upload beside the download it was made from: what changed, and what is wrong with it."""

    def __init__(self, download: "Download", found: Found) -> None:
        self.download, self.found = download, found
        self.center, self.versions = download.center, download.versions
        self.before = download.lines
        self.problems: list[CellProblem] = []
        self.uploads: dict[str, Upload] = {}
        self.names = CenterNames(self._own_names(), self._district())
        people = Person.objects.filter(center=self.center).values_list("code", "name")
        self.people: dict[str, str] = dict(people)
        for title, lines in found.lines.items():
            if title == CENTER_SHEET:
                self._compare_center(lines)
            else:
                self._compare_list(title, lines)
        missing = [title for title in columns_for(self.versions) if title not in found.lines]
        self.problems += [_sheet_missing(title) for title in missing]

    def _own_names(self) -> set[str]:
        """The center by its name on record, in the draft and in the sheet 中心."""
        declared = [row.name for row in self.download.rows.get(Section.Kind.PROFILE, ())]
        has_profile = Section.Kind.PROFILE in self.versions
        said = [line.values.get("center") for line in self.found.lines.get(CENTER_SHEET, ())][:1]
        others = Center.objects.exclude(pk=self.center.pk).filter(name__in=[n for n in said if n])
        if not has_profile or others.exists():
            said = []
        return {self.center.name, *declared, *(name for name in said if name)}

    def _district(self) -> Division:
        return Division.objects.get(code=self.center.division.district_code)

    def _is_ours(self, line: Line) -> bool:
        name = line.values.get("center")
        if not name or self.names.exact(name) or self.names.near(name):
            return True
        text = _("This row belongs to another center; the workbook is that of %(name)s.")
        told = line.problem("center", "other_center", text, name=self.center.name)
        self.problems.append(told)
        return False

    def _compare_list(self, title: str, lines: Sequence[Line]) -> None:
        kind, key, _make = ROW_SHEETS[title]
        lines = [line for line in lines if self._is_ours(line)]
        shown = list(self._groups(title))
        if len(shown) != len(self.before.get(title, ())):
            text = _("A row of this section reads like a total or a note. Edit it on the page.")
            self.problems.append(_sheet_problem(title, "not_offline", text))
            return
        left = list(shown)
        kept: list[Any] = []
        changed: list[Line] = []
        for line in lines:
            same = next((pair for pair in left if _raw(pair[0]) == _raw(line)), None)
            if same:
                left.remove(same)
            else:
                changed.append(line)
            kept.append(same[1] if same else line)
        if not changed and kept == [group for _line, group in shown]:
            return
        self._tell(kind, title, lines, changed)
        if not lines:
            self.problems += self._emptied(title, key)
            return
        made = [row for item in kept for row in self._made(title, item)]
        self.uploads[kind] = Upload(self.versions[kind], made)

    def _groups(self, title: str) -> Iterator[tuple[Line, list[Any]]]:
        """The lines of the download, each with the rows on record it shows."""
        filed = self.download.standing(ROW_SHEETS[title][0]) or []
        groups = [[row] for row in filed]
        if title == "服务":
            years: dict[int, list[Any]] = defaultdict(list)
            for row in filed:
                years[row.fiscal_year].append(row)
            groups = list(years.values())
        lines = self.before.get(title, [])
        # A list filed as none shows one line, 无, and no row.
        if groups and len(groups) != len(lines):
            return
        yield from zip(lines, groups or [[] for _line in lines], strict=True)

    def _made(self, title: str, item: Line | list[Any]) -> list[Mapping[str, Any]]:
        kind, key, make = ROW_SHEETS[title]
        if not isinstance(item, Line):
            return list(selectors.with_lines(item, kind))
        made = make([item], key, None)
        return [{name: v for name, v in row.items() if name != "adequacy"} for row in made]

    def _tell(self, kind: str, title: str, lines: Sequence[Line], changed: Sequence[Line]) -> None:
        """Problems of the changed lines; what stands as it was is not judged again."""
        numbers = {line.place.number for line in changed}
        found = checks.section(kind, lines, self.download.as_of)
        self.problems += [problem for problem in found if problem.row in numbers]
        for line in changed:
            self.problems += [
                *line.problems(title),
                *self._number_of_another(line, "person_code", "person_name"),
            ]

    def _number_of_another(self, line: Line, code: str, name: str) -> Iterator[CellProblem]:
        number, said = line.values.get(code), line.values.get(name)
        known = self.people.get(number or "")
        if known and said and name_key(known) != name_key(said):
            text = _("This number is that of %(name)s. Correct the number or the name.")
            yield line.problem(code, "number_of_another", text, name=known)

    def _emptied(self, title: str, key: str) -> Iterator[CellProblem]:
        """Rows that were there and are gone, without a word that there are none."""
        if not self.before.get(title):
            return
        columns = {column.field: column.header for column in columns_for(self.versions)[title]}
        text = _(
            "The sheet has no row any more. If there is nothing to declare, add one row with"
            " %(center)s and “无” under %(column)s."
        )
        yield _sheet_problem(
            title, "emptied", text, center=self.center.name, column=columns.get(key, "")
        )

    def _compare_center(self, lines: Sequence[Line]) -> None:
        own = [line for line in lines if self._is_ours(line)]
        if len(own) != 1:
            text = _("The sheet has exactly one row, that of %(center)s.")
            self.problems.append(
                _sheet_problem(CENTER_SHEET, "one_row", text, center=self.center.name)
            )
            return
        [line], [before] = own, self.before[CENTER_SHEET]
        changed = [
            kind
            for kind in PARTS
            if kind in self.versions and _raw(line, PARTS[kind]) != _raw(before, PARTS[kind])
        ]
        letters = {
            cell.column_letter
            for name, cell in line.place.cells.items()
            if any(name in PARTS[kind] for kind in changed)
        }
        told = [
            *line.problems(CENTER_SHEET),
            *checks.center(line),
            *self._number_of_another(line, "legal_rep_code", "legal_rep_name"),
        ]
        self.problems += [problem for problem in told if problem.column_letter in letters]
        for kind in changed:
            self._compare_part(kind, line)

    def _compare_part(self, kind: str, line: Line) -> None:
        """The one row that the sheet shows, in its place among those on record."""
        filed = self.download.rows[kind]
        shown = exports.current(filed, self.download.as_of)
        said = self._said(kind, line)
        if said is None and shown is not None:
            text = _("The cells were emptied; what is on record stays. Use the page.")
            told = line.problem(PARTS[kind][0], "emptied", text, is_warning=True)
            self.problems.append(told)
        if said is None:
            return
        rest = selectors.with_lines(filed, kind)
        if said == {}:
            made: list[Mapping[str, Any]] = []
        elif shown is None:
            made = [*rest, said]
        else:
            made = [said | {"line": shown.line} if r["line"] == shown.line else r for r in rest]
        self.uploads[kind] = Upload(self.versions[kind], made)

    def _said(self, kind: str, line: Line) -> dict[str, Any] | None:
        """The row; None where nothing is said, {} where 无 says that there is none."""
        if kind == Section.Kind.PROFILE:
            # What was typed is what is meant: no date stands for another.
            is_named = line.values.get("center")
            own = {"established_on": line.values.get("established_on")}
            return rows.profile(line) | own if is_named else None
        if kind == Section.Kind.GOVERNANCE:
            said = rows.council(line)
            return said if any(value is not None for value in said.values()) else None
        if rows.says_none(line, "account_holder"):
            return {}
        return rows.account(line) if line.values.get("account_holder") else None


def _sheet_problem(
    title: str, code: str, text: Any, *, is_warning: bool = False, **params: str
) -> CellProblem:
    message = Message(code, text, params)
    return CellProblem(title, 0, "", "", None, code, message, is_warning)


def _sheet_missing(title: str) -> CellProblem:
    text = _("The sheet is not in the file; its section stays as it was.")
    return _sheet_problem(title, "sheet_missing", text, is_warning=True)
