"""Telling the feed, and forgetting what is old."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from portal.feeds.selectors import OURS

# Longer than any transaction: an entry carries the time at which its transaction began.
MARGIN = timedelta(days=1)
AT_ONCE = 10_000
NEWEST = f"""
SELECT DISTINCT ON (resource) id FROM feeds_change WHERE {OURS}
ORDER BY resource, feeds_change.xid DESC, id DESC
"""  # noqa: S608
OLD = f"""
DELETE FROM feeds_change WHERE id IN (
    SELECT id FROM feeds_change
    WHERE (at < %s OR {OURS} IS NOT TRUE) AND id <> ALL(%s) LIMIT %s
)
"""  # noqa: S608


def record(*, resource: str, places: Iterable[tuple[str, str]]) -> None:
    """Tell of documents that changed, each with the path of the division it concerns.

    One statement, in the caller's transaction. Where a row is a document, a trigger does it.
    """
    told = sorted(set(places))
    if told:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO feeds_change (resource, key, division_path)"
                " SELECT %s, told.key, told.path FROM unnest(%s, %s) told (key, path)",
                [resource, [key for key, _path in told], [path for _key, path in told]],
            )


def purge(*, at: datetime) -> int:
    """Forget changes older than any place that is still taken; how many there were.

    The newest of each resource stays, so that the heads do not move.
    """
    before, forgotten = at - timedelta(days=settings.FEED_DAYS) - MARGIN, 0
    with connection.cursor() as cursor:
        cursor.execute(NEWEST)
        kept = [pk for (pk,) in cursor.fetchall()]
        while True:
            cursor.execute(OLD, [before, kept, AT_ONCE])
            forgotten += cursor.rowcount
            if cursor.rowcount < AT_ONCE:
                return forgotten
