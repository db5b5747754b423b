"""A bearer token becomes the account it stands for, with no more than the token opens.

REST framework's settings name this module for every view, so it may not import a view itself.
"""

from collections.abc import Iterable
from hmac import compare_digest
from ipaddress import ip_address, ip_network
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from knox import auth
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.exceptions import APIException, AuthenticationFailed

from portal.api import Problem, limits
from portal.clients.models import Client
from portal.jurisdictions.models import Division
from portal.users.adapters import client_ip
from portal.users.models import ApiToken, User


class TokenAuthentication(auth.TokenAuthentication):
    """knox's header and digest; expired and revoked tokens are told apart and never deleted."""

    def authenticate(self, request: Any) -> tuple[User, ApiToken] | None:
        found = super().authenticate(request)
        if found is None:
            return None
        user, token = found
        # Refused or not, the record of calls knows whose token it was.
        request.shown_token, request.shown_from = token, client_ip(request)
        try:
            _check_token(token)
            _check_client(user.client, request.shown_from)
        except APIException:
            _count_refused(request, user.client)
            raise
        return narrowed(user, token), token

    def authenticate_credentials(self, token: bytes) -> tuple[User, ApiToken]:
        try:
            text = token.decode()
            digest = hash_token(text)
        except (ValueError, TypeError) as error:
            raise AuthenticationFailed(_("Invalid token.")) from error
        known = ApiToken.scoped.filter(token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH])
        for record in known.select_related("user__client"):
            if compare_digest(digest, record.digest) and hasattr(record.user, "client"):
                return record.user, record
        raise AuthenticationFailed(_("Invalid token."))


def _count_refused(request: Any, client: Client) -> None:
    """As many refusals in a minute as the client has requests, counted apart, so that a token that
    leaked and was revoked does not use up what the others may ask; then 429, recorded once."""
    try:
        limits.check_refused(client)
    except limits.Beyond as beyond:
        if not beyond.is_first:
            request.shown_token = None
        raise


def _check_token(token: ApiToken) -> None:
    if token.revoked_at:
        raise AuthenticationFailed(
            _("This token was revoked. Ask the bureau for another one."), code="token_revoked"
        )
    if token.expiry <= timezone.now():
        raise AuthenticationFailed(
            _("This token has expired. Ask the bureau for another one."), code="token_expired"
        )
    if not token.user.is_active:
        raise AuthenticationFailed(_("The account of this token is closed."))


def _check_client(client: Client, address: str | None) -> None:
    if client.status == Client.Status.SUSPENDED:
        raise Problem(
            403,
            "client_suspended",
            _("This client is suspended. Ask the bureau that issued the token."),
        )
    if client.networks and not is_within(address, client.networks):
        raise Problem(
            403,
            "network_not_allowed",
            _("This client may not ask from the address %(address)s.")
            % {"address": address or "—"},
        )


def is_within(address: str | None, networks: Iterable[str]) -> bool:
    """Whether an address, or None for an unknown one, lies in one of the networks."""
    if not address:
        return False
    place = ip_address(address)
    place = getattr(place, "ipv4_mapped", None) or place
    return any(place in ip_network(network) for network in networks)


def narrowed(user: User, token: ApiToken) -> User:
    """The account with the rights of the token: in its divisions only, and never all rights."""
    user.is_superuser = user.is_staff = False
    if token.division_codes:
        within = Division.objects.filter(code__in=token.division_codes)
        paths = list(within.values_list("path", flat=True))
        # Read once per request: set before anybody asks, every ``visible_to`` follows.
        user.grants = [
            (role, max(granted, path, key=len))
            for role, granted in user.grants
            for path in paths
            if path.startswith(granted) or granted.startswith(path)
        ]
    return user
