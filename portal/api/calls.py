"""What is kept of every answer that left the house."""

import logging
import time

from django.utils import timezone

from portal.clients.services import calls

logger = logging.getLogger(__name__)


def record(*, view, status, rows, size, started):
    """One line per answer: who asked for what, and who was denied; of a token also a row.

    ``rows`` and ``size`` in bytes are what left; ``started`` is the monotonic clock's time.
    """
    denied, ms = status in (401, 403, 404), int((time.monotonic() - started) * 1000)
    logger.log(
        logging.WARNING if denied else logging.INFO,
        "api %s client=%r path=%r status=%s rows=%s bytes=%s ms=%d request=%s",
        "denied" if denied else "read" if status < 400 else "refused",
        view.client,
        view.request.get_full_path(),
        status,
        rows,
        size,
        ms,
        view.request_id,
    )
    # Known even when it was refused.
    token = getattr(view.request, "shown_token", None)
    if token is None:
        return
    calls.record(
        client=token.user.client,
        token=token,
        method=view.request.method,
        path=view.request.path,
        query=without_cursor(view.request.META.get("QUERY_STRING", "")),
        status=status,
        rows=rows,
        ms=ms,
        size_bytes=size,
        address=view.request.shown_from,
        request_id=view.request_id,
        at=timezone.now(),
    )


def without_cursor(query):
    """The question without the place in its answer, which says nothing to a reader."""
    return "&".join(part for part in query.split("&") if not part.startswith("cursor="))
