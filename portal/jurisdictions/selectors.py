"""Reads over divisions."""

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Q

from portal.cells import match_key
from portal.jurisdictions.models import Division, DivisionQuerySet

GOVERNMENT = re.compile("(人民政府|政府)$")
STREET_OFFICE = re.compile("(街道办事处|街道办|街办)$")
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


def township_key(text: str) -> str:
    """A township's name as compared: 街道办事处 is 街道, 镇人民政府 is 镇 (domain §6.5)."""
    return STREET_OFFICE.sub("街道", GOVERNMENT.sub("", match_key(text)))


class Townships:
    """The townships of a district, and the names of those elsewhere."""

    def __init__(self, district: Division) -> None:
        self.district = district
        below = Division.objects.filter(parent__isnull=False).exclude(kind="district")
        named = list(below.values_list("pk", "name", "path"))
        own = [row for row in named if row[2].startswith(district.path)]
        self._own = {township_key(name): pk for pk, name, _path in own}
        self._elsewhere = {township_key(name) for _pk, name, _path in named} - set(self._own)
        self._divisions = Division.objects.in_bulk(list(self._own.values()))

    def find(self, text: str) -> Division | None:
        """The district's township of this name, with or without the district before it."""
        key = township_key(text)
        prefix = match_key(self.district.name)
        pk = self._own.get(key) or self._own.get(key.removeprefix(prefix))
        return self._divisions.get(pk)

    def is_elsewhere(self, text: str) -> bool:
        """Whether another district has a township of this name."""
        return township_key(text) in self._elsewhere

    def is_own_district(self, text: str) -> bool:
        """Whether a cell of the column 区 names this district, by name or code."""
        key = match_key(text)
        return key in {match_key(self.district.name), self.district.code}
