"""What the rows of each sheet declare, and the checks between cells of one row or one center."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from centers import selectors
from centers.models import Center, Section
from centers.resources.columns import FUNCTIONS, NONE
from centers.services.imports import Name
from portal.cells import match_key
from portal.workbooks import CellProblem

if TYPE_CHECKING:
    from centers.resources.assembly import Line

NOBODY = ("空缺", "未填报")
PROFILE_FIELDS = (
    *("registration_status", "registered_on", "registered_capital_yuan", "operating_model"),
    *("grade", "grade_until", "last_inspection"),
)
PROFILE_TEXTS = ("supervising_unit", "operator_name", "phone", "address")
STAFF_FIELDS = (
    *("post", "employment_type", "is_full_time", "starts_on", "ends_on", "is_council_appointed"),
    *("social_work_certificate", "is_openly_recruited"),
)
PREMISES_FIELDS = (
    *("exclusive_area_m2", "shared_area_m2", "share_ratio", "area_basis", "right_kind"),
    *("right_from_on", "right_to_on", "is_relatively_independent", "has_signage"),
    *("has_equipment", "adequacy", "starts_on", "ends_on"),
)
FUNDING_FIELDS = (
    *("fiscal_year", "form", "purpose", "amount_yuan", "basic_amount_yuan", "received_yuan"),
    *("starts_on", "ends_on", "is_declared_annual", "is_annual_renewal"),
)
FUNDING_TEXTS = ("payer", "contract_name", "contract_no", "route")
Rows = list[dict[str, Any]]


def _pick(values: Mapping[str, Any], fields: Sequence[str], texts: Sequence[str]) -> dict[str, Any]:
    """Typed fields as they are, texts with "" for none."""
    return {name: values.get(name) for name in fields} | {
        name: values.get(name) or "" for name in texts
    }


def _standing(center: Center | None, kind: str) -> Rows:
    """What the section accepted last declares, with model field names."""
    section = selectors.accepted_sections(center).get(kind) if center else None
    if section is None:
        return []
    return [
        {key.removesuffix("_id") if key in PEOPLE else key: value for key, value in row.items()}
        for row in selectors.content(selectors.rows_of(section), kind)
    ]


PEOPLE = {"legal_representative_id": "legal_representative", "person_id": "person"}


def center(line: Line, known: Center | None) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The sections of one row of 中心: the profile, and council and account where filled."""
    sections = {Section.Kind.PROFILE: _profile(line, known)}
    values = line.values
    council = {
        "member_count": values.get("member_count"),
        "has_supervisor": values.get("has_supervisor"),
        "starts_on": values.get("council_starts_on"),
        "ends_on": values.get("council_ends_on"),
    }
    if any(value is not None for value in council.values()):
        sections[Section.Kind.GOVERNANCE] = _merged(known, Section.Kind.GOVERNANCE, council)
    if values.get("account_holder"):
        account = {
            "holder": values["account_holder"],
            "bank": values.get("account_bank") or "",
            "starts_on": values.get("account_starts_on"),
            "ends_on": values.get("account_ends_on"),
        }
        sections[Section.Kind.ACCOUNTS] = _merged(known, Section.Kind.ACCOUNTS, account)
    elif says_none(line, "account_holder"):
        sections[Section.Kind.ACCOUNTS] = []
    return {str(kind): rows for kind, rows in sections.items()}


def _profile(line: Line, known: Center | None) -> Rows:
    values = line.values
    profile = {
        "name": values["center"],
        "uscc": values.get("uscc"),
        "established_on": values.get("established_on") or values.get("registered_on"),
        "legal_representative": _legal_representative(values),
        "note": line.note(),
        **_pick(values, PROFILE_FIELDS, PROFILE_TEXTS),
    }
    ended = [row for row in _standing(known, Section.Kind.PROFILE) if row["ends_on"] is not None]
    if not ended:
        return [profile]
    # A renamed center: the sheet speaks of the name in use, the earlier ones stay on record.
    open_rows = [row for row in _standing(known, Section.Kind.PROFILE) if row["ends_on"] is None]
    starts_on = open_rows[-1]["starts_on"] if open_rows else None
    return [*ended, profile | {"starts_on": starts_on}]


