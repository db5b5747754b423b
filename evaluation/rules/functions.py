"""Functions, 二(一) to 二(四): what the center did in a year, function by function.

The year judged is that of the date once figures of it were filed, else the year before (an annual
figure exists only after the year). Casework wins over the figure the center filed; the figures
name the source.
"""

from evaluation.rules.base import (
    MET,
    NO_DATA,
    NOT_APPLICABLE,
    NOT_MET,
    Outcome,
    Parameters,
    Remedy,
    Row,
    not_filed,
)
from evaluation.rules.facts import FUNCTIONS, CenterFacts, FunctionFigure

REASONS = frozenset(
    {
        "function_performed",
        "function_{count}_of_{minimum}",
        "support_types_offered",
        "support_types_{count}_of_{minimum}",
        "function_not_reported",
        "no_demand",
        "none_due",
    }
)
EXCLUSIONS = frozenset({"casework_counts", "other_fiscal_year"})
REMEDIES = frozenset({"perform_function", "offer_support_types"})

CASEWORK = "casework"
FILED = "filed"

# The codes of the functions, as the centers file them.
CODES = (
    *("FN-11", "FN-12", "FN-13", "FN-14", "FN-15", "FN-16", "FN-17", "FN-18"),
    *("FN-21", "FN-22", "FN-23", "FN-24", "FN-25"),
    *("FN-31", "FN-32", "FN-33", "FN-34"),
    *("FN-41", "FN-42", "FN-43", "FN-44", "FN-45"),
)
SUPPORT_SERVICES = "FN-24"
COUNTED = tuple(code for code in CODES if code != SUPPORT_SERVICES)


def function_count(facts: CenterFacts, parameters: Parameters, function: str) -> Outcome:
    """各区民政局要指导本区各街镇社会组织服务中心做好以下各项工作.

    The function was performed at least `fn_min_count` times in the year. A filed zero is a fact:
    not met, or not applicable where the function answers a demand and there was none (A-14).
    No row, or a blank one, is no data. Zero reports are in the figure of FN-18. Where the year's
    campaign found that nobody was due in the township there was nothing to help with: FN-12 does
    not apply, whatever was or was not filed, unless work was done after all.
    Figures: fiscal_year, count, minimum, source.
    """
    return _judge(
        facts,
        parameters,
        function,
        minimum=parameters["fn_min_count"],
        met="function_performed",
        not_met="function_{count}_of_{minimum}",
        remedy="perform_function",
    )


def support_service_types(facts: CenterFacts, parameters: Parameters, function: str) -> Outcome:
    """为社区社会组织提供人才服务、能力培训、项目指导、财务指导、品牌宣传、链接资源等服务.

    The figure counts kinds of service, each once; the clause names six and leaves the list open.
    Figures: fiscal_year, count, minimum, source.
    """
    return _judge(
        facts,
        parameters,
        function,
        minimum=parameters["support_service_min_types"],
        met="support_types_offered",
        not_met="support_types_{count}_of_{minimum}",
        remedy="offer_support_types",
    )


def _judge(
    facts: CenterFacts,
    parameters: Parameters,
    function: str,
    *,
    minimum: int,
    met: str,
    not_met: str,
    remedy: str,
) -> Outcome:
    year, casework = _year_judged(facts, function, minimum)
    reported = facts.reported
    is_none_due = year in reported.none_due.get(function, ())
    if facts.functions is None and casework is None and not is_none_due:
        return not_filed(FUNCTIONS)
    filed = _figure_of(reported.figures.get(function, ()), year)
    count = casework
    if count is None:
        count = None if filed is None else filed.count
    counted, uncounted = _rows(reported.figures.get(function, ()), year, casework is not None)
    if is_none_due and not count:
        return Outcome(NOT_APPLICABLE, "none_due", {"fiscal_year": year}, counted, uncounted)
    if count is None:
        return _not_reported(year, filed, uncounted)
    figures = {
        "fiscal_year": year,
        "count": count,
        "minimum": minimum,
        "source": FILED if casework is None else CASEWORK,
    }
    if count >= minimum:
        return Outcome(MET, met, figures, counted, uncounted)
    if count == 0 and function in parameters["demand_driven_rules"]:
        return Outcome(NOT_APPLICABLE, "no_demand", figures, counted, uncounted)
    way = Remedy(remedy, {"missing": minimum - count})
    return Outcome(NOT_MET, not_met, figures, counted, uncounted, way)


def _year_judged(facts: CenterFacts, function: str, minimum: int) -> tuple[int, int | None]:
    """The year to judge, and its casework if there is any.

    Work of a year of which nothing was filed yet stands once it suffices, or where nothing is
    known of the year before: to begin recording is never to anybody's harm. So does that nobody is
    due in it, where nothing is known of the year before.
    """
    reported, this_year = facts.reported, facts.as_of.year
    year, worked = reported.fiscal_year, reported.casework.get(function, {})
    none_due = reported.none_due.get(function, ())
    done = worked.get(this_year)
    if year != this_year and (done is not None or this_year in none_due):
        filed = _figure_of(reported.figures.get(function, ()), year)
        is_filed = filed is not None and filed.count is not None
        is_last_known = year in worked or year in none_due or is_filed
        if (done is not None and done >= minimum) or not is_last_known:
            year = this_year
    return year, worked.get(year)


def _figure_of(figures: tuple[FunctionFigure, ...], year: int) -> FunctionFigure | None:
    return next((figure for figure in figures if figure.fiscal_year == year), None)


def _rows(
    figures: tuple[FunctionFigure, ...], year: int, has_casework: bool
) -> tuple[tuple[Row, ...], tuple[tuple[Row, str], ...]]:
    """The rows of the function that count, and those that do not, each with its code."""
    counted: list[Row] = []
    uncounted: list[tuple[Row, str]] = []
    for figure in figures:
        row = (FUNCTIONS, figure.row)
        if figure.fiscal_year != year:
            uncounted.append((row, "other_fiscal_year"))
        elif has_casework:
            uncounted.append((row, "casework_counts"))
        elif figure.count is None:
            uncounted.append((row, "count_unknown"))
        else:
            counted.append(row)
    return tuple(counted), tuple(uncounted)


def _not_reported(
    year: int, filed: FunctionFigure | None, uncounted: tuple[tuple[Row, str], ...]
) -> Outcome:
    reason = "function_not_reported" if filed is None else "count_unknown"
    remedy = Remedy("complete_section", {"section": FUNCTIONS})
    return Outcome(NO_DATA, reason, {"fiscal_year": year}, (), uncounted, remedy)
