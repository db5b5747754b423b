"""Who is told of what happens on a panel. Nobody reads of anybody's points."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop

from portal.inbox import services as inbox
from portal.users.models import User
from portal.users.roles import Capability
from projects.models import Award, Bidder, Procurement, Seat
from projects.services.procurement_news import officers

SEAT = gettext_noop("“%(title)s”: you are asked to sit on the panel. Declare your interests first.")
EMPTY = gettext_noop("“%(title)s”: a seat on the panel is empty. See whether to draw again.")
FALLEN = gettext_noop("“%(title)s”: the sheets of the panel fell with a challenge. Draw again.")
SHEETS = gettext_noop("“%(title)s”: every sheet of the panel is submitted.")
RANKED = gettext_noop("“%(title)s”: the bids are ranked. Decide on the award.")
WON = gettext_noop("“%(title)s”: the award goes to your organization. Read the notice.")
RESULT = gettext_noop("“%(title)s”: the result is published.")
REVOKED = gettext_noop("“%(title)s”: the award was revoked.")


def tell_of_seat(*, seat: Seat, at: datetime) -> None:
    """Whoever is asked to take it."""
    page = reverse("panel:seat", args=[seat.pk])
    _tell([seat.user], seat.procurement, f"seat:{seat.pk}", SEAT, page, at=at)


def tell_of_empty_seat(*, seat: Seat, at: datetime) -> None:
    """The officers."""
    procurement = seat.procurement
    page = _panel(procurement)
    _tell(officers(procurement), procurement, f"seat:{seat.pk}:empty", EMPTY, page, at=at)


def tell_of_dismissal(*, procurement: Procurement, at: datetime) -> None:
    """The officers."""
    key = f"dismissed:{procurement.version}"
    _tell(officers(procurement), procurement, key, FALLEN, _panel(procurement), at=at)


def tell_of_sheets(*, procurement: Procurement, at: datetime) -> None:
    """The officers."""
    key = f"sheets:{procurement.version}"
    _tell(officers(procurement), procurement, key, SHEETS, _panel(procurement), at=at)


def tell_of_ranking(*, procurement: Procurement, at: datetime) -> None:
    """Whoever decides on awards there."""
    place = procurement.project.division
    deciders = User.objects.holding(Capability.PROCUREMENT_AWARD, place)
    key = f"ranked:{procurement.version}"
    _tell(deciders, procurement, key, RANKED, _panel(procurement), at=at)


def tell_of_result(*, award: Award, at: datetime) -> None:
    """Everybody whose bid was opened: the one that won otherwise than the others."""
    procurement = award.procurement
    accounts = Bidder.objects.filter(closed_at=None, user__is_active=True)
    won = accounts.filter(organization=award.organization_id).values("user")
    bid = accounts.filter(organization__bids__opened__opening__procurement=procurement).exclude(
        organization=award.organization_id
    )
    page = _bidders_page(procurement)
    for users, text in ((won, WON), (bid.values("user"), RESULT)):
        told = User.objects.filter(pk__in=users)
        _tell(told, procurement, f"award:{award.pk}", text, page, at=at)


def tell_of_revocation(*, award: Award, at: datetime) -> None:
    """Whoever had won."""
    accounts = Bidder.objects.filter(organization=award.organization_id, closed_at=None)
    told = User.objects.filter(pk__in=accounts.values("user"))
    page = _bidders_page(award.procurement)
    _tell(told, award.procurement, f"award:{award.pk}:revoked", REVOKED, page, at=at)


def _panel(procurement: Procurement) -> str:
    return reverse("admin:projects_procurement_panel", args=[procurement.pk])


def _bidders_page(procurement: Procurement) -> str:
    return reverse("bid:procurement", args=[procurement.pk])


def _tell(
    users: Iterable[User],
    procurement: Procurement,
    key: str,
    text: str,
    page: str,
    *,
    at: datetime,
) -> None:
    inbox.notify(
        users=users,
        key=f"procurement:{procurement.pk}:{key}",
        text=text,
        at=at,
        url_path=page,
        division_path=procurement.project.division.path,
        params={"title": procurement.title},
    )
