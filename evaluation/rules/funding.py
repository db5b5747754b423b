"""Funding, 三(三). Amounts in yuan, as Decimal."""

import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from evaluation.rules.base import (
    MET,
    NO_DATA,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Parameters,
    Remedy,
    Sifted,
    decimal_text,
    judge,
    not_filed,
    not_registered,
    registration_unknown,
    sift,
    total,
    unknown,
)
from evaluation.rules.facts import (
    ACCOUNTS,
    FUNDING,
    Account,
    CenterFacts,
    Funding,
    in_force,
    is_registered,
    profile_in_force,
)

REASONS = frozenset(
    {
        "own_account",
        "no_open_account",
        "account_holder_differs",
        "basic_operation_committed",
        "no_basic_operation_commitment",
        "commitment_{counted_yuan}_of_{floor_yuan}",
        "new_fiscal_year_pending",
        "annual_purchase",
        "no_basic_operation_purchase",
        "contract_{days}_days",
        "earned_income",
        "no_earned_income",
        "earned_income_not_filed",
    }
)
EXCLUSIONS = frozenset(
    {
        "holder_differs",
        "form_not_counted",
        "form_not_purchase",
        "form_not_earned_income",
        "purpose_is_project",
        "amount_is_zero",
        "not_annual",
        "other_fiscal_year",
    }
)
REMEDIES = frozenset(
    {
        "open_own_account",
        "rename_account_holder",
        "commit_basic_operation_funding",
        "file_new_year_commitment",
        "sign_annual_purchase",
        "earn_income",
    }
)

_BRACKETS = str.maketrans("[{〔【〖「『《〈", "(" * 9) | str.maketrans("]}〕】〗」』》〉", ")" * 9)


