"""Who sees what of projects."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Q

from organizations.models import RegisterQuerySet
from organizations.models.organization import divisions_with
from portal.users.roles import Capability

if TYPE_CHECKING:
    from django.db.models import QuerySet


def own_organizations(user: Any) -> "QuerySet[Any, Any]":
    """Ids of the organizations for which ``user`` may bid."""
    bidders: Any = apps.get_model("projects", "Bidder")
    return bidders.objects.filter(user=user, closed_at=None).values("organization")


def seats() -> Any:
    """The seats on panels."""
    model: Any = apps.get_model("projects", "Seat")
    return model.objects


class PlacedQuerySet(RegisterQuerySet):
    """Rows that lie where a project lies; ``place`` leads to the division."""

    def visible_to(self, user: Any) -> Self:
        """Rows of the divisions, and of the townships of the centers, in which ``user`` sees
        projects."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.seen_with(user, Capability.PROJECT_VIEW)


class ManagedQuerySet(models.QuerySet):
    """Rows of the procurement office alone; ``place`` leads to the division."""

    place = "procurement__project__division"

    def visible_to(self, user: Any) -> Self:
        """Rows of the divisions in which ``user`` manages procurements, and what ``shared`` adds
        for others."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        managed = divisions_with(user, Capability.PROCUREMENT_MANAGE)
        return self.filter(Q(**{f"{self.place}__in": managed}) | self.shared(user))

    def shared(self, user: Any) -> Q:  # noqa: ARG002  (for those that add)
        """What ``user`` sees without managing procurements."""
        return Q(pk=None)
