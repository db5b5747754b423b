"""What organizations offer, and what came of it."""

from datetime import date

from django.db.models import Count, Q, QuerySet, Sum

from organizations.models import Organization, RegisterQuerySet
from portal.users.models import User
from projects.models import Match, Offer

# Registered organizations; others offer nothing.
WORKING = (Organization.Status.NORMAL, Organization.Status.DEREGISTERING)
LONGEST = 40


def of_district(
    user: User, district_code: str, on: date, *, service: str = "", shown: str = "", words: str = ""
) -> "QuerySet[Offer]":
    """Offers of the district that ``user`` sees and that hold on a day, newest first, counted.

    ``shown`` is ``all`` for those that are over as well. ``words`` are looked for in the title and
    the name of the organization.
    """
    found = Offer.objects.visible_to(user).filter(district__code=district_code)
    if shown != "all":
        found = found.current(on)
    if service:
        found = found.filter(service=service)
    for word in words.split()[:5]:
        found = found.filter(
            Q(title__icontains=word[:LONGEST]) | Q(organization__name__icontains=word[:LONGEST])
        )
    return counted(found).select_related("organization").order_by("-id")


def counted(offers: "QuerySet[Offer]") -> "QuerySet[Offer]":
    """Offers with ``introduced``, ``signed`` (numbers of introductions) and ``signed_yuan``."""
    signed = Q(matches__status=Match.Status.SIGNED)
    return offers.annotate(
        introduced=Count("matches"),
        signed=Count("matches", filter=signed),
        signed_yuan=Sum("matches__amount_yuan", filter=signed),
    )


def is_over(offer: Offer, on: date) -> bool:
    """Whether the offer was withdrawn, or its last day has passed."""
    is_past = offer.valid_until is not None and offer.valid_until < on
    return offer.status == Offer.Status.WITHDRAWN or is_past


def matches_of(offer: Offer) -> "QuerySet[Match]":
    """Introductions of the offer, the latest first, with the need and who introduced it."""
    return offer.matches.select_related("need__division", "center").order_by("-happened_on", "-id")


def working() -> "RegisterQuerySet":
    """Organizations that are registered."""
    return Organization.objects.filter(status__in=WORKING)
