"""The papers of a case: materials ticked off, evidence attached, who came."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from organizations.models import (
    ActivityTeam,
    Attendance,
    Case,
    CaseEvidence,
    CaseMaterial,
    Organization,
)
from organizations.models.attendance import ATTENDED
from organizations.services import cases
from portal.errors import DomainError
from portal.evidence import services as evidence
from portal.users.models import User

MOST_FILES = 50


class TooManyFiles(DomainError):
    """A case has as many files as it can."""


class AttendanceMisplaced(DomainError):
    """Who came is noted of a case that nobody comes to."""


class AttendanceUnclear(DomainError):
    """A line of attendance names neither one organization nor one team, or names it twice."""


class Present(NamedTuple):
    """One line of a sign-in list: an organization or a team, how many came, and its head?"""

    organization: Organization | None = None
    team: ActivityTeam | None = None
    people: int = 1
    is_head: bool = False


@transaction.atomic
def set_materials(
    *, case: Case, rows: Mapping[str, tuple[str, str]], by: User, at: datetime
) -> Case:
    """Tick materials off: code → state and note. A code that is not on the list yet is put there;
    what is the same already writes nothing. Raises ``CaseDropped``."""
    held = cases.lock(case)
    known = {material.code: material for material in held.materials.all()}
    told = {}
    for code, (state, note) in rows.items():
        before = known.get(code)
        if before and (before.state, before.note) == (state, note):
            continue
        told[code] = [before and before.state, state]
        CaseMaterial.objects.update_or_create(
            case=held,
            code=code,
            defaults={"state": state, "note": note, "changed_by": by, "changed_at": at},
        )
    if told:
        cases.trail(held, "set_materials", by=by, at=at, changes=told)
    return held


def attach(*, case: Case, upload: File, title: str, by: User, at: datetime) -> CaseEvidence:
    """Check the file and keep it with the case. Raises ``EvidenceRefused``, ``TooManyFiles``,
    ``CaseDropped``."""
    file = evidence.store(upload=upload, by=by, at=at)
    with transaction.atomic():
        held = cases.lock(case)
        if held.evidence.count() >= MOST_FILES:
            raise TooManyFiles(
                _("A case has at most %(most)s files. Put several papers into one file.")
                % {"most": MOST_FILES}
            )
        kept = CaseEvidence.objects.create(
            case=held, file=file, title=title, added_by=by, added_at=at
        )
        cases.trail(held, "attach", by=by, at=at, changes={"file": [None, file.sha256]})
    return kept


@transaction.atomic
def attend(*, case: Case, rows: Iterable[Present], by: User, at: datetime) -> Case:
    """Write down who came; the list given takes the place of the one before.

    The record of the case follows. Raises ``AttendanceMisplaced``, ``AttendanceUnclear``,
    ``SubjectElsewhere``.
    """
    held = cases.lock(case)
    if held.kind not in ATTENDED:
        raise AttendanceMisplaced(
            _("Who came is noted of trainings, of activities for teams and of participation.")
        )
    listed = list(rows)
    _refuse_unclear(listed)
    for row in listed:
        cases.refuse_elsewhere(held.center, row.organization, row.team)
    before = held.attendances.count()
    held.attendances.all().delete()
    Attendance.objects.bulk_create(Attendance(case=held, **row._asdict()) for row in listed)
    cases.trail(held, "attend", by=by, at=at, changes={"attendances": [before, len(listed)]})
    cases.recount(held, by=by, at=at)
    return held


def _refuse_unclear(rows: list[Present]) -> None:
    subjects = [row.organization or row.team for row in rows]
    if None in subjects:
        raise AttendanceUnclear(_("Each line names an organization or a team."))
    named = [(type(subject), subject and subject.pk) for subject in subjects]
    for position, subject in enumerate(subjects):
        if named.index(named[position]) != position:
            raise AttendanceUnclear(
                _("“%(name)s” is on the list twice. Put it on one line.") % {"name": subject}
            )
