"""Centers some hundred at a time, so that what belongs to them is read for all at once."""

from collections.abc import Iterator

from django.db.models import QuerySet

from centers.models import Center

SIZE = 500


def by_code(
    centers: "QuerySet[Center]", *, size: int = SIZE, after: str = ""
) -> Iterator[list[Center]]:
    """Centers with their divisions by code, after a code, each chunk a query of its own."""
    ordered = centers.select_related("division__parent").order_by("code")
    while chunk := list(ordered.filter(code__gt=after)[:size]):
        yield chunk
        after = chunk[-1].code