def independent_account(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """应当设立独立银行账户.

    The holder must be the center under its registered name on the date, or under a registered
    name it bore when the account was opened (A-9). Without a legal entity there is no account
    of its own (A-5).
    """
    fold = normalized_name if parameters["account_name_match"] == "normalized" else _as_written
    rows = sift(
        ACCOUNTS,
        facts.accounts or (),
        facts.as_of,
        lambda account: _holder_exclusion(account, facts, fold),
    )
    if is_registered(facts) is False:
        return not_registered(rows)
    if facts.accounts is None:
        return not_filed(ACCOUNTS)
    if rows.is_empty:
        return judge(NOT_MET, "no_open_account", rows, remedy=Remedy("open_own_account"))
    if not rows.counted and not rows.doubtful:
        remedy = Remedy("rename_account_holder")
        return judge(NOT_MET, "account_holder_differs", rows, remedy=remedy)
    if is_registered(facts) is None:
        return registration_unknown(facts, rows)
    return judge(MET, "own_account", rows) if rows.counted else unknown(rows)


def _holder_exclusion(
    account: Account, facts: CenterFacts, fold: Callable[[str], str]
) -> str | None:
    if not account.holder:
        return "holder_unknown"
    current = profile_in_force(facts)
    names = [current.name if current else None]
    if account.holder == names[0]:
        return None
    holder, opened_on = fold(account.holder), account.starts_on
    # Without an opening date every name the center ever bore may have been the one at opening.
    former = [
        row.name for row in facts.profile or () if opened_on is None or in_force(row, opened_on)
    ]
    if holder in _folded(names if opened_on is None else names + former, fold):
        return None
    if opened_on is None and holder in _folded(former, fold):
        return "opening_date_unknown"
    return "registered_name_unknown" if None in names + former else "holder_differs"


def _folded(names: list[str | None], fold: Callable[[str], str]) -> set[str]:
    return {fold(name) for name in names if name is not None}


def _as_written(name: str) -> str:
    return name


def normalized_name(name: str) -> str:
    """The name without what a keyboard or a bank adds: width, case, blanks, kind of bracket."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_BRACKETS)
    # Zero-width characters are of category Cf, and no blanks to isspace().
    return "".join([c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf"])


def basic_operation_funding(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """通过政府资助或政府购买服务的形式获得基本运作经费保障.

    Counts commitments of form grant or purchase for basic operation, wholly or in part, that
    cover the date (A-7). In a mixed commitment a blank basic part means the whole amount.
    Early in the year, before contracts are signed, last year's cover leaves it open (A-7b).
    The floor is a sum, a share of the basic cost the center filed, or the higher of both.
    Figures: counted_yuan, floor_yuan, basis; with a share also basic_cost_yuan.
    """
    if facts.funding is None:
        return not_filed(FUNDING)
    rows = _commitments(facts, parameters, facts.as_of)
    floor, is_known = _floor(facts, parameters)
    committed = _sum_yuan(rows.counted, parameters)
    figures = {
        "counted_yuan": decimal_text(committed),
        "floor_yuan": None if floor is None else decimal_text(floor),
        "basis": parameters["funding_basis"],
        **_cost_figures(facts, parameters),
    }
    is_covered = _is_covered(rows, floor, parameters)
    if is_covered and not is_known:
        return unknown(rows, reason="basic_cost_unknown", figures=figures)
    if is_covered:
        return judge(MET, "basic_operation_committed", rows, figures=figures)
    if is_covered is None:
        return unknown(rows, figures=figures)
    if _awaits_new_year(facts, parameters, rows):
        return _new_year_pending(facts, parameters, rows)
    return _not_covered(rows, figures, None if floor is None else floor - committed)


def _floor(facts: CenterFacts, parameters: Parameters) -> tuple[Decimal | None, bool]:
    """The least that covers basic operation, and whether all of it is known."""
    floor, ratio = parameters["funding_floor"], parameters.get("funding_cost_coverage_ratio")
    if ratio is None:
        return floor, True
    cost = _basic_cost_yuan(facts)
    if cost is None:
        return floor, False
    return max(floor or Decimal(0), ratio * cost), True


def _basic_cost_yuan(facts: CenterFacts) -> Decimal | None:
    profile = profile_in_force(facts)
    return None if profile is None else profile.basic_cost_yuan


def _cost_figures(facts: CenterFacts, parameters: Parameters) -> dict[str, str | None]:
    if parameters.get("funding_cost_coverage_ratio") is None:
        return {}
    cost = _basic_cost_yuan(facts)
    return {"basic_cost_yuan": None if cost is None else decimal_text(cost)}


def _not_covered(rows: Sifted, figures: dict[str, Any], missing: Decimal | None) -> Outcome:
    remedy = Remedy(
        "commit_basic_operation_funding",
        {"missing_yuan": None if missing is None else decimal_text(missing)},
    )
    reason = (
        "commitment_{counted_yuan}_of_{floor_yuan}"
        if rows.counted
        else "no_basic_operation_commitment"
    )
    return judge(NOT_MET, reason, rows, figures=figures, remedy=remedy)


def _amount_yuan(row: Funding, basis: str) -> Decimal | None:
    """What the row gives to basic operation; while the purpose is unknown, the most it may give."""
    if basis == "received":
        return row.received_yuan
    whole, part = row.amount_yuan, row.basic_amount_yuan
    if part is None or row.purpose == "basic_operation":
        return whole
    if row.purpose == "mixed":
        return part
    return None if whole is None else max(whole, part)


def _sum_yuan(rows: list[Funding], parameters: Parameters) -> Decimal:
    return total(_amount_yuan(row, parameters["funding_basis"]) for row in rows)


def _commitments(facts: CenterFacts, parameters: Parameters, on: date) -> Sifted:
    basis = parameters["funding_basis"]

    def exclusion(row: Funding) -> str | None:
        if row.form not in ("grant", "purchase"):
            return "form_not_counted"
        if row.purpose == "project":
            return "purpose_is_project"
        amount = _amount_yuan(row, basis)
        if amount is not None and amount <= 0:
            return "amount_is_zero"
        if row.purpose is None:
            return "purpose_unknown"
        return "amount_unknown" if amount is None else None

    return sift(FUNDING, facts.funding or (), on, exclusion)


def _is_covered(rows: Sifted, floor: Decimal | None, parameters: Parameters) -> bool | None:
    """Whether the commitments reach the floor; None while rows in doubt could decide it."""
    if rows.counted and (floor is None or _sum_yuan(rows.counted, parameters) >= floor):
        return True
    doubtful = rows.doubtful
    if not doubtful:
        return False
    amounts = [_amount_yuan(row, parameters["funding_basis"]) for row in doubtful]
    if floor is None or None in amounts:
        return None
    is_in_reach = _sum_yuan(rows.counted + doubtful, parameters) >= floor
    return None if is_in_reach else False


def _awaits_new_year(facts: CenterFacts, parameters: Parameters, today: Sifted) -> bool:
    """Whether nothing covers the date yet, but the last 31 December was (or may have been)."""
    until, as_of = parameters["funding_new_year_grace_until"], facts.as_of
    if until is None or today.counted or (as_of.month, as_of.day) > until:
        return False
    year_end = _commitments(facts, parameters, date(as_of.year - 1, 12, 31))
    floor, _is_known = _floor(facts, parameters)
    return _is_covered(year_end, floor, parameters) is not False


def _new_year_pending(facts: CenterFacts, parameters: Parameters, rows: Sifted) -> Outcome:
    until = date(facts.as_of.year, *parameters["funding_new_year_grace_until"]).isoformat()
    return judge(
        NO_DATA,
        "new_fiscal_year_pending",
        rows,
        figures={"until": until},
        remedy=Remedy("file_new_year_commitment", {"until": until}),
    )


def annual_purchase(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """采用政府购买服务形式的，原则上采用年度购买服务形式.

    Judged on purchases of basic operation that cover the date; one of annual form suffices.
    A purchase of projects alone does not bring the clause in. While the new year's money is
    pending, so is its form, also where last year's came as a grant (A-7b).
    Figures: days (of the longest contract), annual_min_days, annual_max_days.
    """
    if facts.funding is None:
        return not_filed(FUNDING)
    rows = sift(
        FUNDING, facts.funding, facts.as_of, lambda row: _purchase_exclusion(row, parameters)
    )
    if rows.counted:
        figures = _contract_figures(rows.counted, parameters)
        return judge(MET, "annual_purchase", rows, figures=figures)
    not_annual, doubtful = rows.excluded_as("not_annual"), rows.doubtful
    could_be_annual = any(_is_annual(row, parameters) is not False for row in doubtful)
    if could_be_annual or (doubtful and not not_annual):
        return unknown(rows)
    if not_annual:
        remedy = Remedy("sign_annual_purchase", {"min_days": parameters["annual_min_days"]})
        figures = _contract_figures(not_annual, parameters)
        return judge(NOT_MET, "contract_{days}_days", rows, figures=figures, remedy=remedy)
    if _awaits_new_year(facts, parameters, _commitments(facts, parameters, facts.as_of)):
        return _new_year_pending(facts, parameters, rows)
    return judge(NOT_APPLICABLE, "no_basic_operation_purchase", rows)


def _purchase_exclusion(row: Funding, parameters: Parameters) -> str | None:
    if row.form != "purchase":
        return "form_not_purchase"
    if row.purpose == "project":
        return "purpose_is_project"
    if row.purpose is None:
        return "purpose_unknown"
    if _contract_days(row) is None:
        return "contract_dates_missing"
    is_annual = _is_annual(row, parameters)
    if is_annual is None:
        return "annual_renewal_unknown"
    return None if is_annual else "not_annual"


def _contract_days(row: Funding) -> int | None:
    """Both ends counted; an open contract has no known length."""
    if row.starts_on is None or row.ends_on is None:
        return None
    return (row.ends_on - row.starts_on).days + 1


def _is_annual(row: Funding, parameters: Parameters) -> bool | None:
    """About one year long, or several years with annual renewal (A-8); None while unknown."""
    days = _contract_days(row)
    if days is None:
        return None
    if parameters["annual_min_days"] <= days <= parameters["annual_max_days"]:
        return True
    is_multi_year = parameters["annual_max_days"] < days <= parameters["multi_year_max_days"]
    if is_multi_year and parameters["multi_year_with_annual_renewal_counts"]:
        return row.is_annual_renewal
    return False


def _contract_figures(rows: list[Funding], parameters: Parameters) -> dict[str, Any]:
    return {
        "days": max(_contract_days(row) or 0 for row in rows),
        "annual_min_days": parameters["annual_min_days"],
        "annual_max_days": parameters["annual_max_days"],
    }


def earned_income(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """鼓励街镇社会组织服务中心通过提供项目化、社会化服务获得收入.

    An annual figure exists only after the year closes: without one for the year of the date,
    the year before is judged. Figures: fiscal_year, earned_yuan.
    """
    if facts.funding is None:
        return not_filed(FUNDING)
    this_year = facts.as_of.year
    is_this_year_filed = any(
        row.form == "earned_income" and row.fiscal_year == this_year for row in facts.funding
    )
    year = this_year if is_this_year_filed else this_year - 1
    # A figure belongs to its fiscal year; its period has ended when it is judged.
    rows = sift(FUNDING, facts.funding, None, lambda row: _income_exclusion(row, year))
    earned = total(row.amount_yuan for row in rows.counted)
    figures = {"fiscal_year": year, "earned_yuan": decimal_text(earned)}
    # A figure of an unknown year may be this year's, and would then replace last year's.
    is_year_certain = is_this_year_filed or not rows.excluded_as("fiscal_year_unknown")
    if earned > 0 and is_year_certain:
        return judge(MET, "earned_income", rows, figures=figures)
    if rows.doubtful:
        return unknown(rows, figures=figures)
    if not rows.counted:
        remedy = Remedy("complete_section", {"section": FUNDING})
        return judge(NO_DATA, "earned_income_not_filed", rows, remedy=remedy)
    return judge(NOT_MET, "no_earned_income", rows, figures=figures, remedy=Remedy("earn_income"))


def _income_exclusion(row: Funding, year: int) -> str | None:
    if row.form != "earned_income":
        return "form_not_earned_income"
    if row.fiscal_year is None:
        return "fiscal_year_unknown"
    if row.fiscal_year != year:
        return "other_fiscal_year"
    return "amount_unknown" if row.amount_yuan is None else None
