"""Early warning (二(一)-3): which signs of risk stand on a day.

Pure: facts and parameters in, signals out. One function per code of the domain reference §3.7. What
is not known never warns: null is not 0. A signal says under which ``episode`` it stands, so that
what a person closed is not told anew while its cause lasts.

To add a warning: a function from (facts, parameters, day) to signals, a line in ``CODES``, its
title and level in ``organizations.models.warning``, its parameter in the rule pack and in
``organizations.selectors.thresholds``.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

DAY = timedelta(days=1)
MONTHS = 12
# Two years on the abnormal list lead to the serious one.
ABNORMAL_YEARS = 2
# Of a change against a base, and of a share.
RATIO = Decimal("0.0001")

GENERAL, ATTENTION, URGENT = "general", "attention", "urgent"

Parameters = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InspectionYear:
    """The annual inspection, or the report, of one year."""

    year: int
    due_on: date | None = None
    is_exempt: bool = False
    is_filed: bool = False
    # qualified, basically_qualified, unqualified; None: none was notified.
    conclusion: str | None = None
    concluded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What somebody noted of an organization or a team."""

    id: int
    kind: str
    happened_on: date
    settled_on: date | None = None
    # Of a major event: the day the authority was told of it.
    reported_on: date | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry of the abnormal or the serious list."""

    kind: str
    listed_on: date
    removed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The annual figures of one year, in yuan."""

    year: int
    net_assets_yuan: Decimal | None = None
    net_assets_before_yuan: Decimal | None = None
    public_received_yuan: Decimal | None = None
    public_unspent_yuan: Decimal | None = None
    is_change_explained: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningFacts:
    """All that the warnings of one organization may know.

    ``observations`` are in the order they happened. ``is_watched``: somebody noted something of it,
    so that no activity on record means more than that nobody looked.
    """

    registered_on: date | None = None
    inspections: tuple[InspectionYear, ...] = ()
    last_activity_on: date | None = None
    is_watched: bool = False
    registered_capital_yuan: Decimal | None = None
    figures: Figures | None = None
    observations: tuple[Observed, ...] = ()
    council_ends_on: date | None = None
    listings: tuple[Listing, ...] = ()
    is_party_unit_required: bool | None = None
    has_party_unit: bool | None = None
    certificate_ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFacts:
    """All that the warnings of one active team may know. ``kept_on``: the day its entry was last
    confirmed, or else filed."""

    kept_on: date | None = None
    observations: tuple[Observed, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign of risk. ``since_on`` is None where the day is not known; ``figures`` are numbers
    and days that can be kept as JSON."""

    code: str
    episode: str
    since_on: date | None
    level: str
    figures: Mapping[str, int | str]


def watch_organization(facts: WarningFacts, parameters: Parameters, on: date) -> tuple[Signal, ...]:
    """The signals of an organization on a day, in the order of their codes."""
    return tuple(
        signal
        for code, (level, rule) in CODES.items()
        for episode, since_on, figures in rule(facts, parameters, on)
        for signal in [Signal(code, episode, since_on, level, figures)]
    )


def watch_team(facts: TeamFacts, parameters: Parameters, on: date) -> tuple[Signal, ...]:
    """The signals of an active team on a day: its upkeep is overdue, nobody reaches it."""
    found = [
        *_upkeep_overdue(facts, parameters, on),
        *_nobody_reached(facts.observations, 1, on, prefix="contact "),
    ]
    return tuple(
        Signal(TEAM_CODE, episode, since_on, GENERAL, figures)
        for episode, since_on, figures in found
    )


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of a shorter month. Beyond the calendar: its
    last day."""
    years, month = divmod(day.month - 1 + months, MONTHS)
    year = day.year + years
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days_after(day: date, days: int) -> date:
    """The day so many days later, or earlier; beyond the calendar, its last or first day."""
    return date.fromordinal(
        min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    )


Found = Iterator[tuple[str, date | None, dict[str, int | str]]]


def not_filed(facts: WarningFacts, parameters: Parameters, on: date) -> Found:
    """未按期年检（年报）：截止日已过，仍未报送。"""
    for each in facts.inspections:
        if each.due_on is None or each.is_exempt or each.is_filed:
            continue
        if days_after(each.due_on, parameters["inspection_grace_days"]) < on:
            late: dict[str, int | str] = {
                "year": each.year,
                "due_on": each.due_on.isoformat(),
                "days_late": (on - each.due_on).days,
            }
            yield str(each.year), each.due_on + DAY, late


def unqualified(facts: WarningFacts, _parameters: Parameters, _on: date) -> Found:
    """年检不合格：最近一个已出结论的年度为不合格。"""
    concluded = _concluded(facts)
    if concluded and concluded[-1].conclusion == "unqualified":
        last = concluded[-1]
        yield str(last.year), last.concluded_on, {"year": last.year}


def twice_basically_qualified(facts: WarningFacts, _parameters: Parameters, _on: date) -> Found:
    """连续两年年检基本合格。"""
    last_two = _concluded(facts)[-2:]
    years = [each.year for each in last_two]
    if len(years) < 2 or years[1] != years[0] + 1:
        return
    if all(each.conclusion == "basically_qualified" for each in last_two):
        figures: dict[str, int | str] = {"year_before": years[0], "year": years[1]}
        yield str(years[1]), last_two[1].concluded_on, figures


def inactive(facts: WarningFacts, parameters: Parameters, on: date) -> Found:
    """长期未开展活动：最近一次活动距今超过规定月数。"""
    months = parameters["inactive_months"]
    last = facts.last_activity_on
    start = last or (facts.registered_on if facts.is_watched else None)
    if start is None:
        return
    until = months_after(start, months)
    if until < on:
        name = "last_activity_on" if last else "registered_on"
        yield start.isoformat(), until + DAY, {name: start.isoformat(), "months": months}


def financially_unsound(facts: WarningFacts, parameters: Parameters, _on: date) -> Found:
    """财务异常：净资产为负或低于注册资金，变动无说明，财政资金结余过多。"""
    if facts.figures is None:
        return
    year = facts.figures.year
    found = {
        **_short_assets(facts.figures, facts.registered_capital_yuan),
        **_changed(facts.figures, parameters["balance_change_ratio"]),
        **_unspent(facts.figures, parameters["public_unspent_ratio"]),
    }
    if found:
        yield str(year), date(year, 12, 31), {"year": year, **found}


def _short_assets(figures: Figures, capital: Decimal | None) -> dict[str, int | str]:
    net = figures.net_assets_yuan
    if net is None:
        return {}
    if capital is not None and net < capital:
        return {"net_assets_yuan": str(net), "registered_capital_yuan": str(capital)}
    return {"net_assets_yuan": str(net)} if net < 0 else {}


def _changed(figures: Figures, ratio: Decimal | None) -> dict[str, int | str]:
    """A change that somebody said is not explained, against the year before."""
    net, before = figures.net_assets_yuan, figures.net_assets_before_yuan
    if ratio is None or net is None or not before or figures.is_change_explained is not False:
        return {}
    change = abs(net - before) / abs(before)
    return {"change_ratio": str(change.quantize(RATIO))} if change >= ratio else {}


def _unspent(figures: Figures, ratio: Decimal | None) -> dict[str, int | str]:
    received, unspent = figures.public_received_yuan, figures.public_unspent_yuan
    if ratio is None or unspent is None or not received:
        return {}
    share = unspent / received
    return {"unspent_ratio": str(share.quantize(RATIO))} if share > ratio else {}


def not_reached(facts: WarningFacts, parameters: Parameters, on: date) -> Found:
    """住所失联：联系不上或退信达到规定次数，此后未恢复联系。"""
    yield from _nobody_reached(facts.observations, parameters["contact_failures"], on)


def _nobody_reached(
    observations: tuple[Observed, ...], least: int, on: date, *, prefix: str = ""
) -> Found:
    failures: list[date] = []
    for each in observations:
        if each.happened_on > on:
            continue
        if each.kind == "contact_restored":
            failures = []
        elif each.kind in ("contact_failed", "letter_returned"):
            failures.append(each.happened_on)
    if len(failures) >= least:
        episode = f"{prefix}{failures[0].isoformat()}"
        yield episode, failures[least - 1], {"failures": len(failures)}


def council_over(facts: WarningFacts, _parameters: Parameters, on: date) -> Found:
    """届满未换届。"""
    end = facts.council_ends_on
    if end is not None and end < on:
        yield end.isoformat(), end + DAY, {"council_ends_on": end.isoformat()}


def change_unregistered(facts: WarningFacts, parameters: Parameters, on: date) -> Found:
    """变更未登记：实际情况与登记不一致超过规定天数。"""
    for each in _unsettled(facts, "register_differs", on):
        until = days_after(each.happened_on, parameters["change_days"])
        if until < on:
            seen = {"happened_on": each.happened_on.isoformat()}
            yield str(each.id), until + DAY, {**seen}


def listed_abnormal(facts: WarningFacts, _parameters: Parameters, on: date) -> Found:
    """列入活动异常名录。"""
    yield from _listed(facts, "abnormal", on)


def listed_serious(facts: WarningFacts, _parameters: Parameters, on: date) -> Found:
    """列入严重违法失信名单。"""
    yield from _listed(facts, "serious", on)


def _listed(facts: WarningFacts, kind: str, on: date) -> Found:
    for each in _open_listings(facts, kind, on):
        listed_on = each.listed_on.isoformat()
        yield listed_on, each.listed_on, {"listed_on": listed_on}


def abnormal_two_years(facts: WarningFacts, parameters: Parameters, on: date) -> Found:
    """异常名录将满两年。"""
    for each in _open_listings(facts, "abnormal", on):
        full_on = months_after(each.listed_on, ABNORMAL_YEARS * MONTHS)
        since_on = days_after(full_on, -parameters["abnormal_lead_days"])
        if since_on <= on:
            listed_on = each.listed_on.isoformat()
            days = {"listed_on": listed_on, "full_on": full_on.isoformat()}
            yield listed_on, since_on, {**days}


def _noted(kind: str) -> Callable[[WarningFacts, Parameters, date], Found]:
    """What warns from the day it is noted until it is settled."""

    def noted(facts: WarningFacts, _parameters: Parameters, on: date) -> Found:
        for each in _unsettled(facts, kind, on):
            seen = {"happened_on": each.happened_on.isoformat()}
            yield str(each.id), each.happened_on, {**seen}

    return noted


def party_unit_missing(facts: WarningFacts, _parameters: Parameters, _on: date) -> Found:
    """党组织应建未建。"""
    if facts.is_party_unit_required is True and facts.has_party_unit is False:
        yield "", None, {}


def major_event_unreported(facts: WarningFacts, parameters: Parameters, on: date) -> Found:
    """重大事项未报告。"""
    for each in _unsettled(facts, "major_event", on):
        is_told = each.reported_on is not None and each.reported_on <= on
        until = days_after(each.happened_on, parameters["major_event_days"])
        if not is_told and until < on:
            seen = {"happened_on": each.happened_on.isoformat()}
            yield str(each.id), until + DAY, {**seen}


def certificate_ends(facts: WarningFacts, parameters: Parameters, on: date) -> Found:
    """登记证书有效期届满。"""
    end = facts.certificate_ends_on
    if end is None:
        return
    since_on = days_after(end, -parameters["certificate_lead_days"])
    if since_on <= on:
        yield end.isoformat(), since_on, {"certificate_ends_on": end.isoformat()}


def _upkeep_overdue(facts: TeamFacts, parameters: Parameters, on: date) -> Found:
    """团队备案信息超过维护周期未确认。"""
    if facts.kept_on is None:
        return
    due_on = months_after(facts.kept_on, parameters["team_upkeep_months"])
    if due_on < on:
        kept_on = facts.kept_on.isoformat()
        days = {"kept_on": kept_on, "due_on": due_on.isoformat()}
        yield f"upkeep {kept_on}", due_on + DAY, {**days}


def _concluded(facts: WarningFacts) -> list[InspectionYear]:
    found = [each for each in facts.inspections if each.conclusion is not None]
    return sorted(found, key=lambda each: each.year)


def _unsettled(facts: WarningFacts, kind: str, on: date) -> list[Observed]:
    return [
        each
        for each in facts.observations
        if each.kind == kind
        and each.happened_on <= on
        and (each.settled_on is None or each.settled_on > on)
    ]


def _open_listings(facts: WarningFacts, kind: str, on: date) -> list[Listing]:
    return [
        each
        for each in facts.listings
        if each.kind == kind
        and each.listed_on <= on
        and (each.removed_on is None or each.removed_on > on)
    ]


TEAM_CODE = "W-17"
# Code → the level it starts at, and what finds it. W-17 is of teams.
CODES: dict[str, tuple[str, Callable[[WarningFacts, Parameters, date], Found]]] = {
    "W-01": (ATTENTION, not_filed),
    "W-02": (URGENT, unqualified),
    "W-03": (ATTENTION, twice_basically_qualified),
    "W-04": (ATTENTION, inactive),
    "W-05": (ATTENTION, financially_unsound),
    "W-06": (ATTENTION, not_reached),
    "W-07": (GENERAL, council_over),
    "W-08": (GENERAL, change_unregistered),
    "W-09": (ATTENTION, listed_abnormal),
    "W-10": (URGENT, listed_serious),
    "W-11": (URGENT, abnormal_two_years),
    "W-12": (URGENT, _noted("scope_clue")),
    "W-13": (ATTENTION, _noted("penalty")),
    "W-14": (ATTENTION, _noted("complaint")),
    "W-15": (GENERAL, party_unit_missing),
    "W-16": (URGENT, _noted("project_money")),
    "W-18": (ATTENTION, major_event_unreported),
    "W-19": (GENERAL, certificate_ends),
}
