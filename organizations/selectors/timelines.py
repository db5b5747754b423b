"""One line of what happened: a team filed, incubated, registered; an organization's changes."""

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Any, NamedTuple, cast

from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import ActivityTeam, Case, Organization
from portal.audit.models import AuditEvent
from portal.users.models import User

FILING, CASEWORK, REGISTRATION, CHANGE, STATUS = (
    *("filing", "casework", "registration"),
    *("change", "status"),
)
STATUS_CHANGED = "organizations.organization.change_status"


class Moment(NamedTuple):
    """Something that happened on a day; ``noun`` and ``pk`` name the row with more of it."""

    on: date
    kind: str
    text: str
    noun: str = ""
    pk: int | None = None


def of_organization(organization: Organization, user: User) -> list[Moment]:
    """What happened to the organization, and to the team it was before; oldest first.

    Of cases those that ``user`` sees. Six queries at most.
    """
    team = ActivityTeam.objects.filter(organization=organization).first()
    return _line(organization, team, user)


def of_team(team: ActivityTeam, user: User) -> list[Moment]:
    """What happened to the team, and to the organization it became; oldest first.

    Of cases those that ``user`` sees. Six queries at most.
    """
    return _line(team.organization, team, user)


def _line(organization: Organization | None, team: ActivityTeam | None, user: User) -> list[Moment]:
    parts: list[Iterator[Moment]] = []
    if team is not None:
        parts += [_steps(team), _cases(user, team=team)]
    if organization is not None:
        parts += [
            _registration(organization),
            _changes(organization),
            _statuses(organization),
            _cases(user, organization=organization),
        ]
    return sorted(chain(*parts), key=lambda moment: moment.on)


def _steps(team: ActivityTeam) -> Iterator[Moment]:
    if team.founded_on:
        yield Moment(team.founded_on, FILING, _("founded"), "team", team.pk)
    for step in team.steps.order_by("happened_on", "pk"):
        text = " ".join(filter(None, (step.get_kind_display(), step.doc_no)))
        yield Moment(step.happened_on, FILING, text, "team", team.pk)


def _cases(user: User, **whose: Any) -> Iterator[Moment]:
    seen = Case.objects.visible_to(user).filter(**whose).prefetch_related("steps")
    for case in seen.order_by("opened_on", "pk"):
        kind = case.get_kind_display()
        opened = _("%(kind)s: taken up") % {"kind": kind}
        yield Moment(case.opened_on, CASEWORK, opened, "case", case.pk)
        for step in case.steps.all():
            if step.before and step.before != step.after:
                text = _("%(kind)s: %(status)s") % {
                    "kind": kind,
                    "status": step.get_after_display(),
                }
                yield Moment(step.happened_on, CASEWORK, text, "case", case.pk)


def _registration(organization: Organization) -> Iterator[Moment]:
    if organization.registered_on:
        text = _("registered as %(type)s") % {"type": organization.get_org_type_display()}
        yield Moment(organization.registered_on, REGISTRATION, text)


def _changes(organization: Organization) -> Iterator[Moment]:
    """Each name and domicile but the first: that one came with the registration."""
    in_turn = F("from_on").asc(nulls_first=True)
    for renamed in organization.names.order_by(in_turn)[1:]:
        text = _("renamed to “%(name)s”") % {"name": renamed.name}
        yield Moment(cast(date, renamed.from_on), CHANGE, text)
    for moved in organization.domiciles.order_by(in_turn)[1:]:
        text = _("moved to %(address)s") % {"address": moved.address}
        yield Moment(cast(date, moved.from_on), CHANGE, text)


def _statuses(organization: Organization) -> Iterator[Moment]:
    """By the day on which the bureau entered it: the trail has no other."""
    events = AuditEvent.objects.filter(
        action=STATUS_CHANGED,
        target_type="organizations.organization",
        target_id=str(organization.pk),
    )
    labels = dict(Organization.Status.choices)
    for event in events.order_by("at"):
        _before, after = event.changes["status"]
        text = _("status: %(status)s") % {"status": labels.get(after, after)}
        yield Moment(localdate(event.at), STATUS, text)
