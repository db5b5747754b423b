"""Procurements: prepared, announced by the checks of their route, put off, ended without a
supplier."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from organizations.services import numbers
from portal.audit import services as audit
from portal.errors import DomainError, constraint_of, given
from portal.jurisdictions.models import Division
from portal.transitions import edit as edit_row
from portal.transitions import edit_if, lock
from portal.users.models import User
from portal.workdays import selectors as workdays
from projects.models import Announcement, Award, Procurement, Project
from projects.models.procurement import BY_PRICE, ENDED_WITHOUT
from projects.rules import periods, routes
from projects.rules.routes import Refusal
from projects.selectors import announced, awarding, thresholds
from projects.selectors import procurements as selectors
from projects.selectors.route_words import said
from projects.services import announcements, panel_news, procurement_news, projects
from projects.services.procurement_states import move, trail

Kind = Announcement.Kind
Status = Procurement.Status
# A project whose supplier can still be looked for.
SEEKING = (Project.Status.PLANNED, Project.Status.PROCURING)
# What may be corrected while it is prepared.
FIELDS = frozenset(
    {
        *("route", "category", "fiscal_year", "is_goods", "title", "requirement", "purchaser"),
        *("contact", "budget_yuan", "choice", "ground", "ground_text", "documents_from"),
        *("documents_until", "questions_until", "deadline_at", "key_total", "key_needed"),
    }
)
# Titles of what is published, in the portal's first language whoever publishes.
NOTICE, CHANGE, SINGLE_SOURCE = "采购公告", "更正公告", "单一来源公示"
REVOKED = "中标（成交）结果撤销公告"
ENDINGS = {Status.FAILED: "流标公告", Status.VOID: "废标公告", Status.TERMINATED: "终止公告"}


class NotAsTheRouteAsks(DomainError):
    """What was decided does not fit the route; ``refusals`` says what."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        self.lines = [said(refusal) for refusal in self.refusals]
        super().__init__("\n".join(self.lines))


class ProjectNotSeeking(DomainError):
    """A project that has a supplier, or is over."""


class ProcurementUnderWay(DomainError):
    """Another procurement of the project is not over."""


class AnnouncedAlready(DomainError):
    """What bidders read is not changed any more."""


class DeadlineNotLater(DomainError):
    """A deadline that is moved to an earlier moment, or after it passed."""


class SingleSourceUnready(DomainError):
    """There is no single source to announce."""


class EndedByItsContract(DomainError):
    """What was contracted ends with its contract."""


@transaction.atomic
def draft(
    *,
    project: Project,
    route: str,
    category: str,
    fiscal_year: int,
    title: str,
    budget_yuan: Decimal,
    by: User,
    at: datetime,
    purchaser: str = "",
    **details: Any,
) -> Procurement:
    """Prepare a procurement of the project under the next number of its district and year.

    ``details`` are further fields of ``FIELDS``; the purchaser is the project's unless another is
    named. Raises ``ProjectNotSeeking``, ``ProcurementUnderWay`` and ``NotAsTheRouteAsks``.
    """
    _refuse_unknown(details)
    project = refuse_not_seeking(project)
    other = project.procurements.exclude(status__in=ENDED_WITHOUT).first()
    if other is not None:
        raise ProcurementUnderWay(
            _("%(procurement)s of this project is under way. End it before preparing another.")
            % {"procurement": other}
        )
    procurement = Procurement(
        project=project,
        route=route,
        category=category.strip(),
        fiscal_year=fiscal_year,
        title=title.strip(),
        budget_yuan=budget_yuan,
        purchaser=purchaser.strip() or project.purchaser,
        created_by=by,
        created_at=at,
        **_fitted(route, details),
    )
    _refuse_misshapen(procurement)
    prefix = f"{project.division.district_code}-CG-{localdate(at).year}-"
    procurement.procurement_no = numbers.next_number(prefix)
    procurement.save(force_insert=True)
    number = {"procurement_no": [None, procurement.procurement_no]}
    trail(procurement, "draft", by=by, at=at, changes=number)
    return procurement


