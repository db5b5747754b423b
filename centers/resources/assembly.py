"""From checked rows to one declaration per center: what no single cell can tell."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models import Center, Section
from centers.resources import checks, rows
from centers.resources.places import CenterNames
from centers.services.imports import Declaration
from portal.cells import Message, match_key, parse_credit_code
from portal.jurisdictions import services as jurisdictions
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import Townships
from portal.workbooks import CellProblem, CheckedRow, Table, TableRow


@dataclass(frozen=True)
class Line:
    """One row of a sheet with the places of its cells."""

    table: Table
    place: TableRow
    checked: CheckedRow

    @property
    def values(self) -> dict[str, Any]:
        return self.checked.values

    def problems(self, sheet: str) -> Sequence[CellProblem]:
        """Of the cells; a row that declares nothing with 无 leaves its other cells empty."""
        key = ROW_SHEETS[sheet][1] if sheet in ROW_SHEETS else ""
        if not (rows.says_none(self, key) and self.values.get("center")):
            return self.checked.problems
        silent = {"center", "township", "note", key}
        said = {name for name, value in self.values.items() if value not in (None, "", ())}
        if said <= silent:
            return ()
        text = _("The row says 无 and still holds values. Clear the one or the other.")
        return (self.problem(key, "contradiction", text),)

    def note(self) -> str:
        """The remarks column and what cells said beside their values."""
        said = [self.values.get("note"), *(cell.note for cell in self.checked.parsed.values())]
        return "；".join(filter(None, said))[:500]

    def problem(
        self, field: str, code: str, text: Any, *, is_warning: bool = False, **params: Any
    ) -> CellProblem:
        """A problem of this row at the cell of ``field``, or of the row as a whole."""
        cell = self.place.cells.get(field)
        return CellProblem(
            self.table.sheet,
            self.place.number,
            cell.column_letter if cell else "",
            cell.header if cell else "",
            cell.value if cell else None,
            code,
            Message(code, text, params),
            is_warning,
        )


Lines = Mapping[str, Sequence[Line]]
# Sheet → the section its rows make, one section's complete list per center.
ROW_SHEETS = {
    "人员": (Section.Kind.STAFF, "person_name", rows.staff),
    "场所": (Section.Kind.PREMISES, "address", rows.premises),
    "经费": (Section.Kind.FUNDING, "form", rows.funding),
    "服务": (Section.Kind.FUNCTIONS, "", rows.functions),
    "法定事项": (Section.Kind.STATUTORY, "matter", rows.statutory),
}


class Assembly:
    """Declarations of one district's workbook, and the problems of putting them together."""

    def __init__(self, district: Division, lines: Lines, on: date) -> None:
        self.district, self.on = district, on
        self.problems: list[CellProblem] = []
        self.townships = Townships(district)
        self.codes = jurisdictions.accepted_codes()
        self.registered = {
            center.name: center
            for center in Center.objects.within(district).select_related("division")
        }
        codes = [line.values.get("uscc") for line in lines.get("中心", ())]
        self.taken_elsewhere = set(
            Center.objects.filter(uscc__in=[code for code in codes if code])
            .exclude(pk__in=[center.pk for center in self.registered.values()])
            .values_list("uscc", flat=True)
        )
        self._declarations: dict[str, Declaration] = {}
        named = [(line, self._declare(line)) for line in lines.get("中心", ())]
        self._refuse_twice("center", [(line, name) for line, name in named if name])
        self._refuse_twice("uscc", [(line, line.values.get("uscc")) for line, _name in named])
        self.names = CenterNames([*self.registered, *self._declarations], district)
        for sheet, (kind, key, make) in ROW_SHEETS.items():
            self._collect(lines.get(sheet, ()), kind, key, make)
        self.problems += checks.directors(lines)

    @property
    def declarations(self) -> list[Declaration]:
        """One per center the workbook speaks of, in its order."""
        return list(self._declarations.values())

    def _declare(self, line: Line) -> str | None:
        """The name under which the row was taken; None if it speaks of no center of ours."""
        division = self._division(line)
        name = line.values.get("center")
        if division is None or not name:
            return None
        center = self._known(line, name, division)
        declaration = Declaration(
            name=center.name if center else name,
            division=division,
            uscc=line.values.get("uscc"),
            center=center,
        )
        self.problems += [*checks.center(line), *self._check_division_of_code(line)]
        declaration.sections = rows.center(line, center)
        self._declarations[declaration.name] = declaration
        return declaration.name

    def _division(self, line: Line) -> Division | None:
        district, township = line.values.get("district"), line.values.get("township")
        if district and not self.townships.is_own_district(district):
            text = _("This row belongs to another district; you import for %(district)s.")
            self.problems.append(
                line.problem("district", "other_district", text, district=self.district.name)
            )
            return None
        if not township:
            return None
        found = self.townships.find(township)
        if found is None:
            self.problems.append(self._unknown_township(line, township))
        return found

    def _unknown_township(self, line: Line, township: str) -> CellProblem:
        if self.townships.is_elsewhere(township):
            text = _("This township belongs to another district, not to %(district)s.")
            return line.problem("township", "other_district", text, district=self.district.name)
        text = _("%(district)s has no street, town or township of this name.")
        return line.problem("township", "unknown_township", text, district=self.district.name)

    def _known(self, line: Line, name: str, division: Division) -> Center | None:
        """The registered center, told when only the district in front differs."""
        names = CenterNames(self.registered, self.district)
        exact, near = names.exact(name), names.near(name)
        if exact is None and near is not None:
            text = _("Taken for the registered center “%(name)s”.")
            self.problems.append(
                line.problem("center", "near_duplicate", text, is_warning=True, name=near)
            )
        found = self.registered.get(exact or near or "")
        self._check_identity(line, found, division)
        return found or self._by_credit_code(line)

    def _by_credit_code(self, line: Line) -> Center | None:
        uscc = line.values.get("uscc")
        return next((c for c in self.registered.values() if uscc and c.uscc == uscc), None)

    def _check_identity(self, line: Line, center: Center | None, division: Division) -> None:
        """Name, township and credit code must speak of the same center."""
        owner = self._by_credit_code(line)
        if center and owner and owner != center:
            told = _("This code is that of “%(name)s”. Compare name and code.")
            self.problems.append(line.problem("uscc", "code_of_another", told, name=owner.name))
        if owner is None and self._is_taken_elsewhere(line):
            told = _("This code belongs to a center of another district.")
            self.problems.append(line.problem("uscc", "code_of_another", told))
        if center and center.division != division:
            told = _("This center is registered in %(township)s. Compare name and township.")
            township = center.division.name
            self.problems.append(
                line.problem("township", "other_township", told, township=township)
            )

    def _check_division_of_code(self, line: Line) -> Iterator[CellProblem]:
        """The code names a district, in force or retired (§6.1)."""
        code = line.values.get("uscc")
        for told in parse_credit_code(code, division_codes=self.codes).warnings:
            yield line.problem("uscc", told.code, told.text, is_warning=True, **told.params)

    def _is_taken_elsewhere(self, line: Line) -> bool:
        return line.values.get("uscc") in self.taken_elsewhere

    def _refuse_twice(self, field: str, said: Sequence[tuple[Line, str | None]]) -> None:
        """The same center or credit code in two rows: both are told."""
        text = _("The same value stands in row %(rows)s too. Keep one of them.")
        count = Counter(match_key(value) for _line, value in said if value)
        for line, value in said:
            if not value or count[match_key(value)] == 1:
                continue
            others = ", ".join(
                str(other.place.number)
                for other, same in said
                if other is not line and same and match_key(same) == match_key(value)
            )
            self.problems.append(line.problem(field, "duplicate", text, rows=others))

    def _collect(self, lines: Sequence[Line], kind: str, key: str, make: Any) -> None:
        by_center: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            name = self._center_name(line)
            if name:
                by_center[name].append(line)
        for name, own in by_center.items():
            self.problems += checks.section(kind, own, self.on)
            declaration = self._declarations.get(name) or self._known_only(name)
            declaration.sections = {
                **declaration.sections,
                kind: make(own, key, self.registered.get(name)),
            }

    def _known_only(self, name: str) -> Declaration:
        """A registered center that the sheet 中心 does not repeat."""
        center = self.registered[name]
        declaration = Declaration(
            name=center.name, division=center.division, uscc=center.uscc, center=center
        )
        self._declarations[name] = declaration
        return declaration

    def _center_name(self, line: Line) -> str | None:
        text = line.values.get("center")
        if not text:
            return None
        exact, near = self.names.exact(text), self.names.near(text)
        if exact:
            return exact
        report = partial(line.problem, "center")
        if near:
            told = _("Taken for “%(name)s”.")
            self.problems.append(report("near_duplicate", told, is_warning=True, name=near))
            return near
        told = _("No center of this name is in the sheet 中心 or registered in %(district)s.")
        self.problems.append(report("unknown_center", told, district=self.district.name))
        return None
