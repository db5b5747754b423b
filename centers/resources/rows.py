"""What the rows of each sheet declare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from centers import selectors
from centers.models import Center, Section
from centers.resources.labels import FUNCTIONS, NONE
from centers.services.imports import Name

if TYPE_CHECKING:
    from centers.resources.assembly import Line

PROFILE_FIELDS = (
    *("registration_status", "registered_on", "registered_capital_yuan", "operating_model"),
    *("grade", "grade_until", "last_inspection", "basic_cost_yuan"),
    *("is_legal_representative_chair", "organization_count"),
)
PROFILE_TEXTS = ("supervising_unit", "operator_name", "phone", "address")
STAFF_FIELDS = (
    *("post", "employment_type", "is_full_time", "starts_on", "ends_on", "is_council_appointed"),
    *("social_work_certificate", "is_openly_recruited", "pay_follows_community_worker"),
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
STATUTORY_FIELDS = (
    *("matter", "is_so", "occurred_on", "done_on", "non_state_share", "starts_on", "ends_on"),
)
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
    sections = {Section.Kind.PROFILE: _profiles(line, known)}
    if any(value is not None for value in council(line).values()):
        sections[Section.Kind.GOVERNANCE] = _merged(known, Section.Kind.GOVERNANCE, council(line))
    if line.values.get("account_holder"):
        sections[Section.Kind.ACCOUNTS] = _merged(known, Section.Kind.ACCOUNTS, account(line))
    elif says_none(line, "account_holder"):
        sections[Section.Kind.ACCOUNTS] = []
    return {str(kind): rows for kind, rows in sections.items()}


def profile(line: Line) -> dict[str, Any]:
    """What a row of 中心 says of the profile."""
    values = line.values
    return {
        "name": values["center"],
        "uscc": values.get("uscc"),
        "established_on": values.get("established_on") or values.get("registered_on"),
        "legal_representative": _legal_representative(values),
        "note": line.note(),
        **_pick(values, PROFILE_FIELDS, PROFILE_TEXTS),
    }


def council(line: Line) -> dict[str, Any]:
    """What a row of 中心 says of the council."""
    values = line.values
    return {
        "member_count": values.get("member_count"),
        "has_supervisor": values.get("has_supervisor"),
        "starts_on": values.get("council_starts_on"),
        "ends_on": values.get("council_ends_on"),
    }


def account(line: Line) -> dict[str, Any]:
    """What a row of 中心 says of the bank account."""
    values = line.values
    return {
        "holder": values["account_holder"],
        "bank": values.get("account_bank") or "",
        "starts_on": values.get("account_starts_on"),
        "ends_on": values.get("account_ends_on"),
    }


def _profiles(line: Line, known: Center | None) -> Rows:
    said = profile(line)
    ended = [row for row in _standing(known, Section.Kind.PROFILE) if row["ends_on"] is not None]
    if not ended:
        return [said]
    # A renamed center: the sheet speaks of the name in use, the earlier ones stay on record.
    open_rows = [row for row in _standing(known, Section.Kind.PROFILE) if row["ends_on"] is None]
    starts_on = open_rows[-1]["starts_on"] if open_rows else None
    return [*ended, said | {"starts_on": starts_on}]


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


def statutory(lines: Sequence[Line], key: str, _known: Center | None) -> Rows:
    """One center's rows of 法定事项."""
    return [
        {"note": line.note(), **_pick(line.values, STATUTORY_FIELDS, ())}
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
