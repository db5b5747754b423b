"""Announcements: frozen copies of what is published of a procurement."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from portal.users.models import User
from projects.models import Announcement, Procurement
from projects.selectors import announced
from projects.services.procurement_states import trail

# Of a column that has one.
LONGEST_TITLE: int = Announcement._meta.get_field("title").max_length or 0


@transaction.atomic
def publish(
    *,
    procurement: Procurement,
    kind: str,
    title: str,
    content: Mapping[str, Any],
    by: User,
    at: datetime,
    publicity_until: date | None = None,
    due_on: date | None = None,
) -> Announcement:
    """Publish the common facts with ``content`` under the next number of the procurement.

    ``content`` is JSON without personal data, amounts as text. A title that is too long is cut.
    What is published stays as it is.
    """
    held = Procurement.objects.select_for_update(of=["self"])
    # As it stands once it is held, whatever the caller read of it before.
    procurement = held.select_related("project__division").get(pk=procurement.pk)
    last = procurement.announcements.aggregate(last=Max("number"))["last"] or 0
    announcement = Announcement.objects.create(
        procurement=procurement,
        number=last + 1,
        kind=kind,
        title=title[:LONGEST_TITLE],
        content=announced.facts_of(procurement) | dict(content),
        publicity_until=publicity_until,
        due_on=due_on,
        published_by=by,
        published_at=at,
    )
    trail(procurement, "publish", by=by, at=at, changes={"announcement": [None, kind]})
    return announcement
