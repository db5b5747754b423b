"""What somebody can draft a document of a kind about: what is so far, and has none standing."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from centers.models import Filing
from evaluation.models import ItemStep, OfficialDocument, Rectification, Review, ReviewRound
from evaluation.selectors.rectifications import OPEN
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability

STANDING = ("draft", "issued")
# Kind → model, the column that names it, the path of its division, and where it is so far.
SUBJECTS: dict[str, tuple[Any, str, str, Q]] = {
    "rectification_notice": (
        *(Rectification, "rectification", "center__division"),
        Q(status__in=["draft", "issued", "closed"]),
    ),
    "review_notice": (ReviewRound, "round", "district", Q(status="open")),
    "review_result": (Review, "review", "center__division", Q(status__in=Review.TOLD)),
    "recheck_opinion": (
        *(Review, "review", "center__division"),
        Q(rechecked_at__isnull=False) & ~Q(recheck_opinion=""),
    ),
    "review_bulletin": (ReviewRound, "round", "district", Q(status__in=["final", "archived"])),
    "publicity_draft": (ReviewRound, "round", "district", Q(status="publicity")),
    "review_archive": (ReviewRound, "round", "district", Q(status="archived")),
    "filing_cover": (Filing, "filing", "center__division", Q(submitted_at__isnull=False)),
}


def subjects(user: User, kind: str) -> Any:
    """Rows that ``user`` can draft a document of the kind about now, the newest first; of a
    briefing the districts."""
    if kind == "briefing":
        districts = Division.objects.filter(kind=Division.Kind.DISTRICT)
        return districts.filter(_reached(user, "")).order_by("path")
    model, column, place, is_so_far = SUBJECTS[kind]
    standing = standing_of(kind).filter(**{column: OuterRef("pk")})
    found = model.objects.filter(is_so_far, _reached(user, f"{place}__"))
    return found.filter(~Exists(standing)).order_by("-pk")


def standing_of(kind: str) -> "QuerySet[OfficialDocument]":
    """Documents of a kind beside which no other is drafted about the same thing: being drafted, or
    issued; not the notice of a rectification of which something failed again since."""
    standing = OfficialDocument.objects.filter(kind=kind, status__in=STANDING)
    if kind != OfficialDocument.Kind.RECTIFICATION_NOTICE:
        return standing
    again = ItemStep.objects.filter(
        item__rectification=OuterRef("rectification"),
        item__status__in=OPEN,
        kind=ItemStep.Kind.REOPENED,
        taken_at__gt=OuterRef("issued_at"),
    )
    return standing.exclude(Exists(again))


def _reached(user: User, prefix: str) -> Q:
    if user.is_superuser:
        return Q()
    query = Q(pk=None)
    for path in user.paths_with(Capability.DOCUMENT_DRAFT):
        query |= Q(**{f"{prefix}path__startswith": path})
    return query
