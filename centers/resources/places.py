"""Which center a cell speaks of."""

from collections.abc import Iterable

from portal.cells import match_key
from portal.jurisdictions.models import Division


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
