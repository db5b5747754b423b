"""All that a rule may know about one center: dated rows by section, and the date it is judged on.

A section is None when it was never filed and () when it was filed as none. Every filed row is
passed, also ended and future ones. In a row, `row` is the 1-based position in its section,
`starts_on` and `ends_on` are inclusive and open when None; any other None is an unknown value,
unless the rule that reads the cell says otherwise.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Protocol, TypeVar, dataclass_transform

T = TypeVar("T")

PROFILE = "profile"
STAFF = "staff"
PREMISES = "premises"
ACCOUNTS = "accounts"
FUNDING = "funding"
GOVERNANCE = "governance"
FUNCTIONS = "functions"
STATUTORY = "statutory"
SECTIONS = (PROFILE, STAFF, PREMISES, ACCOUNTS, FUNDING, GOVERNANCE, FUNCTIONS, STATUTORY)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def immutable(cls: type[T]) -> type[T]:
    """A dataclass that nothing assigns to: the type checker refuses it. Python itself would take
    seven times as long to make one, and a country has them by the million."""
    return dataclass(slots=True, unsafe_hash=True)(cls)


@immutable
class Profile:
    """登记信息. registration_status: registered, preparing, unregistered or deregistered.

    operating_model: self_run, entrusted, joint_office or preparing.
    """

    row: int
    name: str | None = None
    uscc: str | None = None
    registration_status: str | None = None
    registered_on: date | None = None
    established_on: date | None = None
    operating_model: str | None = None
    legal_representative: int | str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    last_inspection: str | None = None
    basic_cost_yuan: Decimal | None = None
    is_legal_representative_chair: bool | None = None
    organization_count: int | None = None


@immutable
class Staff:
    """人员. post: director, acting_director, staff, finance or other; `person` is an id, no name.

    employment_type: labour_contract, seconded_community_worker, operator_assigned,
    labour_dispatch, rehired_retiree, concurrent_official, part_time or volunteer.
    """

    row: int
    person: int | str
    post: str
    employment_type: str | None = None
    is_full_time: bool | None = None
    is_council_appointed: bool | None = None
    is_openly_recruited: bool | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    social_work_certificate: str | None = None
    pay_follows_community_worker: bool | None = None


@immutable
class Premises:
    """场所. area_basis: usable or built; adequacy: satisfies, basically or fails.

    share_ratio is a fraction between 0 and 1.
    """

    row: int
    exclusive_area_m2: Decimal | None = None
    shared_area_m2: Decimal | None = None
    share_ratio: Decimal | None = None
    area_basis: str | None = None
    adequacy: str | None = None
    has_signage: bool | None = None
    has_equipment: bool | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    right_kind: str | None = None
    right_from_on: date | None = None
    right_to_on: date | None = None
    co_location: Sequence[str] | None = None
    is_relatively_independent: bool | None = None


@immutable
class Account:
    """银行账户: the holder's name as the bank writes it, opening and closing dates."""

    row: int
    holder: str
    starts_on: date | None = None
    ends_on: date | None = None


@immutable
class Funding:
    """经费. purpose: basic_operation, project or mixed.

    form: grant, purchase, welfare_lottery, donation, community_foundation, earned_income or other.
    """

    row: int
    fiscal_year: int | None
    form: str
    purpose: str | None = None
    amount_yuan: Decimal | None = None
    basic_amount_yuan: Decimal | None = None
    received_yuan: Decimal | None = None
    is_annual_renewal: bool | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@immutable
class Council:
    """理事会: one term of the council."""

    row: int
    member_count: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    has_supervisor: bool | None = None


@immutable
class FunctionFigure:
    """职能任务: the figure of one function for one year; a blank count is unknown, 0 a fact."""

    row: int
    fiscal_year: int
    function: str
    count: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@immutable
class Statutory:
    """法定事项: one occasion of a statutory duty.

    matter: seal_filing, account_filing, registered_change, articles_change, donation_use,
    head_change_audit, branches, profit_making or capital. A blank done_on says: not done.
    """

    row: int
    matter: str
    occurred_on: date | None = None
    done_on: date | None = None
    is_so: bool | None = None
    non_state_share: Decimal | None = None
    starts_on: date | None = None
    ends_on: date | None = None


