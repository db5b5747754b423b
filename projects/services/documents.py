"""Files of projects."""

from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit import services as audit
from portal.errors import DomainError
from portal.evidence import services as evidence
from portal.evidence.models import EvidenceFile
from portal.users.models import User
from projects.models import Contract, Procurement, Project, ProjectDocument

MOST_FILES = 200
_record = audit.Trail[Project]("projects.project", lambda project: project.division.path)


class TooManyDocuments(DomainError):
    """A project has as many files as it can."""


def attach(
    *,
    project: Project,
    kind: str,
    title: str,
    upload: File,
    by: User,
    at: datetime,
    procurement: Procurement | None = None,
    contract: Contract | None = None,
    is_public: bool = False,
) -> ProjectDocument:
    """Check the file and keep it with the project. Takes seconds: call it before locking anything.

    Raises ``EvidenceRefused`` and ``TooManyDocuments``.
    """
    file = evidence.store(upload=upload, by=by, at=at)
    return keep(
        project=project,
        kind=kind,
        title=title,
        file=file,
        by=by,
        at=at,
        procurement=procurement,
        contract=contract,
        is_public=is_public,
    )


@transaction.atomic
def keep(
    *,
    project: Project,
    kind: str,
    title: str,
    file: EvidenceFile,
    by: User,
    at: datetime,
    procurement: Procurement | None = None,
    contract: Contract | None = None,
    is_public: bool = False,
) -> ProjectDocument:
    """Keep a file that was checked and stored before; for whoever does more with it in one
    transaction. Raises ``TooManyDocuments``."""
    Project.objects.select_for_update().get(pk=project.pk)
    if project.documents.count() >= MOST_FILES:
        raise TooManyDocuments(
            _("A project has at most %(most)s files. Put several papers into one file.")
            % {"most": MOST_FILES}
        )
    document = ProjectDocument.objects.create(
        project=project,
        procurement=procurement,
        contract=contract,
        kind=kind,
        title=title,
        file=file,
        is_public=is_public,
        added_by=by,
        added_at=at,
    )
    changes = {"file": [None, file.sha256], "kind": [None, kind]}
    _record(project, "attach", by=by, at=at, changes=changes)
    return document
