"""The initials of names that were written without them."""

from collections.abc import Sequence

from django.db import connection, transaction

from organizations.models import Organization
from organizations.selectors.names import initials_of

CHUNK = 2_000
# A name changed meanwhile waits for its next turn.
WRITE = """
UPDATE organizations_organization organization SET initials = made.initials
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS made(id, name, initials)
WHERE organization.id = made.id AND organization.name = made.name AND organization.initials = ''
"""


def fill_blank(*, limit: int) -> int:
    """Make the initials of ``limit`` names at most that have none; how many were made.

    Names in which nothing has initials, such as one of signs alone, stay without.
    """
    filled, after = 0, 0
    while filled < limit:
        blank = Organization.objects.filter(initials="", pk__gt=after).order_by("pk")
        rows = list(blank.values_list("pk", "name")[: min(CHUNK, limit - filled)])
        if not rows:
            break
        after = rows[-1][0]
        filled += _write(rows)
    return filled


@transaction.atomic
def _write(rows: Sequence[tuple[int, str]]) -> int:
    made = [(pk, name, initials) for pk, name in rows if (initials := initials_of(name))]
    if not made:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [list(column) for column in zip(*made, strict=True)])
        return int(cursor.rowcount)
