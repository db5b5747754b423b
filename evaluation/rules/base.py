"""What the rules are made of: outcomes, the sorting of rows, and three-valued judgment.

Unknown stays unknown. A rule sorts the rows of a section into those that count, those that do
not, and those in doubt because a cell is unknown. If what is certain suffices the rule is met; if
even all rows in doubt could not help it is not met; otherwise there is no data.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from evaluation.rules.facts import (
    PROFILE,
    SECTIONS,
    CenterFacts,
    DatedRow,
    immutable,
    profile_in_force,
)

MET = "met"
NOT_MET = "not_met"
NOT_APPLICABLE = "not_applicable"
NO_DATA = "no_data"
ERROR = "error"
OUTCOMES = (MET, NOT_MET, NOT_APPLICABLE, NO_DATA, ERROR)

# M required, G general, E encouraged, P permitted, D district duty, L statute.
RULE_CLASSES = ("M", "G", "E", "P", "D", "L")
# The four parts of the construction standard: these alone have a verdict of their own.
DIMENSIONS = ("staffing", "premises", "funding", "governance")
# Beside them: the functions of a center, its statutory duties, the safeguards of its district.
GROUPS = (*DIMENSIONS, "functions", "statute", "safeguards")
# Whom a rule judges.
LEVELS = ("center", "district")

Row = tuple[str, int]
Parameters = Mapping[str, Any]

OUTSIDE = frozenset({"not_yet_started", "ended_before"})
# Exclusions that leave a row in doubt: an unknown cell, not a known failure.
DOUBTS = frozenset(
    {
        "adequacy_not_reviewed",
        "amount_unknown",
        "annual_renewal_unknown",
        "basic_cost_unknown",
        "answer_unknown",
        "appointment_unknown",
        "contract_dates_missing",
        "count_unknown",
        "day_unknown",
        "employment_type_unknown",
        "equipment_unknown",
        "exclusive_area_unknown",
        "fiscal_year_unknown",
        "full_time_unknown",
        "holder_unknown",
        "inspection_unknown",
        "legal_rep_unknown",
        "member_count_unknown",
        "opening_date_unknown",
        "other_area_basis",
        "purpose_unknown",
        "recruitment_unknown",
        "registered_name_unknown",
        "registration_date_missing",
        "registration_status_missing",
        "right_unknown",
        "share_unknown",
        "signage_unknown",
        "supervisor_unknown",
    }
)
# What is unknown here, and to be completed in another section than the one judged.
_FILED_IN = {
    "basic_cost_unknown": PROFILE,
    "legal_rep_unknown": PROFILE,
    "registered_name_unknown": PROFILE,
}
# What is unknown here until the bureau says it; the center fills nothing in.
_JUDGED_BY_BUREAU = {"adequacy_not_reviewed"}
REASONS = (
    DOUBTS
    | {f"{section}_not_filed" for section in SECTIONS}
    | {"center_not_registered", "profile_not_in_force"}
)
EXCLUSIONS = OUTSIDE | DOUBTS
REMEDIES = frozenset({"ask_to_judge", "complete_section", "file_section", "register_center"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a pack: which clause asks, in which words, how strictly, and what tests it.

    ``dimension`` is one of `GROUPS`; ``subject`` tells apart rules of one kind, such as the
    function counted; ``basis`` is the statute behind a rule that is not the document's own.
    """

    id: str
    clause: str
    quote: str
    rule_class: str
    kind: str
    dimension: str
    title: str
    title_en: str
    subject: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A clause that is recorded and not judged; ``kind`` says which figures it asks for."""

    id: str
    clause: str
    quote: str
    kind: str
    title: str
    title_en: str


@immutable
class Remedy:
    """The smallest change that would meet the rule; figures as in an Outcome."""

    code: str
    figures: dict[str, Any] = field(default_factory=dict)


@immutable
class Outcome:
    """What a rule found, with the rows it counted, those it did not, and the way to meet it.

    `reason` is a template from a closed set; `figures` are JSON values (decimals and dates as
    text) without personal data; a row is named by its section and position.
    """

    outcome: str
    reason: str
    figures: dict[str, Any] = field(default_factory=dict)
    counted: tuple[Row, ...] = ()
    uncounted: tuple[tuple[Row, str], ...] = ()
    remedy: Remedy | None = None
    in_grace: bool = False
    # The district excuses this failure by a parameter, as a waiver would.
    is_excused: bool = False

    @property
    def reason_code(self) -> str:
        """The reason with its figures, such as fulltime_1_of_2."""
        return self.reason.format_map(self.figures)


class Sifted(NamedTuple):
    """Rows of one section: those that count, and those that do not, each with its code."""

    section: str
    counted: list[Any]
    uncounted: list[tuple[Any, str]]

    @property
    def doubtful(self) -> list[Any]:
        """The rows that might count if an unknown cell were known."""
        return [row for row, code in self.uncounted if code in DOUBTS]

    @property
    def is_empty(self) -> bool:
        """Whether no row is in force."""
        return not self.counted and all(code in OUTSIDE for _, code in self.uncounted)

    def excluded_as(self, wanted: str) -> list[Any]:
        """The rows not counted for that one reason."""
        return [row for row, code in self.uncounted if code == wanted]


_position = attrgetter("row")


def sift(
    section: str,
    rows: Iterable[DatedRow],
    on: date | None,
    exclusion: Callable[[Any], str | None],
) -> Sifted:
    """Sort the rows, by position, so that the order they arrive in changes nothing.

    `exclusion` is asked only about rows in force on that day, or about every row where no day is
    given; None means that the row counts.
    """
    counted: list[Any] = []
    uncounted: list[tuple[Any, str]] = []
    for row in sorted(rows, key=_position):
        code = (on and _outside(row, on)) or exclusion(row)
        if code is None:
            counted.append(row)
        else:
            uncounted.append((row, code))
    return Sifted(section, counted, uncounted)


def _outside(row: DatedRow, on: date) -> str | None:
    if row.starts_on is not None and row.starts_on > on:
        return "not_yet_started"
    if row.ends_on is not None and row.ends_on < on:
        return "ended_before"
    return None


def judge(
    outcome: str,
    reason: str,
    *sifted: Sifted,
    figures: dict[str, Any] | None = None,
    remedy: Remedy | None = None,
    in_grace: bool = False,
) -> Outcome:
    """An outcome that names every row of the sections it was judged on; rows that come from
    several places say themselves from which."""
    return Outcome(
        outcome,
        reason,
        {} if figures is None else figures,
        tuple([(_place(rows, row), row.row) for rows in sifted for row in rows.counted]),
        tuple(
            [
                ((_place(rows, row), row.row), code)
                for rows in sifted
                for row, code in rows.uncounted
            ]
        ),
        remedy,
        in_grace,
    )


def _place(rows: Sifted, row: Any) -> str:
    return getattr(row, "place", rows.section)


def not_filed(section: str) -> Outcome:
    """No data: the section was never filed."""
    return Outcome(
        NO_DATA, f"{section}_not_filed", remedy=Remedy("file_section", {"section": section})
    )


def unknown(
    rows: Sifted, *others: Sifted, reason: str = "", figures: dict[str, Any] | None = None
) -> Outcome:
    """No data: a cell is unknown that could decide; the first row in doubt gives the reason."""
    doubt = reason or next(code for _, code in rows.uncounted if code in DOUBTS)
    section = _FILED_IN.get(doubt, rows.section)
    remedy = Remedy("complete_section", {"section": section})
    if doubt in _JUDGED_BY_BUREAU:
        remedy = Remedy("ask_to_judge")
    return judge(NO_DATA, doubt, rows, *others, figures=figures, remedy=remedy)


def any_counts(rows: Sifted, *, met: str, not_met: str, remedy: str) -> Outcome:
    """Met if one row counts, no data if one in doubt might, otherwise not met."""
    if rows.counted:
        return judge(MET, met, rows)
    if rows.doubtful:
        return unknown(rows)
    return judge(NOT_MET, not_met, rows, remedy=Remedy(remedy))


def not_registered(*sifted: Sifted) -> Outcome:
    """Not met because the center is no legal entity of its own (A-5)."""
    return judge(NOT_MET, "center_not_registered", *sifted, remedy=Remedy("register_center"))


def registration_unknown(facts: CenterFacts, *sifted: Sifted) -> Outcome:
    """No data: whether the center is a registered legal entity is not known on that date."""
    if facts.profile is None:
        return not_filed(PROFILE)
    is_in_force = profile_in_force(facts) is not None
    reason = "registration_status_missing" if is_in_force else "profile_not_in_force"
    remedy = Remedy("complete_section", {"section": PROFILE})
    return judge(NO_DATA, reason, *sifted, remedy=remedy)


def total(values: Iterable[Decimal | None]) -> Decimal:
    """The sum of what is known; rows with an unknown value are in doubt, and none counts."""
    return sum([value for value in values if value is not None], Decimal(0))


def decimal_text(value: Decimal) -> str:
    """The exact value in plain digits with at least two decimals: 33.0000 is "33.00"."""
    whole, _, fraction = f"{value.normalize():f}".partition(".")
    return f"{whole}.{fraction:0<2}"
