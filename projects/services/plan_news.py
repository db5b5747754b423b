"""Who is told of what becomes of a plan."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext_noop, override

from portal.inbox import services as inbox
from portal.users.models import User
from portal.users.roles import Capability
from projects import permissions
from projects.models import Plan

SUBMITTED = gettext_noop("“%(title)s”: its plan was submitted. Read it and decide.")
DECIDED = gettext_noop("“%(title)s”: its plan is now “%(status_label)s”. Read why.")


def tell_of_submission(*, plan: Plan, at: datetime) -> None:
    """Whoever decides on plans there and did not write this one."""
    deciders = User.objects.holding(Capability.PROJECT_APPROVE, plan.project.division)
    told = deciders.exclude(pk__in=permissions.writers_of(plan))
    page = reverse("projects:plan-decide", args=[plan.project_id])
    _tell(told, plan, SUBMITTED, page, at=at)


def tell_of_decision(*, plan: Plan, at: datetime) -> None:
    """Whoever wrote or submitted it."""
    writers = User.objects.filter(pk__in=permissions.writers_of(plan), is_active=True)
    with override(None):
        label = str(plan.get_status_display())
    page = reverse("projects:project", args=[plan.project_id])
    _tell(writers, plan, DECIDED, page, at=at, status_label=label)


def _tell(
    users: Iterable[User], plan: Plan, text: str, page: str, *, at: datetime, **params: str
) -> None:
    inbox.notify(
        users=users,
        key=f"plan:{plan.pk}:{plan.version}",
        text=text,
        at=at,
        url_path=page,
        division_path=plan.project.division.path,
        params={"title": plan.project.name, **params},
    )
