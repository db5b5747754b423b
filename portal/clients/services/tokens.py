"""Tokens of a client: issued, rotated with both valid for a while, revoked."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import get_digest_token
from knox.settings import CONSTANTS

from portal.audit import services as audit
from portal.clients import selectors
from portal.clients.models import Client
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit
from portal.users.models import ApiToken, Dataset, User

LONGEST = timedelta(days=365)
LONGEST_OVERLAP = timedelta(days=30)


class DatasetUnknown(DomainError):
    """The token names a data set that does not exist, or none at all."""


class TokenTooLong(DomainError):
    """The token would be valid for more than a year, or is over before it begins."""


class OverlapTooLong(DomainError):
    """The old token would go on for more than thirty days."""


class DivisionsTooWide(DomainError):
    """The token names a division that the client does not read."""


class ClientSuspended(DomainError):
    """A suspended client gets no token."""


class TokenOver(DomainError):
    """The token is expired, revoked or replaced already."""


@transaction.atomic
def issue(
    *,
    client: Client,
    name: str,
    datasets: Iterable[str],
    expires_at: datetime,
    by: User | None,
    at: datetime,
    divisions: Iterable[Division] = (),
    version: int | None = None,
) -> str:
    """Issue a bearer token and return its text, which is never kept.

    ``divisions`` narrows it to a part of what the client reads. ``version`` is the client's as it
    was seen, so that a form sent twice issues once. Raises ``DatasetUnknown``, ``TokenTooLong``,
    ``DivisionsTooWide``, ``ClientSuspended`` and ``Conflict``.
    """
    edit(client, version=client.version if version is None else version)
    _check_in_use(client)
    token, text = _make(
        client=client,
        name=name.strip(),
        datasets=_known(datasets),
        division_codes=_narrowed(client, divisions),
        expires_at=_checked(expires_at, at),
        by=by,
    )
    _record(token, client, "issue", _stated(token), by=by, at=at)
    return text


@transaction.atomic
def rotate(
    *, token: ApiToken, overlap: timedelta, expires_at: datetime, by: User, at: datetime
) -> str:
    """Issue a token with the same scopes in place of ``token``, which goes on for ``overlap``;
    return the new text.

    Raises ``ClientSuspended``, ``TokenOver``, ``OverlapTooLong`` and ``TokenTooLong``.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise OverlapTooLong(
            _("The old token may go on for at most %(days)s days.")
            % {"days": LONGEST_OVERLAP.days}
        )
    # Held: whoever suspends it at this moment comes before or after.
    client = Client.objects.select_for_update().get(user=token.user_id)
    _check_in_use(client)
    old = _locked(token, at)
    if ApiToken.scoped.filter(replaces=old).exists():
        raise TokenOver(_("This token was replaced before. Rotate the one that replaced it."))
    new, text = _make(
        client=client,
        name=old.name,
        datasets=old.datasets,
        division_codes=old.division_codes,
        expires_at=_checked(expires_at, at),
        by=by,
        replaces=old,
    )
    ends_at = min(old.expiry, at + overlap)
    ApiToken.scoped.filter(pk=old.pk).update(expiry=ends_at)
    changes = _stated(new) | {"replaced_expires_at": [_iso(old.expiry), _iso(ends_at)]}
    _record(new, client, "rotate", changes, by=by, at=at)
    return text


@transaction.atomic
def revoke(*, token: ApiToken, reason: str, by: User, at: datetime) -> None:
    """Refuse the token from the next call on. Raises ``ReasonMissing`` and ``TokenOver``."""
    reason = given(reason, _("Say why the token is revoked; the audit trail keeps it."))
    found = _locked(token, at)
    ApiToken.scoped.filter(pk=found.pk).update(
        revoked_at=at, revoked_by=by, revoke_reason=reason
    )
    client = Client.objects.get(user=found.user_id)
    _record(found, client, "revoke", {"name": [found.name, None]}, by=by, at=at, reason=reason)


def _make(
    *,
    client: Client,
    name: str,
    datasets: Sequence[str],
    division_codes: Sequence[str],
    expires_at: datetime,
    by: User | None,
    replaces: ApiToken | None = None,
) -> tuple[ApiToken, str]:
    digest, text = get_digest_token()
    token = ApiToken.scoped.create(
        digest=digest,
        token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH],
        user=client.user,
        name=name,
        datasets=list(datasets),
        division_codes=list(division_codes),
        expiry=expires_at,
        issued_by=by,
        replaces=replaces,
    )
    return token, text


def _locked(token: ApiToken, at: datetime) -> ApiToken:
    """The token as it is, held until the transaction ends, if it still opens anything."""
    found = ApiToken.scoped.select_for_update(of=["self"]).get(pk=token.pk)
    if found.revoked_at:
        raise TokenOver(_("This token was revoked before; nothing was changed."))
    if found.expiry <= at:
        raise TokenOver(_("This token has expired. Issue a new one."))
    return found


def _check_in_use(client: Client) -> None:
    if client.status == Client.Status.SUSPENDED:
        raise ClientSuspended(_("The client is suspended. Resume it before it gets a token."))


def _known(datasets: Iterable[str]) -> list[str]:
    found = sorted(set(datasets))
    if not found:
        raise DatasetUnknown(_("Choose at least one data set that the token opens."))
    if unknown := set(found) - set(Dataset.values):
        raise DatasetUnknown(
            _("Unknown data sets: %(names)s.") % {"names": ", ".join(sorted(unknown))}
        )
    return found


def _narrowed(client: Client, divisions: Iterable[Division]) -> list[str]:
    """Codes of ``divisions``, each within one that the client reads."""
    paths = tuple(selectors.divisions_of(client).values_list("path", flat=True))
    chosen = list(divisions)
    if beyond := [str(place) for place in chosen if not place.path.startswith(paths)]:
        raise DivisionsTooWide(
            _("The client does not read: %(divisions)s. Widen the client first.")
            % {"divisions": ", ".join(beyond)}
        )
    return sorted({place.code for place in chosen})


def _checked(expires_at: datetime, at: datetime) -> datetime:
    if not at < expires_at <= at + LONGEST:
        raise TokenTooLong(
            _("A token expires after today and within %(days)s days.") % {"days": LONGEST.days}
        )
    return expires_at


def _stated(token: ApiToken) -> dict[str, Any]:
    return {
        "name": [None, token.name],
        "datasets": [None, token.datasets],
        "divisions": [None, token.division_codes],
        "expires_at": [None, _iso(token.expiry)],
    }


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _record(
    token: ApiToken,
    client: Client,
    verb: str,
    changes: dict[str, Any],
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    """Told of the client: a token's own key is its digest, which belongs in no trail."""
    audit.record(
        action=f"clients.token.{verb}",
        by=by,
        at=at,
        target=client,
        division_path=selectors.path_of(client),
        changes={"token": [None, token.token_key], **changes},
        reason=reason,
    )
