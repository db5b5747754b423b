"""What centers contribute to projects, counted at the moment at which it happens."""

from datetime import date, datetime

from django.db import transaction

from centers.models import Center
from organizations.models import Organization, WorkRecord
from organizations.services import work_records
from portal.users.models import User
from projects.models import Contribution, Match, Procurement, Project

# Of a column that has one.
LONGEST_TITLE: int = WorkRecord._meta.get_field("title").max_length or 0


@transaction.atomic
def enter(
    *,
    center: Center,
    function: str,
    happened_on: date,
    title: str,
    by: User,
    at: datetime,
    project: Project | None = None,
    procurement: Procurement | None = None,
    match: Match | None = None,
    organization: Organization | None = None,
    note: str = "",
) -> Contribution:
    """Enter a record of work of the center and what it came from: one of ``project``,
    ``procurement`` and ``match``. ``function`` is FN-23 or one of FN-41 to FN-45. A title that is
    too long is cut.

    Raises what ``work_records.enter`` raises.
    """
    record = work_records.enter(
        center=center,
        function=function,
        happened_on=happened_on,
        title=title[:LONGEST_TITLE],
        organization=organization,
        note=note,
        by=by,
        at=at,
    )
    return Contribution.objects.create(
        record=record, project=project, procurement=procurement, match=match
    )


@transaction.atomic
def withdraw(*, contribution: Contribution, reason: str, by: User, at: datetime) -> None:
    """Void the record of a contribution that did not take place after all."""
    work_records.void(record=contribution.record, reason=reason, by=by, at=at)
