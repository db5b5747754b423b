"""What is kept of every answer that left the house."""

import logging
import time

logger = logging.getLogger(__name__)


def record(*, view, status, rows, size, started):
    """One line per answer: who asked for what, and who was denied.

    ``rows`` and ``size`` in bytes are what left; ``started`` is the monotonic clock's time.
    """
    denied = status in (401, 403, 404)
    logger.log(
        logging.WARNING if denied else logging.INFO,
        "api %s client=%r path=%r status=%s rows=%s bytes=%s ms=%d request=%s",
        "denied" if denied else "read" if status < 400 else "refused",
        view.client,
        view.request.get_full_path(),
        status,
        rows,
        size,
        (time.monotonic() - started) * 1000,
        view.request_id,
    )
