"""Admin filters by division, limited to where the user's capability reaches."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from portal.jurisdictions.models import Division


class DivisionFilter(DropdownFilter):
    """A district, then one of its townships; a subclass names the lookup of the division's path."""

    title = _("division")
    parameter_name = "division"
    path_lookup = "division__path"

    def lookups(self, request: Any, model_admin: Any) -> Iterable[tuple[str, str]]:
        self.reach = self._reach(request.user, model_admin.view_capability)
        return [(division.code, self._label(division)) for division in self.reach]

    def _reach(self, user: Any, capability: str) -> list[Division]:
        """Districts the user reaches; townships of the chosen one, or of the only one. One query."""
        query = Q(pk=None)
        for path in [""] if user.is_superuser else user.paths_with(capability):
            query |= Q(path__startswith=path)
        found = list(Division.objects.filter(query).exclude(kind=Division.Kind.MUNICIPALITY))
        districts = [d for d in found if d.kind == Division.Kind.DISTRICT]
        chosen = (self.value() or "")[:6] if len(districts) > 1 else ""
        is_many = len(districts) > 1
        return [d for d in found if d in districts or not is_many or d.district_code == chosen]

    @staticmethod
    def _label(division: Division) -> str:
        indent = "" if division.kind == Division.Kind.DISTRICT else "\u3000"
        return f"{indent}{division.name}"

    @cached_property
    def _paths(self) -> dict[str, str]:
        return {division.code: division.path for division in self.reach}

    def queryset(self, request: Any, queryset: QuerySet) -> QuerySet:
        if not self.value():
            return queryset
        path = self._paths.get(self.value())
        return queryset.filter(**{f"{self.path_lookup}__startswith": path}) if path else queryset.none()


class CenterDivisionFilter(DivisionFilter):
    """For what hangs on a center."""

    path_lookup = "center__division__path"
