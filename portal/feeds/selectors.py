"""Reading the feed: only below the oldest transaction that is still writing.

Every transaction below that one has ended, so what lies there is complete and stays as it is;
whatever comes later has a higher number. A place is therefore a number and a row's id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

LAST_ID = 2**63 - 1


class Place(NamedTuple):
    """Where a reader is: everything up to here has been given to him."""

    xid: int
    id: int


START = Place(0, 0)


class Entry(NamedTuple):
    """One change, by its place."""

    place: Place
    resource: str
    key: str
    at: datetime


# The alias is not xid: ordering by an alias would order texts.
SETTLED = """
    SELECT changed.xid::text AS number, changed.id, changed.resource, changed.key, changed.at
    FROM feeds_change AS changed
    WHERE ({wanted})
        AND (changed.xid, changed.id) > (%s::xid8, %s)
        AND changed.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY changed.xid, changed.id
    LIMIT %s
"""
WANTED = (
    "changed.resource = %s AND (changed.division_path = '' OR changed.division_path LIKE ANY(%s))"
)
HEAD = """
    SELECT
        (
            SELECT string_agg(
                (
                    SELECT changed.xid::text || '.' || changed.id
                    FROM feeds_change AS changed
                    WHERE changed.resource = asked.name
                        AND changed.xid < pg_snapshot_xmin(pg_current_snapshot())
                    ORDER BY changed.xid DESC, changed.id DESC
                    LIMIT 1
                ), ',' ORDER BY asked.name
            )
            FROM unnest(%(names)s::text[]) AS asked (name)
        ),
        (
            SELECT string_agg(changed.id::text, ',' ORDER BY changed.id)
            FROM feeds_change AS changed
            WHERE changed.resource = ANY(%(names)s::text[])
                AND changed.xid >= pg_snapshot_xmin(pg_current_snapshot())
        )
"""
NOW = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1"
EPOCH = """
    SELECT system_identifier::text || '.' || timeline_id
    FROM pg_control_system(), pg_control_checkpoint()
"""


def settled(*, wanted: Mapping[str, Sequence[str]], after: Place, limit: int) -> list[Entry]:
    """The next entries after a place, in order, whose transactions and all before have ended.

    ``wanted`` names for each resource the paths of the divisions in which it is seen; "" is
    everywhere.
    """
    if not wanted:
        return []
    conditions = " OR ".join([f"({WANTED})"] * len(wanted))
    values: list[Any] = []
    for resource, paths in wanted.items():
        values += [resource, [f"{path}%" for path in paths]]
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLED.format(wanted=conditions), [*values, str(after.xid), after.id, limit]
        )
        return [
            Entry(Place(int(number), pk), resource, key, at)
            for number, pk, resource, key, at in cursor.fetchall()
        ]


def head(resources: Sequence[str]) -> str:
    """How far the feed is for these, as a text that is another one after every change of them.

    Not the newest entry alone: a transaction with a lower number may end later, so what is seen
    and has not settled yet is told one by one.
    """
    with connection.cursor() as cursor:
        cursor.execute(HEAD, {"names": sorted(resources)})
        newest, unsettled = cursor.fetchone()
    return f"{newest or ''}/{unsettled or ''}"


def now() -> Place:
    """The place up to which everything has settled."""
    with connection.cursor() as cursor:
        cursor.execute(NOW)
        (number,) = cursor.fetchone()
    return Place(number, LAST_ID)


def epoch() -> str:
    """The life of this database: a restored or promoted one counts its transactions anew."""
    if settings.FEED_EPOCH:
        return settings.FEED_EPOCH
    with connection.cursor() as cursor:
        cursor.execute(EPOCH)
        (text,) = cursor.fetchone()
    return text
