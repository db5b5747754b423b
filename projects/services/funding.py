"""Where the money of a project comes from: sources added, and removed with a reason."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from portal import voids
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.users.models import User
from projects.models import FundingSource, Project

_record = audit.Trail[Project]("projects.project", lambda project: project.division.path)


class SourceEmpty(DomainError):
    """A source of money that brings none."""


@transaction.atomic
def add(
    *,
    project: Project,
    kind: str,
    amount_yuan: Decimal,
    by: User,
    at: datetime,
    payer: str = "",
    doc_no: str = "",
) -> FundingSource:
    """Add one source of money in yuan. Raises ``SourceEmpty``."""
    if amount_yuan <= 0:
        raise SourceEmpty(_("A source brings more than 0 yuan. Leave out what brings nothing."))
    source = FundingSource.objects.create(
        project=project,
        kind=kind,
        amount_yuan=amount_yuan,
        payer=payer,
        doc_no=doc_no,
        entered_by=by,
        entered_at=at,
    )
    told = {"source": [None, f"{kind} {amount_yuan}"]}
    _record(project, "add_source", by=by, at=at, changes=told)
    return source


@transaction.atomic
def remove(*, source: FundingSource, reason: str, by: User, at: datetime) -> FundingSource:
    """Take a wrong source out of the sum; it stays on record with the reason.

    Raises ``ReasonMissing``, and ``Conflict`` when it was removed already.
    """
    reason = given(reason, _("Say why the source is removed."))
    voids.void(source, reason=reason, by=by, at=at)
    told = {"source": [f"{source.kind} {source.amount_yuan}", None]}
    _record(source.project, "remove_source", by=by, at=at, changes=told, reason=reason)
    return source
