"""What a review scheme asks, as its pages show it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from evaluation.models import Indicator, Scheme


class Section(NamedTuple):
    """A section with its indicators; ``running`` is the sum of the sections up to this one."""

    indicator: Indicator
    rows: Sequence[Indicator]
    points: Decimal
    running: Decimal


def sections(scheme: Scheme) -> list[Section]:
    """The sections of a scheme in order, each with its indicators in order; one query."""
    rows = list(scheme.indicators.order_by("position", "code"))
    found: list[Section] = []
    running = Decimal(0)
    for head in rows:
        if head.parent_id is None:
            own = [row for row in rows if row.parent_id == head.pk]
            running += head.points
            points = sum((row.points for row in own), Decimal(0))
            found.append(Section(head, own, points, running))
    return found
