"""Observations of organizations and teams, and the annual figures of organizations."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import ActivityTeam, AnnualFigures, Observation, Organization
from portal import voids
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.transitions import edit_if
from portal.users.models import User

Kind = Observation.Kind
_record = audit.Trail[Observation](
    "organizations.observation", lambda seen: seen.subject.division.path
)


class SubjectUnclear(DomainError):
    """An observation is of one organization or of one team."""


class DayRefused(DomainError):
    """A day that has not come, or that lies before what it ends."""


class ReportMisplaced(DomainError):
    """Only major events are reported to the authority."""


class NothingToSettle(DomainError):
    """Of this kind nothing is settled."""


class FiguresRefused(DomainError):
    """Figures of a year to come, no figure at all, or more unspent than received."""


@transaction.atomic
def observe(
    *,
    kind: str,
    happened_on: date,
    text: str,
    by: User,
    at: datetime,
    organization: Organization | None = None,
    team: ActivityTeam | None = None,
    doc_no: str = "",
    reported_on: date | None = None,
    center: Center | None = None,
) -> Observation:
    """Note what was seen or heard. Warnings follow with the next watch.

    Raises ``SubjectUnclear``, ``ReasonMissing``, ``DayRefused`` and ``ReportMisplaced``.
    """
    if (organization is None) == (team is None):
        raise SubjectUnclear(_("Choose either an organization or a team."))
    text = given(text, _("Say what was seen or heard."))
    for day in (happened_on, reported_on):
        _check_come(day, at)
    if reported_on is not None and kind != Kind.MAJOR_EVENT:
        raise ReportMisplaced(_("Only a major event is reported to the authority."))
    observation = Observation.objects.create(
        organization=organization,
        team=team,
        kind=kind,
        happened_on=happened_on,
        text=text,
        doc_no=doc_no,
        reported_on=reported_on,
        center=center,
        noted_by=by,
        noted_at=at,
    )
    _record(observation, "observe", by=by, at=at, changes={"kind": [None, str(kind)]})
    return observation


@transaction.atomic
def settle(
    *,
    observation: Observation,
    settled_on: date,
    reason: str,
    by: User,
    at: datetime,
    reported_on: date | None = None,
) -> Observation:
    """Say that what was seen is dealt with, and how; of a major event also when the authority was
    told. Raises ``NothingToSettle``, ``DayRefused``, ``ReportMisplaced``, ``ReasonMissing``, and
    ``Conflict`` when it was settled or voided already."""
    if observation.kind not in Observation.SETTLED_BY_HAND:
        raise NothingToSettle(_("There is nothing to settle about this."))
    reason = given(reason, _("Say how it was settled."))
    if reported_on is not None and observation.kind != Kind.MAJOR_EVENT:
        raise ReportMisplaced(_("Only a major event is reported to the authority."))
    for day in (settled_on, reported_on):
        _check_come(day, at)
    if settled_on < observation.happened_on:
        raise DayRefused(
            _("It happened on %(day)s and cannot have been settled before.")
            % {"day": observation.happened_on}
        )
    changes: dict[str, Any] = {"settled_on": settled_on}
    changes |= {"reported_on": reported_on} if reported_on else {}
    if not edit_if(observation, Q(voided_at=None, settled_on=None), **changes):
        _refuse(observation)
    told = {"settled_on": [None, settled_on.isoformat()]}
    _record(observation, "settle", by=by, at=at, changes=told, reason=reason)
    return observation


@transaction.atomic
def void(*, observation: Observation, reason: str, by: User, at: datetime) -> Observation:
    """Take a wrong observation out of every warning; it stays on record with the reason.

    Raises ``ReasonMissing``, and ``Conflict`` when it was voided already.
    """
    reason = given(reason, _("Say why it is voided."))
    voids.void(observation, reason=reason, by=by, at=at)
    _record(observation, "void", by=by, at=at, reason=reason)
    return observation


def _refuse(observation: Observation) -> None:
    """Say why it cannot be settled any more."""
    observation.refresh_from_db()
    if observation.voided_at is not None:
        raise Conflict(_("%(name)s already voided this record.") % {"name": observation.voided_by})
    raise Conflict(_("This was settled already on %(day)s.") % {"day": observation.settled_on})


def _check_come(day: date | None, at: datetime) -> None:
    if day is not None and day > localdate(at):
        raise DayRefused(_("%(day)s has not come yet.") % {"day": day})


@transaction.atomic
def enter_figures(
    *,
    organization: Organization,
    year: int,
    by: User,
    at: datetime,
    net_assets_yuan: Decimal | None = None,
    net_assets_before_yuan: Decimal | None = None,
    public_received_yuan: Decimal | None = None,
    public_unspent_yuan: Decimal | None = None,
    is_change_explained: bool | None = None,
) -> AnnualFigures:
    """Enter an organization's figures of a year, in yuan; what was entered before stays on record
    and holds no more. Raises ``FiguresRefused``."""
    figures = {
        "net_assets_yuan": net_assets_yuan,
        "net_assets_before_yuan": net_assets_before_yuan,
        "public_received_yuan": public_received_yuan,
        "public_unspent_yuan": public_unspent_yuan,
    }
    _check_figures(figures, year, at)
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    known = AnnualFigures.objects.filter(organization=organization, year=year)
    number = (known.aggregate(last=Max("number"))["last"] or 0) + 1
    entered = AnnualFigures.objects.create(
        organization=organization,
        year=year,
        number=number,
        is_change_explained=is_change_explained,
        entered_by=by,
        entered_at=at,
        **figures,
    )
    audit.record(
        action="organizations.annual_figures.enter",
        by=by,
        at=at,
        target=entered,
        division_path=organization.division.path,
        changes={"year": [None, year], "number": [None, number]},
    )
    return entered


def _check_figures(figures: dict[str, Decimal | None], year: int, at: datetime) -> None:
    if year > localdate(at).year:
        raise FiguresRefused(_("%(year)s has not come yet.") % {"year": year})
    if all(value is None for value in figures.values()):
        raise FiguresRefused(_("Enter at least one figure; what is not known stays blank."))
    received, unspent = figures["public_received_yuan"], figures["public_unspent_yuan"]
    if received is not None and unspent is not None and unspent > received:
        raise FiguresRefused(
            _("Not spent (%(unspent)s) is more than received (%(received)s). Correct one of them.")
            % {"unspent": unspent, "received": received}
        )
