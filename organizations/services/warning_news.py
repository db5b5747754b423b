"""Telling people of warnings: of urgent ones when they are found, of those nobody looked into.

Each is told once; more than a few at once are told of as one.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_noop

from centers.models import Center, Membership
from organizations.models import EarlyWarning
from organizations.models.warning import Level
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability, roles_with


@dataclass(frozen=True)
class _Sentences:
    """How one and how many warnings are told of; ``verb`` is part of the key."""

    verb: str
    one: str
    many: str


URGENT = _Sentences(
    "urgent",
    gettext_noop("Urgent clue %(code)s of %(subject)s: %(code_label)s."),
    gettext_noop("%(place)s: %(count)s new urgent clues."),
)
LATE = _Sentences(
    "late",
    gettext_noop(
        "Warning %(code)s of %(subject)s (%(code_label)s) was to be looked into by %(day)s;"
        " nobody has."
    ),
    gettext_noop("%(place)s: nobody looked into %(count)s warnings in the days set for it."),
)
# More than these at once are told of as one.
MOST = 10


def tell_of_urgent(*, warnings: Iterable[EarlyWarning], at: datetime) -> None:
    """Tell of the urgent among new clues whoever handles warnings in the district, and the centers
    of the township, but not of what concerns a center of their own."""
    urgent = [warning for warning in warnings if warning.level == Level.URGENT]
    if not urgent:
        return
    letters = _to_bureaus(urgent, URGENT, Capability.WARNING_HANDLE)
    inbox.deliver(letters=[*letters, *_to_centers(urgent)], at=at)


@transaction.atomic
def escalate(*, on: date, at: datetime) -> int:
    """Tell once of every clue that nobody looked into by its day whoever oversees warnings in the
    district; how many. May run twice and at any hour."""
    late = EarlyWarning.objects.unacknowledged().filter(ack_due_on__lt=on, escalated_at=None)
    ids = list(late.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True))
    if not ids:
        return 0
    EarlyWarning.objects.filter(pk__in=ids).update(escalated_at=at)
    found = EarlyWarning.objects.filter(pk__in=ids).order_by("pk")
    warnings = list(found.select_related("organization__division", "team__division"))
    inbox.deliver(letters=_to_bureaus(warnings, LATE, Capability.WARNING_OVERSEE), at=at)
    return len(ids)


def _to_bureaus(
    warnings: Sequence[EarlyWarning], sentences: _Sentences, capability: str
) -> list[tuple[User, News]]:
    """News of the warnings for those in each district who have the capability."""
    letters = []
    codes = {_district_code(warning) for warning in warnings}
    for district in Division.objects.filter(code__in=codes).order_by("code"):
        found = [each for each in warnings if _district_code(each) == district.code]
        news = _news(found, sentences, district, "admin:organizations_earlywarning_change")
        if len(found) > MOST:
            page = reverse("admin:organizations_earlywarning_changelist")
            news = [_summary(found, sentences, district, page)]
        people = User.objects.holding(capability, district)
        letters += [(user, each) for user in people for each in news]
    return letters


def _to_centers(warnings: Sequence[EarlyWarning]) -> list[tuple[User, News]]:
    """News of the warnings for those who work at the centers of their townships, but not of what
    concerns a center of their own."""
    by_place: dict[int, list[EarlyWarning]] = defaultdict(list)
    for warning in warnings:
        by_place[warning.subject.division_id].append(warning)
    members = Membership.objects.filter(
        center__division__in=by_place, role__in=roles_with(Capability.WARNING_VIEW)
    )
    own = _own(warnings)
    letters = []
    for member in members.select_related("user", "center__division").order_by("pk"):
        here = by_place[member.center.division_id]
        found = [each for each in here if (member.user_id, each.organization_id) not in own]
        letters += [(member.user, each) for each in _for_center(found, member.center)]
    return letters


def _own(warnings: Iterable[EarlyWarning]) -> set[tuple[int, int | None]]:
    """(user, organization) where the organization is a center at which the user works."""
    rows = Membership.objects.filter(center__organization__warnings__in=list(warnings))
    return set(rows.values_list("user", "center__organization"))


def _for_center(found: Sequence[EarlyWarning], center: Center) -> list[News]:
    if len(found) > MOST:
        page = reverse("work:warning-list", args=[center.code])
        return [_summary(found, URGENT, center.division, page)]
    return _news(found, URGENT, center.division, "work:warning")


def _district_code(warning: EarlyWarning) -> str:
    return warning.subject.division.district_code


def _news(
    warnings: Iterable[EarlyWarning], sentences: _Sentences, place: Division, page: str
) -> list[News]:
    return [
        News(
            key=f"warning:{warning.pk}:{sentences.verb}",
            text=sentences.one,
            params={
                "code": warning.code,
                "code_label": _msgid(warning),
                "subject": str(warning.subject),
                "day": warning.ack_due_on.isoformat(),
            },
            url_path=reverse(page, args=[warning.pk]),
            division_path=place.path,
            due_on=warning.ack_due_on,
        )
        for warning in warnings
    ]


def _summary(
    warnings: Sequence[EarlyWarning], sentences: _Sentences, place: Division, page: str
) -> News:
    return News(
        key=f"warnings:{warnings[0].pk}-{warnings[-1].pk}:{sentences.verb}",
        text=sentences.many,
        params={"place": place.name, "count": len(warnings)},
        url_path=page,
        division_path=place.path,
    )


def _msgid(warning: EarlyWarning) -> str:
    """What kind of warning it is, for the inbox to say in the reader's language."""
    with translation.override(None):
        return str(warning.get_code_display())
