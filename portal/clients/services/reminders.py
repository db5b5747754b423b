"""Tokens that run out are told of in time, to whoever can replace them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_noop

from portal.clients import selectors
from portal.clients.models import Client
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.users.models import ApiToken, User
from portal.users.roles import Capability

# Days before the end; a token within the shorter one is told of once more.
DAYS_BEFORE = (7, 30)
TEXT = gettext_noop(
    "Token “%(token)s” of API client %(client)s expires on %(day)s. Rotate it in time."
)


def remind(*, at: datetime) -> None:
    """Tell of valid tokens that end within 30 and within 7 days and have no successor yet.

    Safe to run again at any time: each is told once.
    """
    soon = ApiToken.scoped.valid(at).filter(
        expiry__lte=at + timedelta(days=max(DAYS_BEFORE)), replaced_by=None
    )
    clients = {client.user_id: client for client in Client.objects.select_related("user")}
    letters = [
        (user, _news(token, client, at))
        for token in soon.order_by("expiry")
        if (client := clients.get(token.user_id))
        for user in managers(client)
    ]
    inbox.deliver(letters=letters, at=at)


def managers(client: Client) -> Iterable[User]:
    """Who manages the client's tokens in every one of its divisions; else the superusers."""
    divisions = list(selectors.divisions_of(client))
    people = User.objects.filter(is_active=True, is_service=False)
    for division in divisions:
        people = people.filter(
            pk__in=User.objects.holding(Capability.TOKEN_MANAGE, division).values("pk")
        )
    found = list(people.order_by("pk")) if divisions else []
    return found or User.objects.filter(is_superuser=True, is_active=True).order_by("pk")


def _news(token: ApiToken, client: Client, at: datetime) -> News:
    days = next(days for days in DAYS_BEFORE if token.expiry <= at + timedelta(days=days))
    expires_on = localdate(token.expiry)
    return News(
        key=f"token-{token.token_key}-{days}",
        text=TEXT,
        url_path=reverse("admin:clients_client_change", args=[client.pk]),
        division_path=selectors.path_of(client),
        params={"token": token.name, "client": client.title, "day": expires_on.isoformat()},
        due_on=expires_on,
    )
