"""Needs of a township, what is offered for them, and in words why."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organizations.models import Organization
from portal.jurisdictions.models import Division
from portal.users.models import User
from projects.models import Match, Need, Offer
from projects.rules import matching
from projects.rules.matching import Offered, Reason, Wanted
from projects.selectors.offers import WORKING

Status = Need.Status
OPEN = (Status.COLLECTED, Status.SCREENED, Status.PUBLISHED, Status.MATCHING, Status.ADOPTED)
# Suggestions that a page shows.
MOST = 20
LONGEST = 40

WORDS: Mapping[str, Any] = {
    "same_service": gettext_lazy("the same service"),
    "same_field": gettext_lazy("the same field"),
    "same_township": gettext_lazy("the organization is of the same township"),
    "enough_capacity": gettext_lazy("serves %(figure)s people, enough for this need"),
    "whole_window": gettext_lazy("holds until the need's last day, %(figure)s"),
    "signed_before": gettext_lazy("led to %(figure)s signed introductions before"),
    "capacity_short": gettext_lazy("serves only %(figure)s people"),
    "ends_before": gettext_lazy("holds only until %(figure)s"),
    "failed_before": gettext_lazy("came to nothing for this need before (%(figure)s times)"),
}


class Suggested(NamedTuple):
    """An offer for a need, its points (0 to 100), why, and what speaks against it."""

    offer: Offer
    points: int
    reasons: list[str]
    doubts: list[str]


def of_township(
    user: User,
    division: Division,
    on: date,
    *,
    status: str = "",
    service: str = "",
    words: str = "",
) -> "QuerySet[Need]":
    """Needs of the township that ``user`` sees, newest first, with ``open_matches``.

    ``status`` is one of the model's, ``open`` or ``expired`` (open, but past the last day on
    ``on``); what needs do not have narrows nothing down. ``words`` are looked for in title,
    number and target group.
    """
    found = Need.objects.visible_to(user).filter(division=division)
    if status == "open":
        found = found.filter(status__in=OPEN)
    elif status == "expired":
        found = found.filter(status__in=OPEN, until_on__lt=on)
    elif status in Status.values:
        found = found.filter(status=status)
    if service:
        found = found.filter(service=service)
    for word in words.split()[:5]:
        found = found.filter(
            Q(title__icontains=word[:LONGEST])
            | Q(need_no__icontains=word[:LONGEST])
            | Q(target_group__icontains=word[:LONGEST])
        )
    return with_open_matches(found).select_related("center").order_by("-id")


def answerable(organization: Organization, on: date) -> "QuerySet[Need]":
    """Published needs of the organization's district that hold on a day, newest first. Who told
    of them is not for its eyes: ``source_name`` is not shown."""
    code = organization.division.district_code
    found = Need.objects.published(on).filter(division__path__contains=f"/{code}/")
    return found.select_related("division").order_by("-id")


def with_open_matches(needs: "QuerySet[Need]") -> "QuerySet[Need]":
    """Needs with ``open_matches``, the number of introductions of which nobody said what came."""
    live = Q(matches__status__in=[Match.Status.INTRODUCED, Match.Status.INTENDED])
    return needs.annotate(open_matches=Count("matches", filter=live, distinct=True))


def is_expired(need: Need, on: date) -> bool:
    """Whether the need is open past its last day."""
    return need.status in OPEN and need.until_on is not None and need.until_on < on


def matches_of(need: Need) -> "QuerySet[Match]":
    """Introductions of the need, the latest first, with who and what."""
    return need.matches.select_related(
        "offer__organization__division", "center", "entered_by"
    ).order_by("-happened_on", "-id")


def suggestions(need: Need, on: date) -> list[Suggested]:
    """Offers of the need's district that fit it on a day, the best first, at most ``MOST``.

    Offers under way with this need are left out, and those of organizations that are no longer
    registered. One query.
    """
    under_way = need.matches.exclude(status=Match.Status.FAILED).values("offer")
    signed = Q(matches__status=Match.Status.SIGNED)
    failed = Q(matches__status=Match.Status.FAILED, matches__need=need)
    offers = (
        Offer.objects.current(on)
        .filter(
            Q(service=need.service) | Q(field=need.field),
            district__code=need.division.district_code,
            organization__status__in=WORKING,
        )
        .exclude(pk__in=under_way)
        .select_related("organization__division")
        .annotate(
            signed_count=Count("matches", filter=signed, distinct=True),
            failed_count=Count("matches", filter=failed, distinct=True),
        )
    )
    by_key = {offer.pk: offer for offer in offers}
    found = matching.suggest(_wanted(need), [_offered(each) for each in by_key.values()], on)
    return [
        Suggested(
            by_key[each.offer],
            each.points,
            [say(reason) for reason in each.reasons if not reason.is_doubt],
            [say(reason) for reason in each.reasons if reason.is_doubt],
        )
        for each in found[:MOST]
    ]


def say(reason: Reason) -> str:
    """A reason in words."""
    return str(WORDS[reason.code]) % {"figure": reason.figure}


def _wanted(need: Need) -> Wanted:
    return Wanted(
        need.service,
        need.field,
        need.division.code,
        need.scale,
        need.from_on,
        need.until_on,
    )


def _offered(offer: Any) -> Offered:
    return Offered(
        offer.pk,
        offer.service,
        offer.field,
        offer.organization.division.code,
        offer.capacity,
        offer.valid_until,
        offer.signed_count,
        offer.failed_count,
    )


def label_of(need: Need, on: date) -> str:
    """Where the need stands, and that its last day has passed."""
    if not is_expired(need, on):
        return str(need.get_status_display())
    return _("%(status)s, past its last day") % {"status": need.get_status_display()}
