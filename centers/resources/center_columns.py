"""The columns of one filing's workbook: those of the district's that are the center's to fill."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models import Section
from centers.resources.assembly import ROW_SHEETS
from centers.resources.columns import IGNORED, SHEETS
from portal.cells import Message, Parsed
from portal.workbooks import Column

CENTER_SHEET = "中心"
PROFILE_ONLY = (
    *("center", "uscc", "registration_status", "registered_on", "established_on"),
    *("registered_capital_yuan", "supervising_unit", "operating_model", "operator_name"),
    *("legal_rep_name", "legal_rep_code", "phone", "address"),
    *("basic_cost_yuan", "is_legal_representative_chair", "organization_count"),
    *("grade", "grade_until", "last_inspection", "note"),
)
# Section → the columns of the sheet 中心 that speak of it.
PARTS: dict[str, tuple[str, ...]] = {
    Section.Kind.PROFILE: PROFILE_ONLY,
    Section.Kind.GOVERNANCE: (
        *("member_count", "council_starts_on", "council_ends_on", "has_supervisor"),
    ),
    Section.Kind.ACCOUNTS: (
        *("account_holder", "account_bank", "account_starts_on", "account_ends_on"),
    ),
}
# Known from the filing, or asked by nobody here.
LEFT_OUT = frozenset({"district", "township", "director_name", "id_type", "id_no"})
IGNORED_HERE = (
    *IGNORED,
    *(
        header
        for columns in SHEETS.values()
        for column in columns
        if column.field in LEFT_OUT
        for header in (column.header, *column.synonyms)
    ),
)


def columns_for(kinds: Collection[str]) -> dict[str, tuple[Column, ...]]:
    """Sheet → its columns, for the sections of a filing."""
    center = {name for kind in kinds if kind in PARTS for name in PARTS[kind]}
    wanted = {title for title, (kind, _key, _make) in ROW_SHEETS.items() if kind in kinds}
    sheets = {
        CENTER_SHEET: tuple(
            column
            for column in SHEETS[CENTER_SHEET]
            if center and column.field in {*center, "center"}
        ),
        **{title: SHEETS[title] for title in SHEETS if title in wanted},
    }
    return {
        title: tuple(_own(column) for column in columns if column.field not in LEFT_OUT)
        for title, columns in sheets.items()
        if columns
    }


def title_of(kind: str) -> str:
    """The sheet that speaks of a section."""
    own = (title for title, (section, _key, _make) in ROW_SHEETS.items() if section == kind)
    return next(own, CENTER_SHEET)


def _own(column: Column) -> Column:
    """Every column stands: one that was deleted must not clear what is on record."""
    if column.field == "adequacy":
        return replace(column, is_locked=True, is_expected=True, parse=_not_yours)
    return replace(column, is_expected=True)


def _not_yours(raw: Any) -> Parsed:
    if raw is None or not str(raw).strip():
        return Parsed(None)
    text = _("The bureau fills in this column; your entry is not taken.")
    return Parsed(None, (Message("column_of_the_bureau", text),))
