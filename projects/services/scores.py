"""Scores: written into one's own sheet until it is submitted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit import services as audit
from portal.errors import DomainError
from portal.transitions import edit
from portal.users.models import User
from projects.models import Score, Seat
from projects.selectors import panels
from projects.selectors.panels import Cell
from projects.services.seats import SeatOfAnother, hold_evaluated

CENT_PLACES = -2
_record = audit.Trail[Seat]("projects.seat", lambda seat: seat.procurement.project.division.path)


class SheetClosed(DomainError):
    """A sheet before the declaration, after the submission or of a recused seat."""


class ScoreUnfit(DomainError):
    """Lines that cannot be scored so; ``lines`` says of each where and why."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Given:
    """What is typed into one line: ``points`` with two places at most, or ``is_abstained``. A line
    with neither is left as it is, so long as nothing stands there."""

    opened_bid: int
    criterion: int
    points: Decimal | None = None
    is_abstained: bool = False
    comment: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        return self.points is None and not self.is_abstained


@transaction.atomic
def write(*, seat: Seat, rows: Iterable[Given], version: int, by: User, at: datetime) -> int:
    """Write lines of a sheet, all of them or none; how many were written.

    The trail tells how many lines, never the points. Raises ``SeatOfAnother``, ``NotEvaluated``,
    ``SheetClosed``, ``ScoreUnfit`` and ``Conflict``.
    """
    if seat.user_id != by.pk:
        raise SeatOfAnother(
            _("This seat is %(user)s's, who alone speaks and scores on it.") % {"user": seat.user}
        )
    hold_evaluated(seat.procurement)
    seat.refresh_from_db(fields=["status"])
    if seat.status != Seat.Status.DECLARED:
        raise SheetClosed(
            _("Nothing was saved: the seat is “%(status)s”.")
            % {"status": seat.get_status_display()}
        )
    cells = {(cell.bid.pk, cell.criterion.pk): cell for cell in panels.sheet(seat)}
    rows = list(rows)
    if refusals := [said for row in rows if (said := _refusal(row, cells))]:
        raise ScoreUnfit(refusals)
    edit(seat, version=version)
    written = [row for row in rows if not row.is_blank]
    for row in written:
        _write(seat, row)
    _record(seat, "score", by=by, at=at, changes={"lines": [None, len(written)]})
    return len(written)


def _refusal(row: Given, cells: dict[tuple[int, int], Cell]) -> str:
    """Why a line cannot be written so, with its place and value; "" where it can."""
    cell = cells.get((row.opened_bid, row.criterion))
    if cell is None:
        return _(
            "A line belongs to no bid that is still valid, or to no criterion that is scored. Load"
            " the page again."
        )
    place = {"bidder": cell.bid, "criterion": cell.criterion, "most": cell.criterion.weight}
    if row.points is not None and row.is_abstained:
        said = _("either points or an abstention, not both")
    elif row.is_blank:
        said = _("what was scored cannot be made blank again") if cell.score else ""
    elif row.points is not None and not 0 <= row.points <= cell.criterion.weight:
        said = _("%(points)s points are given; 0 to %(most)s are possible") % {
            "points": row.points,
            **place,
        }
    elif row.points is not None and row.points.as_tuple().exponent < CENT_PLACES:  # type: ignore[operator]
        said = _("%(points)s has more than two decimals") % {"points": row.points}
    else:
        said = ""
    return said and _("%(bidder)s, “%(criterion)s”: %(said)s.") % {**place, "said": said}


def _write(seat: Seat, row: Given) -> None:
    Score.objects.update_or_create(
        seat=seat,
        opened_bid_id=row.opened_bid,
        criterion_id=row.criterion,
        defaults={
            "points": row.points,
            "is_abstained": row.is_abstained,
            "comment": row.comment.strip(),
        },
    )
