"""信息公开清单: what a center, and the bureau for it, has to make public, when, and how openly.

The list is that of domain reference §5.4. Of every item it says who owns it and what makes it due,
of every field how openly it is handled: 主动公开 active, 依申请公开 on request, 内部 internal.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from evaluation.rules.redacting import HIDDEN as HIDDEN
from evaluation.rules.redacting import personal as personal
from evaluation.rules.redacting import redact as redact

ACTIVE, ON_REQUEST, INTERNAL = "active", "on_request", "internal"
CENTER, TOWNSHIP, DISTRICT = "center", "township", "district"
# What makes an item due: a change; each year's day; a contract; a result; it has to stand always;
# each half year; nothing but the wish to announce.
ON_CHANGE, YEARLY, ON_CONTRACT, ON_RESULT = "on_change", "yearly", "contract", "result"
ALWAYS, HALF_YEARLY, AS_NEEDED = "always", "half_yearly", "as_needed"
# What comes about on a day, and is told of by whatever was written since.
OF_A_DAY = (ON_CHANGE, ON_CONTRACT, ON_RESULT)
CONTRACT_DAYS = 2

ON_TIME, LATE, MISSING, PENDING, OUT = "on_time", "late", "missing", "pending", "out"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an item. ``is_typed``: the portal knows no fact for it, somebody writes it;
    ``is_needed``: without it the item says nothing."""

    key: str
    level: str = ACTIVE
    is_typed: bool = False
    is_needed: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the list."""

    item: str
    owner: str
    when: str
    fields: tuple[Field, ...]

    @property
    def typed(self) -> tuple[Field, ...]:
        """Fields that somebody writes."""
        return tuple(each for each in self.fields if each.is_typed)

    @property
    def kept_back(self) -> tuple[Field, ...]:
        """Fields that no page shows."""
        return tuple(each for each in self.fields if each.level != ACTIVE)


def _typed(key: str, *, is_needed: bool = False) -> Field:
    return Field(key, is_typed=True, is_needed=is_needed)


CATALOGUE: Mapping[str, Entry] = {
    entry.item: entry
    for entry in (
        Entry(
            "contact",
            CENTER,
            ON_CHANGE,
            (
                Field("name", is_needed=True),
                Field("address", is_needed=True),
                Field("phone"),
                _typed("hours", is_needed=True),
                _typed("transport"),
                Field("personal_phones", INTERNAL),
            ),
        ),
        Entry(
            "registration",
            CENTER,
            ON_CHANGE,
            (
                Field("name", is_needed=True),
                Field("uscc"),
                Field("registration_status"),
                Field("registered_on"),
                Field("registered_capital_yuan"),
                Field("supervising_unit"),
                _typed("business_scope"),
                Field("basic_cost_yuan", INTERNAL),
            ),
        ),
        Entry(
            "articles",
            CENTER,
            ON_CHANGE,
            (
                Field("articles_changed_on"),
                _typed("articles_text", is_needed=True),
                Field("council_minutes", ON_REQUEST),
            ),
        ),
        Entry(
            "people",
            CENTER,
            ON_CHANGE,
            (
                Field("legal_representative"),
                Field("directors", is_needed=True),
                Field("council_member_count"),
                Field("has_supervisor"),
                _typed("council_members"),
                Field("staff_names", ON_REQUEST),
                Field("identity_numbers", INTERNAL),
                Field("personal_phones", INTERNAL),
            ),
        ),
        Entry(
            "services",
            CENTER,
            YEARLY,
            (_typed("services", is_needed=True), _typed("guide", is_needed=True)),
        ),
        Entry(
            "annual_report",
            CENTER,
            YEARLY,
            (
                _typed("report", is_needed=True),
                Field("income_yuan"),
                Field("inspection"),
                Field("accounts", ON_REQUEST),
            ),
        ),
        Entry(
            "donations",
            CENTER,
            ON_CHANGE,
            (
                Field("donated_yuan", is_needed=True),
                _typed("donation_use"),
                Field("donors", ON_REQUEST),
            ),
        ),
        Entry(
            "lottery",
            CENTER,
            YEARLY,
            (
                Field("lottery_yuan", is_needed=True),
                _typed("lottery_use", is_needed=True),
                Field("lottery_papers", ON_REQUEST),
            ),
        ),
        Entry(
            "purchases",
            DISTRICT,
            ON_CONTRACT,
            (
                Field("contract_no", is_needed=True),
                Field("project"),
                Field("purchaser"),
                Field("price_yuan"),
                Field("period"),
                Field("acceptance"),
                Field("performance_grade"),
                Field("bids", INTERNAL),
            ),
        ),
        Entry(
            "grades",
            CENTER,
            ON_RESULT,
            (
                Field("last_inspection"),
                Field("grade"),
                Field("grade_until"),
                Field("warnings", INTERNAL),
            ),
        ),
        Entry(
            "review",
            DISTRICT,
            ON_RESULT,
            (
                Field("review_year", is_needed=True),
                Field("review_grade", is_needed=True),
                Field("review_total"),
                Field("marks", ON_REQUEST),
                Field("opinions", INTERNAL),
            ),
        ),
        Entry(
            "recruitment",
            CENTER,
            AS_NEEDED,
            (
                _typed("vacancy", is_needed=True),
                _typed("conditions", is_needed=True),
                _typed("apply_by"),
                Field("applicants", INTERNAL),
            ),
        ),
        Entry(
            "channels",
            CENTER,
            ALWAYS,
            (
                Field("phone"),
                _typed("complaint_channel", is_needed=True),
                _typed("district_channel"),
                Field("complaints", INTERNAL),
            ),
        ),
        Entry(
            "teams",
            TOWNSHIP,
            HALF_YEARLY,
            (
                Field("team_count", is_needed=True),
                Field("teams"),
                Field("team_leaders", INTERNAL),
                Field("team_members", INTERNAL),
            ),
        ),
    )
}


def owner_of(item: str) -> str:
    """Whose an item is; what stands on no list is the bureau's."""
    return CATALOGUE[item].owner if item in CATALOGUE else DISTRICT


