"""The register of activity teams, which the township keeps."""

from datetime import date, datetime

from django.db import transaction

from organizations.models import ActivityTeam
from portal.audit import services as audit
from portal.jurisdictions.models import Division
from portal.users.models import User


@transaction.atomic
def file(
    *,
    name: str,
    division: Division,
    neighborhood: str,
    kind: str,
    by: User,
    at: datetime,
    founded_on: date | None = None,
    member_count: int | None = None,
    filing_no: str = "",
) -> ActivityTeam:
    """Enter a team that the township filed."""
    team = ActivityTeam.objects.create(
        name=name,
        division=division,
        neighborhood=neighborhood,
        kind=kind,
        founded_on=founded_on,
        member_count=member_count,
        filing_no=filing_no,
    )
    audit.record(
        action="organizations.team.file",
        by=by,
        at=at,
        target=team,
        division_path=division.path,
        changes={"name": [None, name]},
    )
    return team
