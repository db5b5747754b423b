"""Accounts by which organizations bid: opened and closed by the bureau."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.users import services as accounts
from portal.users.models import User
from projects.models import Bidder

ROLE = "org_contact"
_record = audit.Trail[Bidder]("projects.bidder", lambda bidder: bidder.organization.division.path)


class BidderElsewhere(DomainError):
    """A person bids for one organization, for good."""


class BuyerCannotBid(DomainError):
    """Whoever works for the bureau, a center or on a panel does not bid."""


class BidderClosed(DomainError):
    """The account is closed already."""


@transaction.atomic
def open_account(
    *, organization: Organization, username: str, full_name: str, by: User, at: datetime
) -> tuple[Bidder, str]:
    """Let a person bid for an organization: the account, and its first password where it is new.

    An account that was closed is opened again, for the same organization only. Raises
    ``BidderElsewhere`` and ``BuyerCannotBid``.
    """
    user, password = accounts.admit(username=username, full_name=full_name, at=at)
    _refuse_buyer(user)
    bidder = Bidder.objects.filter(user=user).first()
    if bidder is not None and bidder.organization_id != organization.pk:
        raise BidderElsewhere(
            _("%(user)s bids for another organization. Open an account of another name.")
            % {"user": user}
        )
    if bidder is None:
        bidder = Bidder.objects.create(
            user=user, organization=organization, opened_by=by, opened_at=at
        )
    elif bidder.closed_at is not None:
        bidder.closed_at = None
        bidder.save(update_fields=["closed_at"])
    accounts.assign(user=user, role=ROLE, division=organization.division, by=by, at=at)
    _record(bidder, "open", by=by, at=at, changes={"organization": [None, organization.name]})
    return bidder, password


@transaction.atomic
def close(*, bidder: Bidder, reason: str, by: User, at: datetime) -> None:
    """The person bids no more; what was handed in stays. Raises ``BidderClosed`` and
    ``ReasonMissing``."""
    reason = given(reason, _("Say why the account is closed."))
    closed = Bidder.objects.filter(pk=bidder.pk, closed_at=None).update(closed_at=at)
    bidder.refresh_from_db(fields=["closed_at"])
    if not closed:
        raise BidderClosed(_("This account is closed already."))
    for given_in in bidder.user.assignments.filter(role=ROLE).select_related("division"):
        division = given_in.division
        accounts.withdraw(user=bidder.user, role=ROLE, division=division, by=by, at=at)
    changes = {"organization": [bidder.organization.name, None]}
    _record(bidder, "close", by=by, at=at, changes=changes, reason=reason)


def _refuse_buyer(user: User) -> None:
    has_roles = user.assignments.filter(~Q(role=ROLE)).exists()
    if user.is_staff or user.is_service or has_roles or user.memberships.exists():
        raise BuyerCannotBid(
            _(
                "%(user)s works for the bureau, a center or on a panel. Whoever buys or judges does"
                " not bid: open an account of another name."
            )
            % {"user": user}
        )
