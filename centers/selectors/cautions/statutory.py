"""What looks odd in the statutory matters."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from operator import itemgetter
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from centers.models import StatutoryRow
from centers.selectors.cautions.caution import Caution, Row, Said, holds, odd, overlap

Matter = StatutoryRow.Matter
# Article 15: from the consent of the supervising unit to the application.
APPLICATION_DAYS = 30
APPLIED_FOR = (Matter.REGISTERED_CHANGE, Matter.ARTICLES_CHANGE)
# A registered matter changes near the day of its consent [practice].
NEAR_DAYS = 180
# What is asked of every registered center, whatever happened.
ALWAYS = (*StatutoryRow.FILINGS, *StatutoryRow.STATES, Matter.CAPITAL)
# What nobody can say twice of one time.
ONCE = (*StatutoryRow.STATES, Matter.CAPITAL)


def statutory_unknown(row: Row, on: date) -> Iterator[Caution]:
    """What the matter asks with yes or no, or with a share, is said."""
    asked = StatutoryRow.ASKED.get(row.get("matter") or "", frozenset())
    if not holds(row, on):
        return
    texts = {
        "is_so": _("Unknown: answer yes or no."),
        "non_state_share": _("Unknown: type 0 if all the money came from the state."),
    }
    for name, text in texts.items():
        if name in asked and row.get(name) is None:
            yield odd(name, f"{name}_unknown", text)


def statutory_filed(row: Row, _on: date) -> Iterator[Caution]:
    """What was filed was filed on a day."""
    is_filed = row.get("matter") in StatutoryRow.FILINGS and row.get("is_so")
    if is_filed and row.get("done_on") is None:
        yield odd(
            "done_on",
            "filed_without_day",
            _("Filed, but without the day. It stands on the receipt."),
        )


def statutory_applied(row: Row, on: date) -> Iterator[Caution]:
    """A change is applied for within 30 days of the consent."""
    consent, applied = row.get("occurred_on"), row.get("done_on")
    if row.get("matter") not in APPLIED_FOR or consent is None:
        return
    days = ((applied or on) - consent).days
    if days <= APPLICATION_DAYS:
        return
    if applied is None:
        yield odd(
            "done_on",
            "application_overdue",
            _(
                "The consent is %(days)s days old and nothing was applied for; the regulation gives"
                " %(limit)s days. Was it applied for?"
            ),
            days=days,
            limit=APPLICATION_DAYS,
        )
    else:
        yield odd(
            "done_on",
            "applied_late",
            _(
                "Applied for %(days)s days after the consent; the regulation gives %(limit)s days."
                " Are both days right?"
            ),
            days=days,
            limit=APPLICATION_DAYS,
        )


def statutory_audited(row: Row, _on: date) -> Iterator[Caution]:
    """A change at the head has its audit."""
    if row.get("matter") == Matter.AUDIT and row.get("done_on") is None:
        yield odd(
            "done_on",
            "audit_missing",
            _("No audit is on record for this change. Add the day of the report."),
        )


def statutory_against_law(row: Row, _on: date) -> Iterator[Caution]:
    """An answer the law does not allow is confirmed before it is filed."""
    texts = {
        Matter.BRANCHES: _("By law a center has no branches. Is the answer really yes?"),
        Matter.PROFIT_MAKING: _(
            "By law a center does no profit-making business. Is the answer really yes?"
        ),
    }
    matter = row.get("matter")
    text = matter and texts.get(matter)
    if text and row.get("is_so"):
        yield odd("is_so", "against_the_law", text)


def statutory_days(row: Row, on: date) -> Iterator[Caution]:
    """What happened and what was done are past."""
    for name in ("occurred_on", "done_on"):
        day = row.get(name)
        if day is not None and day > on:
            yield odd(
                name,
                f"{name}_in_future",
                _("%(day)s lies in the future. Check the year."),
                day=day,
            )


def statutory_twice(said: Said) -> Iterator[Caution]:
    """One matter has one answer at a time."""
    seen: dict[Any, list[tuple[int, Row]]] = defaultdict(list)
    for position, row in enumerate(said.rows, start=1):
        if row.get("matter") not in ONCE:
            continue
        rows = seen[row["matter"]]
        twin = next((n for n, other in rows if overlap(row, other)), None)
        if twin is not None:
            yield replace(
                odd(
                    "matter",
                    "same_matter_twice",
                    _("Row %(row)s answers the same for the same time. End one of the two."),
                    row=twin,
                ),
                position=position,
            )
        rows.append((position, row))


def statutory_silent(said: Said) -> Iterator[Caution]:
    """Of what is asked of every registered center something is said."""
    told = {row.get("matter") for row in said.rows}
    silent = [Matter(matter) for matter in ALWAYS if matter not in told]
    if said.rows and silent and not said.is_partial:
        yield odd(
            "",
            "matters_silent",
            _("Nothing is said of: %(matters)s. What is not said stays unknown."),
            matters=listed(*silent),
        )


def statutory_of_profile(said: Said) -> Iterator[Caution]:
    """A registered matter that changes in the profile is told here too."""
    if said.is_partial or not said.rows:
        return
    told = [
        row["occurred_on"]
        for row in said.rows
        if row.get("matter") == Matter.REGISTERED_CHANGE and row.get("occurred_on")
    ]
    for day in _profile_changes(said.others.get("profile", ())):
        if not any(abs((day - each).days) <= NEAR_DAYS for each in told):
            yield odd(
                "",
                "change_silent",
                _(
                    "Name or legal representative changed in the profile on %(day)s, and no change"
                    " of a registered matter is told near that day."
                ),
                day=day,
            )


def _profile_changes(rows: Iterable[Row]) -> Iterator[date]:
    """First days of rows of the profile that name it, or its legal representative, otherwise."""
    dated = sorted((row for row in rows if row.get("starts_on")), key=itemgetter("starts_on"))
    for old, new in pairwise(dated):
        names = ("name", "legal_representative_id")
        if any(old.get(name) != new.get(name) for name in names):
            yield new["starts_on"]


def _join(*matters: Matter) -> str:
    comma = ", " if (get_language() or "").startswith("en") else "、"
    return comma.join(str(matter.label) for matter in matters)


# In the language in which the caution is read.
listed = lazy(_join, str)
