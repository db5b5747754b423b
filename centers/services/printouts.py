"""Filings on paper: what leaves the portal is an accepted filing, and somebody asked for it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from centers.models import Filing
from portal.audit import services as audit
from portal.errors import DomainError
from portal.users.models import User


class FilingNotAccepted(DomainError):
    """The filing can still change, or was given up."""


@transaction.atomic
def issue(*, filing: Filing, suffix: str, by: User, at: datetime) -> None:
    """Record that ``by`` takes the filing as a file; raises ``FilingNotAccepted``."""
    if filing.status == Filing.Status.WITHDRAWN:
        raise FilingNotAccepted(
            _("This filing was withdrawn, so nothing of it can be printed. Print another one.")
        )
    if filing.status != Filing.Status.ACCEPTED:
        raise FilingNotAccepted(
            _(
                "This filing is “%(status)s” and can still change. It can be printed as soon as"
                " the bureau has accepted every section of it."
            )
            % {"status": filing.get_status_display()}
        )
    audit.record(
        action="centers.filing.print",
        by=by,
        at=at,
        target=filing,
        division_path=filing.division_path,
        changes={"format": [None, suffix]},
    )
