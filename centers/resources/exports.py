"""What was accepted last, as rows of the workbook's sheets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from centers import selectors
from centers.models import Center, Section
from centers.resources import labels
from centers.resources.columns import SHEETS
from centers.resources.labels import NONE
from portal.jurisdictions.models import Division
from portal.workbooks import SheetContent

Filed = Mapping[str, list[Any] | None]
VACANT = "空缺"
UNFILED = "未填报"


def sheets(
    centers: Iterable[Center], district: Division, as_of: date
) -> list[SheetContent]:
    """Six sheets in a fixed number of queries; a section never filed gives no row."""
    centers = list(centers)
    filed = _filed(centers)
    makers = {
        "中心": lambda center: [_center(center, filed[center.pk], district, as_of)],
        "人员": lambda center: _listed(center, filed[center.pk], Section.Kind.STAFF, staff),
        "场所": lambda center: _listed(center, filed[center.pk], Section.Kind.PREMISES, premises),
        "经费": lambda center: _listed(center, filed[center.pk], Section.Kind.FUNDING, funding),
        "服务": lambda center: functions(center, filed[center.pk][Section.Kind.FUNCTIONS]),
        "法定事项": lambda center: _listed(
            center, filed[center.pk], Section.Kind.STATUTORY, statutory
        ),
    }
    return [
        SheetContent(title, SHEETS[title], [row for center in centers for row in make(center)])
        for title, make in makers.items()
    ]


def _filed(centers: list[Center]) -> Mapping[int, Filed]:
    """Center id → kind → rows; a kind never filed is None."""
    sections = list(Section.objects.filter(center__in=centers).accepted_last())
    rows = selectors.rows_by_section(sections)
    filed: dict[int, dict[str, list[Any] | None]] = {
        center.pk: dict.fromkeys(Section.Kind.values) for center in centers
    }
    for section in sections:
        filed[section.center_id][section.kind] = rows[section.pk]
    return filed


def _label(choices: Mapping[str, Any], code: Any) -> str | None:
    """The first label of a code, as the template offers it."""
    return next((label for label, value in choices.items() if value == code), None)


def current(rows: Sequence[Any] | None, as_of: date) -> Any:
    """The row in force, else the last one that began."""
    in_force = [
        row
        for row in rows or ()
        if (row.starts_on is None or row.starts_on <= as_of)
        and (row.ends_on is None or row.ends_on >= as_of)
    ]
    return (in_force or rows or [None])[-1]


def _center(center: Center, filed: Filed, district: Division, as_of: date) -> dict[str, Any]:
    row = {"district": district.name, "township": center.division.name, "center": center.name}
    named = current(filed[Section.Kind.PROFILE], as_of)
    if named is not None:
        row |= profile(named)
    row["director_name"] = _director(filed[Section.Kind.STAFF], as_of)
    row |= council(current(filed[Section.Kind.GOVERNANCE], as_of))
    return row | account(filed[Section.Kind.ACCOUNTS], as_of)


def profile(row: Any) -> dict[str, Any]:
    """A profile row as cells of 中心."""
    legal_rep = row.legal_representative
    return {
        **_own(row, "uscc", "registered_on", "registered_capital_yuan", "supervising_unit"),
        **_own(row, "operator_name", "phone", "address", "grade_until", "note"),
        **_own(row, "basic_cost_yuan", "is_legal_representative_chair", "organization_count"),
        "established_on": None if row.established_on == row.registered_on else row.established_on,
        "registration_status": _label(labels.REGISTRATION, row.registration_status),
        "operating_model": _label(labels.OPERATING_MODELS, row.operating_model),
        "legal_rep_name": legal_rep and legal_rep.name,
        "legal_rep_code": legal_rep and legal_rep.code,
        "grade": {"none": "未评估"}.get(row.grade, row.grade),
        "last_inspection": _label(labels.INSPECTIONS, row.last_inspection),
    }


def _own(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _director(staff: list[Any] | None, as_of: date) -> str:
    if staff is None:
        return UNFILED
    in_post = [row for row in staff or () if row.post in ("director", "acting_director")]
    head = current(in_post, as_of)
    if head is None or (head.ends_on is not None and head.ends_on < as_of):
        return VACANT
    return head.person.name


def council(row: Any) -> dict[str, Any]:
    """A council row as cells of 中心."""
    if row is None:
        return {}
    return {
        "member_count": row.member_count,
        "council_starts_on": row.starts_on,
        "council_ends_on": row.ends_on,
        "has_supervisor": row.has_supervisor,
    }


def account(accounts: list[Any] | None, as_of: date) -> dict[str, Any]:
    """The account in use as cells of 中心; 无 where none was filed."""
    if accounts is None:
        return {}
    row = current(accounts, as_of)
    if row is None:
        return {"account_holder": NONE}
    return {
        "account_holder": row.holder,
        "account_bank": row.bank,
        "account_starts_on": row.starts_on,
        "account_ends_on": row.ends_on,
    }


def _listed(center: Center, filed: Filed, kind: str, make: Any) -> list[dict[str, Any]]:
    """A row per filed row; 无 for a list filed as none; nothing for one never filed."""
    place = {"center": center.name, "township": center.division.name}
    rows = filed[kind]
    if rows == []:
        return [place | dict.fromkeys(("person_name", "address", "form", "matter"), NONE)]
    return [place | make(row) for row in rows or ()]


def staff(row: Any) -> dict[str, Any]:
    """A staff row as cells of 人员."""
    return {
        **_own(row, "is_full_time", "starts_on", "ends_on", "is_council_appointed", "education"),
        **_own(row, "is_openly_recruited", "pay_follows_community_worker", "note"),
        "person_name": row.person.name,
        "person_code": row.person.code,
        "post": _label(labels.POSTS, row.post),
        "employment_type": _label(labels.EMPLOYMENT, row.employment_type),
        "social_work_certificate": _label(labels.CERTIFICATES, row.social_work_certificate),
    }


def premises(row: Any) -> dict[str, Any]:
    """A place as cells of 场所."""
    signage = {True: "有", False: "无", None: None}
    equipment = {True: "齐全", False: "缺", None: None}
    return {
        **_own(row, "address", "exclusive_area_m2", "shared_area_m2", "share_ratio"),
        **_own(row, "right_from_on", "right_to_on", "is_relatively_independent"),
        **_own(row, "starts_on", "ends_on", "note"),
        "area_basis": _label(labels.AREA_BASES, row.area_basis),
        "right_kind": _label(labels.RIGHTS, row.right_kind),
        "co_location": tuple(_label(labels.CO_LOCATIONS, code) for code in row.co_location),
        "has_signage": signage[row.has_signage],
        "has_equipment": equipment[row.has_equipment],
        "adequacy": _label(labels.ADEQUACY, row.adequacy),
    }


def funding(row: Any) -> dict[str, Any]:
    """A funding row as cells of 经费."""
    return {
        **_own(row, "fiscal_year", "payer", "contract_name", "contract_no", "route", "note"),
        **_own(row, "amount_yuan", "basic_amount_yuan", "received_yuan", "starts_on", "ends_on"),
        **_own(row, "is_declared_annual", "is_annual_renewal"),
        "form": _label(labels.FORMS, row.form),
        "purpose": _label(labels.PURPOSES, row.purpose),
    }


def statutory(row: Any) -> dict[str, Any]:
    """A statutory row as cells of 法定事项."""
    return {
        **_own(row, "is_so", "occurred_on", "done_on", "non_state_share"),
        **_own(row, "starts_on", "ends_on", "note"),
        "matter": _label(labels.MATTERS, row.matter),
    }


def functions(center: Center, rows: Sequence[Any] | None) -> list[dict[str, Any]]:
    """A line per year of the figures filed."""
    years: dict[int, dict[str, Any]] = {}
    for row in rows or ():
        year = years.setdefault(
            row.fiscal_year,
            {
                "center": center.name,
                "township": center.division.name,
                "fiscal_year": row.fiscal_year,
            },
        )
        year[row.function] = row.count
    return list(years.values())
