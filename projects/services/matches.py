"""Introductions of needs to offers, and what comes of each."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.transitions import transition
from portal.users.models import User
from projects.models import Match, Need, Offer
from projects.selectors.offers import WORKING
from projects.services import contributions, needs
from projects.signals import duty_changed

Status = Match.Status
# A platform for needs and offers; resources linked for a government department.
COUNTED_AS, FOR_GOVERNMENT = "FN-23", "FN-42"
_record = audit.Trail[Match]("projects.match", lambda match: match.need.division.path)


class NeedNotOpen(DomainError):
    """A need that is not published, or whose last day had passed, is introduced."""


class OfferNotOpen(DomainError):
    """An offer that was withdrawn, or whose last day had passed, is introduced."""


class DistrictsDiffer(DomainError):
    """Need, offer and center do not lie in one district."""


class IntroductionStillToCome(DomainError):
    """An introduction of a day that has not come."""


class IntroducedTooEarly(DomainError):
    """An introduction of a day on which the need was not known yet."""


class IntroducedAlready(DomainError):
    """The two were brought together before, and that has not come to nothing."""


class AmountWrong(DomainError):
    """What was signed has no amount, or one below 0."""


@transaction.atomic
def introduce(
    *,
    need: Need,
    offer: Offer,
    center: Center,
    happened_on: date,
    by: User,
    at: datetime,
    event: str = "",
) -> Match:
    """Bring a published need and an offer together; it counts as the center's work of the day.

    For a need of a government department it counts for FN-42, for others for FN-23. The need is
    being matched from then on. Raises ``IntroductionStillToCome``, ``IntroducedTooEarly``,
    ``NeedNotOpen``, ``OfferNotOpen``, ``DistrictsDiffer`` and ``IntroducedAlready``.
    """
    if happened_on > localdate(at):
        raise IntroductionStillToCome(
            _("%(day)s has not come yet: enter the introduction once it took place.")
            % {"day": happened_on.isoformat()}
        )
    need = Need.objects.select_for_update(of=["self"]).select_related("division").get(pk=need.pk)
    offer = (
        Offer.objects.select_for_update(of=["self"])
        .select_related("district", "organization")
        .get(pk=offer.pk)
    )
    _check_need(need, happened_on)
    _refuse_before_need(need, happened_on)
    _check_offer(offer, happened_on)
    _check_places(need, offer, center)
    match = Match(
        need=need,
        offer=offer,
        center=center,
        event=event,
        happened_on=happened_on,
        entered_by=by,
        entered_at=at,
    )
    try:
        with transaction.atomic():
            match.save(force_insert=True)
    except IntegrityError as error:
        if "match_once" in str(error):
            raise IntroducedAlready(
                _(
                    "“%(offer)s” of %(name)s was introduced to this need before. Say what came of "
                    "that introduction."
                )
                % {"offer": offer.title, "name": offer.organization.name}
            ) from error
        raise
    if need.status == Need.Status.PUBLISHED:
        needs.move(need, Need.Status.MATCHING, "match", version=need.version, by=by, at=at)
    contributions.enter(
        center=center,
        function=FOR_GOVERNMENT if need.source == Need.Source.GOVERNMENT else COUNTED_AS,
        happened_on=happened_on,
        title=f"{need.title} ↔ {offer.organization.name}",
        organization=offer.organization,
        match=match,
        by=by,
        at=at,
    )
    _record(match, "introduce", by=by, at=at, changes={"status": [None, match.status]})
    return match


def intend(*, match: Match, version: int, by: User, at: datetime, outcome: str = "") -> Match:
    """Both sides intend to work together. Raises ``Conflict``."""
    return _move(match, Status.INTENDED, "intend", version, by=by, at=at, outcome=outcome.strip())


@transaction.atomic
def sign(
    *,
    match: Match,
    amount_yuan: Decimal | None,
    version: int,
    by: User,
    at: datetime,
    outcome: str = "",
) -> Match:
    """Both sides signed, for ``amount_yuan``: 0 for what is done without money.

    Raises ``AmountWrong`` and ``Conflict``.
    """
    if amount_yuan is None or amount_yuan < 0:
        raise AmountWrong(_("Say for how much it was signed; 0 where no money is paid."))
    return _move(
        match,
        Status.SIGNED,
        "sign",
        version,
        by=by,
        at=at,
        amount_yuan=amount_yuan,
        outcome=outcome.strip(),
    )


@transaction.atomic
def fail(*, match: Match, outcome: str, version: int, by: User, at: datetime) -> Match:
    """It came to nothing, and why. A need without another introduction is as it was published.

    Raises ``ReasonMissing`` and ``Conflict``.
    """
    outcome = given(outcome, _("Say why it came to nothing."))
    need = Need.objects.select_for_update(of=["self"]).select_related("division")
    match.need = need.get(pk=match.need_id)
    failed = _move(match, Status.FAILED, "fail", version, by=by, at=at, outcome=outcome)
    _reopen(match.need, by=by, at=at)
    return failed


@transaction.atomic
def retract(*, match: Match, reason: str, version: int, by: User, at: datetime) -> Match:
    """The introduction never took place: it was entered by mistake, and counts nowhere.

    Raises ``ReasonMissing`` and ``Conflict``.
    """
    reason = given(reason, _("Say what was wrong with the entry."))
    failed = fail(match=match, outcome=reason, version=version, by=by, at=at)
    for each in match.contributions.filter(record__voided_at=None).select_related("record"):
        contributions.withdraw(contribution=each, reason=reason, by=by, at=at)
    _record(match, "retract", by=by, at=at, reason=reason)
    return failed


@transaction.atomic
def _move(
    match: Match, to: str, verb: str, version: int, *, by: User, at: datetime, **changes: Any
) -> Match:
    before = match.status
    transition(match, to, version=version, **changes)
    told: dict[str, list[str | None]] = {"status": [before, str(to)]}
    if changes.get("amount_yuan") is not None:
        told["amount_yuan"] = [None, str(changes["amount_yuan"])]
    _record(match, verb, by=by, at=at, changes=told, reason=changes.get("outcome", ""))
    if Status.SIGNED in (before, to):
        duty_changed.send(sender=Match, center=match.center, at=at)
    return match


def _reopen(need: Need, *, by: User, at: datetime) -> None:
    """A need that is being matched, but to nobody, can be read as published again."""
    if need.status != Need.Status.MATCHING:
        return
    if not need.matches.exclude(status=Status.FAILED).exists():
        needs.move(need, Need.Status.PUBLISHED, "reopen", version=need.version, by=by, at=at)


def _check_need(need: Need, on: date) -> None:
    shown = {"need": need.title, "status": need.get_status_display()}
    if need.status not in (Need.Status.PUBLISHED, Need.Status.MATCHING):
        raise NeedNotOpen(
            _("“%(need)s” is “%(status)s”: only published needs are introduced.") % shown
        )
    if need.until_on is not None and need.until_on < on:
        shown["day"] = need.until_on.isoformat()
        raise NeedNotOpen(
            _("“%(need)s” ran out on %(day)s. Correct its last day, or close it.") % shown
        )


def _refuse_before_need(need: Need, on: date) -> None:
    entered_on = localdate(need.entered_at)
    if on < entered_on:
        raise IntroducedTooEarly(
            _("“%(need)s” was entered on %(entered)s: nothing was introduced to it on %(day)s.")
            % {"need": need.title, "entered": entered_on.isoformat(), "day": on.isoformat()}
        )


def _check_offer(offer: Offer, on: date) -> None:
    shown = {"offer": offer.title, "name": offer.organization.name}
    if offer.organization.status not in WORKING:
        shown["status"] = offer.organization.get_status_display()
        raise OfferNotOpen(
            _("%(name)s is “%(status)s” and can take up nothing. Choose another offer.") % shown
        )
    if offer.status != Offer.Status.OFFERED:
        raise OfferNotOpen(_("“%(offer)s” was withdrawn. Choose another offer.") % shown)
    if offer.valid_until is not None and offer.valid_until < on:
        shown["day"] = offer.valid_until.isoformat()
        raise OfferNotOpen(_("“%(offer)s” ran out on %(day)s. Choose another offer.") % shown)


def _check_places(need: Need, offer: Offer, center: Center) -> None:
    district = need.division.district_code
    if not offer.district.code == district == center.division.district_code:
        raise DistrictsDiffer(_("Need, offer and center have to lie in the same district."))
