"""Early warnings from the clue to the end: reported, looked into, warned of, handled, released.

The center reports, and adds what it learns; the bureau decides. Nothing here is ever published.
"""

from calendar import monthrange
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import (
    ActivityTeam,
    EarlyWarning,
    Organization,
    WarningStep,
    WorkRecord,
)
from organizations.models.warning import Handling, Level
from organizations.models.work_record import ZERO_REPORTED
from organizations.rules.warnings import CODES, GENERAL
from organizations.selectors import early_warnings, thresholds
from organizations.services import warning_news, work_records
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.transitions import edit, transition
from portal.users.models import User

Status = EarlyWarning.Status
# Longest title of a work record.
TITLE_LENGTH = 120
_record = audit.Trail[EarlyWarning](
    "organizations.warning", lambda warning: warning.subject.division.path
)


class OutOfReach(DomainError):
    """A center reports on what does not lie in its township, or on itself."""


class ReportStillToCome(DomainError):
    """A clue of a day that has not come."""


@transaction.atomic
def report(
    *,
    center: Center,
    code: str,
    text: str,
    happened_on: date,
    by: User,
    at: datetime,
    organization: Organization | None = None,
    team: ActivityTeam | None = None,
) -> EarlyWarning:
    """Enter a clue that a center reports; it counts for FN-18 in the center's work.

    A zero report of the same month is voided: there was something after all. Raises
    ``ReasonMissing``, ``OutOfReach``, ``ReportStillToCome``.
    """
    subject = organization or team
    text = _said(text)
    if subject is None or subject.division_id != center.division_id:
        raise OutOfReach(
            _("A center reports on organizations and teams of its own township. Choose one.")
        )
    if organization is not None and organization.center_id == center.pk:
        raise OutOfReach(_("A center does not report on itself. Tell the district bureau."))
    if happened_on > localdate(at):
        raise ReportStillToCome(
            _("%(day)s has not come yet: report what has happened.") % {"day": happened_on}
        )
    record = work_records.enter(
        center=center,
        function=ZERO_REPORTED,
        happened_on=happened_on,
        title=f"{code} {subject.name}"[:TITLE_LENGTH],
        organization=organization,
        team=team,
        by=by,
        at=at,
    )
    level = CODES[code][0] if code in CODES else GENERAL
    warning = EarlyWarning.objects.create(
        code=code,
        organization=organization,
        team=team,
        episode=EarlyWarning.episode_of_report(record.pk),
        source=EarlyWarning.Source.REPORTED,
        level=level,
        since_on=happened_on,
        text=text,
        center=center,
        opened_on=localdate(at),
        opened_at=at,
        opened_by=by,
        ack_due_on=_deadline(subject, level, at),
    )
    _record(warning, "report", by=by, at=at, changes={"status": [None, warning.status]})
    warning_news.tell_of_urgent(warnings=[warning], at=at)
    return warning


def _deadline(subject: Organization | ActivityTeam, level: str, at: datetime) -> date:
    today, path = localdate(at), subject.division.path
    return early_warnings.deadlines(today)(thresholds.for_paths([path], today)[path], level)


@transaction.atomic
def report_zero(*, center: Center, month: date, by: User, at: datetime) -> WorkRecord:
    """Close a month in which there was nothing to report; ``month`` is any day of it.

    Raises ``work_records.MonthNotOver``, and ``work_records.MonthReported`` where something was
    reported or it is closed.
    """
    last_day = month.replace(day=monthrange(month.year, month.month)[1])
    return work_records.enter(
        center=center,
        function=ZERO_REPORTED,
        happened_on=last_day,
        title=f"预警零报告 {month:%Y-%m}",
        is_zero_report=True,
        by=by,
        at=at,
    )


