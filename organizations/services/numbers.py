"""Numbers given out one by one, however many ask at once."""

from django.db import connection, transaction

# One statement takes the next number and holds it until the transaction ends.
NEXT = """
INSERT INTO organizations_series (prefix, last) VALUES (%s, 1)
ON CONFLICT (prefix) DO UPDATE SET last = organizations_series.last + 1
RETURNING last
"""


@transaction.atomic
def next_number(prefix: str) -> str:
    """``310199-ZX-2026-`` → ``310199-ZX-2026-00001``, and the next number each time after.

    No number is given out twice; where a transaction is undone, its number is given out again.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [prefix])
        (last,) = cursor.fetchone()
    return f"{prefix}{last:05d}"
