"""What everybody reads of procurements: announcements as they were published, nothing live."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.jurisdictions.models import Division
from projects.models import (
    Acceptance,
    Announcement,
    Challenge,
    OpenedBid,
    Performance,
    Procurement,
)
from projects.rules import ocds
from projects.selectors.announced import LANGUAGE

Kind = Announcement.Kind
# Codes in the content of an announcement → the choices that word them.
WORDED: dict[str, Any] = {
    "route": Procurement.Route,
    "ground": Procurement.Ground,
    "outcome": OpenedBid.Outcome,
    "result": Acceptance.Result,
    "grade": Performance.Grade,
}
# Where the content holds moments.
MOMENTS = ("deadline_at", "opened_at")


class Objection(NamedTuple):
    """A challenge that was answered, without who filed it or what it says."""

    about: str
    verdict: str
    answered_on: date


def announcements(*, kind: str = "", district: str = "", text: str = "") -> QuerySet[Announcement]:
    """Everything published, newest first, narrowed by kind, district code and a part of the title.

    No index helps with a part of a title: the database runs without contrib extensions, and two
    characters are too few for trigrams. Reading 60,000 titles takes 13 ms.
    """
    found = Announcement.objects.select_related("procurement__project__division")
    if kind:
        found = found.filter(kind=kind)
    if district:
        found = found.filter(procurement__project__division__path__contains=f"{district}/")
    if text:
        found = found.filter(title__icontains=text)
    return found


def open_for_comment(on: date) -> QuerySet[Announcement]:
    """What can still be commented on, the first to close first; without what ended since, and
    without results that were revoked."""
    later = Announcement.objects.filter(
        procurement=OuterRef("procurement"), number__gt=OuterRef("number")
    )
    revoked = Q(kind=Kind.RESULT) & Exists(later.filter(kind=Kind.CHANGE))
    found = announcements().filter(publicity_until__gte=on)
    found = found.exclude(revoked | Exists(later.filter(kind=Kind.FAILURE)))
    return found.order_by("publicity_until", "-id")


def districts() -> QuerySet[Division]:
    """Districts by which announcements can be narrowed."""
    return Division.objects.filter(kind=Division.Kind.DISTRICT)


def of_procurement(procurement_no: str) -> QuerySet[Announcement]:
    """The announcements of one procurement, in the order in which they were published."""
    found = announcements().filter(procurement__procurement_no=procurement_no)
    return found.order_by("number")


def objections(procurement_no: str) -> list[Objection]:
    """The answered challenges of a procurement. One query."""
    answered = Challenge.objects.filter(
        procurement__procurement_no=procurement_no, answered_at__isnull=False
    ).order_by("answered_at", "pk")
    return [
        Objection(
            str(each.get_about_display()),
            str(each.get_verdict_display()),
            localtime(each.answered_at).date(),
        )
        for each in answered
    ]


def shown(announcement: Announcement) -> dict[str, Any]:
    """The content as a page shows it: codes get their words beside them, moments are moments."""
    found = _worded(announcement.content)
    if announcement.kind == Announcement.Kind.PERFORMANCE and "kind" in found:
        found["kind_label"] = _label(Performance.Kind, found["kind"])
    for name in ("before", "after"):
        if isinstance(found.get(name), dict):
            found[name] = _worded(found[name])
    found["bids"] = [_worded(each) for each in found.get("bids", ())]
    return found


def _worded(content: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(content)
    for name, choices in WORDED.items():
        if isinstance(found.get(name), str):
            found[f"{name}_label"] = _label(choices, found[name])
    for name in MOMENTS:
        if isinstance(found.get(name), str):
            found[name] = parse_datetime(found[name])
    return found


def _label(choices: Any, value: str) -> str:
    return str(dict(choices.choices).get(value, value))


def release_of(announcement: Announcement, *, root: str, url: str) -> dict[str, Any]:
    """The OCDS release of an announcement; ``url`` is its page below the address ``root``."""
    published = ocds.Published(
        number=announcement.number,
        kind=announcement.kind,
        title=announcement.title,
        published_at=localtime(announcement.published_at).isoformat(timespec="seconds"),
        url=f"{root}{url}",
        content=announcement.content,
    )
    return ocds.release(published, prefix=settings.OCDS_PREFIX)


def package_of(
    releases: Iterable[Mapping[str, Any]], *, uri: str, policy: str, following: str = ""
) -> dict[str, Any]:
    """The OCDS package of at least one release; ``policy`` is the page that says what is published
    here."""
    terms = {"publicationPolicy": policy}
    if settings.OCDS_LICENSE:
        terms["license"] = settings.OCDS_LICENSE
    return ocds.package(
        list(releases), uri=uri, publisher=publisher(), following=following, terms=terms
    )


def publisher() -> str:
    """Who publishes, in the language of the announcements."""
    with override(LANGUAGE):
        return settings.OCDS_PUBLISHER or _("Service center portal")
