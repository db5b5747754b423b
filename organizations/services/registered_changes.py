"""登记变更: a registered name or domicile that changed on a day, with what held before."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Organization, OrganizationDomicile, OrganizationName
from organizations.selectors.names import initials_of
from organizations.services.organizations import record
from portal.cells import match_key
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.transitions import edit
from portal.users.models import User

ONE_DAY = timedelta(days=1)
Dated = type[OrganizationName] | type[OrganizationDomicile]


class ChangeRefused(DomainError):
    """A new name or domicile is none, or begins on a day on which it cannot."""


@transaction.atomic
def rename(
    *,
    organization: Organization,
    name: str,
    from_on: date,
    version: int,
    by: User,
    at: datetime,
    doc_no: str = "",
) -> Organization:
    """Give a new name from a day on; what it was called until then stays with its days.

    Raises ``ChangeRefused`` and ``Conflict``.
    """
    name = name.strip()
    if not name or match_key(name) == match_key(organization.name):
        raise ChangeRefused(
            _("Type the new name. What was only typed wrongly is corrected in the form.")
        )
    former = {"name": organization.name}
    edit(organization, version=version, name=name, initials=initials_of(name))
    begins = _begin(OrganizationName, organization, former, from_on, by=by, at=at)
    begins.objects.create(
        organization=organization,
        name=name,
        from_on=from_on,
        doc_no=doc_no.strip(),
        entered_by=by,
        entered_at=at,
    )
    changes = {"name": [former["name"], name], "from_on": [None, from_on.isoformat()]}
    record(organization, "rename", by=by, at=at, changes=changes, reason=doc_no.strip())
    return organization


@transaction.atomic
def move(
    *,
    organization: Organization,
    address: str,
    division: Division,
    from_on: date,
    version: int,
    by: User,
    at: datetime,
    doc_no: str = "",
) -> Organization:
    """Give a new domicile from a day on; where it was until then stays with its days.

    Raises ``ChangeRefused`` and ``Conflict``.
    """
    address = address.strip()
    if not address or (address, division) == (organization.domicile, organization.division):
        raise ChangeRefused(
            _("Type the new domicile. What was only typed wrongly is corrected in the form.")
        )
    former = {"address": organization.domicile, "division": organization.division}
    edit(organization, version=version, domicile=address, division=division)
    begins = _begin(OrganizationDomicile, organization, former, from_on, by=by, at=at)
    begins.objects.create(
        organization=organization,
        address=address,
        division=division,
        from_on=from_on,
        doc_no=doc_no.strip(),
        entered_by=by,
        entered_at=at,
    )
    changes = {
        "domicile": [former["address"], address],
        "division": [str(former["division"]), str(division)],
        "from_on": [None, from_on.isoformat()],
    }
    record(organization, "move", by=by, at=at, changes=changes, reason=doc_no.strip())
    return organization


def _begin(
    model: Dated,
    organization: Organization,
    former: Mapping[str, Any],
    from_on: date,
    *,
    by: User,
    at: datetime,
) -> Any:
    """End what holds now on the day before; where nothing is dated yet, it held since the
    registration. Gives the model back, for the row that begins; the organization is locked."""
    if from_on > localdate(at):
        raise ChangeRefused(
            _("%(day)s has not come yet: enter the change once it holds.")
            % {"day": from_on.isoformat()}
        )
    open_rows: Any = model.objects
    standing = open_rows.filter(organization=organization, to_on=None).first()
    since = standing.from_on if standing else organization.registered_on
    if since is not None and from_on <= since:
        raise ChangeRefused(
            _("What holds now began on %(day)s; the change has to come after it.")
            % {"day": since.isoformat()}
        )
    ends = from_on - ONE_DAY
    if standing is None:
        open_rows.create(
            organization=organization,
            **former,
            from_on=since,
            to_on=ends,
            entered_by=by,
            entered_at=at,
        )
    else:
        open_rows.filter(pk=standing.pk).update(to_on=ends)
    return model
