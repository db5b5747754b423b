"""Records of work: entered, and voided where they were wrong."""

from calendar import monthrange
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import FUNCTIONS, Center
from centers.signals import facts_changed
from organizations.models import ActivityTeam, Case, Organization, WorkRecord
from organizations.models.work_record import ANNUAL_INSPECTIONS, BY_SUPPORT_KIND, ZERO_REPORTED
from organizations.selectors.origins import origins
from portal import voids
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.users.models import User


class WorkStillToCome(DomainError):
    """Work is recorded for a day that has not come."""


class FunctionUnknown(DomainError):
    """The function is none of part 二."""


class SupportKindUnclear(DomainError):
    """A support service without its kind, or a kind of something that is no support service."""


class ZeroReportMisplaced(DomainError):
    """Only early warning knows zero reports."""


class EnteredElsewhere(DomainError):
    """A record that a case, a help, a step or a report entered is voided by hand."""


class CountedAlready(DomainError):
    """The case is in the figures already."""


class MonthNotOver(DomainError):
    """A month is closed before it is over."""


class MonthReported(DomainError):
    """A month in which something was reported, or that is closed already, is no zero."""


# Kept with the record that it voids, whoever reads it.
REPORTED_AFTER_ALL = "当月已报告预警线索，零报告作废"


@transaction.atomic
def enter(
    *,
    center: Center,
    function: str,
    happened_on: date,
    title: str,
    by: User,
    at: datetime,
    served: str = "",
    participant_count: int | None = None,
    support_kind: str | None = None,
    is_zero_report: bool = False,
    note: str = "",
    case: Case | None = None,
    organization: Organization | None = None,
    team: ActivityTeam | None = None,
) -> WorkRecord:
    """Record one piece of work; the center's figures follow at once.

    A zero report closes its month, and a report of early warning voids the zero of its month:
    there was something after all. Raises ``FunctionUnknown``, ``WorkStillToCome``,
    ``SupportKindUnclear``, ``ZeroReportMisplaced``, ``CountedAlready`` for a case that counts in
    this year, ``MonthNotOver``, and ``MonthReported`` for a zero of a month in which something was
    reported or that is closed.
    """
    if function not in FUNCTIONS:
        raise FunctionUnknown(
            _("“%(code)s” is none of the functions that centers report on.") % {"code": function}
        )
    if is_zero_report and function != ZERO_REPORTED:
        raise ZeroReportMisplaced(_("Only early warning is reported with a zero report."))
    if is_zero_report:
        _refuse_no_zero(center, happened_on, localdate(at))
    if happened_on > localdate(at):
        raise WorkStillToCome(
            _("%(day)s has not come yet: record the work once it is done.") % {"day": happened_on}
        )
    if (support_kind is not None) != (function == BY_SUPPORT_KIND):
        raise SupportKindUnclear(
            _("Say which kind of support service it was; only support services have a kind.")
        )
    if function == ZERO_REPORTED and not is_zero_report:
        _lock(center)
        for zero in _reports_of(center, happened_on).filter(is_zero_report=True):
            void(record=zero, reason=REPORTED_AFTER_ALL, by=by, at=at)
    record = WorkRecord(
        center=center,
        function=function,
        happened_on=happened_on,
        title=title,
        served=served,
        participant_count=participant_count,
        support_kind=support_kind,
        is_zero_report=is_zero_report,
        note=note,
        case=case,
        organization=organization,
        team=team,
        recorded_by=by,
        recorded_at=at,
    )
    _insert(record)
    told = {"function": [None, function], "happened_on": [None, happened_on.isoformat()]}
    _record(record, "enter", by=by, at=at, changes=told)
    return record


def _lock(center: Center) -> None:
    """Reports of one center are entered one after another."""
    Center.objects.select_for_update(no_key=True).get(pk=center.pk)


def _reports_of(center: Center, day: date) -> "QuerySet[WorkRecord]":
    found = WorkRecord.objects.valid().filter(center=center, function=ZERO_REPORTED)
    return found.filter(happened_on__year=day.year, happened_on__month=day.month)


