"""The register of activity teams: put on file by the township, kept true, and what became of them.

Filing is an entry in a register. The neighborhood committee and the township say what they think of
an application; the center may help with it, and then the help counts among its work.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import ActivityTeam, Organization, TeamStep, WorkRecord
from organizations.selectors import thresholds
from organizations.selectors.teams import district_path
from organizations.services import work_records
from organizations.services.numbers import next_number
from portal import sealing
from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit, transition
from portal.users.models import User

Kind, Status = TeamStep.Kind, ActivityTeam.Status
COUNTED_AS = "FN-16"
# What ``change`` may correct; the status moves by its own verbs.
PARTICULARS = frozenset(
    {
        *("name", "neighborhood", "founded_on", "kind", "place", "content", "schedule"),
        *("times_per_week", "member_count", "party_member_count", "leader_name", "leader_phone"),
        *("has_liaison", "center"),
    }
)
CHANGED_IN = (Status.DRAFT, Status.ACTIVE, Status.SUSPENDED)
_record = audit.Trail[ActivityTeam]("organizations.team", lambda team: team.division.path)


class TeamDayWrong(DomainError):
    """A day that has not come, or that lies before one it has to follow."""


class TeamTooSmall(DomainError):
    """Fewer members than the township asks for, or more party members than members."""


class FilingNumberTaken(DomainError):
    """Another team is on file under the number."""


class TeamNotOpen(Conflict):
    """What is asked does not fit where the team stands."""


class CenterElsewhere(DomainError):
    """The center is of another township than the team."""


class ConversionRefused(DomainError):
    """The organization cannot be what the team became."""


@transaction.atomic
def file(
    *,
    name: str,
    division: Division,
    neighborhood: str,
    kind: str,
    by: User,
    at: datetime,
    filing_no: str = "",
    filed_on: date | None = None,
    center: Center | None = None,
    **details: Any,
) -> ActivityTeam:
    """Enter a team that the township has on file already; ``details`` are further particulars.

    Where ``center`` helped and the day is known, it counts as the center's work of that day.
    Raises ``CenterElsewhere``.
    """
    _check_day(filed_on, at)
    team = _new(
        at,
        name=name,
        division=division,
        neighborhood=neighborhood,
        kind=kind,
        filing_no=filing_no,
        filed_on=filed_on,
        center=center,
        **details,
    )
    _record(team, "file", by=by, at=at, changes={"name": [None, name]})
    if filed_on is not None:
        record = _count(team, center, filed_on, by=by, at=at)
        _step(team, Kind.FILE, filed_on, by=by, at=at, doc_no=filing_no, record=record)
    return team


@transaction.atomic
def apply(
    *,
    name: str,
    division: Division,
    neighborhood: str,
    kind: str,
    happened_on: date,
    by: User,
    at: datetime,
    center: Center | None = None,
    **details: Any,
) -> ActivityTeam:
    """A team asks to be put on file, helped by ``center`` or not; its committee is heard first.

    Raises ``CenterElsewhere``.
    """
    _check_day(happened_on, at)
    team = _new(
        at,
        name=name,
        division=division,
        neighborhood=neighborhood,
        kind=kind,
        status=Status.COMMUNITY,
        center=center,
        **details,
    )
    _record(team, "apply", by=by, at=at, changes={"name": [None, name]})
    _step(team, Kind.APPLY, happened_on, by=by, at=at)
    return team


@transaction.atomic
def apply_again(
    *,
    team: ActivityTeam,
    version: int,
    happened_on: date,
    by: User,
    at: datetime,
    text: str = "",
) -> ActivityTeam:
    """What was sent back goes to the committee anew."""
    _expect(team, Status.DRAFT)
    return _move(team, Status.COMMUNITY, Kind.APPLY, version, happened_on, text, by=by, at=at)


@transaction.atomic
def give_opinion(
    *,
    team: ActivityTeam,
    version: int,
    agrees: bool,
    happened_on: date,
    by: User,
    at: datetime,
    text: str = "",
    sends_back: bool = False,
) -> ActivityTeam:
    """What the neighborhood committee says: on to the township, back, or not to be filed."""
    _expect(team, Status.COMMUNITY)
    if not agrees:
        return _decline(team, version, happened_on, text, sends_back, by=by, at=at)
    return _move(team, Status.TOWNSHIP, Kind.OPINION, version, happened_on, text, by=by, at=at)


@transaction.atomic
def review(
    *,
    team: ActivityTeam,
    version: int,
    agrees: bool,
    happened_on: date,
    by: User,
    at: datetime,
    text: str = "",
    filing_no: str = "",
    sends_back: bool = False,
) -> ActivityTeam:
    """The township puts the team on file, sends it back, or does not file it.

    Without a number the next of the township's own series is given. Raises ``TeamTooSmall`` where
    a least number of members is set and not reached, and ``FilingNumberTaken``.
    """
    _expect(team, Status.TOWNSHIP)
    if not agrees:
        return _decline(team, version, happened_on, text, sends_back, by=by, at=at)
    path = team.division.path
    minimum = thresholds.for_paths([path], happened_on)[path]["team_min_members"]
    if minimum is not None and (team.member_count or 0) < minimum:
        raise TeamTooSmall(
            _("The team has %(count)s members; a team on file needs %(minimum)s.")
            % {"count": "—" if team.member_count is None else team.member_count, "minimum": minimum}
        )
    filing_no = filing_no.strip() or _next_free(f"{team.division.code}-{happened_on.year}-")
    _check_day(happened_on, at, team)
    with _numbers_once(filing_no):
        transition(team, Status.ACTIVE, version=version, filing_no=filing_no, filed_on=happened_on)
    told = {"status": [Status.TOWNSHIP, Status.ACTIVE], "filing_no": [None, filing_no]}
    _record(team, "review", by=by, at=at, changes=told, reason=text)
    _step(team, Kind.REVIEW, happened_on, by=by, at=at, text=text)
    record = _count(team, team.center, happened_on, by=by, at=at)
    _step(team, Kind.FILE, happened_on, by=by, at=at, doc_no=filing_no, record=record)
    return team


@transaction.atomic
def confirm_upkeep(
    *,
    team: ActivityTeam,
    version: int,
    happened_on: date,
    by: User,
    at: datetime,
    member_count: int | None = None,
    center: Center | None = None,
    text: str = "",
) -> ActivityTeam:
    """Once a year: the team is still what the register says. The help of ``center`` counts.

    Raises ``CenterElsewhere``.
    """
    _expect(team, Status.ACTIVE)
    _check_center(center, team.division)
    _check_day(happened_on, at, team)
    if team.upkeep_on and happened_on <= team.upkeep_on:
        raise TeamDayWrong(
            _("The team was confirmed on %(day)s already; type a later day.")
            % {"day": team.upkeep_on}
        )
    changes: dict[str, Any] = {"upkeep_on": happened_on}
    if member_count is not None:
        changes["member_count"] = member_count
    _check_members(team, changes)
    before = {field: getattr(team, field) for field in changes}
    edit(team, version=version, **changes)
    _record(team, "confirm_upkeep", by=by, at=at, changes=_told(before, changes), reason=text)
    record = _count(team, center, happened_on, by=by, at=at)
    _step(team, Kind.UPKEEP, happened_on, by=by, at=at, text=text, record=record)
    return team


@transaction.atomic
def change(
    *,
    team: ActivityTeam,
    version: int,
    happened_on: date,
    by: User,
    at: datetime,
    text: str = "",
    **changes: Any,
) -> ActivityTeam:
    """Correct particulars of a team on file, or of one that was sent back.

    ``leader_phone`` is sealed; that of the leader before goes with the leader. What is the same
    already writes nothing. Raises ``CenterElsewhere`` for another center.
    """
    if unknown := set(changes) - PARTICULARS:
        raise TypeError(f"not to be changed: {sorted(unknown)}")
    _expect(team, *CHANGED_IN)
    _check_day(happened_on, at, team)
    if changes.get("leader_name", team.leader_name) != team.leader_name:
        changes.setdefault("leader_phone", None)
    _seal(changes, team)
    before = {field: getattr(team, field) for field in changes}
    changed = {field: value for field, value in changes.items() if before[field] != value}
    if not changed:
        return team
    _check_members(team, changed)
    if "center" in changed:
        _check_center(changed["center"], team.division)
    edit(team, version=version, **changed)
    _record(team, "change", by=by, at=at, changes=_told(before, changed), reason=text)
    _step(team, Kind.CHANGE, happened_on, by=by, at=at, text=text)
    return team


@transaction.atomic
def suspend(
    *, team: ActivityTeam, version: int, happened_on: date, text: str, by: User, at: datetime
) -> ActivityTeam:
    """The team stops for a while; it stays on file."""
    text = _explained(text)
    return _move(team, Status.SUSPENDED, Kind.SUSPEND, version, happened_on, text, by=by, at=at)


@transaction.atomic
def resume(
    *,
    team: ActivityTeam,
    version: int,
    happened_on: date,
    by: User,
    at: datetime,
    text: str = "",
) -> ActivityTeam:
    """The team is active again."""
    _expect(team, Status.SUSPENDED)
    return _move(team, Status.ACTIVE, Kind.RESUME, version, happened_on, text, by=by, at=at)


@transaction.atomic
def clear(
    *, team: ActivityTeam, version: int, happened_on: date, text: str, by: User, at: datetime
) -> ActivityTeam:
    """The team is no more what a team on file is, or does nothing any more."""
    text = _explained(text)
    return _move(team, Status.CLEARED, Kind.CLEAR, version, happened_on, text, by=by, at=at)


@transaction.atomic
def convert(
    *,
    team: ActivityTeam,
    organization: Organization,
    version: int,
    by: User,
    at: datetime,
    text: str = "",
) -> ActivityTeam:
    """The team was registered as ``organization``; both stay, as one story.

    Raises ``ConversionRefused`` for an organization of another district, without a day of
    registration or with one before the team was founded, or that another team became.
    """
    registered_on = _check_conversion(team, organization)
    transition(team, Status.CONVERTED, version=version, organization=organization)
    told = {"status": [None, Status.CONVERTED], "organization": [None, str(organization)]}
    _record(team, "convert", by=by, at=at, changes=told, reason=text)
    doc_no = organization.uscc or ""
    _step(team, Kind.CONVERT, registered_on, by=by, at=at, text=text, doc_no=doc_no)
    return team


def _check_conversion(team: ActivityTeam, organization: Organization) -> date:
    if not organization.division.path.startswith(district_path(team.division)):
        raise ConversionRefused(
            _("“%(name)s” is registered in another district.") % {"name": organization}
        )
    if organization.registered_on is None:
        raise ConversionRefused(
            _("The register does not say when “%(name)s” was registered. Enter that first.")
            % {"name": organization}
        )
    if team.founded_on and organization.registered_on < team.founded_on:
        raise ConversionRefused(
            _("“%(name)s” was registered on %(day)s, before the team was founded.")
            % {"name": organization, "day": organization.registered_on}
        )
    if ActivityTeam.objects.filter(organization=organization).exclude(pk=team.pk).exists():
        raise ConversionRefused(
            _("Another team is entered as what “%(name)s” was before.") % {"name": organization}
        )
    return organization.registered_on


def _new(at: datetime, **values: Any) -> ActivityTeam:
    founded_on = values.get("founded_on")
    _check_day(founded_on, at)
    _seal(values)
    team = ActivityTeam(**values)
    _check_center(team.center, team.division)
    _check_members(team, {})
    with _numbers_once(team.filing_no):
        team.save(force_insert=True)
    return team


def _seal(values: dict[str, Any], team: ActivityTeam | None = None) -> None:
    """In place of the telephone what the database may hold of it; the same one stays as it is."""
    if "leader_phone" not in values:
        return
    phone, purpose = values.pop("leader_phone"), ActivityTeam.SEALED["leader_phone"]
    if not phone:
        values["leader_phone_sealed"] = values["leader_phone_digest"] = None
        return
    digest = sealing.digest(phone, purpose=purpose)
    if team and team.leader_phone_digest and bytes(team.leader_phone_digest) == digest:
        return
    values["leader_phone_sealed"] = sealing.seal(phone, purpose=purpose)
    values["leader_phone_digest"] = digest


def _decline(
    team: ActivityTeam,
    version: int,
    happened_on: date,
    text: str,
    sends_back: bool,
    *,
    by: User,
    at: datetime,
) -> ActivityTeam:
    text = _explained(text)
    to, kind = (Status.DRAFT, Kind.RETURN) if sends_back else (Status.REFUSED, Kind.REFUSE)
    return _move(team, to, kind, version, happened_on, text, by=by, at=at)


def _move(
    team: ActivityTeam,
    to: str,
    kind: str,
    version: int,
    happened_on: date,
    text: str,
    *,
    by: User,
    at: datetime,
) -> ActivityTeam:
    _check_day(happened_on, at, team)
    before = team.status
    transition(team, to, version=version)
    _record(team, kind, by=by, at=at, changes={"status": [before, to]}, reason=text)
    _step(team, kind, happened_on, by=by, at=at, text=text)
    return team


def _explained(text: str) -> str:
    return given(text, _("Say why, so that the team can know."))


def _check_day(day: date | None, at: datetime, team: ActivityTeam | None = None) -> None:
    if day is None:
        return
    if day > localdate(at):
        raise TeamDayWrong(_("%(day)s has not come yet.") % {"day": day})
    last = team and team.steps.exclude(kind=Kind.CHANGE).order_by("-happened_on").first()
    if last and day < last.happened_on:
        raise TeamDayWrong(
            _("%(day)s lies before the last step of the team, %(last)s.")
            % {"day": day, "last": last.happened_on}
        )


def _check_center(center: Center | None, division: Division) -> None:
    if center is not None and center.division_id != division.pk:
        raise CenterElsewhere(
            _("“%(center)s” is not a center of %(division)s; choose one of that township.")
            % {"center": center, "division": division}
        )


def _check_members(team: ActivityTeam, changes: Mapping[str, Any]) -> None:
    members = changes.get("member_count", team.member_count)
    party = changes.get("party_member_count", team.party_member_count)
    if members is not None and party is not None and party > members:
        raise TeamTooSmall(
            _("%(party)s party members are more than the %(members)s members there are.")
            % {"party": party, "members": members}
        )


def _expect(team: ActivityTeam, *statuses: str) -> None:
    """Several steps lead to one status; each is taken from its own."""
    if team.status not in statuses:
        raise TeamNotOpen(
            _("This cannot be done while the team is “%(status)s”.")
            % {"status": team.get_status_display()}
        )


def _next_free(prefix: str) -> str:
    """The next number of the series that no team has, whoever gave it."""
    while ActivityTeam.objects.filter(filing_no=(number := next_number(prefix))).exists():
        pass
    return number


@contextmanager
def _numbers_once(filing_no: str) -> Iterator[None]:
    """Tells of a filing number that another team has."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "team_filing_no_once" not in str(error):
            raise
        raise FilingNumberTaken(
            _("The filing number %(number)s belongs to another team.") % {"number": filing_no}
        ) from error