@immutable
class Casework:
    """The days, in order, on which the records of a year raised one function's count by one; and
    the day since which they say that nobody was due in the year, if they do."""

    fiscal_year: int
    function: str
    days: tuple[date, ...]
    none_due_on: date | None = None

    def count(self, on: date) -> int:
        """The count on that day."""
        return bisect_right(self.days, on)


@immutable
class Reported:
    """The functions by code: the figures of every year, the casework by year, and the years in
    which nobody was due."""

    fiscal_year: int
    figures: Mapping[str, tuple[FunctionFigure, ...]]
    casework: Mapping[str, Mapping[int, int]]
    none_due: Mapping[str, frozenset[int]]


@immutable
class CenterFacts:
    """One center as known; rules filter the rows by `as_of` themselves.

    `casework` is what the records say of the functions; `reported` is made of both, once for the
    rules of all functions.
    """

    as_of: date
    profile: tuple[Profile, ...] | None = None
    staff: tuple[Staff, ...] | None = None
    premises: tuple[Premises, ...] | None = None
    accounts: tuple[Account, ...] | None = None
    funding: tuple[Funding, ...] | None = None
    governance: tuple[Council, ...] | None = None
    functions: tuple[FunctionFigure, ...] | None = None
    statutory: tuple[Statutory, ...] | None = None
    casework: tuple[Casework, ...] = ()
    reported: Reported = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        reported = _reported(self.as_of, self.functions or (), self.casework)
        object.__setattr__(self, "reported", reported)


def _reported(
    as_of: date, figures: tuple[FunctionFigure, ...], casework: tuple[Casework, ...]
) -> Reported:
    """The year of the date if a figure of it was filed, else the year before; with the casework of
    both years."""
    is_this_year_filed = any(figure.fiscal_year == as_of.year for figure in figures)
    judged = as_of.year if is_this_year_filed else as_of.year - 1
    by_function: dict[str, tuple[FunctionFigure, ...]] = {}
    # By position, so that the order they arrive in changes nothing.
    for figure in sorted(figures, key=attrgetter("row")):
        by_function[figure.function] = (*by_function.get(figure.function, ()), figure)
    worked: dict[str, dict[int, int]] = {}
    none_due: dict[str, frozenset[int]] = {}
    for item in casework:
        if item.none_due_on is not None and item.none_due_on <= as_of:
            known = none_due.get(item.function, frozenset())
            none_due[item.function] = known | {item.fiscal_year}
        count = item.count(as_of)
        if count and item.fiscal_year in (as_of.year - 1, as_of.year):
            worked.setdefault(item.function, {})[item.fiscal_year] = count
    return Reported(judged, by_function, worked, none_due)


class DatedRow(Protocol):
    """What every row has."""

    @property
    def row(self) -> int: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...


def in_force(row: DatedRow, on: date) -> bool:
    """Whether the row holds on that day; both ends are inclusive (A-10)."""
    return (row.starts_on is None or row.starts_on <= on) and (
        row.ends_on is None or row.ends_on >= on
    )


def profile_in_force(facts: CenterFacts) -> Profile | None:
    """The profile row in force on `as_of`; of overlapping rows the one that began last."""
    rows = [row for row in facts.profile or () if in_force(row, facts.as_of)]
    if len(rows) > 1:
        return max(rows, key=lambda row: (row.starts_on or date.min, row.row))
    return rows[0] if rows else None


def is_registered(facts: CenterFacts) -> bool | None:
    """Whether the center is a registered legal entity; None while that is unknown.

    A profile filed without any row declares that there is no registration.
    """
    profile = profile_in_force(facts)
    if profile is None:
        return False if facts.profile == () else None
    if profile.registration_status is None:
        return None
    return profile.registration_status == "registered"


def first_day(profiles: Iterable[Profile]) -> date | None:
    """The first day the center existed, by any profile row; the registration date stands in."""
    days = [row.established_on or row.registered_on for row in profiles]
    return min((day for day in days if day is not None), default=None)
