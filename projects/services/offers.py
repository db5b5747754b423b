"""What organizations offer: entered, corrected, withdrawn."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Organization
from organizations.services.numbers import next_number
from portal.audit import services as audit
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.transitions import edit as write
from portal.transitions import transition
from portal.users.models import User
from projects.models import Match, Offer
from projects.selectors.offers import WORKING

Status = Offer.Status
_record = audit.Trail[Offer]("projects.offer", lambda offer: offer.district.path)


class OffersNothing(DomainError):
    """The organization is no longer registered and can offer nothing."""


class OfferOver(DomainError):
    """An offer that was withdrawn, or whose last day has passed."""


class OfferPlaceWrong(DomainError):
    """Offers are made in a district."""


class OfferIntroduced(DomainError):
    """What was introduced already is made another service."""


@transaction.atomic
def enter(
    *,
    organization: Organization,
    district: Division,
    field: str,
    service: str,
    title: str,
    by: User,
    at: datetime,
    **details: Any,
) -> Offer:
    """Enter what an organization offers in a district under the next number of the district and
    year; ``details`` are further fields.

    Raises ``OffersNothing``, ``OfferPlaceWrong`` and ``OfferOver``.
    """
    if organization.status not in WORKING:
        raise OffersNothing(
            _("%(name)s is “%(status)s” in the register: it can offer nothing.")
            % {"name": organization.name, "status": organization.get_status_display()}
        )
    if district.kind != Division.Kind.DISTRICT:
        raise OfferPlaceWrong(
            _("%(place)s is no district: choose a district.") % {"place": district}
        )
    _check_day(details.get("valid_until"), at)
    year = localdate(at).year
    offer = Offer.objects.create(
        offer_no=next_number(f"{district.code}-GJ-{year}-"),
        organization=organization,
        district=district,
        field=field,
        service=service,
        title=title,
        entered_by=by,
        entered_at=at,
        **details,
    )
    _record(offer, "enter", by=by, at=at, changes={"offer_no": [None, offer.offer_no]})
    return offer


@transaction.atomic
def edit(*, offer: Offer, version: int, by: User, at: datetime, **changes: Any) -> Offer:
    """Correct an offer; what it is cannot change once it was introduced. What is the same already
    writes nothing.

    Raises ``OfferOver``, ``OfferIntroduced`` and ``Conflict``.
    """
    before = {name: getattr(offer, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return offer
    if offer.status == Status.WITHDRAWN:
        raise OfferOver(_("“%(offer)s” was withdrawn. Enter a new offer.") % {"offer": offer.title})
    if "valid_until" in changed:
        _check_day(changed["valid_until"], at)
    # An introduction takes the same row, so that none slips between the question and the change.
    Offer.objects.select_for_update().get(pk=offer.pk)
    if {"field", "service"} & changed.keys() and offer.matches.exists():
        raise OfferIntroduced(
            _(
                "“%(offer)s” was introduced as “%(service)s” already. Withdraw it and enter the "
                "other service as an offer of its own."
            )
            % {"offer": offer.title, "service": offer.get_service_display()}
        )
    write(offer, version=version, **changed)
    texts = audit.compared(before, changed)
    _record(offer, "edit", by=by, at=at, changes=texts)
    return offer


@transaction.atomic
def withdraw(*, offer: Offer, version: int, by: User, at: datetime, reason: str = "") -> Offer:
    """Offer it no longer. Introductions under way go on. Raises ``Conflict``."""
    transition(offer, Status.WITHDRAWN, version=version)
    live = (Match.Status.INTRODUCED, Match.Status.INTENDED)
    told = {
        "status": [Status.OFFERED.value, Status.WITHDRAWN.value],
        "open_introductions": [None, str(offer.matches.filter(status__in=live).count())],
    }
    _record(offer, "withdraw", by=by, at=at, changes=told, reason=reason.strip())
    return offer


def _check_day(last: date | None, at: datetime) -> None:
    if last is not None and last < localdate(at):
        raise OfferOver(
            _("%(day)s has passed already. Give a later last day, or none.")
            % {"day": last.isoformat()}
        )