def _legal_representative(values: Mapping[str, Any]) -> Name | None:
    name = values.get("legal_rep_name")
    return Name(name, values.get("legal_rep_code") or "") if name else None


def _merged(known: Center | None, kind: str, row: dict[str, Any]) -> Rows:
    """The one row a sheet can hold, in its place among those on record.

    Without a start it speaks of the last one on record; what it leaves blank stays as it was.
    """
    standing = _standing(known, kind)
    said = {key: value for key, value in row.items() if value not in (None, "")}
    starts_on = row.get("starts_on")
    same = [
        index
        for index, old in enumerate(standing)
        if starts_on is None or old["starts_on"] == starts_on
    ]
    if not same:
        return [*standing, row]
    standing[same[-1]] = standing[same[-1]] | said
    return standing


def says_none(line: Line, field: str) -> bool:
    """Whether the cell declares that there is nothing: 无, and not blank."""
    cell = line.place.cells.get(field)
    return cell is not None and str(cell.value or "").strip() == NONE


def _listed(lines: Sequence[Line], key: str) -> list[Line]:
    """The rows that list something; a row that says 无 in its key cell lists nothing."""
    return [line for line in lines if not says_none(line, key)]


def staff(lines: Sequence[Line], key: str, _known: Center | None) -> Rows:
    """One center's rows of 人员."""
    return [
        {
            "person": Name(line.values["person_name"], line.values.get("person_code") or ""),
            "note": line.note(),
            **_pick(line.values, STAFF_FIELDS, ("education",)),
        }
        for line in _listed(lines, key)
        if line.values.get("person_name")
    ]


def premises(lines: Sequence[Line], key: str, _known: Center | None) -> Rows:
    """One center's rows of 场所."""
    return [
        {
            "co_location": list(line.values.get("co_location") or ()),
            "note": line.note(),
            **_pick(line.values, PREMISES_FIELDS, ("address",)),
        }
        for line in _listed(lines, key)
    ]


def funding(lines: Sequence[Line], key: str, _known: Center | None) -> Rows:
    """One center's rows of 经费."""
    return [
        {"note": line.note(), **_pick(line.values, FUNDING_FIELDS, FUNDING_TEXTS)}
        for line in _listed(lines, key)
    ]


def functions(lines: Sequence[Line], _key: str, known: Center | None) -> Rows:
    """One center's rows of 服务, beside the years on record that the sheet does not speak of."""
    counts = {
        (line.values.get("fiscal_year"), code): line.values[code]
        for line in lines
        for code in FUNCTIONS
        if line.values.get(code) is not None
    }
    years = {line.values.get("fiscal_year") for line in lines}
    kept = [
        row
        for row in _standing(known, Section.Kind.FUNCTIONS)
        if row["fiscal_year"] not in years
    ]
    fresh = [
        {"fiscal_year": year, "function": code, "count": count}
        for (year, code), count in counts.items()
        if year is not None
    ]
    return sorted([*kept, *fresh], key=lambda row: (row["fiscal_year"], row["function"]))


def check_center(line: Line) -> Iterator[CellProblem]:
    """Between the cells of one row of 中心."""
    values = line.values
    if values.get("operating_model") == "entrusted" and not values.get("operator_name"):
        yield line.problem(
            "operator_name", "required", _("An entrusted center names its operator.")
        )
    if values.get("registration_status") == "registered" and not values.get("registered_on"):
        yield line.problem(
            "registered_on",
            "registration_date_missing",
            _("Without the date, registration cannot be judged."),
            is_warning=True,
        )
    yield from _ordered(line, "council_starts_on", "council_ends_on")
    yield from _ordered(line, "account_starts_on", "account_ends_on")


