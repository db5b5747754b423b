"""Plans of projects: drafted, submitted, decided on by another than who submitted them."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.transitions import edit as write
from portal.transitions import lock, transition
from portal.users.models import User
from projects import permissions
from projects.models import Plan, Project
from projects.selectors import plans as selectors
from projects.services import contributions, plan_news

# 项目策划
PLANNING = "FN-41"
OPEN = (Plan.Status.DRAFT, Plan.Status.RETURNED)
OVER = (Project.Status.ACCEPTED, Project.Status.TERMINATED)
_record = audit.Trail[Plan]("projects.plan", lambda plan: plan.project.division.path)


class PlanExists(DomainError):
    """A project has one plan."""


class ProjectOver(DomainError):
    """What has ended is planned no more."""


class AuthorElsewhere(DomainError):
    """The center that writes a plan or supplies a basis does not lie where the project does."""


class PlanClosed(DomainError):
    """A plan is changed while somebody else reads or has decided on it."""


class PlanIncomplete(DomainError):
    """A plan is submitted without what the guidance wants it to say."""


class OwnPlan(DomainError):
    """Who wrote or submitted a plan decides on it."""


class NoDecision(DomainError):
    """A decision on a plan sends it back, approves or refuses it."""


@transaction.atomic
def draft(
    *, project: Project, author_center: Center | None = None, by: User, at: datetime, **texts: Any
) -> Plan:
    """Begin the plan of a project; ``author_center`` is null where the bureau or the township
    writes it. ``texts`` are further fields.

    Raises ``ProjectOver``, ``AuthorElsewhere``, and ``PlanExists``.
    """
    refuse_over(project)
    refuse_elsewhere(project, author_center)
    try:
        with transaction.atomic():
            plan = Plan.objects.create(project=project, author_center=author_center, **texts)
    except IntegrityError as error:
        if not Plan.objects.filter(project=project).exists():
            raise
        raise PlanExists(
            _("“%(name)s” has a plan already: open it and change it there.") % {"name": project}
        ) from error
    _record(plan, "draft", by=by, at=at)
    return plan


def refuse_over(project: Project) -> None:
    """Raise ``ProjectOver`` for a project that was accepted on completion or terminated."""
    if project.status in OVER:
        raise ProjectOver(
            _("“%(name)s” is over (%(status)s): nothing is planned for it any more.")
            % {"name": project, "status": project.get_status_display()}
        )


def refuse_elsewhere(project: Project, center: Center | None) -> None:
    """Raise ``AuthorElsewhere`` for a center that does not lie where the project does."""
    if center is not None and not center.division.path.startswith(project.division.path):
        raise AuthorElsewhere(
            _("%(center)s does not lie in %(place)s: choose a center of the place of the project.")
            % {"center": center, "place": project.division.name}
        )


@transaction.atomic
def edit(*, plan: Plan, version: int, by: User, at: datetime, **changes: Any) -> Plan:
    """Change what the plan says. What is the same already writes nothing.

    Raises ``PlanClosed`` while it is submitted and once it was decided on, and ``Conflict`` when
    somebody changed it since ``version`` was read.
    """
    if plan.status not in OPEN:
        raise PlanClosed(
            _("The plan is “%(status)s” and can be changed only after it was sent back.")
            % {"status": plan.get_status_display()}
        )
    before = {field: getattr(plan, field) for field in changes}
    changed = {field: value for field, value in changes.items() if before[field] != value}
    if not changed:
        return plan
    write(plan, version=version, **changed)
    texts = audit.compared(before, changed)
    _record(plan, "edit", by=by, at=at, changes=texts)
    return plan


@transaction.atomic
def submit(*, plan: Plan, version: int, by: User, at: datetime) -> Plan:
    """Hand the plan with its cost lines to those who decide on it; it stands still until then.

    A center's planning counts (FN-41) the first time. Raises ``PlanIncomplete`` with what is
    wanting, and ``Conflict``.
    """
    lock(plan, Plan.Status.SUBMITTED, version=version)
    _refuse_incomplete(plan)
    before = plan.status
    transition(plan, Plan.Status.SUBMITTED, version=version, submitted_by=by, submitted_at=at)
    _record(plan, "submit", by=by, at=at, changes={"status": [before, plan.status]})
    plan_news.tell_of_submission(plan=plan, at=at)
    center, project = plan.author_center, plan.project
    counted = project.contributions.filter(record__function=PLANNING)
    if center is not None and not counted.exists():
        contributions.enter(
            center=center,
            function=PLANNING,
            happened_on=localdate(at),
            title=project.name,
            project=project,
            by=by,
            at=at,
        )
    return plan


def _refuse_incomplete(plan: Plan) -> None:
    missing = selectors.missing_sections(plan)
    if not plan.project.cost_lines.exists():
        missing.append(_("cost lines"))
    if missing:
        raise PlanIncomplete(
            _("The plan does not say everything yet. Still missing: %(missing)s.")
            % {"missing": _(", ").join(missing)}
        )


@transaction.atomic
def decide(
    *,
    plan: Plan,
    to: str,
    reason: str,
    version: int,
    by: User,
    at: datetime,
    doc_no: str = "",
) -> Plan:
    """Send a submitted plan back, approve or refuse it; ``to`` is one of these statuses.

    An approved plan keeps its cost lines for good. Raises ``NoDecision``, ``ReasonMissing``,
    ``OwnPlan`` for who wrote or submitted it, and ``Conflict`` when somebody decided first.
    """
    if to not in Plan.TRANSITIONS["submitted"]:
        raise NoDecision(_("Say what is decided: send it back, approve it or refuse it."))
    reason = given(reason, _("Say why this is decided."))
    if permissions.has_written(by, plan):
        raise OwnPlan(
            _("You wrote or submitted this plan yourself: somebody else has to decide on it.")
        )
    before = plan.status
    transition(
        plan,
        to,
        version=version,
        decided_by=by,
        decided_at=at,
        decision_reason=reason,
        doc_no=doc_no.strip(),
    )
    told = {"status": [before, to], "doc_no": [None, plan.doc_no or None]}
    _record(plan, "decide", by=by, at=at, changes=told, reason=reason)
    plan_news.tell_of_decision(plan=plan, at=at)
    return plan
