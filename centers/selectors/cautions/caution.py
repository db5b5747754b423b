"""What is said of a section that looks odd, and the words the checks share."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from centers.models import definitions
from portal.cells import Message

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Caution:
    """``position`` is the row's place from 1, ``field`` its field; neither for the whole section.

    Of the functions there is a year and the function's code in place of a row.
    """

    message: Message
    field: str = ""
    kind: str = ""
    position: int | None = None
    year: int | None = None

    @property
    def code(self) -> str:
        return self.message.code

    @property
    def label(self) -> Any:
        """What the field is called, "" for the whole row or section."""
        return definitions.label_of(self.kind, self.field) if self.field else ""

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Said:
    """A section as typed. ``before`` are the rows accepted last, None when never filed.

    ``others`` are the rows of the other kinds, of this filing or accepted last. ``is_partial``:
    some rows could not be read, so that nothing is said of what seems to be missing.
    """

    kind: str
    rows: Sequence[Row]
    on: date
    before: Sequence[Row] | None = None
    others: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    is_partial: bool = False

    @property
    def in_force(self) -> list[tuple[int, Row]]:
        """(position, row) of the rows that hold on the day."""
        return [(n, row) for n, row in enumerate(self.rows, start=1) if holds(row, self.on)]


def holds(row: Row, on: date) -> bool:
    start, end = row.get("starts_on"), row.get("ends_on")
    return (start is None or start <= on) and (end is None or end >= on)


def length_days(row: Row) -> int | None:
    """Length of the row's period, both ends included."""
    start, end = row.get("starts_on"), row.get("ends_on")
    return None if start is None or end is None else (end - start).days + 1


def overlap(one: Row, other: Row) -> bool:
    return (one.get("starts_on") or date.min) <= (other.get("ends_on") or date.max) and (
        other.get("starts_on") or date.min
    ) <= (one.get("ends_on") or date.max)


def about(row: Row) -> Any:
    """Whom a row is about: the id of a known person, the name of a new one."""
    person = row.get("person")
    return row.get("person_id") or getattr(person, "pk", None) or row.get("person_name")


def odd(field: str, code: str, text: Any, **params: Any) -> Caution:
    return Caution(Message(code, text, params), field)


def row_removed(said: Said) -> Iterator[Caution]:
    """What is no longer so is ended by a date; taking it out says that it never was."""
    if said.is_partial:
        return
    lines = {row.get("line") for row in said.rows}
    gone = [
        row
        for row in said.before or ()
        if row.get("line") and row["line"] not in lines and holds(row, said.on)
    ]
    if gone:
        yield odd(
            "",
            "row_removed",
            _(
                "Rows accepted last and still in force are no longer here: %(count)s. Who left and"
                " what ended keeps its row and gets a last day."
            ),
            count=len(gone),
        )
