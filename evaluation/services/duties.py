"""Records of what a district bureau did of its duties: entered, proven, settled, voided.

Nothing is edited. Whatever changes lets the duties of the district be judged again.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from centers.models.event import EARLIEST_YEAR
from evaluation.models import DutyCenter, DutyEvidence, DutyRecord
from evaluation.services import evaluations
from portal import voids
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.evidence.models import EvidenceFile
from portal.jurisdictions.models import Division
from portal.transitions import edit_if
from portal.users.models import User


class NotADistrict(DomainError):
    """Duties are recorded for a district."""


class DayStillToCome(DomainError):
    """Something is recorded that has not happened yet, or ended before it began."""


class RecordedElsewhere(DomainError):
    """What this duty is judged by comes from the coordination events."""


class CentersMissing(DomainError):
    """A record of this kind says which centers took part, all of the district."""


class YearNotOver(DomainError):
    """That a year had none can be said once it is over."""


class Contradiction(DomainError):
    """A record, and the statement that the year had none, exclude each other."""


class ResultUnfit(DomainError):
    """A record of this kind does not come to such a result."""


@transaction.atomic
def record(
    *,
    district: Division,
    kind: str,
    title: str,
    starts_on: date,
    by: User,
    at: datetime,
    ends_on: date | None = None,
    centers: Iterable[Center] = (),
    files: Iterable[EvidenceFile] = (),
    **details: Any,
) -> DutyRecord:
    """Enter what the bureau of ``district`` did; ``details`` are further fields.

    Raises ``NotADistrict``, ``RecordedElsewhere``, ``DayStillToCome``, ``CentersMissing``,
    ``Contradiction``.
    """
    _hold(district)
    if kind in DutyRecord.BY_EVENTS:
        raise RecordedElsewhere(
            _("Exchange and cooperation are entered as coordination events, with their minutes.")
        )
    is_lasting = kind in DutyRecord.LASTING
    _check_days(starts_on, ends_on if is_lasting else starts_on, localdate(at))
    taking_part = list(centers)
    _check_centers(district, kind, taking_part)
    new = DutyRecord(
        district=district,
        kind=kind,
        title=title.strip(),
        starts_on=starts_on,
        ends_on=ends_on if is_lasting else starts_on,
        recorded_by=by,
        recorded_at=at,
        **details,
    )
    _check_not_denied(new, starts_on)
    if kind in DutyRecord.RESULTS and not new.result:
        new.result = DutyRecord.Result.PENDING
    new.save()
    DutyCenter.objects.bulk_create(DutyCenter(record=new, center=one) for one in taking_part)
    _attach(new, files, by=by, at=at)
    changes = {"kind": [None, kind], "starts_on": [None, starts_on.isoformat()]}
    _tell(new, "record", by=by, at=at, changes=changes)
    return new


@transaction.atomic
def declare_none(
    *, district: Division, kind: str, year: int, note: str, by: User, at: datetime
) -> DutyRecord:
    """State that a year had none of a kind: the duty then counts as not met instead of unknown.

    Raises ``NotADistrict``, ``YearNotOver``, ``Contradiction``.
    """
    _hold(district)
    if not EARLIEST_YEAR <= year < localdate(at).year:
        raise YearNotOver(
            _("%(year)s is not over. That it had none can be stated from 1 January %(next)s.")
            % {"year": year, "next": year + 1}
        )
    standing = DutyRecord.objects.valid().filter(district=district, kind=kind)
    told = standing.filter(none_in_year=None).touching(year).first()
    if told:
        raise Contradiction(
            _("“%(title)s” is recorded for %(year)s. Void it first if it is wrong.")
            % {"title": told.title, "year": year}
        )
    if standing.filter(none_in_year=year).exists():
        raise Contradiction(_("This was stated already; nothing was changed."))
    new = DutyRecord.objects.create(
        district=district,
        kind=kind,
        none_in_year=year,
        title=note.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    changes = {"kind": [None, kind], "none_in_year": [None, year]}
    _tell(new, "declare_none", by=by, at=at, changes=changes)
    return new


@transaction.atomic
def prove(
    *, record: DutyRecord, files: Iterable[EvidenceFile], by: User, at: datetime
) -> None:
    """Attach files to a record that stands."""
    _hold_standing(record)
    names = _attach(record, files, by=by, at=at)
    _tell(record, "prove", by=by, at=at, changes={"evidence": [None, names]})


@transaction.atomic
def settle(*, record: DutyRecord, result: str, by: User, at: datetime) -> None:
    """Enter what an application or a complaint came to; once."""
    _hold_standing(record)
    if result not in DutyRecord.RESULTS.get(record.kind, ())[1:]:
        raise ResultUnfit(_("A record of this kind cannot come to this result."))
    pending = Q(result=DutyRecord.Result.PENDING)
    if not edit_if(record, pending, result=result, settled_by=by, settled_at=at):
        raise Conflict(
            _("Nothing was changed: the result is already “%(result)s”.")
            % {"result": record.get_result_display()}
        )
    _tell(record, "settle", by=by, at=at, changes={"result": ["pending", result]})


@transaction.atomic
def void(*, record: DutyRecord, reason: str, by: User, at: datetime) -> None:
    """Take a record back; it stays on file with the reason."""
    reason = given(reason, _("Say why the record is voided: the reason stays with it."))
    _hold_standing(record)
    voids.void(record, reason=reason, by=by, at=at)
    _tell(record, "void", by=by, at=at, changes={"voided": [False, True]}, reason=reason)


def _hold(district: Division) -> None:
    """One hand at a time: a record and the statement that there was none cannot pass each other."""
    if district.kind != Division.Kind.DISTRICT:
        text = _("Duties are those of a district; %(name)s is none.")
        raise NotADistrict(text % {"name": district})
    Division.objects.select_for_update(no_key=True).get(pk=district.pk)


def _hold_standing(record: DutyRecord) -> None:
    held = DutyRecord.objects.select_for_update(of=("self",)).get(pk=record.pk)
    if held.voided_at:
        raise Conflict(_("Nothing was changed: this record was voided."))


def _check_days(starts_on: date, ends_on: date | None, today: date) -> None:
    if starts_on > today:
        raise DayStillToCome(
            _("%(day)s is still to come. Enter it once it happened or took effect.")
            % {"day": starts_on}
        )
    if ends_on is not None and ends_on < starts_on:
        raise DayStillToCome(
            _("%(end)s lies before %(start)s. Correct one of the two.")
            % {"end": ends_on, "start": starts_on}
        )


def _check_centers(district: Division, kind: str, centers: list[Center]) -> None:
    if kind in DutyRecord.OF_CENTERS and not centers:
        raise CentersMissing(_("Choose the centers that took part: the duty is counted by them."))
    strangers = [one for one in centers if one.division.district_code != district.code]
    if strangers:
        raise CentersMissing(
            _("%(center)s belongs to another district.") % {"center": strangers[0]}
        )


def _check_not_denied(new: DutyRecord, starts_on: date) -> None:
    """No year that the record touches was said to have had none."""
    denied = DutyRecord.objects.valid().filter(
        district=new.district, kind=new.kind, none_in_year__gte=starts_on.year
    )
    if new.ends_on is not None:
        denied = denied.filter(none_in_year__lte=new.ends_on.year)
    statement = denied.order_by("none_in_year").first()
    if statement:
        raise Contradiction(
            _("It was stated that %(year)s had none. Void that statement first if it is wrong.")
            % {"year": statement.none_in_year}
        )


def _attach(
    record: DutyRecord, files: Iterable[EvidenceFile], *, by: User, at: datetime
) -> str:
    """Names of the files that are attached now."""
    new = [DutyEvidence(record=record, file=file, added_by=by, added_at=at) for file in files]
    DutyEvidence.objects.bulk_create(new)
    return "、".join(one.file.original_name for one in new)


def _tell(record: DutyRecord, verb: str, *, by: User, at: datetime, **what: Any) -> None:
    """Write the trail, and let the duties of the district be judged again."""
    audit.record(
        action=f"evaluation.duty.{verb}",
        by=by,
        at=at,
        target=record,
        division_path=record.district.path,
        **what,
    )
    evaluations.request_duties(district=record.district, at=at)
