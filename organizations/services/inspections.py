"""One organization's inspection: moved on, concluded as the authority notified, and helped with."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import Inspection, InspectionHelp, InspectionMaterial
from organizations.models.work_record import ANNUAL_INSPECTIONS
from organizations.rules import inspections as rules
from organizations.services import nobody_due, work_records
from portal import voids
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.transitions import transition
from portal.users.models import User

Status = Inspection.Status
_record = audit.Trail[Inspection](
    "organizations.inspection", lambda inspection: inspection.division_path
)


class DayRefused(DomainError):
    """A day has not come yet, or lies before what it follows."""


class ConclusionRefused(DomainError):
    """A conclusion without the document that notified it, or of a report that has none."""


class HelpMisplaced(DomainError):
    """A center helps outside its township, or with an inspection that nothing is asked of."""


class CompletenessUnclear(DomainError):
    """A check without its result, or a result of something that is no check."""


@transaction.atomic
def move(
    *,
    inspection: Inspection,
    to: str,
    version: int,
    on: date,
    by: User,
    at: datetime,
    reason: str = "",
) -> Inspection:
    """Note how far it is since ``on``. The first filing stays the day it was filed, however often
    it is sent back; conclusions come by ``notify_conclusion``.

    Raises ``DayRefused``, ``ReasonMissing`` and ``Conflict``.
    """
    _refuse_day(inspection, on, at)
    if to == Status.CONCLUDED:
        raise ConclusionRefused(_("A conclusion is entered as the authority notified it."))
    if to == Status.EXEMPT:
        reason = given(reason, _("Say why nothing is asked of it this year."))
    before = inspection.status
    transition(inspection, to, version=version, **_changes(inspection, to, on))
    _record(
        inspection,
        "move",
        by=by,
        at=at,
        changes={"status": [before, to], "on": [None, on.isoformat()]},
        reason=reason.strip(),
    )
    if Status.EXEMPT in (before, to):
        nobody_due.note(
            division=inspection.organization.division, year=inspection.year, by=by, at=at
        )
    return inspection


@transaction.atomic
def notify_conclusion(
    *,
    inspection: Inspection,
    conclusion: str,
    concluded_on: date,
    doc_no: str,
    version: int,
    by: User,
    at: datetime,
) -> Inspection:
    """Enter what the registration authority notified. Raises ``ConclusionRefused``, ``DayRefused``
    and ``Conflict``."""
    if inspection.kind == rules.CHARITY_REPORT:
        raise ConclusionRefused(_("A charity's annual report is filed; nobody concludes it."))
    if not doc_no.strip():
        raise ConclusionRefused(_("Name the document by which the authority notified it."))
    _refuse_day(inspection, concluded_on, at)
    if inspection.filed_on and concluded_on < inspection.filed_on:
        raise DayRefused(
            _("It was filed on %(day)s; a conclusion cannot be earlier.")
            % {"day": inspection.filed_on}
        )
    transition(
        inspection,
        Status.CONCLUDED,
        version=version,
        conclusion=conclusion,
        concluded_on=concluded_on,
        doc_no=doc_no.strip(),
    )
    _record(
        inspection,
        "notify_conclusion",
        by=by,
        at=at,
        changes={"conclusion": [None, conclusion], "on": [None, concluded_on.isoformat()]},
        reason=doc_no.strip(),
    )
    return inspection


@transaction.atomic
def help(  # noqa: A001
    *,
    inspection: Inspection,
    kind: str,
    happened_on: date,
    center: Center,
    by: User,
    at: datetime,
    text: str = "",
    is_complete: bool | None = None,
) -> InspectionHelp:
    """Note what a center did. Its first help with an inspection enters a work record of FN-12.

    Raises ``HelpMisplaced``, ``CompletenessUnclear`` and ``DayRefused``.
    """
    # Held, so that of two who help at once only one is the first.
    held = (
        Inspection.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organization__division")
        .get(pk=inspection.pk)
    )
    _refuse_help(held, center)
    if (is_complete is not None) != (kind == InspectionHelp.Kind.PRECHECK):
        raise CompletenessUnclear(
            _("Say of a check whether the papers are complete; only a check has that result.")
        )
    _refuse_day(held, happened_on, at)
    is_first = not held.helps.valid().filter(center=center, record__isnull=False).exists()
    if held.center_id is None:
        Inspection.objects.filter(pk=held.pk).update(center=center)
    given = InspectionHelp.objects.create(
        inspection=held,
        kind=kind,
        happened_on=happened_on,
        text=text,
        is_complete=is_complete,
        center=center,
        by=by,
        at=at,
        record=_count(held, center, happened_on, by, at) if is_first else None,
    )
    _record(held, "help", by=by, at=at, changes={"kind": [None, kind]})
    return given


@transaction.atomic
def void_help(*, help: InspectionHelp, reason: str, by: User, at: datetime) -> InspectionHelp:  # noqa: A002
    """Take back help that was entered by mistake: it stays on record with the reason and helps
    nobody. Where it was the one that counts, the center's next help with the inspection counts in
    its place.

    Raises ``ReasonMissing``, and ``Conflict`` when it was taken back already.
    """
    reason = given(reason, _("Say why the help is taken back."))
    held = (
        Inspection.objects.select_for_update(no_key=True, of=("self",))
        .select_related("organization__division")
        .get(pk=help.inspection_id)
    )
    voids.void(help, reason=reason, by=by, at=at)
    if help.record is not None:
        work_records.void(record=help.record, reason=reason, by=by, at=at)
        following = held.helps.valid().filter(center=help.center_id).order_by("happened_on", "pk")
        if next_one := following.select_related("center").first():
            record = _count(held, next_one.center, next_one.happened_on, by, at)
            InspectionHelp.objects.filter(pk=next_one.pk).update(record=record)
    _record(held, "void_help", by=by, at=at, changes={"kind": [help.kind, None]}, reason=reason)
    return help


@transaction.atomic
def set_material(
    *, inspection: Inspection, code: str, state: str, by: User, at: datetime, note: str = ""
) -> InspectionMaterial:
    """Note of one paper whether it is there. What is noted already writes nothing."""
    held = Inspection.objects.select_for_update(no_key=True).get(pk=inspection.pk)
    known = held.materials.filter(code=code).first()
    if known and (known.state, known.note) == (state, note):
        return known
    before = known.state if known else None
    noted, _is_new = InspectionMaterial.objects.update_or_create(
        inspection=held,
        code=code,
        defaults={"state": state, "note": note, "changed_by": by, "changed_at": at},
    )
    _record(held, "set_material", by=by, at=at, changes={code: [before, state]})
    return noted


@transaction.atomic
def set_materials(
    *, inspection: Inspection, papers: Iterable[Mapping[str, str]], by: User, at: datetime
) -> None:
    """Note several papers at once; each of ``papers`` has a code, a state and a note."""
    for paper in papers:
        set_material(inspection=inspection, **paper, by=by, at=at)


def _changes(inspection: Inspection, to: str, on: date) -> dict[str, Any]:
    """What is written beside the status."""
    if to == Status.WITH_UNIT:
        return {"to_unit_on": on}
    if to == Status.WITH_AUTHORITY:
        return {"filed_on": inspection.filed_on or on}
    if to == Status.RETURNED:
        return {"returned_on": on, "return_count": inspection.return_count + 1}
    reason = Inspection.ExemptReason.OTHER if to == Status.EXEMPT else None
    return {"exempt_reason": reason}


def _refuse_day(inspection: Inspection, on: date, at: datetime) -> None:
    if on > localdate(at):
        raise DayRefused(_("%(day)s has not come yet.") % {"day": on})
    if on <= date(inspection.year, 12, 31):
        raise DayRefused(
            _("%(year)s is inspected after its end: %(day)s lies before it.")
            % {"year": inspection.year, "day": on}
        )


def _refuse_help(inspection: Inspection, center: Center) -> None:
    organization = inspection.organization
    if organization.division_id != center.division_id:
        raise HelpMisplaced(
            _("%(organization)s is not in the township of %(center)s.")
            % {"organization": organization, "center": center}
        )
    if inspection.status == Status.EXEMPT:
        raise HelpMisplaced(
            _("Nothing is asked of %(organization)s for %(year)s: it is exempt.")
            % {"organization": organization, "year": inspection.year}
        )


def _count(
    inspection: Inspection, center: Center, happened_on: date, by: User, at: datetime
) -> Any:
    """The work record; its title is read by everybody, so it is in the portal's first language."""
    with translation.override(settings.LANGUAGE_CODE):
        title = f"{inspection.year} {inspection.get_kind_display()}"
    return work_records.enter(
        center=center,
        function=ANNUAL_INSPECTIONS,
        happened_on=happened_on,
        title=title,
        served=inspection.organization.name,
        organization=inspection.organization,
        by=by,
        at=at,
    )
