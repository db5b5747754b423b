"""Whether an organization may apply for a grade: what stands against it, and what is not known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

UNGRADED = "none"
HELD_YEARS = 2
# A grade is valid for five years; many places let it be raised after two.
YEARS_BEFORE_RAISE = 3
LISTED_PARAMETER = "listed_org_excluded_from_grading"

HELD_TOO_SHORTLY = "held_too_shortly"
GRADE_VALID = "grade_valid"
ABSENT = "absent"
UNQUALIFIED = "unqualified"
TWICE_BASICALLY = "twice_basically"
PENALIZED = "penalized"
PENALTY_OPEN = "penalty_open"
LISTED = "listed"
PARTY_UNIT_MISSING = "party_unit_missing"
# In the order they are told; each with the document it rests on.
REASONS = {
    HELD_TOO_SHORTLY: "PG39",
    GRADE_VALID: "PG39",
    ABSENT: "PG39",
    UNQUALIFIED: "PG39",
    TWICE_BASICALLY: "PG39",
    PENALIZED: "PG39",
    PENALTY_OPEN: "PG39",
    LISTED: "",
    PARTY_UNIT_MISSING: "SHPG25",
}
REGISTRATION_UNKNOWN = "registration_unknown"
GRADE_UNKNOWN = "grade_unknown"
GRADE_END_UNKNOWN = "grade_end_unknown"
INSPECTION_UNKNOWN = "inspection_unknown"
PENALTIES_UNKNOWN = "penalties_unknown"
LISTINGS_UNKNOWN = "listings_unknown"
PARTY_UNIT_UNKNOWN = "party_unit_unknown"
UNKNOWN = (
    *(REGISTRATION_UNKNOWN, GRADE_UNKNOWN, GRADE_END_UNKNOWN, INSPECTION_UNKNOWN),
    *(PENALTIES_UNKNOWN, LISTINGS_UNKNOWN, PARTY_UNIT_UNKNOWN),
)


class Inspected(NamedTuple):
    """How a year's inspection stands: its status, its conclusion, and whether its day passed
    without a filing. A charity's report is not concluded: filed is all it can be."""

    status: str
    conclusion: str | None = None
    is_overdue: bool = False
    is_report: bool = False

    @property
    def is_settled(self) -> bool:
        """Nothing more is to come of it: concluded, exempt, or not taken part in."""
        is_filed = self.is_report and self.status == "with_authority"
        return self.status in ("concluded", "exempt") or is_filed or self.is_absent

    @property
    def is_absent(self) -> bool:
        """Missed, or its last day passed and nothing was filed."""
        return self.status == "missed" or self.is_overdue


@dataclass(frozen=True, slots=True)
class GradingFacts:
    """What the register knows of one organization; None is not known.

    ``inspections`` maps the year inspected to how it stands; ``is_party_unit_missing`` says that
    one should be there and is not.
    """

    registered_on: date | None = None
    grade: str | None = None
    grade_until: date | None = None
    inspections: Mapping[int, Inspected] = field(default_factory=dict)
    was_penalized_last_year: bool | None = None
    has_open_penalty: bool | None = None
    is_listed: bool | None = None
    is_party_unit_missing: bool | None = None


class Reason(NamedTuple):
    """Why not: a code, and the figures of its sentence."""

    code: str
    figures: Mapping[str, Any]
    source: str


@dataclass(frozen=True, slots=True)
class Eligibility:
    """``is_eligible`` is None where nothing stands against it but something is not known.

    ``may_raise``: the grade is valid still, for so long that many places let it be raised.
    """

    is_eligible: bool | None
    reasons: tuple[Reason, ...]
    unknown: tuple[str, ...]
    may_raise: bool = False


def eligibility(facts: GradingFacts, parameters: Mapping[str, Any], on: date) -> Eligibility:
    """A certificate held for two full years and no grade, or one that has expired; not who was
    absent from or failed the last inspection, was basically qualified twice running, was penalized
    last year or has a penalty unfinished, or is listed where ``parameters`` exclude that."""
    found: dict[str, Mapping[str, Any]] = {}
    unknown: set[str] = set()
    _held(facts, on, found, unknown)
    _grade(facts, on, found, unknown)
    _inspections(facts, on, found, unknown)
    _flag(facts.was_penalized_last_year, PENALIZED, PENALTIES_UNKNOWN, found, unknown)
    _flag(facts.has_open_penalty, PENALTY_OPEN, PENALTIES_UNKNOWN, found, unknown)
    if parameters[LISTED_PARAMETER]:
        _flag(facts.is_listed, LISTED, LISTINGS_UNKNOWN, found, unknown)
    _flag(facts.is_party_unit_missing, PARTY_UNIT_MISSING, PARTY_UNIT_UNKNOWN, found, unknown)
    return Eligibility(
        False if found else None if unknown else True,
        tuple(Reason(code, found[code], REASONS[code]) for code in REASONS if code in found),
        tuple(code for code in UNKNOWN if code in unknown),
        may_raise=set(found) == {GRADE_VALID} and _after_two_years(facts.grade_until, on),
    )


def years_later(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _held(facts: GradingFacts, on: date, found: dict[str, Any], unknown: set[str]) -> None:
    if facts.registered_on is None:
        unknown.add(REGISTRATION_UNKNOWN)
        return
    ready_on = years_later(facts.registered_on, HELD_YEARS)
    if on < ready_on:
        found[HELD_TOO_SHORTLY] = {"ready_on": ready_on}


def _grade(facts: GradingFacts, on: date, found: dict[str, Any], unknown: set[str]) -> None:
    if facts.grade is None:
        unknown.add(GRADE_UNKNOWN)
    elif facts.grade != UNGRADED and facts.grade_until is None:
        unknown.add(GRADE_END_UNKNOWN)
    elif facts.grade != UNGRADED and facts.grade_until >= on:  # type: ignore[operator]
        found[GRADE_VALID] = {"grade": facts.grade, "until": facts.grade_until}


def _after_two_years(grade_until: date | None, on: date) -> bool:
    return grade_until is not None and years_later(grade_until, -YEARS_BEFORE_RAISE) <= on


def _inspections(facts: GradingFacts, on: date, found: dict[str, Any], unknown: set[str]) -> None:
    """The last year that is settled counts; while this year's runs, that of the year before."""
    known = facts.inspections
    year = next(
        (year for year in (on.year - 1, on.year - 2) if year in known and known[year].is_settled),
        None,
    )
    if year is None:
        unknown.add(INSPECTION_UNKNOWN)
        return
    last, before = known[year], known.get(year - 1)
    if last.is_absent:
        found[ABSENT] = {"year": year}
    elif last.conclusion == "unqualified":
        found[UNQUALIFIED] = {"year": year}
    elif last.conclusion == "basically_qualified" and before is None:
        unknown.add(INSPECTION_UNKNOWN)
    elif last.conclusion == "basically_qualified" == (before and before.conclusion):
        found[TWICE_BASICALLY] = {"first": year - 1, "year": year}


def _flag(
    value: bool | None, code: str, doubt: str, found: dict[str, Any], unknown: set[str]
) -> None:
    if value is None:
        unknown.add(doubt)
    elif value:
        found[code] = {}
