"""Many rows, some hundred at a time, so that what belongs to them is read for all at once."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from centers.models import Center

SIZE = 500


def chunks(rows: "QuerySet[Any]", limit: int | None) -> Iterator[list[Any]]:
    """The first ``limit`` rows as one list; without a limit all of them, 500 at a time."""
    if limit is not None:
        yield list(rows[:limit])
        return
    rest = rows.iterator(chunk_size=SIZE)
    while chunk := list(islice(rest, SIZE)):
        yield chunk


def centers_by_code(
    centers: "QuerySet[Center]", *, size: int = SIZE, after: str = ""
) -> Iterator[list[Center]]:
    """Centers with their divisions by code, after a code, each chunk a query of its own."""
    ordered = centers.select_related("division__parent").order_by("code")
    while chunk := list(ordered.filter(code__gt=after)[:size]):
        yield chunk
        after = chunk[-1].code
