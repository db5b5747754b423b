"""What clients of the API read of projects: what is public among what their user sees."""

from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from projects.models import Acceptance, Announcement, Contract, Performance, Procurement, Project


def projects(user: Any) -> QuerySet[Project]:
    """Projects that ``user`` sees."""
    return Project.objects.visible_to(user)


def procurements(user: Any) -> QuerySet[Procurement]:
    """Procurements that ``user`` sees, from the day they are announced, or decided where nobody
    bids; no draft, and none that was given up as one."""
    given_up = Q(status="terminated", announced_at=None)
    return Procurement.objects.visible_to(user).exclude(status="draft").exclude(given_up)


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
    found = Contract.objects.visible_to(user).exclude(status="drafted")
    return found.filter(signed_on__isnull=False).annotate(
        accepted_on=Subquery(passed.values("accepted_on")[:1]),
        score=Subquery(judged.values("score")[:1]),
        grade=Subquery(judged.values("grade")[:1]),
        procurement_no=F("procurement__procurement_no"),
    )
