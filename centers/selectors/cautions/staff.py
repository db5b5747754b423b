"""What looks odd in the staff."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.selectors.cautions.caution import Caution, Row, Said, about, holds, odd, overlap

FULL_TIME_NEVER = ("part_time", "volunteer", "concurrent_official")
DIRECTORS = ("director", "acting_director")


def staff_full_time(row: Row, on: date) -> Iterator[Caution]:
    """Full-time or not is said, and agrees with the employment."""
    if row.get("is_full_time") and row.get("employment_type") in FULL_TIME_NEVER:
        yield odd(
            "is_full_time",
            "full_time_contradicts_employment",
            _("Full-time contradicts the form of employment. Correct one of the two."),
        )
    if not holds(row, on):
        return
    if row.get("is_full_time") is None:
        yield odd(
            "is_full_time",
            "full_time_unknown",
            _("Unknown: the person counts neither as full-time nor as not."),
        )
    if not row.get("employment_type"):
        yield odd(
            "employment_type",
            "employment_unknown",
            _("Unknown: without it nobody can say whether the person counts."),
        )


def staff_director(row: Row, on: date) -> Iterator[Caution]:
    """The director in post is full-time, and the appointment is known."""
    if row.get("post") not in DIRECTORS or not holds(row, on):
        return
    if row.get("is_full_time") is False:
        yield odd(
            "is_full_time",
            "director_not_full_time",
            _("The standard asks for a full-time director. Is this person really not full-time?"),
        )
    if row.get("is_council_appointed") is None:
        yield odd(
            "is_council_appointed",
            "appointment_unknown",
            _("Of the director it is asked whether the council made the appointment."),
        )


def staff_dates(row: Row, on: date) -> Iterator[Caution]:
    """Dates in post are past; about is in post has a first day."""
    for name, text in (
        (
            "starts_on",
            _("First day %(day)s lies in the future: the person does not count until then."),
        ),
        (
            "ends_on",
            _("Last day %(day)s lies in the future. File it when it is certain."),
        ),
    ):
        day = row.get(name)
        if day is not None and day > on:
            yield odd(name, f"{name}_in_future", text, day=day)
    if row.get("starts_on") is None:
        yield odd(
            "starts_on",
            "start_unknown",
            _("Without a first day the person counts as having always been in post."),
        )


def staff_directors(said: Said) -> Iterator[Caution]:
    """One director at a time, and one after another."""
    rows = [(n, r) for n, r in enumerate(said.rows, start=1) if r.get("post") in DIRECTORS]
    for index, (position, row) in enumerate(rows):
        twin = next((n for n, other in rows[:index] if overlap(row, other)), None)
        if twin is not None:
            yield replace(
                odd(
                    "post",
                    "two_directors",
                    _("Row %(row)s has a director at the same time. End one of the two."),
                    row=twin,
                ),
                position=position,
            )
    yield from _vacancy(said, rows)


def _vacancy(said: Said, rows: Sequence[tuple[int, Row]]) -> Iterator[Caution]:
    if said.is_partial or any(holds(row, said.on) for _n, row in rows):
        return
    ended = [(row["ends_on"], n) for n, row in rows if (row.get("ends_on") or date.max) < said.on]
    if ended:
        day, position = max(ended)
        yield replace(
            odd(
                "ends_on",
                "director_not_followed",
                _(
                    "The director's post is vacant since %(day)s and nobody follows. Add the"
                    " successor, or an acting director."
                ),
                day=day,
            ),
            position=position,
        )


def staff_twice(said: Said) -> Iterator[Caution]:
    """Nobody is in the same post twice at once."""
    seen: dict[Any, list[tuple[int, Row]]] = defaultdict(list)
    for position, row in enumerate(said.rows, start=1):
        who = about(row)
        if who is None or who == "":
            continue
        rows = seen[who, row.get("post")]
        twin = next((n for n, other in rows if overlap(row, other)), None)
        if twin is not None:
            yield replace(
                odd(
                    "person",
                    "same_person_twice",
                    _("The same person stands in row %(row)s in the same post at the same time."),
                    row=twin,
                ),
                position=position,
            )
        rows.append((position, row))
