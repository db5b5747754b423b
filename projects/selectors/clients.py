"""What clients of the API read of projects: what is public among what their user sees."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from projects.models import Acceptance, Announcement, Contract, Performance, Procurement, Project


def projects(user: Any) -> QuerySet[Project]:
    """Projects that ``user`` sees."""
    return Project.objects.visible_to(user)


def procurements(user: Any) -> QuerySet[Procurement]:
    """Procurements that ``user`` sees, as far as others than the office read them."""
    return Procurement.objects.visible_to(user).shown()


def announcements(user: Any) -> QuerySet[Announcement]:
    """What was published of projects that ``user`` sees."""
    seen = Project.objects.visible_to(user)
    return Announcement.objects.filter(procurement__project__in=seen)


def contracts(user: Any) -> QuerySet[Contract]:
    """Contracts that ``user`` sees, once they are signed; with ``accepted_on``, and ``score`` and
    ``grade`` of the department's evaluation, null before it is submitted."""
    passed = Acceptance.objects.filter(contract=OuterRef("pk"), result=Acceptance.Result.PASSED)
    judged = Performance.objects.filter(
        contract=OuterRef("pk"),
        kind=Performance.Kind.DEPARTMENT,
        status=Performance.Status.SUBMITTED,
    )
    return Contract.objects.visible_to(user).shown().annotate(
        accepted_on=Subquery(passed.values("accepted_on")[:1]),
        score=Subquery(judged.values("score")[:1]),
        grade=Subquery(judged.values("grade")[:1]),
    )
