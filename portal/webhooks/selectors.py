"""What an endpoint may be told, and what waits to be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db.models import Count, F, Min, OuterRef, Subquery

from portal.clients.models import Client
from portal.jurisdictions.models import Division
from portal.leases import is_free
from portal.users.models import ApiToken, Dataset
from portal.users.roles import Capability
from portal.webhooks.models import Delivery, DeliveryQuerySet, Endpoint, EndpointQuerySet, Event

Scope = dict[str, list[str]]


@dataclass(frozen=True)
class Feed:
    """Of which resource of the feed an event tells, what opens it, and where a document is read.

    Without a data set it is open to every valid token.
    """

    resource: str
    address: str
    dataset: Dataset | None = None
    capability: Capability = Capability.CENTER_VIEW

    def address_of(self, key: str) -> str:
        """Where the document of a key is read, below the address of the API."""
        return self.address.format(key=quote(key), parts=[quote(part) for part in key.split("/")])


FEEDS = {
    Event.COMPLIANCE: Feed(
        "compliance",
        "compliance/centers/{key}/",
        Dataset.COMPLIANCE,
        Capability.COMPLIANCE_VIEW,
    ),
    Event.CENTER: Feed("centers", "centers/{key}/", Dataset.CENTERS),
    Event.FILING: Feed("filings", "filings/{key}/", Dataset.FILINGS),
    Event.ROUND: Feed("rounds", "rounds/{key}/", Dataset.FILINGS),
    Event.OBLIGATION: Feed(
        "obligations", "obligations/?round={parts[0]}&center={parts[1]}", Dataset.FILINGS
    ),
    Event.ORGANIZATION: Feed("organizations", "organizations/{key}/", Dataset.REGISTER),
    Event.TEAM: Feed("teams", "teams/{key}/", Dataset.REGISTER),
    Event.CASEWORK: Feed("casework", "casework/?center={key}", Dataset.CASEWORK),
    Event.CASE: Feed("cases", "cases/{key}/", Dataset.CASEWORK),
    Event.INSPECTION: Feed("inspections", "inspections/{key}/", Dataset.REGISTER),
    Event.CAMPAIGN: Feed("campaigns", "campaigns/{key}/", Dataset.REGISTER),
    Event.WARNING: Feed(
        "warnings", "warnings/{key}/", Dataset.WARNINGS, Capability.WARNING_VIEW
    ),
    Event.PROJECT: Feed(
        "projects", "projects/{key}/", Dataset.PROJECTS, Capability.PROJECT_VIEW
    ),
    Event.PROCUREMENT: Feed(
        "procurements", "procurements/{key}/", Dataset.PROJECTS, Capability.PROJECT_VIEW
    ),
    Event.ANNOUNCEMENT: Feed(
        "announcements", "announcements/{key}/", Dataset.PROJECTS, Capability.PROJECT_VIEW
    ),
    Event.CONTRACT: Feed(
        "contracts", "contracts/{key}/", Dataset.PROJECTS, Capability.PROJECT_VIEW
    ),
    Event.REVIEW: Feed(
        "reviews", "reviews/{key}/", Dataset.REVIEWS, Capability.COMPLIANCE_VIEW
    ),
    Event.RECTIFICATION: Feed(
        "rectifications",
        "rectifications/{key}/",
        Dataset.REVIEWS,
        Capability.COMPLIANCE_VIEW,
    ),
    Event.CITY_PACK: Feed(
        "city-packs", "city-packs/{key}/", Dataset.PUBLICATION, Capability.SUMMARY_VIEW
    ),
    Event.PUBLICATION: Feed("publications", "publications/{key}/", Dataset.PUBLICATION),
    Event.DISTRICT: Feed(
        "districts",
        "compliance/districts/?division={key}",
        Dataset.COMPLIANCE,
        Capability.SUMMARY_VIEW,
    ),
    Event.DIVISION: Feed("divisions", "divisions/{key}/"),
    Event.STANDARD: Feed("standards", "standards/versions/"),
    Event.RUN: Feed(
        "runs", "compliance/runs/{key}/", Dataset.COMPLIANCE, Capability.COMPLIANCE_VIEW
    ),
}
EVENTS = {feed.resource: event for event, feed in FEEDS.items()}


def scope_of(endpoint: Endpoint, at: datetime) -> Scope:
    """Resource → path prefixes of what the endpoint may be told: what it asks for, as far as the
    valid tokens of its client open it together. Empty while there is no such token."""
    user = endpoint.client.user
    found: dict[str, set[str]] = {}
    for token in ApiToken.scoped.filter(user=user).valid(at):
        within = _paths(token.division_codes)
        for feed in (FEEDS[Event(event)] for event in endpoint.events):
            if feed.dataset is None:
                found.setdefault(feed.resource, set()).add("")
            elif feed.dataset in token.datasets:
                opened = _narrowed(user.paths_with(feed.capability), within)
                found.setdefault(feed.resource, set()).update(opened)
    return {resource: sorted(paths) for resource, paths in sorted(found.items()) if paths}


def muted(endpoint: Endpoint, scope: Scope) -> list[str]:
    """Events the endpoint asks for and is not told of, as nothing opens them."""
    return [event for event in endpoint.events if FEEDS[Event(event)].resource not in scope]


def _paths(codes: Sequence[str]) -> list[str]:
    """Paths of the divisions; of none given, everything."""
    if not codes:
        return [""]
    return list(Division.objects.filter(code__in=codes).values_list("path", flat=True))


def _narrowed(granted: Iterable[str], within: Iterable[str]) -> set[str]:
    """Where both hold: of two paths that contain each other, the longer one."""
    return {
        max(one, other, key=len)
        for one in granted
        for other in within
        if one.startswith(other) or other.startswith(one)
    }


def covers(wider: Mapping[str, Sequence[str]], narrower: Mapping[str, Sequence[str]]) -> bool:
    """Whether everything within ``narrower`` is within ``wider`` too."""
    return all(
        any(path.startswith(prefix) for prefix in wider.get(resource, ()))
        for resource, paths in narrower.items()
        for path in paths
    )


def speaking() -> EndpointQuerySet:
    """Endpoints that are told at all."""
    return Endpoint.objects.filter(
        status=Endpoint.Status.ACTIVE, client__status=Client.Status.ACTIVE
    )


def due(at: datetime) -> list[int]:
    """Ids of endpoints whose oldest waiting delivery can be sent now."""
    oldest = oldest_waiting(OuterRef("pk"))
    ready = speaking().annotate(
        next_at=Subquery(oldest.values("next_at")[:1]),
        lease_until=Subquery(oldest.values("lease_until")[:1]),
    )
    found = ready.filter(is_free(at), next_at__lte=at).order_by("pk")
    return list(found.values_list("pk", flat=True))


def oldest_waiting(endpoint_id: int | OuterRef) -> DeliveryQuerySet:
    """Waiting deliveries of an endpoint in the order in which they go out."""
    waiting = Delivery.objects.filter(endpoint=endpoint_id, status=Delivery.Status.PENDING)
    return waiting.order_by("sequence")


def with_counts(endpoints: EndpointQuerySet) -> EndpointQuerySet:
    """With ``waiting_n``, ``failed_n`` and ``dropped_n``, the deliveries that wait, that were given
    up and that were no longer permitted, and ``failed_since`` and ``dropped_since``, when the
    oldest of them was queued; a test is none of them."""
    sent = Delivery.objects.filter(endpoint=OuterRef("pk")).exclude(event=Event.TEST)
    made = sent.order_by().values("endpoint")

    def of(status: str, what: Count | Min) -> Subquery:
        return Subquery(made.filter(status=status).annotate(found=what).values("found"))

    status = Delivery.Status
    return endpoints.annotate(
        waiting_n=of(status.PENDING, Count("pk")),
        failed_n=of(status.FAILED, Count("pk")),
        failed_since=of(status.FAILED, Min("created_at")),
        dropped_n=of(status.DROPPED, Count("pk")),
        dropped_since=of(status.DROPPED, Min("created_at")),
    )


def newest(endpoint: Endpoint, limit: int) -> list[Delivery]:
    """The deliveries made last, with what the last attempt said."""
    return list(endpoint.deliveries.order_by(F("sequence").desc())[:limit])
