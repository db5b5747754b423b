"""Welfare-lottery applications of a township."""

from django.db.models import QuerySet

from portal.jurisdictions.models import Division
from portal.users.models import User
from projects.models import LotteryApplication, Project


def of_township(user: User, division: Division) -> "QuerySet[LotteryApplication]":
    """Applications for projects of the township that ``user`` sees, of the latest year first."""
    found = LotteryApplication.objects.visible_to(user).filter(project__division=division)
    return found.select_related("project", "center").order_by("-year", "-id")


def projects_to_apply_for(user: User, division: Division) -> "QuerySet[Project]":
    """Projects of the township that still can ask for money."""
    found = Project.objects.visible_to(user).filter(division=division)
    over = (Project.Status.ACCEPTED, Project.Status.TERMINATED)
    return found.exclude(status__in=over).order_by("-id")
