"""The record of what clients asked and were answered: 网络安全法 asks for six months of it."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, transaction

from portal.clients.models import Call, Client
from portal.users.models import ApiToken

logger = logging.getLogger(__name__)

CHUNK = 10_000
# One statement, one transaction of its own, and the answer does not wait for the disk: what a
# crash of the database takes is the last half second. Unread, the setting would never be made.
INSERT = """
INSERT INTO clients_call (client_id, token_key, at, method, path, query, status, rows, ms,
                          size_bytes, address, request_id)
SELECT %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s
FROM (SELECT set_config('synchronous_commit', 'off', true) AS waits) s WHERE s.waits = 'off'
"""


def record(
    *,
    client: Client,
    token: ApiToken,
    method: str,
    path: str,
    query: str,
    status: int,
    rows: int,
    ms: int,
    size_bytes: int,
    address: str | None,
    request_id: str,
    at: datetime,
) -> None:
    """Keep one answer. A record that cannot be written is told in the log; the answer goes out."""
    asked = (text.replace("\0", "") for text in (method[:10], path[:200], query[:500]))
    values: tuple[Any, ...] = (
        *(client.pk, token.token_key, at, *asked),
        *(status, rows, ms, size_bytes, address, request_id[:32]),
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(INSERT, values)
    except (DatabaseError, InterfaceError):
        logger.exception("an answer to client %s was not recorded", client.pk)


def purge(*, at: datetime) -> int:
    """Delete what is older than ``CALL_DAYS``, some thousand at a time; how many there were."""
    before = at - timedelta(days=settings.CALL_DAYS)
    purged = 0
    while ids := list(
        Call.objects.filter(at__lt=before).order_by("id").values_list("pk", flat=True)[:CHUNK]
    ):
        with transaction.atomic(), pgtrigger.ignore("clients.Call:append_only"):
            Call.objects.filter(pk__in=ids).delete()
        purged += len(ids)
    return purged
