"""Projects: entered with a number, corrected, moved along."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Length
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit, transition
from portal.users.models import User
from projects.models import Procurement, Project
from projects.models.procurement import ENDED_WITHOUT

_record = audit.Trail[Project]("projects.project", lambda project: project.division.path)
DRAFT = Procurement.Status.DRAFT


class MovedByItsProcurement(DomainError):
    """A project that is procured or contracted is moved by hand."""


@transaction.atomic
def enter(
    *,
    name: str,
    division: Division,
    field: str,
    purchaser: str,
    by: User,
    at: datetime,
    **details: Any,
) -> Project:
    """Enter a project under the next number of its district and year.

    The year is that of ``starts_on``, else of ``at``. ``details`` are further fields.
    """
    starts_on = details.get("starts_on")
    year = (starts_on or localdate(at)).year
    project = Project.objects.create(
        project_no=_next_number(division, year),
        name=name,
        division=division,
        field=field,
        purchaser=purchaser,
        **details,
    )
    _record(project, "enter", by=by, at=at, changes={"project_no": [None, project.project_no]})
    return project


def _next_number(division: Division, year: int) -> str:
    """``{district}-{year}-{seq4}``, five digits from 10000 on, one after the highest; the
    district's row is the turnstile."""
    district = Division.objects.select_for_update().get(code=division.district_code)
    prefix = f"{district.code}-{year}-"
    numbers = Project.objects.filter(project_no__startswith=prefix)
    # As numbers: as text, 9999 stands behind 10000.
    newest = numbers.order_by(Length("project_no").desc(), "-project_no")
    last = newest.values_list("project_no", flat=True).first()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


@transaction.atomic
def update(*, project: Project, version: int, by: User, at: datetime, **changes: Any) -> Project:
    """Correct fields, but neither number nor status. What is the same already writes nothing.

    Raises ``Conflict`` when somebody changed the project since ``version`` was read.
    """
    before = {field: getattr(project, field) for field in changes}
    changed = {field: value for field, value in changes.items() if before[field] != value}
    if not changed:
        return project
    edit(project, version=version, **changed)
    texts = audit.compared(before, changed)
    _record(project, "update", by=by, at=at, changes=texts)
    return project


@transaction.atomic
def change_status(
    *, project: Project, to: str, version: int, reason: str, by: User, at: datetime
) -> Project:
    """Move the project along its way by hand; ``reason`` names the document.

    Raises ``ReasonMissing``, ``MovedByItsProcurement`` and ``Conflict``.
    """
    reason = given(reason, _("Say why: name the document."))
    # A procurement that is prepared meanwhile waits for this row.
    Project.objects.select_for_update().get(pk=project.pk)
    own = project.procurements.exclude(status__in=(DRAFT, *ENDED_WITHOUT)).first()
    if own is not None:
        raise MovedByItsProcurement(
            _(
                "Procurement %(number)s of the project is “%(status)s”, and the project goes with"
                " it and its contract. End or complete these first."
            )
            % {"number": own.procurement_no, "status": own.get_status_display()}
        )
    return move(project=project, to=to, version=version, reason=reason, by=by, at=at)


@transaction.atomic
def move(
    *, project: Project, to: str, version: int, reason: str, by: User, at: datetime
) -> Project:
    """Move the project along with what moves it; ``reason`` names that. Raises ``Conflict``."""
    before = project.status
    transition(project, to, version=version)
    changes = {"status": [before, to]}
    _record(project, "change_status", by=by, at=at, changes=changes, reason=reason)
    return project
