"""Reads over divisions."""

import csv
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Q

from portal.jurisdictions.models import Division, DivisionQuerySet

TILES = Path(__file__).parent / "data" / "tiles.csv"


def within_reach(user: Any, capability: str) -> DivisionQuerySet:
    """Divisions in which ``user`` has the capability, the municipality itself left out."""
    query = Q(pk=None)
    for path in [""] if user.is_superuser else user.paths_with(capability):
        query |= Q(path__startswith=path)
    return Division.objects.filter(query).exclude(kind=Division.Kind.MUNICIPALITY)


@lru_cache(maxsize=1)
def _tiles() -> dict[str, tuple[int, int]]:
    with TILES.open(encoding="utf-8") as file:
        return {
            line["code"]: (int(line["row"]), int(line["column"])) for line in csv.DictReader(file)
        }


def tiles(codes: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Division code → (row, column), both from 1, in a grid that keeps neighbours near each other.

    Divisions that the file does not place stand in rows of their own below the others.
    """
    placed, width = _tiles(), max(column for _row, column in _tiles().values())
    below = max(row for row, _column in placed.values()) + 1
    unplaced = sorted(set(codes) - set(placed))
    return {code: placed[code] for code in codes if code in placed} | {
        code: (below + number // width, number % width + 1)
        for number, code in enumerate(unplaced)
    }
