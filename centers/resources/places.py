"""Which township and which center a cell speaks of."""

import re
from collections.abc import Iterable

from portal.cells import match_key
from portal.jurisdictions.models import Division

GOVERNMENT = re.compile("(人民政府|政府)$")
STREET_OFFICE = re.compile("(街道办事处|街道办|街办)$")


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


class CenterNames:
    """Center names as written, with or without the district in front."""

    def __init__(self, names: Iterable[str], district: Division) -> None:
        self._prefix = match_key(district.name)
        self._by_key = {match_key(name): name for name in names}
        short: dict[str, set[str]] = {}
        for key, name in self._by_key.items():
            short.setdefault(key.removeprefix(self._prefix), set()).add(name)
        self._by_short = {key: min(found) for key, found in short.items() if len(found) == 1}

    def exact(self, text: str) -> str | None:
        """The name that is written the same, spelling differences aside."""
        return self._by_key.get(match_key(text))

    def near(self, text: str) -> str | None:
        """The one name that differs only by the district in front."""
        return self._by_short.get(match_key(text).removeprefix(self._prefix))
