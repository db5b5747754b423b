"""Admin filters by division, limited to where the user's capability reaches."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from portal.jurisdictions import selectors
from portal.jurisdictions.models import Division


class DivisionFilter(DropdownFilter):
    """A district, then one of its townships; a subclass names the lookup of the division's path."""

    title = _("division")
    parameter_name = "division"
    path_lookup = "division__path"

    def lookups(self, request: Any, model_admin: Any) -> Iterable[tuple[str, str]]:
        self.offered = self._offered(request.user, model_admin.view_capability)
        return [(division.code, self._label(division)) for division in self.offered]

    def _offered(self, user: Any, capability: str) -> list[Division]:
        """Districts within reach; townships of the chosen one, or of the only one. One query, which
        leaves the townships of a whole country where they are."""
        reach = selectors.within_reach(user, capability)
        districts = reach.filter(kind=Division.Kind.DISTRICT)
        first = districts.order_by("path").values("pk")[:1]
        shown: Any = Q(kind=Division.Kind.DISTRICT) | ~Exists(districts.exclude(pk=Subquery(first)))
        if chosen := (self.value() or "")[:6]:
            shown |= Q(code__startswith=chosen)
        return list(reach.filter(shown))

    @staticmethod
    def _label(division: Division) -> str:
        indent = "" if division.kind == Division.Kind.DISTRICT else "\u3000"
        return f"{indent}{division.name}"

    def queryset(self, request: Any, queryset: QuerySet) -> QuerySet:  # noqa: ARG002
        if not self.value():
            return queryset
        paths = {division.code: division.path for division in self.offered}
        if self.value() not in paths:
            return queryset.none()
        return queryset.filter(**{f"{self.path_lookup}__startswith": paths[self.value()]})


class CenterDivisionFilter(DivisionFilter):
    """For what hangs on a center."""

    path_lookup = "center__division__path"
