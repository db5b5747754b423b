"""The checks between the cells of one row, and between the rows of one center."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from centers.models import Section
from centers.selectors import statutory
from portal.cells import OPEN, CellError, match_key, parse_identity_number
from portal.workbooks import CellProblem

if TYPE_CHECKING:
    from centers.resources.assembly import Line

NOBODY = ("空缺", "未填报")
# Documents that carry a citizen identity number (domain §6.2); others have numbers of their own.
CITIZEN_DOCUMENTS = re.compile("^$|身份证|居住证")
OTHER_DOCUMENT = re.compile(r"[A-Za-z0-9()（）-]{5,20}")
# What the guidance calls a purchase by the year, in days, first and last included.
YEAR_DAYS = range(330, 367)


def center(line: Line) -> Iterator[CellProblem]:
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


def section(kind: str, lines: Sequence[Line], on: date) -> Iterator[CellProblem]:
    """Between the cells of a row, and between the rows of one center, as known ``on`` a day."""
    for line in lines:
        yield from _ordered(line, "starts_on", "ends_on")
        if kind == Section.Kind.STAFF:
            yield from _identity(line, on)
        if kind == Section.Kind.PREMISES:
            yield from _premises(line)
        if kind == Section.Kind.FUNDING:
            yield from _funding(line)
        if kind == Section.Kind.STATUTORY:
            yield from _statutory(line)
    if kind == Section.Kind.STAFF:
        yield from _namesakes(lines)
    if kind == Section.Kind.FUNCTIONS:
        yield from _repeated_years(lines)
    else:
        yield from _repeated_rows(lines)


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


def _funding(line: Line) -> Iterator[CellProblem]:
    values = line.values
    yield from _annual(line)
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


def _statutory(line: Line) -> Iterator[CellProblem]:
    for name, told in statutory.contradictions(line.values):
        yield line.problem(name, told.code, told.text, **told.params)


def _identity(line: Line, on: date) -> Iterator[CellProblem]:
    """The number that belongs to the kind of document; it is checked and not kept."""
    cell = line.place.cells.get("id_no")
    if cell is None:
        return
    try:
        if CITIZEN_DOCUMENTS.search(match_key(line.values.get("id_type") or "")):
            parse_identity_number(cell.value, as_of=on)
        elif cell.value is not None and not OTHER_DOCUMENT.fullmatch(str(cell.value).strip()):
            text = _("The number of a document has 5 to 20 letters and digits.")
            yield line.problem("id_no", "document_number", text)
    except CellError as error:
        yield line.problem("id_no", error.code, error.message.text, **error.message.params)


def _premises(line: Line) -> Iterator[CellProblem]:
    is_told = "area_basis" not in line.checked.parsed or line.values["area_basis"] is not None
    if not is_told and line.values.get("exclusive_area_m2") is not None:
        text = _("The basis of the area is not given; the district's rule decides.")
        yield line.problem("area_basis", "area_basis_assumed", text, is_warning=True)


def _annual(line: Line) -> Iterator[CellProblem]:
    """What a row says about buying by the year, against its own dates."""
    values = line.values
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if not (starts_on and ends_on and starts_on <= ends_on):
        return
    days = (ends_on - starts_on).days + 1
    is_year, is_longer = days in YEAR_DAYS, days >= YEAR_DAYS.stop
    is_annual = is_year or (is_longer and values.get("is_annual_renewal"))
    declared = values.get("is_declared_annual")
    if declared is not None and declared != bool(is_annual):
        yield _contradicts(line, "is_declared_annual", days)
    if values.get("is_annual_renewal") and not is_longer:
        yield _contradicts(line, "is_annual_renewal", days)


def _contradicts(line: Line, field: str, days: int) -> CellProblem:
    text = ngettext_lazy(
        "This contradicts the period of %(days)s day. Compare them.",
        "This contradicts the period of %(days)s days. Compare them.",
        "days",
    )
    return line.problem(field, "contradicts_dates", text, is_warning=True, days=days)


def _repeated_rows(lines: Sequence[Line]) -> Iterator[CellProblem]:
    """Rows that say the same in every cell: probably pasted twice."""
    same: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        same[repr(sorted(line.values.items()))].append(line)
    for group in same.values():
        numbers = [str(line.place.number) for line in group]
        for line in group if len(group) > 1 else ():
            others = ", ".join(number for number in numbers if number != str(line.place.number))
            text = _("Row %(rows)s says exactly the same. Delete it if it is one fact.")
            yield line.problem("", "repeated_row", text, is_warning=True, rows=others)


def _is_open(line: Line) -> bool:
    return line.checked.parsed["ends_on"].precision == OPEN


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


def directors(lines: Mapping[str, Sequence[Line]]) -> Iterator[CellProblem]:
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