def check(kind: str, lines: Sequence[Line]) -> Iterator[CellProblem]:
    """Between the cells of a row, and between the rows of one center."""
    for line in lines:
        yield from _ordered(line, "starts_on", "ends_on")
    if kind == Section.Kind.STAFF:
        yield from _namesakes(lines)
    if kind == Section.Kind.FUNDING:
        for line in lines:
            yield from _check_funding(line)
    if kind == Section.Kind.FUNCTIONS:
        yield from _repeated_years(lines)


def _ordered(line: Line, start: str, end: str) -> Iterator[CellProblem]:
    starts_on, ends_on = line.values.get(start), line.values.get(end)
    if starts_on and ends_on and ends_on < starts_on:
        yield line.problem(end, "dates_reversed", _("The end lies before the start."))


def _namesakes(lines: Sequence[Line]) -> Iterator[CellProblem]:
    """Two people of one name at the same time need numbers: persons are told by number."""
    by_name: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        name = line.values.get("person_name")
        if name and not line.values.get("person_code"):
            by_name[match_key(name)].append(line)
    for same in by_name.values():
        for index, line in enumerate(same):
            if any(_overlap(line, other) for other in same[:index] + same[index + 1 :]):
                yield line.problem(
                    "person_name",
                    "namesake",
                    _("Two rows name this person at the same time. Fill in 人员编号 for both."),
                )


def _overlap(one: Line, other: Line) -> bool:
    def ends(line: Line) -> date:
        return line.values.get("ends_on") or date.max

    def starts(line: Line) -> date:
        return line.values.get("starts_on") or date.min

    return starts(one) <= ends(other) and starts(other) <= ends(one)


def _check_funding(line: Line) -> Iterator[CellProblem]:
    values = line.values
    amount, basic = values.get("amount_yuan"), values.get("basic_amount_yuan")
    if amount is not None and basic is not None and basic > amount:
        yield line.problem(
            "basic_amount_yuan", "basic_above_amount", _("The part is larger than the whole.")
        )
    if values.get("form") in ("grant", "purchase"):
        for field in ("purpose", "starts_on", "ends_on"):
            if field not in line.checked.parsed or values.get(field) is not None:
                continue
            if not (field == "ends_on" and _is_open(line)):
                yield line.problem(
                    field, "required", _("Government funding needs its purpose and its period.")
                )
    if values.get("purpose") == "mixed" and basic is None:
        yield line.problem(
            "basic_amount_yuan",
            "basic_part_missing",
            _("Without the part for basic operation, the whole amount counts for it."),
            is_warning=True,
        )


def _is_open(line: Line) -> bool:
    return bool(str(line.place.cells["ends_on"].value or "").strip())


def _repeated_years(lines: Sequence[Line]) -> Iterator[CellProblem]:
    seen: set[int] = set()
    for line in lines:
        year = line.values.get("fiscal_year")
        if year in seen:
            yield line.problem(
                "fiscal_year", "duplicate", _("This year stands in another row of the center.")
            )
        if year is not None:
            seen.add(year)


def check_directors(lines: Mapping[str, Sequence[Line]]) -> Iterator[CellProblem]:
    """The director named in 中心 should be one of those listed in 人员."""
    listed: dict[str, set[str]] = defaultdict(set)
    filed = set()
    for line in lines.get("人员", ()):
        center_key = match_key(str(line.values.get("center")))
        filed.add(center_key)
        if line.values.get("post") in ("director", "acting_director"):
            listed[center_key].add(match_key(str(line.values.get("person_name"))))
    for line in lines.get("中心", ()):
        name = line.values.get("director_name")
        center_key = match_key(str(line.values.get("center")))
        is_listed = match_key(str(name)) in listed[center_key]
        if name and name not in NOBODY and center_key in filed and not is_listed:
            yield line.problem(
                "director_name",
                "director_not_listed",
                _("The sheet 人员 lists nobody of this name as director."),
                is_warning=True,
            )
