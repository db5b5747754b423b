"""What the web server writes down of each request."""

import logging
from collections.abc import Mapping

# How many requests came in here, and when, would tell before the opening how many bids there are.
UNSEEN = "/bid/"


class BidsUnseen(logging.Filter):
    """Leaves out requests of bidders, by the path that gunicorn gives with each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        told = record.args
        path = told.get("U") if isinstance(told, Mapping) else None
        return not str(path or "").startswith(UNSEEN)


def leave_out_bids() -> None:
    """From now on the access log of this process tells nothing of bids; asked twice, once."""
    log = logging.getLogger("gunicorn.access")
    if not any(isinstance(each, BidsUnseen) for each in log.filters):
        log.addFilter(BidsUnseen())
