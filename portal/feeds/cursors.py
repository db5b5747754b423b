"""Where a reader of the feed goes on: an opaque text that is given out and comes back."""

import base64
import json
from datetime import datetime
from typing import NamedTuple

from portal.feeds import selectors as feeds
from portal.feeds.selectors import Entry, Place

VERSION = 1


class Cursor(NamedTuple):
    """A place, in which life of the database, up to when its reader has read (Unix seconds), and
    for what it asked and what it could see.

    Where the last two are empty it says where something is found, not how far somebody has read:
    whoever has it may ask for anything from there on.
    """

    epoch: str
    xid: int
    id: int
    seen: int
    asked: str = ""
    reach: str = ""

    @property
    def place(self) -> Place:
        """After which it goes on."""
        return Place(self.xid, self.id)

    def encode(self) -> str:
        """As an opaque text."""
        raw = json.dumps([VERSION, *self], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def just_before(entry: Entry, *, epoch: str) -> Cursor:
    """From there on the entry is told, and everything after it."""
    return Cursor(epoch, entry.place.xid, entry.place.id - 1, int(entry.at.timestamp()))


def at_end(at: datetime) -> Cursor:
    """From there on is told what settles after ``at``, which is now."""
    return Cursor(feeds.epoch(), *feeds.now(), int(at.timestamp()))


def decode(text: str) -> Cursor:
    """The cursor of a text that was given out. Raises ``ValueError``."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        version, *parts = json.loads(raw.decode())
        cursor = Cursor(*parts)
    except (TypeError, RecursionError) as error:
        raise ValueError(text) from error
    texts, numbers = (cursor.epoch, cursor.asked, cursor.reach), cursor[1:4]
    is_ours = version == VERSION and all(isinstance(each, str) for each in texts)
    if not is_ours or not all(type(it) is int and 0 <= it <= feeds.LAST_ID for it in numbers):
        raise ValueError(text)
    return cursor