def _count(
    team: ActivityTeam, center: Center | None, on: date, *, by: User, at: datetime
) -> WorkRecord | None:
    """The center's help as a piece of its work: once a year for each team."""
    if center is None:
        return None
    counted = WorkRecord.objects.valid().filter(
        center=center, function=COUNTED_AS, team=team, happened_on__year=on.year
    )
    if counted.exists():
        return None
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Activity team “%(name)s” put or kept on file") % {"name": team.name}
    return work_records.enter(
        center=center, function=COUNTED_AS, happened_on=on, title=title, team=team, by=by, at=at
    )


def _step(
    team: ActivityTeam,
    kind: str,
    happened_on: date,
    *,
    by: User,
    at: datetime,
    text: str = "",
    doc_no: str = "",
    record: WorkRecord | None = None,
) -> None:
    TeamStep.objects.create(
        team=team,
        kind=kind,
        happened_on=happened_on,
        text=text.strip(),
        doc_no=doc_no,
        by=by,
        at=at,
        record=record,
    )


def _told(before: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, list[str | None]]:
    """Before and after of what may be written into the trail; of what is sealed only that it was
    changed."""
    told = audit.compared(before, {f: v for f, v in changed.items() if not f.endswith("_digest")})
    return told | {field: [None, None] for field in told if field.startswith("leader_")}
