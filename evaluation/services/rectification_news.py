"""Telling of rectifications: the center what is asked, the bureau what was answered or is late."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_noop

from centers.models import Center
from evaluation.models import Rectification, RectificationItem
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.users.models import User
from portal.users.roles import Capability, roles_with

TEXTS = {
    "issued": gettext_noop("%(center)s: put right what %(number)s asks for, by %(due)s."),
    "answered": gettext_noop("%(center)s answered item %(item)s of %(number)s: verify it."),
    "returned": gettext_noop("Item %(item)s of %(number)s is not put right yet."),
    "closed": gettext_noop("%(number)s of %(center)s is put right."),
    "met": gettext_noop("Item %(item)s of %(number)s is met by the latest evaluation."),
    "moot": gettext_noop(
        "Item %(item)s of %(number)s does not apply any more; nothing has to be put right."
    ),
    "reopened": gettext_noop(
        "%(center)s: item %(item)s of %(number)s fails again; put it right by %(due)s."
    ),
    "cancelled": gettext_noop("%(number)s of %(center)s was cancelled."),
    "asked": gettext_noop(
        "%(center)s asks for more time for item %(item)s of %(number)s: until %(due)s."
    ),
    "granted": gettext_noop("Item %(item)s of %(number)s: due by %(due)s now."),
    "refused": gettext_noop("Item %(item)s of %(number)s: no more time was granted."),
    "overdue": gettext_noop("%(center)s: item %(item)s of %(number)s was due by %(due)s."),
    "still": gettext_noop(
        "%(center)s: item %(item)s of %(number)s, due by %(due)s, is still not put right."
    ),
    "unverified": gettext_noop(
        "%(center)s answered item %(item)s of %(number)s on %(due)s; nobody verified it yet."
    ),
    "assigned": gettext_noop("You are in charge of %(number)s of %(center)s."),
}


def answering(center: Center) -> QuerySet[User]:
    """Who answers for the center."""
    codes = roles_with(Capability.RECTIFICATION_ANSWER)
    return User.objects.filter(memberships__center=center, memberships__role__in=codes).distinct()


def chiefs(center: Center) -> list[User]:
    """Who looks after the officers of the center's district."""
    managing = User.objects.holding(Capability.RECTIFICATION_MANAGE, center.division)
    issuing = User.objects.holding(Capability.DOCUMENT_ISSUE, center.division)
    return list(managing & issuing)


def leaders(center: Center) -> list[User]:
    """Who leads the district's bureau."""
    managing = User.objects.holding(Capability.RECTIFICATION_MANAGE, center.division)
    issuing = User.objects.holding(Capability.DOCUMENT_ISSUE, center.division)
    return list(issuing.exclude(pk__in=managing))


def tell(
    rectification: Rectification,
    what: str,
    users: Iterable[User],
    *,
    at: datetime,
    key: str,
    item: RectificationItem | None = None,
    due: str = "",
    by: User | None = None,
) -> None:
    """Tell people once under ``rectification:<pk>:<key>``; not whoever did it."""
    params = {
        "number": rectification.rectification_no,
        "center": rectification.center.name,
        "item": item.position if item else "",
        "due": due or (item.due_on.isoformat() if item else ""),
    }
    letters = [
        (user, _news(rectification, what, key, params, user)) for user in users if user != by
    ]
    inbox.deliver(letters=letters, at=at)


def _news(
    rectification: Rectification, what: str, key: str, params: Mapping[str, object], user: User
) -> News:
    page = "evaluation:rectification"
    if user.is_staff:
        page = "admin:evaluation_rectification_change"
    return News(
        key=f"rectification:{rectification.pk}:{key}",
        text=TEXTS[what],
        params=params,
        url_path=reverse(page, args=[rectification.pk]),
        division_path=rectification.center.division.path,
    )
