"""Needs from the day they are collected until they are met: every step and why."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.services.numbers import next_number
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit as write
from portal.transitions import lock, transition
from portal.users.models import User
from projects.models import Match, Need, Project
from projects.services import projects

Status = Need.Status
# What may still be corrected once everybody has read the need.
AFTER_PUBLICATION = frozenset({"until_on", "external_ref"})
BEFORE_PUBLICATION = (Status.COLLECTED, Status.SCREENED)
FINAL = (Status.COMPLETED, Status.CLOSED)
record = audit.Trail[Need]("projects.need", lambda need: need.division.path)


class CollectedElsewhere(DomainError):
    """The center that collects a need works in another township."""


class NeedWindowWrong(DomainError):
    """The last day of a need lies before the first, or before today."""


class NeedPublished(DomainError):
    """What organizations have read already is changed."""


class IntroductionsOpen(DomainError):
    """A need is finished while nobody said what came of an introduction."""


class NeedNotMet(DomainError):
    """A need is called met, but neither an introduction nor a project met it."""


@transaction.atomic
def enter(
    *,
    title: str,
    division: Division,
    source: str,
    field: str,
    service: str,
    target_group: str,
    by: User,
    at: datetime,
    center: Center | None = None,
    **details: Any,
) -> Need:
    """Enter a need that ``center``, or the bureau or the township itself, collected.

    It gets the next number of its district and year; ``details`` are further fields. Raises
    ``CollectedElsewhere`` and ``NeedWindowWrong``.
    """
    if center is not None and center.division_id != division.pk:
        raise CollectedElsewhere(
            _("%(center)s works in %(place)s: it collects needs there.")
            % {"center": center.name, "place": center.division.name}
        )
    _check_window(details.get("from_on"), details.get("until_on"))
    year = localdate(at).year
    need = Need.objects.create(
        need_no=next_number(f"{division.district_code}-XQ-{year}-"),
        title=title,
        division=division,
        center=center,
        source=source,
        field=field,
        service=service,
        target_group=target_group,
        entered_by=by,
        entered_at=at,
        **details,
    )
    record(need, "enter", by=by, at=at, changes={"need_no": [None, need.need_no]})
    return need


@transaction.atomic
def edit(*, need: Need, version: int, by: User, at: datetime, **changes: Any) -> Need:
    """Correct a need; once it is published only its last day and its number on the city's platform.

    What is the same already writes nothing. Raises ``NeedPublished``, ``NeedWindowWrong`` and
    ``Conflict``.
    """
    before = {name: getattr(need, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return need
    if need.status in FINAL or (
        need.status not in BEFORE_PUBLICATION and changed.keys() - AFTER_PUBLICATION
    ):
        raise NeedPublished(
            _(
                "“%(need)s” is “%(status)s”: only its last day and its number on the city's "
                "platform can be corrected while it is open. Close it and enter it anew."
            )
            % {"need": need.title, "status": need.get_status_display()}
        )
    _check_window(changed.get("from_on", need.from_on), changed.get("until_on", need.until_on))
    write(need, version=version, **changed)
    texts = audit.compared(before, changed)
    record(need, "edit", by=by, at=at, changes=texts)
    return need


def screen(*, need: Need, version: int, by: User, at: datetime, reason: str = "") -> Need:
    """The need was looked through and is to be published. Raises ``Conflict``."""
    return move(need, Status.SCREENED, "screen", version=version, by=by, at=at, reason=reason)


@transaction.atomic
def publish(*, need: Need, version: int, by: User, at: datetime, reason: str = "") -> Need:
    """Let organizations read the need, until its last day. Raises ``NeedWindowWrong`` where that
    day has passed, and ``Conflict``."""
    if need.until_on is not None and need.until_on < localdate(at):
        raise NeedWindowWrong(
            _("The need ran out on %(day)s. Correct its last day first, or close it.")
            % {"day": need.until_on.isoformat()}
        )
    return move(need, Status.PUBLISHED, "publish", version=version, by=by, at=at, reason=reason)


@transaction.atomic
def adopt(
    *, need: Need, name: str, purchaser: str, version: int, by: User, at: datetime, **details: Any
) -> Project:
    """Make the need a project of its division, in its field; ``details`` are further fields of it.

    Raises ``Conflict``.
    """
    move(need, Status.ADOPTED, "adopt", version=version, by=by, at=at)
    return projects.enter(
        name=name,
        division=need.division,
        field=need.field,
        purchaser=purchaser,
        need=need,
        by=by,
        at=at,
        **details,
    )


@transaction.atomic
def complete(*, need: Need, version: int, by: User, at: datetime, reason: str = "") -> Need:
    """The need is met: by an introduction that was signed, or by a project that was accepted.

    Raises ``IntroductionsOpen``, ``NeedNotMet`` and ``Conflict``.
    """
    _finish_introductions(need, Status.COMPLETED, version)
    is_signed = need.matches.filter(status=Match.Status.SIGNED).exists()
    is_done = need.projects.filter(status=Project.Status.ACCEPTED).exists()
    if not is_signed and not is_done:
        raise NeedNotMet(
            _(
                "Nothing has met this need yet: no introduction was signed and no project of it "
                "was accepted. Enter that first, or close the need with a reason."
            )
        )
    return move(need, Status.COMPLETED, "complete", version=version, by=by, at=at, reason=reason)


@transaction.atomic
def close(*, need: Need, reason: str, version: int, by: User, at: datetime) -> Need:
    """Nothing more is done about the need. Raises ``ReasonMissing``, ``IntroductionsOpen`` and
    ``Conflict``."""
    reason = given(reason, _("Say why the need is closed."))
    _finish_introductions(need, Status.CLOSED, version)
    return move(
        need,
        Status.CLOSED,
        "close",
        version=version,
        by=by,
        at=at,
        reason=reason,
        close_reason=reason,
    )


@transaction.atomic
def move(
    need: Need,
    to: str,
    verb: str,
    *,
    version: int,
    by: User,
    at: datetime,
    reason: str = "",
    **changes: Any,
) -> Need:
    """Move the need and tell the trail; raises ``Conflict``."""
    before = need.status
    transition(need, to, version=version, **changes)
    record(
        need,
        verb,
        by=by,
        at=at,
        changes={"status": [before, str(to)]},
        reason=reason.strip(),
    )
    return need


def _finish_introductions(need: Need, to: str, version: int) -> None:
    """Hold the need, and refuse while it is not said what came of an introduction."""
    lock(need, to, version=version)
    live = (Match.Status.INTRODUCED, Match.Status.INTENDED)
    if is_open := need.matches.filter(status__in=live).count():
        raise IntroductionsOpen(
            _("Say first what came of %(n)s introductions of this need.") % {"n": is_open}
        )


def _check_window(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise NeedWindowWrong(
            _("The last day %(last)s lies before the first, %(first)s.")
            % {"last": last.isoformat(), "first": first.isoformat()}
        )