def refuse_not_seeking(project: Project) -> Project:
    """The project, held until the end of the transaction, whose supplier is still to be found.
    Raises ``ProjectNotSeeking``."""
    held = Project.objects.select_for_update().get(pk=project.pk)
    if held.status not in SEEKING:
        raise ProjectNotSeeking(
            _("“%(project)s” is %(status)s: a supplier is looked for only before that.")
            % {"project": held, "status": held.get_status_display()}
        )
    return held


def _refuse_unknown(details: Iterable[str]) -> None:
    if unknown := set(details) - FIELDS:
        raise TypeError(f"no fields of a procurement: {', '.join(sorted(unknown))}")


def _fitted(route: str, values: dict[str, Any]) -> dict[str, Any]:
    """By some routes there is but one way to choose."""
    if route in BY_PRICE and "choice" not in values:
        return values | {"choice": Procurement.Choice.LOWEST_PRICE}
    return values


def _refuse_misshapen(procurement: Procurement) -> None:
    if found := routes.check_shape(procurement.route, selectors.shape_of(procurement)):
        raise NotAsTheRouteAsks(found)


@transaction.atomic
def edit(
    *, procurement: Procurement, version: int, by: User, at: datetime, **changes: Any
) -> Procurement:
    """Correct fields of ``FIELDS`` while it is prepared. What is the same already writes nothing.

    Raises ``AnnouncedAlready``, ``NotAsTheRouteAsks`` and ``Conflict``.
    """
    _refuse_unknown(changes)
    refuse_announced(procurement)
    before = {name: getattr(procurement, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return procurement
    for name, value in changed.items():
        setattr(procurement, name, value)
    _refuse_misshapen(procurement)
    if procurement.choice == Procurement.Choice.LOWEST_PRICE:
        # Criteria are for scores; without them the price weighs nothing.
        procurement.criteria.all().delete()
        changed["price_weight"] = None
    edit_row(procurement, version=version, **changed)
    told = audit.compared(before, {name: changed[name] for name in changed if name in before})
    trail(procurement, "edit", by=by, at=at, changes=told)
    return procurement


def refuse_announced(procurement: Procurement) -> None:
    """Raise ``AnnouncedAlready`` unless it is still prepared; the row is held until the end of the
    transaction, so that it stays so."""
    status = (
        Procurement.objects.select_for_update()
        .values_list("status", flat=True)
        .get(pk=procurement.pk)
    )
    if status != Status.DRAFT:
        raise AnnouncedAlready(
            _(
                "%(procurement)s is “%(status)s”: what bidders read is not changed any more. The"
                " deadline can be put off while bids are received."
            )
            % {"procurement": procurement, "status": Status(status).label}
        )


@transaction.atomic
def publish_single_source(
    *, procurement: Procurement, version: int, by: User, at: datetime
) -> Announcement:
    """Announce the supplier and the ground of a single source for comment, before the notice.

    Raises ``SingleSourceUnready``, ``AnnouncedAlready``, ``Conflict`` and ``YearUnknown``.
    """
    refuse_announced(procurement)
    lock(procurement, Status.ANNOUNCED, version=version)
    suppliers = [each.organization for each in procurement.invitees.select_related("organization")]
    if procurement.route != Procurement.Route.SINGLE_SOURCE or len(suppliers) != 1:
        raise SingleSourceUnready(
            _("Only a single source is announced for comment, once its one supplier is named.")
        )
    on = localdate(at)
    values = thresholds.for_division(procurement.project.division, on)
    until = periods.last_workday(
        on, int(values["single_source_publicity_workdays"]), workdays.load()
    )
    # What was read is not published twice from the same page.
    edit_row(procurement, version=version)
    with override(announced.LANGUAGE):
        label = str(procurement.get_ground_display())
    return announcements.publish(
        procurement=procurement,
        kind=Kind.SINGLE_SOURCE,
        title=_titled(procurement, SINGLE_SOURCE),
        content={
            "supplier": announced.supplier(suppliers[0]),
            "ground": procurement.ground,
            "ground_label": label,
            "ground_text": procurement.ground_text,
        },
        publicity_until=until,
        by=by,
        at=at,
    )


@transaction.atomic
def announce(*, procurement: Procurement, version: int, by: User, at: datetime) -> Announcement:
    """Publish the notice: from now on bids are received and nothing of it changes but the deadline.

    The project is being procured. Raises ``NotAsTheRouteAsks`` with everything that its route asks
    for and that is not so, ``ProjectNotSeeking``, ``Conflict``, and ``YearUnknown``.
    """
    hold_district(procurement)
    lock(procurement, Status.ANNOUNCED, version=version)
    procurement.refresh_from_db()
    project = refuse_not_seeking(procurement.project)
    if found := selectors.refusals(procurement, at):
        raise NotAsTheRouteAsks(found)
    _move_to_announced(procurement, version=version, by=by, at=at)
    if project.status == Project.Status.PLANNED:
        projects.move(
            project=project,
            to=Project.Status.PROCURING,
            version=project.version,
            reason=procurement.procurement_no,
            by=by,
            at=at,
        )
    procurement_news.tell_of_notice(procurement=procurement, at=at)
    return announcements.publish(
        procurement=procurement,
        kind=Kind.NOTICE,
        title=_titled(procurement, NOTICE),
        content={},
        by=by,
        at=at,
    )


def hold_district(procurement: Procurement) -> None:
    """What a district buys is decided one after the other, until the end of the transaction: no
    two together are what neither may be alone."""
    district = procurement.project.division.district_code
    Division.objects.select_for_update().get(code=district)


def _move_to_announced(procurement: Procurement, *, version: int, by: User, at: datetime) -> None:
    """The database compares the deadline with its own clock, which may be past it by now."""
    try:
        with transaction.atomic():
            move(
                procurement=procurement,
                to=Status.ANNOUNCED,
                version=version,
                by=by,
                at=at,
                announced_at=at,
            )
    except IntegrityError as error:
        if constraint_of(error) != "procurement_deadline_ahead":
            raise
        procurement.refresh_from_db()
        day = localdate(procurement.deadline_at)
        raise NotAsTheRouteAsks([Refusal("deadline_passed", day)]) from error


@transaction.atomic
def extend_deadline(
    *,
    procurement: Procurement,
    deadline_at: datetime,
    reason: str,
    version: int,
    by: User,
    at: datetime,
) -> Announcement:
    """Put off the deadline while bids are received; published, and told to whoever may answer.

    Raises ``ReasonMissing``, ``DeadlineNotLater`` and ``Conflict``.
    """
    reason = given(reason, _("Say why the deadline is put off: everybody reads it."))
    before = procurement.deadline_at
    if procurement.status != Status.ANNOUNCED or before is None or deadline_at <= before:
        raise DeadlineNotLater(_not_later(procurement))
    try:
        with transaction.atomic():
            edit_row(procurement, version=version, deadline_at=deadline_at)
    except IntegrityError as error:
        procurement.refresh_from_db()
        raise DeadlineNotLater(_not_later(procurement)) from error
    moments = [announced.moment(before), announced.moment(deadline_at)]
    trail(
        procurement,
        "extend_deadline",
        by=by,
        at=at,
        changes={"deadline_at": moments},
        reason=reason,
    )
    procurement_news.tell_of_deadline(procurement=procurement, at=at)
    return announcements.publish(
        procurement=procurement,
        kind=Kind.CHANGE,
        title=_titled(procurement, CHANGE),
        content={
            "before": {"deadline_at": moments[0]},
            "after": {"deadline_at": moments[1]},
            "reason": reason,
        },
        by=by,
        at=at,
    )


def _not_later(procurement: Procurement) -> str:
    return _(
        "The deadline %(deadline)s only moves later, and only while it has not passed. Choose a"
        " later moment; where it has passed, the bids are opened."
    ) % {"deadline": announced.moment(procurement.deadline_at)}


@transaction.atomic
def fail(*, procurement: Procurement, reason: str, version: int, by: User, at: datetime) -> None:
    """Too few valid bids: nobody is found. Raises ``ReasonMissing`` and ``Conflict``."""
    _end(procurement, Status.FAILED, reason, version=version, by=by, at=at)


@transaction.atomic
def void(*, procurement: Procurement, reason: str, version: int, by: User, at: datetime) -> None:
    """What was done does not count: an award that stands is revoked. Raises ``ReasonMissing`` and
    ``Conflict``."""
    _end(procurement, Status.VOID, reason, version=version, by=by, at=at)


@transaction.atomic
def terminate(
    *, procurement: Procurement, reason: str, version: int, by: User, at: datetime
) -> None:
    """Nothing is to be procured any more. Raises ``ReasonMissing``, ``EndedByItsContract`` and
    ``Conflict``."""
    if procurement.status == Status.CONTRACTED:
        raise EndedByItsContract(
            _("%(procurement)s is contracted: end its contract instead.")
            % {"procurement": procurement}
        )
    _end(procurement, Status.TERMINATED, reason, version=version, by=by, at=at)


def _end(
    procurement: Procurement,
    to: Procurement.Status,
    reason: str,
    *,
    version: int,
    by: User,
    at: datetime,
) -> None:
    """End it without a supplier. A draft of which nobody has read goes quietly; whoever had won, as
    everybody read, is told, and everybody."""
    reason = given(reason, _("Say why it ends: everybody reads it."))
    is_unread = procurement.status == Status.DRAFT and not procurement.announcements.exists()
    values = {"failure_reason": reason, "resumes": ""}
    move(procurement=procurement, to=to, version=version, by=by, at=at, reason=reason, **values)
    award = _revoked(procurement, reason, by=by, at=at)
    if is_unread:
        return
    content: dict[str, Any] = {"reason": reason}
    if award is not None and award.notified_at is not None:
        panel_news.tell_of_revocation(award=award, at=at)
        content["revoked"] = awarding.revocation_of(award)["before"]
    procurement_news.tell_of_end(procurement=procurement, at=at)
    announcements.publish(
        procurement=procurement,
        kind=Kind.FAILURE,
        title=_titled(procurement, ENDINGS[to]),
        content=content,
        by=by,
        at=at,
    )


def revoke_award(*, procurement: Procurement, reason: str, by: User, at: datetime) -> Award | None:
    """Revoke the award that stands, if one does; for what goes back behind it. Where its result was
    published, that is published too, and whoever had won is told."""
    award = _revoked(procurement, reason, by=by, at=at)
    if award is None or award.notified_at is None:
        return award
    panel_news.tell_of_revocation(award=award, at=at)
    announcements.publish(
        procurement=procurement,
        kind=Kind.CHANGE,
        title=_titled(procurement, REVOKED),
        content=awarding.revocation_of(award),
        by=by,
        at=at,
    )
    return award


def _revoked(procurement: Procurement, reason: str, *, by: User, at: datetime) -> Award | None:
    """The award that stood, read while the procurement is held, and does not hold any more."""
    award = procurement.awards.filter(revoked_at=None).first()
    revoked = {"revoked_by": by, "revoked_at": at, "revoke_reason": reason}
    if award is None or not edit_if(award, Q(revoked_at=None), **revoked):
        return None
    changes = {"award": [award.organization_id, None]}
    trail(procurement, "revoke_award", by=by, at=at, changes=changes, reason=reason)
    return award


def _titled(procurement: Procurement, what: str) -> str:
    return f"{procurement.title}{what}"
