"""The pieces that what a document says is made of: tables, paragraphs, figures in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from centers.models import Center
from portal.errors import DomainError
from portal.jurisdictions.models import Division

Block = dict[str, Any]
NONE = "—"


@dataclass(frozen=True)
class Gathered:
    """What fills a template: ``values`` by name, ``own`` blocks by name."""

    values: Mapping[str, str]
    own: Mapping[str, Sequence[Block]]


class NotReady(DomainError):
    """The subject is not so far that such a document can be written."""


def office_of(division: Division) -> str:
    """The government of a street or town."""
    if division.kind == Division.Kind.SUBDISTRICT:
        return f"{division.name}办事处"
    if division.kind in Division.TOWNSHIP_KINDS:
        return f"{division.name}人民政府"
    return division.name


def center_names(center: Center) -> dict[str, str]:
    return {"center": center.name, "township": office_of(center.division)}


def points_text(points: Decimal) -> str:
    """With two decimals, and more only where it has more."""
    return f"{points:.2f}" if points == round(points, 2) else f"{points.normalize():f}"


def share_text(part: int, whole: int) -> str:
    if not whole:
        return NONE
    percent = Decimal(100) * part / whole
    return f"{percent.quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


def grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Block:
    return {"kind": "grid", "headers": list(headers), "rows": [list(row) for row in rows]}


def heading(text: str) -> Block:
    return {"kind": "heading", "level": 2, "text": text}


def texts(text: str) -> list[Block]:
    return [{"kind": "text", "text": line} for line in map(str.strip, text.splitlines()) if line]
