"""Reads over divisions."""

from typing import Any

from django.db.models import Q

from portal.jurisdictions.models import Division, DivisionQuerySet


def within_reach(user: Any, capability: str) -> DivisionQuerySet:
    """Divisions in which ``user`` has the capability, the municipality itself left out."""
    query = Q(pk=None)
    for path in [""] if user.is_superuser else user.paths_with(capability):
        query |= Q(path__startswith=path)
    return Division.objects.filter(query).exclude(kind=Division.Kind.MUNICIPALITY)