@dataclass(frozen=True, slots=True)
class CenterYear:
    """What makes items of a center due in a year.

    ``since`` and ``until`` are the days between which the center exists, null is open; ``changes``
    item → days on which what it tells of changed; ``contracts`` and ``results`` (item, which one,
    day). ``had_lottery``: it had lottery money in the year before. ``had_teams``: per half year.
    """

    year: int
    since: date | None = None
    until: date | None = None
    changes: Mapping[str, tuple[date, ...]] = field(default_factory=dict)
    contracts: tuple[tuple[str, str, date], ...] = ()
    results: tuple[tuple[str, str, date], ...] = ()
    had_lottery: bool = False
    had_teams: tuple[bool, bool] = (False, False)


@dataclass(frozen=True, slots=True)
class Days:
    """Days as the district set them. ``add(day, n)`` is the n-th working day after a day, None
    while the work calendar does not reach so far."""

    add: Callable[[date, int], date | None]
    disclosure: int = 20
    review: int = 20
    yearly: tuple[int, int] = (6, 30)


class Due(NamedTuple):
    """One thing that has to be public. ``due_on`` null: the calendar is not known so far."""

    item: str
    subject: str
    arose_on: date
    due_on: date | None


def due(facts: CenterYear, days: Days) -> list[Due]:
    """Everything of a center that comes about in the year, in the order of the list."""
    found = [*_changed(facts, days), *_yearly(facts, days), *_told(facts, days)]
    found += [*_always(facts, days), *_half_yearly(facts, days)]
    order = list(CATALOGUE)
    there = (each for each in found if _is_there(facts, each.arose_on))
    return sorted(there, key=lambda each: (order.index(each.item), each.arose_on, each.subject))


