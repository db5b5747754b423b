"""Cases: opened, corrected, moved from state to state, handed over; and counted when they count.

A case never reports a figure. At the moment that counts it enters a record of work, once; what
becomes of the case later changes that record only by voiding it.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from centers.models import Center, Membership
from organizations.models import ActivityTeam, Case, CaseStep, Organization
from organizations.models.case import STATES
from organizations.models.details import DETAIL_MODELS, Detail
from organizations.rules import casework
from organizations.selectors import cases as selectors
from organizations.services import case_details, numbers, work_records
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.inbox import services as inbox
from portal.transitions import edit, transition
from portal.users.models import User
from portal.users.roles import Capability, roles_with

NOTHING: Mapping[str, Any] = {}
HANDED_OVER = gettext_noop("You are now responsible for case %(case_no)s “%(title)s”.")
LETTERS = {
    "consultation": "ZX",
    "grading": "PG",
    "training": "PX",
    "nurture": "PY",
    "party": "DJ",
    "incubation": "FH",
    "participation": "CY",
    "support": "ZC",
    "brand": "PP",
    "dispute": "JF",
    "opinion": "XS",
    "policy_evaluation": "ZP",
    "publicity": "XC",
}
trail = audit.Trail[Case]("organizations.case", lambda case: case.center.division.path)


class SubjectElsewhere(DomainError):
    """The organization or team of a case belongs to another district, or both are named."""


class StepOutOfTime(DomainError):
    """A step is dated after today, before the case was opened, or before the step before it."""


class MoveRefused(DomainError):
    """A case of this kind does not go from its state to the one asked for."""


class DetailMissing(DomainError):
    """A case is to reach a state without what has to be known there."""


class CaseDropped(DomainError):
    """The case was dropped and is changed no more."""


class ResponsibleElsewhere(DomainError):
    """The person to be responsible does not keep the work of the center."""


@transaction.atomic
def open_case(
    *,
    center: Center,
    kind: str,
    title: str,
    opened_on: date,
    by: User,
    at: datetime,
    organization: Organization | None = None,
    team: ActivityTeam | None = None,
    responsible: User | None = None,
    follow_up_on: date | None = None,
    details: Mapping[str, Any] = NOTHING,
    status: str | None = None,
) -> Case:
    """Open a case under the next number of its district, kind and year.

    ``details`` are fields of the kind's table, in plain words where the table seals them. With a
    ``status`` the case moves there on the same day: for what is entered once it is done. Counts
    where opening counts. Raises ``SubjectElsewhere``, ``StepOutOfTime``, ``ResponsibleElsewhere``,
    and what ``move`` and ``case_details`` raise.
    """
    _refuse_out_of_time(opened_on, opened_on, at)
    refuse_elsewhere(center, organization, team)
    _refuse_outsider(center, responsible)
    district = center.division.district_code
    case = Case.objects.create(
        case_no=numbers.next_number(f"{district}-{LETTERS[kind]}-{opened_on.year}-"),
        kind=kind,
        center=center,
        organization=organization,
        team=team,
        title=title,
        opened_on=opened_on,
        status=next(iter(STATES[kind])),
        responsible=responsible,
        follow_up_on=follow_up_on,
        opened_by=by,
        opened_at=at,
    )
    case_details.enter(case=case, values=details, by=by, at=at)
    told = {"case_no": [None, case.case_no], "kind": [None, kind]}
    trail(case, "open", by=by, at=at, changes=told)
    _count(case, opened_on, by=by, at=at)
    if status and status != case.status:
        move(case=case, to=status, version=case.version, happened_on=opened_on, by=by, at=at)
    return case


@transaction.atomic
def correct(
    *,
    case: Case,
    version: int,
    by: User,
    at: datetime,
    details: Mapping[str, Any] = NOTHING,
    **changes: Any,
) -> Case:
    """Correct what a case says: its title, whom it is about, its details; never its state.

    What it counted as is entered anew where that changes. Raises ``CaseDropped``, ``Conflict``,
    ``SubjectElsewhere``, and what ``case_details`` raises.
    """
    held = lock(case)
    refuse_elsewhere(
        held.center,
        changes.get("organization", held.organization),
        changes.get("team", held.team),
    )
    told = case_details.told(case, changes)
    edit(case, version=version, **changes)
    told |= case_details.change(case=case, values=details, by=by, at=at)
    if told:
        trail(case, "correct", by=by, at=at, changes=told)
    recount(case, by=by, at=at)
    return case


@transaction.atomic
def move(
    *,
    case: Case,
    to: str,
    version: int,
    happened_on: date,
    by: User,
    at: datetime,
    text: str = "",
    details: Mapping[str, Any] = NOTHING,
    **changes: Any,
) -> Case:
    """Take the case to state ``to``, with what has to be known there; ``changes`` are ``result``
    and ``doc_no``.

    Enters the record of work where the state counts, and voids it where the case is dropped.
    Raises ``MoveRefused``, ``StepOutOfTime``, ``DetailMissing``, ``ReasonMissing``, ``Conflict``.
    """
    held = lock(case)
    _refuse_out_of_time(happened_on, held.opened_on, at)
    _refuse_before_last_move(held, happened_on)
    if to not in held.moves:
        raise MoveRefused(
            _("%(case_no)s is “%(status)s”: it cannot become that. Load the page again.")
            % {"case_no": held.case_no, "status": held.get_status_display()}
        )
    if to == casework.DROPPED:
        text = given(text, _("Say why the case is dropped: the reason stays with it."))
    before = held.status
    ends = not STATES[held.kind][to] or to == casework.CLOSED
    closed_on = happened_on if ends else None
    transition(case, to, version=version, closed_on=closed_on, **changes)
    day = casework.DAY_OF.get((case.kind, to))
    values = {**({day: happened_on} if day else {}), **details}
    told = case_details.change(case=case, values=values, by=by, at=at)
    _refuse_unknown(case, to)
    _step(case, before, happened_on, text, by=by, at=at)
    told |= {"status": [before, to]}
    trail(case, "move", by=by, at=at, changes=told, reason=text.strip())
    if to == casework.DROPPED:
        _uncount(case, text.strip(), by=by, at=at)
    else:
        _count(case, happened_on, by=by, at=at)
        recount(case, by=by, at=at)
    return case


@transaction.atomic
def note(*, case: Case, text: str, happened_on: date, by: User, at: datetime) -> CaseStep:
    """Write down what was done or heard; the state stays. In a later year an incubation counts by
    its first note. Raises ``ReasonMissing``, ``StepOutOfTime``, ``CaseDropped``."""
    held = lock(case)
    text = given(text, _("The note is empty. Write down what was done."))
    _refuse_out_of_time(happened_on, held.opened_on, at)
    step = _step(held, held.status, happened_on, text, by=by, at=at)
    trail(held, "note", by=by, at=at, changes={"step": [None, step.pk]})
    if not held.is_final:
        _count(held, happened_on, by=by, at=at)
    return step


@transaction.atomic
def hand_over(*, case: Case, responsible: User, by: User, at: datetime) -> Case:
    """Make somebody of the center responsible, and tell them. Raises ``ResponsibleElsewhere``."""
    held = lock(case)
    _refuse_outsider(held.center, responsible)
    before = held.responsible
    edit(case, version=held.version, responsible=responsible)
    told = {"responsible": [before and str(before), str(responsible)]}
    trail(case, "hand_over", by=by, at=at, changes=told)
    if responsible != by:
        inbox.notify(
            users=[responsible],
            key=f"case:{case.pk}:responsible:{case.version}",
            text=HANDED_OVER,
            params={"case_no": case.case_no, "title": case.title},
            url_path=reverse("work:case", args=[case.pk]),
            division_path=held.center.division.path,
            at=at,
        )
    return case


def recount(case: Case, *, by: User, at: datetime) -> None:
    """Enter anew what the case counts as, where the record says something else by now. Called with
    the case locked."""
    said = _said(case)
    for record in case.records.valid().select_related("center"):
        if record.function != casework.COUNTED[case.kind].function:
            continue
        if all(getattr(record, field) == value for field, value in said.items()):
            continue
        # It stays on record for everybody, whatever language the screen is in.
        with translation.override(settings.LANGUAGE_CODE):
            reason = gettext("The case was corrected.")
        work_records.void(record=record, reason=reason, by=by, at=at)
        _enter(case, record.happened_on, by=by, at=at)


def _count(case: Case, on: date, *, by: User, at: datetime) -> None:
    years = frozenset(day.year for day in case.records.dates("happened_on", "year"))
    if casework.is_due(case.kind, case.status, on, years):
        _enter(case, on, by=by, at=at)


def _uncount(case: Case, reason: str, *, by: User, at: datetime) -> None:
    for record in case.records.valid().select_related("center"):
        work_records.void(record=record, reason=reason[:200], by=by, at=at)


def _enter(case: Case, on: date, *, by: User, at: datetime) -> None:
    work_records.enter(
        center=case.center,
        function=casework.COUNTED[case.kind].function,
        happened_on=on,
        case=case,
        organization=case.organization,
        team=case.team,
        **_said(case),
        by=by,
        at=at,
    )


def _said(case: Case) -> dict[str, Any]:
    """What the record of a case says."""
    detail = selectors.detail_of(case)
    subject = case.organization or case.team
    return {
        "title": case.title,
        "served": subject.name if subject else "",
        "participant_count": selectors.people_of(case, detail),
        "support_kind": getattr(detail, "support_kind", None),
    }


def lock(case: Case) -> Case:
    """The case as it stands, locked until the transaction ends. Raises ``CaseDropped``."""
    held = (
        Case.objects.select_for_update(of=("self",))
        .select_related("center__division", "organization", "team", "responsible")
        .get(pk=case.pk)
    )
    if held.status == casework.DROPPED:
        raise CaseDropped(
            _("%(case_no)s was dropped; nothing was changed.") % {"case_no": held.case_no}
        )
    return held


def _refuse_out_of_time(day: date, opened_on: date, at: datetime) -> None:
    if day > localdate(at):
        raise StepOutOfTime(
            _("%(day)s has not come yet: enter it once it has happened.") % {"day": day}
        )
    if day < opened_on:
        raise StepOutOfTime(
            _("%(day)s is before the case was opened (%(opened)s). Check the day.")
            % {"day": day, "opened": opened_on}
        )


def _refuse_before_last_move(case: Case, day: date) -> None:
    """A state follows the one before it; notes are written down whenever they come in."""
    moved = case.steps.exclude(before=F("after")).aggregate(last=Max("happened_on"))
    if moved["last"] and day < moved["last"]:
        raise StepOutOfTime(
            _("%(day)s is before the last step of the case (%(last)s). Check the day.")
            % {"day": day, "last": moved["last"]}
        )


def refuse_elsewhere(
    center: Center, organization: Organization | None, team: ActivityTeam | None
) -> None:
    if organization and team:
        raise SubjectElsewhere(
            _("A case is about an organization or about a team: name one of the two.")
        )
    subject = organization or team
    if subject and subject.division.district_code != center.division.district_code:
        raise SubjectElsewhere(
            _("“%(name)s” belongs to another district.") % {"name": subject.name}
        )


def _refuse_outsider(center: Center, user: User | None) -> None:
    keepers = Membership.objects.filter(center=center, role__in=roles_with(Capability.WORK_RECORD))
    if user is not None and not keepers.filter(user=user).exists():
        raise ResponsibleElsewhere(
            _("%(name)s does not keep the work of this center. Choose one of its staff.")
            % {"name": user}
        )


def _refuse_unknown(case: Case, to: str) -> None:
    """What has to be known at a state, named by its labels."""
    needed = casework.NEEDED.get((case.kind, to), ())
    detail: Detail | None = selectors.detail_of(case)
    columns: dict[str, Any] = {f.name: f for f in DETAIL_MODELS[case.kind]._meta.fields}
    missing = [
        str(columns[field].verbose_name)
        for field in needed
        if getattr(detail, field, None) in (None, "")
    ]
    if missing:
        raise DetailMissing(_("Fill in first: %(fields)s.") % {"fields": _(", ").join(missing)})


def _step(
    case: Case, before: str, happened_on: date, text: str, *, by: User, at: datetime
) -> CaseStep:
    return CaseStep.objects.create(
        case=case,
        happened_on=happened_on,
        before=before,
        after=case.status,
        text=text.strip(),
        by=by,
        at=at,
    )