@transaction.atomic
def acknowledge(*, warning: EarlyWarning, version: int, by: User, at: datetime) -> EarlyWarning:
    """Note that somebody looks into a clue. Raises ``Conflict`` where somebody does already."""
    if warning.acknowledged_at is not None:
        raise Conflict(_("%(name)s already looks into this.") % {"name": warning.acknowledged_by})
    edit(warning, version=version, acknowledged_by=by, acknowledged_at=at)
    _step(warning, warning.status, by=by, at=at)
    _record(warning, "acknowledge", by=by, at=at)
    return warning


@transaction.atomic
def note(*, warning: EarlyWarning, text: str, by: User, at: datetime) -> WarningStep:
    """Add what was learnt; nothing moves. Raises ``ReasonMissing``."""
    text = _said(text)
    step = _step(warning, warning.status, by=by, at=at, text=text)
    _record(warning, "note", by=by, at=at)
    return step


def verify(
    *, warning: EarlyWarning, text: str, version: int, by: User, at: datetime
) -> EarlyWarning:
    """The clue is true. Raises ``ReasonMissing`` and ``Conflict``."""
    return _move(warning, Status.VERIFIED, "verify", text, version=version, by=by, at=at)


def dismiss(
    *, warning: EarlyWarning, text: str, version: int, by: User, at: datetime
) -> EarlyWarning:
    """There is nothing to it. Raises ``ReasonMissing`` and ``Conflict``."""
    return _move(warning, Status.UNFOUNDED, "dismiss", text, version=version, by=by, at=at)


def warn(
    *, warning: EarlyWarning, level: str, text: str, version: int, by: User, at: datetime
) -> EarlyWarning:
    """Warn, or warn anew, at a level. Raises ``ReasonMissing`` and ``Conflict``."""
    return _move(
        warning, Status.WARNED, "warn", text, version=version, by=by, at=at, level=Level(level)
    )


def handle(
    *, warning: EarlyWarning, handling: str, text: str, version: int, by: User, at: datetime
) -> EarlyWarning:
    """Begin to handle it, and how. Raises ``ReasonMissing`` and ``Conflict``."""
    how = Handling(handling)
    return _move(
        warning, Status.HANDLING, "handle", text, version=version, by=by, at=at, handling=how
    )


def release(
    *, warning: EarlyWarning, text: str, version: int, by: User, at: datetime
) -> EarlyWarning:
    """It is dealt with. Raises ``ReasonMissing`` and ``Conflict``."""
    return _move(warning, Status.RELEASED, "release", text, version=version, by=by, at=at)


def transfer(
    *, warning: EarlyWarning, text: str, version: int, by: User, at: datetime
) -> EarlyWarning:
    """It is handed to enforcement. Raises ``ReasonMissing`` and ``Conflict``."""
    return _move(warning, Status.TRANSFERRED, "transfer", text, version=version, by=by, at=at)


@transaction.atomic
def _move(
    warning: EarlyWarning,
    to: str,
    verb: str,
    text: str,
    *,
    version: int,
    by: User,
    at: datetime,
    **changes: str,
) -> EarlyWarning:
    text = _said(text)
    before = warning.status
    values: dict[str, object] = dict(changes)
    if warning.acknowledged_at is None:
        values |= {"acknowledged_by": by, "acknowledged_at": at}
    if to in EarlyWarning.FINAL:
        values["closed_on"] = localdate(at)
    transition(warning, to, version=version, **values)
    _step(warning, before, by=by, at=at, text=text)
    _record(
        warning,
        verb,
        by=by,
        at=at,
        changes={"status": [before, str(to)]},
        reason=text,
    )
    return warning


def _said(text: str) -> str:
    return given(text, _("Say what was found or done."))


def _step(
    warning: EarlyWarning, before: str, *, by: User, at: datetime, text: str = ""
) -> WarningStep:
    return WarningStep.objects.create(
        warning=warning,
        before=before,
        after=warning.status,
        level=warning.level,
        handling=warning.handling,
        text=text,
        by=by,
        at=at,
    )