def _refuse_no_zero(center: Center, day: date, today: date) -> None:
    """Hold the reports of the center, and refuse a zero of a month that is none."""
    shown = {"month": f"{day:%Y-%m}"}
    if day.replace(day=monthrange(day.year, day.month)[1]) > today:
        raise MonthNotOver(_("%(month)s is not over: close it on its last day or later.") % shown)
    _lock(center)
    before = list(_reports_of(center, day))
    if any(record.is_zero_report for record in before):
        raise MonthReported(_("%(month)s is closed already.") % shown)
    if before:
        raise MonthReported(
            _("Something was reported in %(month)s, so there is no zero to report.") % shown
        )


def _insert(record: WorkRecord) -> None:
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError as error:
        if "workrecord_case_counts_once_a_year" in str(error):
            raise CountedAlready(
                _("Case %(number)s counts in %(year)s already.")
                % {"number": record.case and record.case.case_no, "year": record.happened_on.year}
            ) from error
        raise


@transaction.atomic
def note_none_due(*, center: Center, year: int, by: User, at: datetime) -> WorkRecord | None:
    """Note that in the township of a center nobody is due for the inspections that ``year`` is
    taken up with; None where it is noted already. It adds to no figure."""
    _lock(center)
    if _none_due(center, year).exists():
        return None
    # Everybody reads it, whatever language the screen of the officer is in.
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Annual inspection of %(year)s: no organization of the township is due") % {
            "year": year - 1
        }
    record = WorkRecord(
        center=center,
        function=ANNUAL_INSPECTIONS,
        happened_on=min(localdate(at), date(year, 12, 31)),
        title=title,
        is_none_due=True,
        recorded_by=by,
        recorded_at=at,
    )
    _insert(record)
    _record(record, "note_none_due", by=by, at=at, changes={"year": [None, str(year)]})
    return record


@transaction.atomic
def void_none_due(*, center: Center, year: int, by: User, at: datetime) -> None:
    """Somebody is due after all: what ``note_none_due`` noted is voided, where it was."""
    with translation.override(settings.LANGUAGE_CODE):
        reason = _("An organization of the township is due after all.")
    for record in _none_due(center, year).select_related("center__division"):
        void(record=record, reason=reason, by=by, at=at)


def _none_due(center: Center, year: int) -> "QuerySet[WorkRecord]":
    found = WorkRecord.objects.valid().filter(center=center, happened_on__year=year)
    return found.filter(is_none_due=True)


@transaction.atomic
def void(*, record: WorkRecord, reason: str, by: User, at: datetime) -> WorkRecord:
    """Take a wrong record out of every figure; it stays on record with the reason.

    Raises ``ReasonMissing``, and ``Conflict`` when it was voided already.
    """
    reason = given(reason, _("Say why the record is voided."))
    voids.void(record, reason=reason, by=by, at=at)
    _record(record, "void", by=by, at=at, reason=reason)
    return record


@transaction.atomic
def withdraw(*, record: WorkRecord, reason: str, by: User, at: datetime) -> WorkRecord:
    """Void a record that was entered by hand.

    Raises ``EnteredElsewhere`` for one that something else entered, and what ``void`` raises.
    """
    if record.is_none_due:
        raise EnteredElsewhere(
            _("This was found when the annual inspection was opened; the district bureau keeps it.")
        )
    origin = origins([record]).get(record.pk)
    if origin:
        raise EnteredElsewhere(
            _(
                "This record was entered by “%(origin)s”: correct or drop that, and the record "
                "follows."
            )
            % {"origin": origin.label}
        )
    return void(record=record, reason=reason, by=by, at=at)


def _record(
    record: WorkRecord,
    verb: str,
    *,
    by: User,
    at: datetime,
    changes: dict[str, list[str | None]] | None = None,
    reason: str = "",
) -> None:
    audit.record(
        action=f"organizations.work_record.{verb}",
        by=by,
        at=at,
        target=record,
        division_path=record.center.division.path,
        changes=changes or {},
        reason=reason,
    )
    facts_changed.send(sender=WorkRecord, center_ids=[record.center_id], at=at, kinds=set())
