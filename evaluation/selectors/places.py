"""The part of the country that a page of the bureau counts, as far as its reader sees."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import QuerySet
from django.db.models.functions import Left

from centers.models import Center
from portal.jurisdictions.models import Division
from portal.jurisdictions.selectors import within_reach
from portal.users.models import User
from portal.users.roles import Capability

CITY, DISTRICT, TOWNSHIP = "city", "district", "township"


@dataclass(frozen=True)
class Place:
    """A division as its reader sees it: its level, its centers, and the way up to it.

    Of a city and its districts sums are counted; below a district every number is some center's.
    """

    division: Division
    level: str
    centers: "QuerySet[Center]"
    above: Sequence[Division]

    @property
    def lines(self) -> str:
        """What one line of a table of this place is."""
        return {CITY: DISTRICT, DISTRICT: TOWNSHIP, TOWNSHIP: "center"}[self.level]

    def own_centers(self) -> "Place":
        """The same division without what lies below it: the centers that are the district's."""
        return replace(
            self,
            level=TOWNSHIP,
            centers=self.centers.filter(division=self.division),
            above=(*self.above, self.division),
        )


def find(user: User, code: str | None, *, counts_centers: bool) -> Place | None:
    """The division of ``code``, or None where ``user`` does not reach it.

    Without a code: the one division a user is assigned to, for everybody else the city.
    ``counts_centers``: a district is shown by its centers, which asks for more than its sums.
    """
    code = code or _own(user)
    if code == settings.MUNICIPALITY:
        return Place(
            Division.objects.get(code=code),
            CITY,
            Center.objects.visible_to(user, Capability.SUMMARY_VIEW),
            (),
        )
    division = Division.objects.filter(code=code).select_related("parent").first()
    if division is None:
        return None
    is_district = division.kind == Division.Kind.DISTRICT
    sums_only = is_district and not counts_centers
    capability = Capability.SUMMARY_VIEW if sums_only else Capability.COMPLIANCE_VIEW
    if not user.has_capability(capability, division):
        return None
    return Place(
        division,
        DISTRICT if is_district else TOWNSHIP,
        Center.objects.visible_to(user, capability).within(division),
        _above(user, division, counts_centers=counts_centers),
    )


def _own(user: User) -> str:
    """The code of the only division a user is assigned to, or the municipality's."""
    paths = [] if user.is_superuser else user.paths_with(Capability.SUMMARY_VIEW)
    return paths[0].rstrip("/").rpartition("/")[2] if len(paths) == 1 else settings.MUNICIPALITY


def _above(user: User, division: Division, *, counts_centers: bool) -> list[Division]:
    """The divisions above, from the top, that ``user`` may open too."""
    above: list[Division] = []
    parent = division.parent
    while parent is not None:
        if _opens(user, parent, counts_centers=counts_centers):
            above.insert(0, parent)
        parent = parent.parent
    return above


def _opens(user: User, division: Division, *, counts_centers: bool) -> bool:
    if division.code == settings.MUNICIPALITY:
        return True
    capability = Capability.COMPLIANCE_VIEW if counts_centers else Capability.SUMMARY_VIEW
    return user.has_capability(capability, division)


def districts(user: User) -> "QuerySet[Division]":
    """The districts whose sums ``user`` sees, by path."""
    reach = within_reach(user, Capability.SUMMARY_VIEW)
    return reach.filter(kind=Division.Kind.DISTRICT).order_by("path")


def districts_of(centers: "QuerySet[Center]") -> "QuerySet[Division]":
    """The districts that centers lie in, found by their codes: to compare every path with every
    district's is a country squared."""
    codes = centers.order_by().annotate(district=Left("division__code", 6)).values("district")
    return Division.objects.filter(code__in=codes, kind=Division.Kind.DISTRICT)
