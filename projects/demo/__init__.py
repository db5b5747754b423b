"""Invented projects of the demonstration district, from a need to the last payment.

Everything is entered by the services, as the office does it. What happened long ago was bought
without bids; what is bought by sealed bids happens at the moment of the loading, because the
database's own clock stamps bids and openings.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.workdays import selectors as workdays
from portal.workdays import services as calendars
from projects.demo import contracts, needs, plans, sealed
from projects.demo.cast import Cast
from projects.services import bidders

# The account of the demonstration that bids for an organization.
CONTACT = bidders.ROLE
# Windows and last days of what is announced and signed today reach so far.
REACH = timedelta(60)


def load(*, district: Division, by: User, at: datetime) -> dict[str, Any]:
    """Enter needs, offers and introductions; plans at every stage; procurements that receive bids,
    wait for their opening, are judged, and are done; contracts with payments and what follows."""
    cast = Cast.of(district=district, by=by, at=at)
    _enter_years(cast)
    needs.load(cast)
    plans.load(cast)
    contracts.load(cast)
    sealed.load(cast)
    return {}


def _enter_years(cast: Cast) -> None:
    """The years that windows reach into and no arrangement is known of: with the holidays that the
    law names, until somebody enters the real one."""
    last = localdate(cast.at + REACH).year
    for year in range(workdays.load().known_through().year + 1, last + 1):
        calendars.enter_year(
            year=year,
            document="演示数据，非国务院安排",
            off_days=[date(year, month, day) for month, day in calendars.FIXED_HOLIDAYS],
            working_days=[],
            by=cast.chief,
            at=cast.at,
        )
