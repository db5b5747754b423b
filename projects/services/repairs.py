"""The one chance of a bidder to repair a formal defect of a bid that was opened."""

from datetime import datetime, timedelta

from django.core.files import File
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.audit import services as audit
from portal.errors import Conflict, DomainError, constraint_of, given
from portal.evidence import services as evidence
from portal.inbox import services as inbox
from portal.users.models import User
from projects.models import Bidder, OpenedBid, Repair
from projects.selectors import thresholds
from projects.services import seats
from projects.services.openings import lock_evaluated

ASKED = gettext_noop("Repair your bid for “%(title)s”: %(missing)s")
_record = audit.Trail[Repair](
    "projects.repair", lambda repair: repair.opened_bid.bid.procurement.project.division.path
)


class RepairAskedAlready(Conflict):
    """A bid is repaired once."""


class NothingToRepair(DomainError):
    """The bid was not read, or was found invalid."""


class RepairOver(Conflict):
    """It was repaired already, or the time for it is over."""


@transaction.atomic
def ask(*, opened_bid: OpenedBid, missing: str, by: User, at: datetime) -> Repair:
    """Ask the bidder for what is missing, and tell whoever bids for the organization.

    The time for it is the district's parameter ``repair_hours``. Raises ``ReasonMissing``,
    ``NotEvaluated``, ``MemberManages``, ``NothingToRepair`` and ``RepairAskedAlready``.
    """
    missing = given(missing, _("Say what is missing: the bidder reads it."))
    procurement = lock_evaluated(opened_bid)
    seats.refuse_member(procurement, by=by)
    opened_bid.refresh_from_db()
    if not opened_bid.is_valid:
        raise NothingToRepair(_("This bid could not be read or was found invalid."))
    if Repair.objects.filter(opened_bid=opened_bid).exists():
        raise RepairAskedAlready(_("This bid was asked to be repaired once; there is no second."))
    division = procurement.project.division
    hours = int(thresholds.for_division(division, localdate(at))["repair_hours"])
    repair = Repair.objects.create(
        opened_bid=opened_bid,
        missing=missing,
        asked_by=by,
        asked_at=at,
        due_at=at + timedelta(hours=hours),
    )
    _record(repair, "ask", by=by, at=at, changes={"due_at": [None, repair.due_at.isoformat()]})
    organization = opened_bid.bid.organization
    bidders = Bidder.objects.filter(organization=organization, closed_at=None)
    inbox.notify(
        users=User.objects.filter(pk__in=bidders.values("user")),
        key=f"repair-{repair.pk}",
        text=ASKED,
        params={"title": procurement.title, "missing": missing},
        at=at,
        url_path=reverse("bid:repair", args=[repair.pk]),
        division_path=division.path,
        due_on=localdate(repair.due_at),
    )
    return repair


def answer(
    *, repair: Repair, text: str, upload: File | None, by: User, at: datetime
) -> Repair:
    """Repair a bid in words and, where one is needed, with a file. Takes seconds.

    Raises ``ReasonMissing``, ``EvidenceRefused`` and ``RepairOver``.
    """
    text = given(text, _("Say what you repaired."))
    file = evidence.store(upload=upload, by=by, at=at) if upload else None
    rows = Repair.objects.filter(pk=repair.pk, repaired_at=None)
    try:
        with transaction.atomic():
            # The database puts its own moment in the place of this one.
            won = rows.update(text=text, document=file, repaired_by=by, repaired_at=at)
            if won:
                _record(repair, "answer", by=by, at=at)
    except IntegrityError as error:
        if constraint_of(error) != "repair_once_in_time":
            raise
        won = 0
    repair.refresh_from_db()
    if not won:
        raise RepairOver(_("Nothing was kept: the bid was repaired already, or the time is over."))
    return repair
