"""What pages and limits ask about clients."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery
from django.utils.timezone import localtime

from portal.clients.models import Call, Client, ClientQuerySet
from portal.jurisdictions.models import Division, DivisionQuerySet
from portal.jurisdictions.selectors import within_reach
from portal.users.models import ApiToken, User
from portal.users.roles import Capability

CLIENT_ROLE = "api_client"


def midnight(at: datetime) -> datetime:
    """The beginning of the day in Shanghai."""
    return localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def divisions_of(client: Client) -> DivisionQuerySet:
    """Where the client's account may read: the divisions named, not what lies below them."""
    codes = client.user.assignments.values("division")
    return Division.objects.filter(pk__in=codes).order_by("path")


def reach(user: User) -> DivisionQuerySet:
    """Divisions whose clients ``user`` manages, the municipality among them if it is theirs."""
    if user.is_superuser:
        return Division.objects.order_by("path")
    whole = Q(path__in=user.paths_with(Capability.TOKEN_MANAGE))
    below = Q(pk__in=within_reach(user, Capability.TOKEN_MANAGE).values("pk"))
    return Division.objects.filter(whole | below).order_by("path")


def shared_path(paths: list[str]) -> str:
    """The path of the nearest division that holds them all; "" when there is none."""
    parts = [path.rstrip("/").split("/") for path in paths]
    shared = []
    for level in zip(*parts, strict=False):
        if len(set(level)) > 1:
            break
        shared.append(level[0])
    return "".join(f"{code}/" for code in shared)


def path_of(client: Client) -> str:
    """Under which division the trail tells of the client."""
    return shared_path(list(divisions_of(client).values_list("path", flat=True)))


def with_use(clients: ClientQuerySet, at: datetime) -> ClientQuerySet:
    """With ``tokens_valid``, ``next_expiry``, ``last_used_at`` and ``calls_today`` of each."""
    tokens = ApiToken.scoped.filter(user=OuterRef("user")).order_by().values("user")
    valid = tokens.filter(revoked_at=None, expiry__gt=at)
    calls = Call.objects.filter(client=OuterRef("pk"), at__gte=midnight(at)).order_by()
    return clients.annotate(
        tokens_valid=Subquery(valid.annotate(n=Count("pk")).values("n")),
        # What is replaced already may run out in silence.
        next_expiry=Subquery(
            valid.filter(replaced_by=None).annotate(first=Min("expiry")).values("first")
        ),
        last_used_at=Subquery(tokens.annotate(last=Max("last_used_at")).values("last")),
        calls_today=Subquery(calls.values("client").annotate(n=Count("pk")).values("n")),
    )


def tokens_of(client: Client) -> Any:
    """Every token the client ever had, those that end last first."""
    tokens = ApiToken.scoped.filter(user=client.user)
    return tokens.select_related("issued_by", "revoked_by", "replaced_by").order_by(
        F("revoked_at").asc(nulls_first=True), "-expiry", "-created"
    )


def use_of(client: Client, at: datetime, days: int = 7) -> dict[str, int]:
    """How its calls of the last ``days`` ended: all, answered, refused, over the limit, failed."""
    calls = client.calls.filter(at__gte=midnight(at) - timedelta(days=days - 1))
    return calls.aggregate(
        total=Count("pk"),
        answered=Count("pk", filter=Q(status__lt=400)),
        refused=Count("pk", filter=Q(status__gte=400, status__lt=500) & ~Q(status=429)),
        limited=Count("pk", filter=Q(status=429)),
        failed=Count("pk", filter=Q(status__gte=500)),
    )
