"""Reading the feed so that nothing is skipped and nothing comes twice.

A number or a time would skip: a transaction that began early may commit late, below what was read
already. So the order is that of the transactions' own numbers, and only what lies below the oldest
one still running is read: below it nothing can be added any more.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

# What a division is asked or given counts in everything below it; the rest concerns who sees it.
FROM_ABOVE = frozenset({"rounds", "standards"})
# What seems to be written by a transaction that is still to come was copied from another cluster.
# One's own may be the newest of all.
OURS = """
(xid < pg_snapshot_xmax(pg_current_snapshot()) OR xid = pg_current_xact_id_if_assigned())
"""
UNSETTLED = f"{OURS} AND xid >= pg_snapshot_xmin(pg_current_snapshot())"
# An alias named xid would sort as text.
SETTLED = """
SELECT change.xid::text, change.id, change.resource, change.key, change.at FROM feeds_change change
WHERE (change.xid, change.id) > (%s::xid8, %s)
AND change.xid < pg_snapshot_xmin(pg_current_snapshot()) AND ({wanted})
ORDER BY change.xid, change.id LIMIT %s
"""
HEAD = """
SELECT wanted.resource,
    (SELECT xid::text || '.' || id FROM feeds_change
        WHERE resource = wanted.resource AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY feeds_change.xid DESC, id DESC LIMIT 1),
    (SELECT md5(string_agg(id::text, ',' ORDER BY id)) FROM feeds_change
        WHERE resource = wanted.resource AND {unsettled})
FROM unnest(%s) wanted (resource) ORDER BY wanted.resource
"""


class Place(NamedTuple):
    """Where a reader is: everything up to here was read."""

    xid: int
    id: int


class Entry(NamedTuple):
    """A document changed."""

    place: Place
    resource: str
    key: str
    at: datetime


START = Place(0, 0)
LAST_ID = 2**63 - 1


def settled(
    *, wanted: Mapping[str, Sequence[str]], after: Place, limit: int
) -> list[Entry]:
    """What changed after a place, in order: of each resource in ``wanted`` what concerns the
    divisions whose paths begin like one of its texts; "" is all divisions.

    A reader who gets less than ``limit`` has read up to ``now()`` as it was before the call.
    """
    if not wanted:
        return []
    conditions, values = zip(*map(_condition, wanted, wanted.values()), strict=True)
    query = SETTLED.format(wanted=" OR ".join(conditions))
    with connection.cursor() as cursor:
        cursor.execute(query, [str(after.xid), after.id, *(v for vs in values for v in vs), limit])
        return [
            Entry(Place(int(xid), pk), resource, key, at)
            for xid, pk, resource, key, at in cursor.fetchall()
        ]


def _condition(resource: str, prefixes: Sequence[str]) -> tuple[str, list[Any]]:
    if "" in prefixes:
        return "change.resource = %s", [resource]
    paths = ["", *_above(prefixes)] if resource in FROM_ABOVE else [""]
    condition = "change.resource = %s AND (division_path = ANY(%s) OR division_path LIKE ANY(%s))"
    return condition, [resource, paths, [f"{prefix}%" for prefix in prefixes]]


def _above(prefixes: Sequence[str]) -> Iterator[str]:
    """Paths of the divisions that contain those of the prefixes."""
    for prefix in prefixes:
        codes = prefix.rstrip("/").split("/")
        yield from ("/".join(codes[:n]) + "/" for n in range(1, len(codes)))


def now() -> Place:
    """Where a reader is who has read everything that is settled."""
    return Place(_number("SELECT pg_snapshot_xmin(pg_current_snapshot())::text") - 1, LAST_ID)


def before(moment: datetime, settled: Place) -> Place:
    """Where a reader begins who is told of everything since ``moment``.

    A transaction still running may come to stand before the first change that can be seen, so
    never after ``settled``: ``now()`` as it was before the call.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT xid::text, id FROM feeds_change WHERE at >= %s"
            " ORDER BY feeds_change.xid, id LIMIT 1",
            [moment],
        )
        first = cursor.fetchone()
    return settled if first is None else min(settled, Place(int(first[0]), first[1] - 1))


def is_ahead(place: Place) -> bool:
    """Whether no transaction of this cluster can have come that far."""
    return place.xid >= _number("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def waiting_since(resources: Sequence[str]) -> datetime | None:
    """Since when the oldest change waits that is committed and cannot be read yet, if any."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT min(at) FROM feeds_change WHERE resource = ANY(%s) AND {UNSETTLED}",  # noqa: S608
            [list(resources)],
        )
        (at,) = cursor.fetchone()
    return at


def head(resources: Sequence[str]) -> str:
    """What changes whenever a change of one of the resources becomes visible, and only then or
    when it settles.

    The newest settled change would not do: an older transaction may commit after it.
    """
    with connection.cursor() as cursor:
        cursor.execute(HEAD.format(unsettled=UNSETTLED), [sorted(resources)])
        return ";".join(f"{name}:{last or ''}+{open_ or ''}" for name, last, open_ in cursor)


def epoch() -> str:
    """What places are counted in: this database cluster, on this line of its history.

    After a restore or the promotion of a replica it is another one, and a place means nothing.
    """
    if settings.FEED_EPOCH:
        return settings.FEED_EPOCH
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT system_identifier::text || '.'"
            " || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) FROM pg_control_system()"
        )
        (found,) = cursor.fetchone()
    return found
