"""Telling the feed what changed."""

from collections.abc import Iterable

from django.db import connection

RECORD = """
    INSERT INTO feeds_change (resource, key, division_path)
    SELECT %s, changed.key, changed.path FROM unnest(%s::text[], %s::text[]) AS changed (key, path)
"""


def record(*, resource: str, places: Iterable[tuple[str, str]]) -> None:
    """Tell that these documents changed: (key, path of the division) each.

    It belongs into the transaction that changes them: an entry is seen exactly when they are.
    """
    listed = list(places)
    if not listed:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            RECORD, [resource, [key for key, _path in listed], [path for _key, path in listed]]
        )