def _is_there(facts: CenterYear, on: date) -> bool:
    return (facts.since is None or facts.since <= on) and (facts.until is None or on <= facts.until)


def _changed(facts: CenterYear, days: Days) -> Iterable[Due]:
    for item, changed in facts.changes.items():
        for on in changed:
            if on.year == facts.year:
                yield Due(item, "", on, days.add(on, days.disclosure))


def _yearly(facts: CenterYear, days: Days) -> Iterable[Due]:
    last = date(facts.year, *days.yearly)
    start = max(date(facts.year, 1, 1), facts.since or date.min)
    if start > last:
        return
    for entry in CATALOGUE.values():
        if entry.when == YEARLY and (entry.item != "lottery" or facts.had_lottery):
            yield Due(entry.item, "", start, last)


def _told(facts: CenterYear, days: Days) -> Iterable[Due]:
    for item, subject, on in facts.contracts:
        if on.year == facts.year:
            yield Due(item, subject, on, days.add(on, CONTRACT_DAYS))
    for item, subject, on in facts.results:
        if on.year == facts.year:
            allowed = days.review if item == "review" else days.disclosure
            yield Due(item, subject, on, days.add(on, allowed))


def _always(facts: CenterYear, days: Days) -> Iterable[Due]:
    start = max(date(facts.year, 1, 1), facts.since or date.min)
    if start.year != facts.year:
        return
    for entry in CATALOGUE.values():
        if entry.when == ALWAYS:
            yield Due(entry.item, "", start, days.add(start, days.disclosure))


def _half_yearly(facts: CenterYear, days: Days) -> Iterable[Due]:
    ends = (date(facts.year, 6, 30), date(facts.year, 12, 31))
    for name, end, had in zip(("H1", "H2"), ends, facts.had_teams, strict=True):
        if had:
            yield Due("teams", name, end, days.add(end, days.disclosure))


class Stood(NamedTuple):
    """When a text was out: from a day; ``until`` the day it was taken from the public, or null.
    ``told_on`` is the day by whose facts it was written, null where nothing says it.

    What a newer text replaced was not taken away."""

    item: str
    subject: str
    since: date
    until: date | None = None
    told_on: date | None = None


def state(asked: Due, texts: Iterable[Stood], on: date) -> str:
    """How it stands with what is due, on a day: out by its day and still out on it is on time, out
    later and still out is late, nothing out is missing once the day is over and pending before.
    """
    standing = [each for each in texts if _answers(asked, each)]
    if asked.due_on is None:
        return OUT if standing else PENDING
    last = asked.due_on
    if any(each.since <= last and (each.until is None or each.until > last) for each in standing):
        return ON_TIME
    if any(last < each.since <= on and (each.until or date.max) > on for each in standing):
        return LATE
    return MISSING if on > last else PENDING


def _answers(asked: Due, text: Stood) -> bool:
    """Whether the text tells of it: one that came out before it came about does not, nor one that
    was written before a change and came out after it; but for what always has to stand."""
    if (text.item, text.subject) != (asked.item, asked.subject):
        return False
    when = CATALOGUE[asked.item].when
    known_on = text.told_on if when in OF_A_DAY and text.told_on else text.since
    return known_on >= asked.arose_on or when == ALWAYS


class Rate(NamedTuple):
    """``on_time`` of ``due``."""

    on_time: int
    due: int

    @property
    def is_empty(self) -> bool:
        """Nothing was due: there is no rate."""
        return self.due == 0


def rate(dues: Iterable[Due], texts: Iterable[Stood], start: date, end: date) -> Rate:
    """Of what was due between two days, both included, how much was out in time."""
    texts = list(texts)
    asked = [each for each in dues if each.due_on is not None and start <= each.due_on <= end]
    return Rate(sum(state(each, texts, end) == ON_TIME for each in asked), len(asked))
