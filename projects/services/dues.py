"""What has to be done by a day: told once some days before, and once when it is late.

May run at any hour and twice: a key says what was told.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext_noop

from portal.inbox.services import News
from portal.jurisdictions.models import Division
from portal.users.models import User

COMES = gettext_noop("“%(title)s”: %(what_label)s by %(day)s.")
IS_LATE = gettext_noop("“%(title)s” is late: %(what_label)s, due on %(day)s.")


class Due(NamedTuple):
    """``what`` has to be done by a day, and is told of from ``since`` on to whoever has the
    ``capability`` in the division; ``key`` tells it from others, ``page`` is where."""

    key: str
    what: str
    by: date
    since: date
    title: str
    page: str
    division: Division
    capability: str


def letters(dues: Iterable[Due], on: date) -> Iterator[tuple[User, News]]:
    """Who is told on a day of what comes or is late."""
    known: dict[tuple[str, int], list[User]] = {}
    for due in dues:
        if on < due.since:
            continue
        whom = due.capability, due.division.pk
        if whom not in known:
            known[whom] = list(User.objects.holding(due.capability, due.division))
        news = _news(due, is_late=due.by < on)
        for user in known[whom]:
            yield user, news


def _news(due: Due, *, is_late: bool) -> News:
    day = due.by.isoformat()
    return News(
        key=f"{due.key}:{day}:{'late' if is_late else 'due'}",
        text=IS_LATE if is_late else COMES,
        params={"title": due.title, "what_label": due.what, "day": day},
        url_path=due.page,
        division_path=due.division.path,
        due_on=due.by,
    )
